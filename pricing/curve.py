"""VIX futures at any day: from settlements, else from the VIX family, else from mean reversion.

Source:
    Methodology 3.4, 5.2 and 14.2.
"""

from dataclasses import dataclass

import numpy as np

from pricing.board import Bools, Floats
from pricing.interpolate import between
from pricing.priced_from import Levels, PricedFrom
from pricing.smile import DAYS_PER_YEAR, REVERSION, decayed_vvix

HORIZONS = np.array([1.0, 5.0, 21.0])  # sessions
BETAS = np.array([4.2, 3.9, 3.3])  # fall of ln VIX per rise of ln SPX over each
SESSIONS_PER_YEAR = 252.0
WINDOW = 30.0  # what a VIX future settles to: the volatility of the next 30 days

_OBSERVATIONS_MIN = 250
_CONVEXITY_VVIX = 0.90  # share of the VVIX that fits VX closes of 2007 to 2013


@dataclass(frozen=True, slots=True)
class FuturesCurve:
    """VIX futures, each with the level that it was priced from.

    Attributes:
        value: [volatility points]; NaN where no level answers.
        priced_from: a ``PricedFrom`` each: settlements are ``quotes``, the VIX family ``model``,
            mean reversion ``indicative``.
    """

    value: Floats
    priced_from: Levels

    @property
    def is_mixed(self) -> Bools:
        """Rows whose known values come from more than one level: their slope is not a market's."""
        known = self.priced_from != PricedFrom.NOTHING
        best = np.where(known, self.priced_from, PricedFrom.NOTHING).min(-1)
        worst = np.where(known, self.priced_from, PricedFrom.QUOTES).max(-1)
        return np.asarray(known.any(-1) & (worst > best))


def from_settlements(days: Floats, settle: Floats, at: Floats) -> Floats:
    """Futures between listed expiries, linear in days.

    Args:
        days: days to each expiry, last axis contracts; NaN where none is listed [days].
        settle: settlement of each; NaN where unknown [volatility points].
        at: days asked for, last axis tenors [days].

    Returns:
        Futures [volatility points]; NaN before the first expiry and after the last: nothing is
        extrapolated, and the VIX itself is not a future of zero days.
    """
    prices = np.where(np.asarray(settle) > 0.0, settle, np.nan)
    return between(days[..., None, :], prices[..., None, :], np.asarray(at, dtype=np.float64))


def from_family(tenor_days: Floats, indices: Floats, vvix: Floats, at: Floats) -> Floats:
    """Futures from the VIX family: forward volatility of the 30 days after expiry, less convexity.

    ``sqrt((tau2 IV2^2 - tau1 IV1^2) / (tau2 - tau1)) exp(-v^2 tau1 / 2)``: the mean of a lognormal
    volatility lies below the root of its mean square by half its variance. VX closes of 2007 to
    2013, first five contracts: median error 2.5 %, one in twenty beyond 6 to 10 %.

    Args:
        tenor_days: tenor of each index [days].
        indices: VIX9D, VIX, VIX3M, VIX6M, VIX1Y; NaN where unknown [volatility points].
        vvix: VVIX; NaN where unknown [volatility points].
        at: days to expiry asked for, last axis tenors [days].

    Returns:
        Futures [volatility points]; NaN where the 30 days reach beyond the longest known index,
        where forward variance is not positive, or without a VVIX.
    """
    days = np.concatenate((np.zeros(1), np.asarray(tenor_days, dtype=np.float64)))
    known = np.where(np.asarray(indices) > 0.0, indices, np.nan)
    total = np.concatenate((np.zeros((*known.shape[:-1], 1)), days[1:] * known**2), axis=-1)
    first = between(days, total[..., None, :], np.asarray(at, dtype=np.float64))
    second = between(days, total[..., None, :], np.asarray(at, dtype=np.float64) + WINDOW)
    years = np.asarray(at, dtype=np.float64) / DAYS_PER_YEAR
    with np.errstate(invalid="ignore"):  # a forward variance below zero is answered with NaN
        forward = (second - first) / WINDOW
        vol = _CONVEXITY_VVIX * decayed_vvix(
            np.asarray(vvix)[..., None], np.where(years > 0.0, years, np.nan)
        )
        convexity = np.where(years > 0.0, 0.5 * vol * vol * years, 0.0)
        return np.where(forward > 0.0, np.sqrt(forward) * np.exp(-convexity), np.nan)


def from_mean_reversion(vix: Floats, median: Floats, speed: Floats, at: Floats) -> Floats:
    """Expected VIX: its logarithm returns to that of its long median.

    An expectation without a risk premium: VX closes of 2004 to 2013 lay above it by 2 % (median of
    the first contract), 11 % (third), 20 % (eighth). Level ``indicative``.

    ``exp(ln m + (ln VIX - ln m) e^{-lambda h})``, h the days asked for in sessions.

    Args:
        vix: VIX close [volatility points].
        median: of the ten years before [volatility points].
        speed: lambda, see ``reversion_speed`` [1 / session].
        at: days asked for, last axis tenors [days].

    Returns:
        Expected VIX [volatility points]; NaN where an input is unknown or out of domain.
    """
    sessions = np.asarray(at, dtype=np.float64) * SESSIONS_PER_YEAR / DAYS_PER_YEAR
    with np.errstate(invalid="ignore", divide="ignore"):  # out of domain is answered with NaN
        home = np.log(np.asarray(median, dtype=np.float64))[..., None]
        away = np.log(np.asarray(vix, dtype=np.float64))[..., None] - home
        rate = np.where(np.asarray(speed) > 0.0, speed, np.nan)[..., None]
        expected = np.exp(home + away * np.exp(-rate * sessions))
        return np.where(np.isfinite(expected) & (sessions >= 0.0), expected, np.nan)


def best_curve(settlements: Floats, family: Floats, reversion: Floats) -> FuturesCurve:
    """Each value from the best level that answers, and which that was.

    Args:
        settlements: see ``from_settlements`` [volatility points].
        family: see ``from_family`` [volatility points].
        reversion: see ``from_mean_reversion`` [volatility points].
    """
    value = np.full(np.broadcast_shapes(settlements.shape, family.shape, reversion.shape), np.nan)
    level = np.full(value.shape, PricedFrom.NOTHING, dtype=np.uint8)
    declared = (PricedFrom.QUOTES, PricedFrom.MODEL, PricedFrom.INDICATIVE)
    for source, found in zip((settlements, family, reversion), declared, strict=True):
        is_new = np.isnan(value) & np.isfinite(source)
        value = np.where(is_new, source, value)
        level = np.where(is_new, found, level).astype(np.uint8)
    return FuturesCurve(value, level)


def reversion_speed(vix: Floats) -> float:
    """Speed at which the VIX's logarithm returns, by a first autoregression of closes.

    Args:
        vix: closes of consecutive sessions known by then [volatility points].

    Returns:
        ``-ln phi`` [1 / session]; NaN with fewer than 250 pairs or where it does not return.
    """
    level = np.log(np.where(np.asarray(vix) > 0.0, vix, np.nan))
    is_pair = np.isfinite(level[:-1]) & np.isfinite(level[1:])
    before, after = level[:-1][is_pair], level[1:][is_pair]
    if before.size < _OBSERVATIONS_MIN:
        return float("nan")
    centered = before - before.mean()
    spread = float((centered * centered).sum())
    slope = float((centered * after).sum()) / spread if spread > 0.0 else 0.0
    return -float(np.log(slope)) if 0.0 < slope < 1.0 else float("nan")


def spot_beta(sessions: Floats) -> Floats:
    """How far ln VIX falls when ln SPX rises by one over a horizon.

    Measured at 1, 5 and 21 sessions, linear in the logarithm of the horizon between them, held
    beyond.

    Args:
        sessions: horizon [sessions].
    """
    return np.asarray(np.interp(np.log(np.maximum(sessions, 1.0)), np.log(HORIZONS), BETAS))


def samuelson(years: Floats, speed: float = REVERSION) -> Floats:
    """Share of a VIX move that a future of that life makes: ``e^{-kappa tau}``."""
    return np.exp(-speed * np.asarray(years, dtype=np.float64))


def mapped_vix(expected: Floats, spot_return: Floats, sessions: Floats) -> Floats:
    """VIX after a move of the S&P 500: ``E[VIX] e^{-b ln(S_h / S_0)}``.

    Args:
        expected: VIX expected at the horizon without a move [volatility points].
        spot_return: ``ln(S_h / S_0)``.
        sessions: horizon [sessions].
    """
    return expected * np.exp(-spot_beta(sessions) * spot_return)


def mapped_future(
    future: Floats, spot_return: Floats, sessions: Floats, years_left: Floats
) -> Floats:
    """VIX future after a move of the S&P 500: ``F e^{-b gamma(tau) ln(S_h / S_0)}``.

    Args:
        future: today's curve at that expiry, or where it is expected to roll to
            [volatility points].
        spot_return: ``ln(S_h / S_0)``.
        sessions: horizon [sessions].
        years_left: life of the future after the horizon [years].
    """
    return future * np.exp(-spot_beta(sessions) * samuelson(years_left) * spot_return)

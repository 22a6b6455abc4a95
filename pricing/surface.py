"""A smile for each expiry of a chain, fitted in total variance, and held to no arbitrage.

Source:
    Gatheral and Jacquier (2014), Arbitrage-free SVI volatility surfaces, Quantitative Finance 14;
    methodology 14.3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pricing.black import implied_vol
from pricing.board import Board, Bools, Codes, Floats, QuoteReason
from pricing.errors import PricingError

QUOTES_MIN = 8
ERROR_MAX = 0.01  # root mean square error of a usable fit [decimal volatility]
DEVIATIONS_MAX = 3.0  # farthest quote that is fitted, in its own standard deviations
SLOPE_MAX = 2.0  # of total variance in log moneyness, Lee's bound

_SLOPE_FITTED_MAX = 1.98
_DENSITY_MIN = -1e-9
_CALENDAR_TOLERANCE = 1e-9  # total variance
_PENALTIES = (1.0, 10.0, 100.0, 1000.0)
_PENALTY_MARGIN = 2e-3
_CALENDAR_MARGIN = 1e-4
_SPREAD_MIN = 0.001  # narrowest spread of volatility that a weight knows
_SHARED_POINTS = 81


class SmileReason(IntEnum):
    """Why a fitted smile is not to be used; ``OK`` where it is."""

    OK = 0
    TOO_FEW_QUOTES = 1
    NO_TIME = 2
    NOT_SOLVED = 3
    BUTTERFLY = 4
    WING_SLOPE = 5
    POOR_FIT = 6
    CALENDAR = 7


class SmileQuotes(NamedTuple):
    """Out-of-the-money quotes of a board as volatilities, and every strike's reason."""

    log_moneyness: Floats
    vol: Floats
    weight: Floats
    reason: Codes


@dataclass(frozen=True, slots=True)
class Smile:
    """Raw SVI: ``w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))``, k = ln(K / F).

    Attributes:
        a: level of total variance.
        b: slope of the wings.
        rho: tilt, within 1 of zero.
        m: shift [log moneyness].
        sigma: curvature at the bottom [log moneyness].
        forward: of the expiry [index points].
        years: to expiry [years].
        low: least quoted log moneyness.
        high: largest quoted log moneyness.
        error: root mean square error over the quotes [decimal volatility].
        density_min: least of Gatheral's g over the line; below zero a butterfly costs nothing.
        reason: why the smile is not to be used, or OK.
    """

    a: float
    b: float
    rho: float
    m: float
    sigma: float
    forward: float
    years: float
    low: float
    high: float
    error: float
    density_min: float
    reason: SmileReason

    def total_variance(self, log_moneyness: Floats) -> Floats:
        """``vol^2 T`` at each log moneyness, beyond the quoted strikes too."""
        return _svi((self.a, self.b, self.rho, self.m, self.sigma), log_moneyness)

    def vol(self, strike: Floats) -> Floats:
        """Volatility at each strike [decimal]; NaN beyond the quoted strikes or without a fit."""
        k = np.log(np.asarray(strike, dtype=np.float64) / self.forward)
        return np.where(self.covers(strike), np.sqrt(self.total_variance(k) / self.years), np.nan)

    def covers(self, strike: Floats) -> Bools:
        """Strikes within those quoted, if the smile is to be used at all."""
        k = np.log(np.asarray(strike, dtype=np.float64) / self.forward)
        is_inside = (k >= self.low - 1e-12) & (k <= self.high + 1e-12)
        return is_inside & (self.reason is SmileReason.OK)


@dataclass(frozen=True, slots=True)
class Surface:
    """Smiles by expiry. Only those that are to be used answer.

    Attributes:
        smiles: by increasing time to expiry, refused ones too.
    """

    smiles: tuple[Smile, ...]

    def vol(self, strike: Floats, forward: float, years: float) -> Floats:
        """Volatility between expiries: total variance linear in time at one log moneyness.

        Args:
            strike: strikes [index points].
            forward: to the time asked for [index points].
            years: time asked for [years].

        Returns:
            Volatility [decimal]; NaN before the first expiry, after the last, and where either
            neighbor has no quoted strike as far out.
        """
        sound = [smile for smile in self.smiles if smile.reason is SmileReason.OK]
        later = next((smile for smile in sound if smile.years >= years), None)
        sooner = next((smile for smile in reversed(sound) if smile.years <= years), None)
        k = np.log(np.asarray(strike, dtype=np.float64) / forward)
        if later is None or sooner is None:
            return np.full(k.shape, np.nan)
        span = later.years - sooner.years
        share = (years - sooner.years) / span if span > 0.0 else 0.0
        total = (1.0 - share) * _within(sooner, k) + share * _within(later, k)
        return np.sqrt(total / years)


def smile_quotes(board: Board, forward: float, discount: float) -> SmileQuotes:
    """Mid volatilities of puts below and calls above the forward, weighted by their spreads.

    Quotes beyond three standard deviations by their own volatility stay out: there a tick is worth
    many points of volatility, and hundreds of such strikes would outvote those that are traded.

    Args:
        board: quotes of one expiry.
        forward: to expiry, by parity [index points].
        discount: factor to expiry, by parity.

    Returns:
        The quotes that have a volatility; ``reason`` has an entry for each strike of the board.
    """
    is_call = board.strike >= forward
    reason = np.where(is_call, board.call_fault, board.put_fault).astype(np.uint8)
    bid = np.where(is_call, board.call_bid, board.put_bid)
    ask = np.where(is_call, board.call_ask, board.put_ask)
    low, vol, high = (
        implied_vol(price, forward, board.strike, board.years, discount, is_call).volatility
        for price in (bid, np.where(is_call, board.call_mid, board.put_mid), ask)
    )
    reason[(reason == QuoteReason.USED) & ~np.isfinite(vol)] = QuoteReason.NO_IMPLIED_VOL
    k = np.log(board.strike / forward)
    is_far = np.abs(k) > DEVIATIONS_MAX * np.where(np.isfinite(vol), vol, 0.0) * board.years**0.5
    reason[(reason == QuoteReason.USED) & is_far] = QuoteReason.OUTSIDE_BAND
    is_used = reason == QuoteReason.USED
    spread = np.where(np.isfinite(low) & np.isfinite(high), high - low, vol)
    weight = 1.0 / np.maximum(spread, _SPREAD_MIN)
    return SmileQuotes(k[is_used], vol[is_used], weight[is_used], reason)


def fit_smile(
    quotes: SmileQuotes, forward: float, years: float, earlier: Smile | None = None
) -> Smile:
    """The SVI smile nearest to the quotes that no butterfly arbitrages.

    The plain fit is kept where it is free of arbitrage; otherwise, or where it would fall below an
    earlier expiry's total variance, the breach is charged for and the fit made again.

    Args:
        quotes: log moneyness and volatility.
        forward: to expiry [index points].
        years: to expiry [years].
        earlier: usable smile of the expiry before, which this one may not fall below.

    Returns:
        The smile; where ``reason`` is not OK it answers NaN everywhere.
    """
    if quotes.vol.size < QUOTES_MIN or not years > 0.0:
        short = quotes.vol.size < QUOTES_MIN
        reason = SmileReason.TOO_FEW_QUOTES if short else SmileReason.NO_TIME
        return _unfitted(forward, years, reason)
    problem = _Problem(quotes, years, earlier)
    plain = problem.solve(problem.starts(), penalty=0.0)
    if plain is None:
        return _unfitted(forward, years, SmileReason.NOT_SOLVED)
    smile = problem.smile(plain, forward)
    start = plain
    for penalty in _PENALTIES:
        if smile.reason not in {SmileReason.BUTTERFLY, SmileReason.CALENDAR}:
            break
        mended = problem.solve((start, *problem.gentle()), penalty=penalty)
        if mended is not None:
            start, smile = mended, problem.smile(mended, forward)
    return smile


def fit_surface(
    boards: Sequence[SmileQuotes], forwards: Sequence[float], years: Sequence[float]
) -> Surface:
    """Smiles of several expiries, none below the usable one before it.

    Raises:
        PricingError: expiries that are not in increasing order.
    """
    if any(later <= sooner for sooner, later in pairwise(years)):
        raise PricingError(
            f"surface: times to expiry are {list(years)[:8]} years; accepted are increasing times; "
            "sort the expiries and keep one root of each"
        )
    smiles: list[Smile] = []
    earlier: Smile | None = None
    for quotes, forward, time in zip(boards, forwards, years, strict=True):
        smile = fit_smile(quotes, forward, time, earlier)
        earlier = smile if smile.reason is SmileReason.OK else earlier
        smiles.append(smile)
    return Surface(tuple(smiles))


def density_factor(smile: Smile, log_moneyness: Floats) -> Floats:
    """Gatheral's g: the risk-neutral density over a positive weight; below zero is arbitrage."""
    return _density((smile.a, smile.b, smile.rho, smile.m, smile.sigma), log_moneyness)


def calendar_breach(sooner: Smile, later: Smile) -> float:
    """How far the later expiry's total variance falls below the sooner's where both are quoted.

    Returns:
        The largest shortfall of total variance, zero where there is none; NaN where the two quote
        no log moneyness in common.
    """
    low, high = max(sooner.low, later.low), min(sooner.high, later.high)
    if not low < high:
        return float("nan")
    k = np.linspace(low, high, _SHARED_POINTS)
    return float(np.maximum(sooner.total_variance(k) - later.total_variance(k), 0.0).max())


class _Problem:
    """Least squares of one expiry: least total variance, ``b (1 + |rho|)``, rho, m and sigma."""

    def __init__(self, quotes: SmileQuotes, years: float, earlier: Smile | None) -> None:
        self.quotes, self.years, self.earlier = quotes, years, earlier
        self.weight = quotes.weight / quotes.weight.mean()
        k = quotes.log_moneyness
        self.low, self.high = float(k.min()), float(k.max())
        width = self.high - self.low
        # Breaches lie in and around the quotes; far out the wings are straight and g is smooth.
        self.line = _line(self.low, self.high, 201)
        self.check = _line(self.low, self.high, 4001)
        least = float((quotes.vol**2).min() * years)
        most = float((quotes.vol**2).max() * years)
        self.bounds = (
            np.array([1e-3 * least, 1e-6, -0.999, self.low - width, 1e-3 * width]),
            np.array([1.5 * most, _SLOPE_FITTED_MAX, 0.999, self.high + width, 5.0 * width]),
        )
        low, high = self.bounds
        self._inside = (low + 1e-6 * (high - low), high - 1e-6 * (high - low))
        self.scale = np.array([least, 0.1, 0.5, 0.3 * width, 0.3 * width])

    def starts(self) -> tuple[Floats, ...]:
        """The best of a grid of shifts and curvatures, for which the rest is a linear fit.

        Source:
            Zeliade Systems (2009), Quasi-explicit calibration of Gatheral's SVI model.
        """
        k, total = self.quotes.log_moneyness, self.quotes.vol**2 * self.years
        scale = self.weight / np.sqrt(total)  # an error of volatility is one of variance over it
        width = self.high - self.low
        found: list[tuple[float, Floats]] = []
        for m in self.low + width * np.array([0.2, 0.4, 0.6, 0.8, 1.0]):
            for sigma in width * np.array([0.02, 0.1, 0.3, 1.0]):
                root = np.sqrt((k - m) ** 2 + sigma**2)
                columns = np.stack([np.ones_like(k), k - m, root], axis=1) * scale[:, None]
                _, tilt, b = np.linalg.lstsq(columns, total * scale, rcond=None)[0]
                b = max(float(b), 1e-6)
                rho = float(np.clip(tilt / b, -0.99, 0.99))
                shape = b * (rho * (k - m) + root)
                level = float(np.average(total - shape, weights=scale**2))
                least = level + b * sigma * np.sqrt(1.0 - rho * rho)
                x = np.clip([least, b * (1.0 + abs(rho)), rho, m, sigma], *self._inside)
                errors = scale * (_svi(_raw(x), k) - total)
                found.append((float((errors * errors).sum()), x))
        found.sort(key=lambda pair: pair[0])
        return found[0][1], found[1][1]

    def gentle(self) -> tuple[Floats, ...]:
        """Beginnings free of arbitrage: a shallow smile, and the earlier one in step with time."""
        total = float((self.quotes.vol**2).mean() * self.years)
        begun = [np.array([total, 2.0 * total, -0.3, 0.0, self.high - self.low])]
        if self.earlier is not None:
            smile, ratio = self.earlier, self.years / self.earlier.years
            least = smile.a + smile.b * smile.sigma * float(np.sqrt(1.0 - smile.rho**2))
            slope = smile.b * (1.0 + abs(smile.rho))
            begun.append(np.array([ratio * least, ratio * slope, smile.rho, smile.m, smile.sigma]))
        return tuple(np.clip(x, *self._inside) for x in begun)

    def residuals(self, x: Floats, penalty: float) -> Floats:
        """Weighted errors of volatility, and what breaches of no arbitrage are charged."""
        raw = _raw(x)
        fitted = np.sqrt(np.maximum(_svi(raw, self.quotes.log_moneyness), 0.0) / self.years)
        errors = self.weight * (fitted - self.quotes.vol)
        if penalty == 0.0:
            return np.asarray(errors)
        charged = [errors, penalty * np.minimum(_density(raw, self.line) - _PENALTY_MARGIN, 0.0)]
        if self.earlier is not None and (shared := self._shared()) is not None:
            gap = _svi(raw, shared) / self.earlier.total_variance(shared) - 1.0
            charged.append(penalty * np.minimum(gap - _CALENDAR_MARGIN, 0.0))
        return np.concatenate(charged)

    def solve(self, starts: tuple[Floats, ...], *, penalty: float) -> Floats | None:
        """The best of several beginnings; null where none converges."""
        # SciPy takes 0.3 s to import; whoever fits nothing does not pay it.
        from scipy.optimize import least_squares  # noqa: PLC0415

        best: tuple[float, Floats] | None = None
        for start in starts:
            found = least_squares(
                self.residuals, start, bounds=self.bounds, x_scale=self.scale, args=(penalty,),
                max_nfev=100, ftol=1e-7, xtol=1e-7, gtol=1e-10,
            )  # fmt: skip
            if np.isfinite(found.cost) and (best is None or found.cost < best[0]):
                best = (float(found.cost), found.x)
        return None if best is None else best[1]

    def smile(self, x: Floats, forward: float) -> Smile:
        """The solution as a smile, checked."""
        raw = _raw(x)
        errors = self.residuals(x, 0.0) / self.weight
        smile = Smile(
            *raw, forward=forward, years=self.years, low=self.low, high=self.high,
            error=float(np.sqrt((errors * errors).mean())),
            density_min=float(_density(raw, self.check).min()), reason=SmileReason.OK,
        )  # fmt: skip
        return replace(smile, reason=self._verdict(smile))

    def _shared(self) -> Floats | None:
        if self.earlier is None:
            return None
        low, high = max(self.low, self.earlier.low), min(self.high, self.earlier.high)
        return np.linspace(low, high, _SHARED_POINTS) if low < high else None

    def _verdict(self, smile: Smile) -> SmileReason:
        if smile.b * (1.0 + abs(smile.rho)) >= SLOPE_MAX:
            return SmileReason.WING_SLOPE
        if smile.density_min < _DENSITY_MIN:
            return SmileReason.BUTTERFLY
        breach = 0.0 if self.earlier is None else calendar_breach(self.earlier, smile)
        if breach > _CALENDAR_TOLERANCE:
            return SmileReason.CALENDAR
        return SmileReason.OK if smile.error <= ERROR_MAX else SmileReason.POOR_FIT


def _line(low: float, high: float, points: int) -> Floats:
    """Log moneyness close together out to twice the quoted width, sparse out to ten times."""
    width = high - low
    near = np.linspace(low - 2.0 * width, high + 2.0 * width, points)
    far = width * np.geomspace(2.0, 10.0, points // 10)[1:]
    return np.concatenate((low - far[::-1], near, high + far))


def _raw(x: Floats) -> tuple[float, float, float, float, float]:
    least, slope, rho, m, sigma = (float(item) for item in x)
    b = slope / (1.0 + abs(rho))
    return least - b * sigma * float(np.sqrt(1.0 - rho * rho)), b, rho, m, sigma


def _svi(raw: tuple[float, float, float, float, float], k: Floats) -> Floats:
    a, b, rho, m, sigma = raw
    return a + b * (rho * (k - m) + np.sqrt((k - m) ** 2 + sigma**2))


def _density(raw: tuple[float, float, float, float, float], k: Floats) -> Floats:
    _, b, rho, m, sigma = raw
    root = np.sqrt((k - m) ** 2 + sigma**2)
    total = np.maximum(_svi(raw, k), 1e-300)
    slope = b * (rho + (k - m) / root)
    curve = b * sigma**2 / root**3
    tilt = 1.0 - 0.5 * k * slope / total
    return tilt * tilt - 0.25 * slope * slope * (1.0 / total + 0.25) + 0.5 * curve


def _within(smile: Smile, k: Floats) -> Floats:
    is_inside = (k >= smile.low - 1e-12) & (k <= smile.high + 1e-12)
    return np.where(is_inside, smile.total_variance(k), np.nan)


def _unfitted(forward: float, years: float, reason: SmileReason) -> Smile:
    nan = float("nan")
    return Smile(nan, nan, nan, nan, nan, forward, years, nan, nan, nan, nan, reason)

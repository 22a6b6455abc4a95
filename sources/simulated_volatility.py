"""Simulated volatility market: one variance curve behind the VIX family and the VX futures."""

from datetime import date

import numpy as np

from sources.simulated_noise import Path, ripple, smoothed, stream

CONTRACTS = 8  # monthly VX contracts listed at a time
_REVERSION = 3.5  # per year, as the methodology's map from spot to futures assumes
_MONTH = 30 / 365
_STEEPENED = 3.0  # months up to which a planted steepening grows
_TENORS = {  # years, and the deviation of the tenor's own noise
    "vix9d_close": (9 / 365, 0.030),
    "vix3m_close": (93 / 365, 0.010),
    "vix6m_close": (184 / 365, 0.011),
    "vix1y_close": (1.0, 0.012),
}


def indices(vix: Path, seed: int, decisions: Path) -> dict[str, Path]:
    """VIX, its sisters of other tenors, VVIX and SKEW [volatility points], as published.

    Args:
        vix: unrounded VIX.
        seed: of the market.
        decisions: 1 on the sessions up to a policy decision that the 9-day index spans, else 0.
    """
    distant = _distant_variance(vix)
    family = {"vix_close": vix}
    for name, (years, deviation) in _TENORS.items():
        own = ripple(seed, name, vix.size, 0.85, deviation)
        family[name] = 100 * np.sqrt(_mean_variance(vix, distant, years)) * np.exp(own)
    family["vix9d_close"] = family["vix9d_close"] * (1.0 + 0.04 * decisions)
    family["vvix_close"] = _vvix(vix, seed)
    family["skew_close"] = _skew(vix, seed)
    return {name: np.round(values, 2) for name, values in family.items()}


def settlements(
    vix: Path, seed: int, sessions: list[date], expiries: list[date], steeper: Path
) -> tuple[list[date], list[date], Path]:
    """VX settlements of every session, eight contracts each: the forward volatility at expiry.

    Args:
        vix: unrounded VIX.
        seed: of the market.
        sessions: the dates, as many as ``vix`` has values.
        expiries: settlement dates in order, the first on or after the first session.
        steeper: planted steepening by session [logarithm per 30 days].

    Returns:
        Session, expiry and settlement [volatility points] by row. On its expiry a contract
        settles at the VIX.
    """
    days = np.array(sessions, dtype="datetime64[D]")
    ends = np.array(expiries, dtype="datetime64[D]")
    listed = np.searchsorted(ends, days)[:, None] + np.arange(CONTRACTS)
    years = (ends[listed] - days[:, None]).astype(np.float64) / 365
    distant = _distant_variance(vix)[:, None]
    now = _instant_variance(vix, _distant_variance(vix))[:, None]
    forward = distant + (now - distant) * np.exp(-_REVERSION * years) * _share(_MONTH)
    away = 1.0 - np.exp(-years / _MONTH)  # noise and convexity vanish as a contract expires
    mood = ripple(seed, "vx mood", vix.size, 0.8, 0.015)[:, None]
    own = 0.0025 * stream(seed, "vx").standard_normal(years.shape)
    planted = steeper[:, None] * np.minimum(years / _MONTH, _STEEPENED)
    settle = 100 * np.sqrt(forward) * np.exp((mood + own - 0.03) * away + planted)
    settle = np.where(years == 0, np.round(vix, 2)[:, None], np.round(settle, 4))
    by_row = [day for day in sessions for _ in range(CONTRACTS)]
    return by_row, [expiries[at] for at in listed.ravel().tolist()], settle.ravel()


def _distant_variance(vix: Path) -> Path:
    """What the curve tends to at long tenors [annual variance]: slow, and dearer than the mean."""
    level = 0.5 * np.log(0.215) + 0.5 * (smoothed(np.log(vix / 100), 250.0) + 0.20)
    squared: Path = np.exp(2.0 * level)
    return squared


def _share(years: float) -> float:
    """How much of today's excess variance is left on average until a tenor."""
    return float((1.0 - np.exp(-_REVERSION * years)) / (_REVERSION * years))


def _instant_variance(vix: Path, distant: Path) -> Path:
    excess: Path = ((vix / 100) ** 2 - distant) / _share(_MONTH)
    return distant + excess


def _mean_variance(vix: Path, distant: Path, years: float) -> Path:
    mean = distant + (_instant_variance(vix, distant) - distant) * _share(years)
    # A calm VIX extrapolated to nine days would otherwise fall further than it has been seen to.
    lowest = (0.72 * vix / 100) ** 2
    return np.maximum(mean, lowest)


def _vvix(vix: Path, seed: int) -> Path:
    surprise = np.log(vix) - smoothed(np.log(vix), 12.0)
    own = ripple(seed, "vvix", vix.size, 0.93, 0.45)
    lean = 1.2 * np.log(vix / 16.0) + 5.0 * surprise + own - 1.9
    return 80.0 + 100.0 / (1.0 + np.exp(-lean))  # nearly all closes since 2007 lie between


def _skew(vix: Path, seed: int) -> Path:
    own = ripple(seed, "skew", vix.size, 0.97, 0.45)
    return 132.0 + 17.0 * np.tanh(own - 0.5 * np.log(vix / 17.0))

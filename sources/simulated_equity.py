"""Simulated stock market: regimes, returns that cluster and lean on falls, bars and breadth."""

from dataclasses import dataclass

import numpy as np

from sources.simulated_noise import Path, reverting, ripple, smoothed, stream

SESSIONS_PER_YEAR = 252


@dataclass(frozen=True)
class _Regime:
    """A spell of the market: what it lasts [sessions], its volatility and drift [annual]."""

    sessions: int
    volatility: float
    drift: float
    successors: tuple[tuple[str, float], ...]


_REGIMES = {
    "calm": _Regime(100, 0.095, 0.12, (("normal", 0.9), ("crash", 0.1))),
    "normal": _Regime(70, 0.145, 0.06, (("calm", 0.5), ("stressed", 0.35), ("crash", 0.15))),
    "stressed": _Regime(45, 0.24, -0.20, (("recovery", 0.8), ("crash", 0.2))),
    "crash": _Regime(15, 0.55, -3.0, (("recovery", 1.0),)),
    "recovery": _Regime(45, 0.21, 0.45, (("normal", 0.7), ("calm", 0.3))),
}
# Chance alone leaves some markets without a crash or a calm where z-scores, 756 sessions after
# the start, are first defined. So the last two years or so are told in this order.
_LAST_SPELLS = (
    "calm", "normal", "crash", "recovery", "normal", "stressed", "recovery", "normal", "calm",
)  # fmt: skip
_SPELL_SHAPE = 6.0  # of the gamma law of a spell's length: its deviation is 41 % of its mean

_ARCH, _LEVERAGE, _GARCH = 0.02, 0.12, 0.83  # Glosten-Jagannathan-Runkle, with a moving base
PERSISTENCE = _ARCH + _LEVERAGE / 2 + _GARCH
_TAIL_DEGREES = 6  # of Student's t
_LARGEST_SHOCK = 6.5  # in standard deviations: a daily move beyond 20 % has no precedent


@dataclass(frozen=True)
class Tape:
    """What drives the market, one value a session; all but the return are hidden from readers.

    ``variance`` is that of the session's own return, ``base_variance`` what it reverts to.
    """

    log_return: Path
    variance: Path
    next_variance: Path
    base_variance: Path


def tape(seed: int, count: int) -> Tape:
    """Returns of the S&P 500 with the variances behind them, for ``count`` sessions."""
    spells = _spells(seed, count)
    base = np.array([_REGIMES[name].volatility ** 2 / SESSIONS_PER_YEAR for name in spells])
    drift = np.array([_REGIMES[name].drift / SESSIONS_PER_YEAR for name in spells])
    shocks = stream(seed, "return").standard_t(_TAIL_DEGREES, count)
    shocks *= np.sqrt((_TAIL_DEGREES - 2) / _TAIL_DEGREES)
    shocks = np.clip(shocks, -_LARGEST_SHOCK, _LARGEST_SHOCK)
    variances = _variances(base, shocks)
    returns = drift + np.sqrt(variances[:-1]) * shocks
    # Over decades regimes add up to absurd levels; a constant keeps the growth a market's own.
    growth = 0.068 + 0.015 * float(stream(seed, "growth").standard_normal())
    returns += growth / SESSIONS_PER_YEAR - returns.mean()
    return Tape(returns, variances[:-1], variances[1:], base)


def _spells(seed: int, count: int) -> list[str]:
    random = stream(seed, "regime")
    ending = [name for spell in _LAST_SPELLS for name in [spell] * _length(random, spell)]
    spells: list[str] = []
    name = "normal"
    while len(spells) + len(ending) < count:
        spells += [name] * _length(random, name)
        names, odds = zip(*_REGIMES[name].successors, strict=True)
        name = names[int(np.searchsorted(np.cumsum(odds)[:-1], random.random()))]
    return (spells + ending)[-count:]


def _length(random: np.random.Generator, name: str) -> int:
    mean = _REGIMES[name].sessions
    return max(5, round(random.gamma(_SPELL_SHAPE, mean / _SPELL_SHAPE)))


def _variances(base: Path, shocks: Path) -> Path:
    variance = float(base[0])
    path = [variance]
    for level, shock in zip(base.tolist(), shocks.tolist(), strict=True):
        reaction = _GARCH + (_ARCH + (_LEVERAGE if shock < 0 else 0.0)) * shock * shock
        variance = (1.0 - PERSISTENCE) * level + reaction * variance
        path.append(variance)
    return np.array(path)


def spx_bars(market: Tape, seed: int) -> dict[str, Path]:
    """Open, high, low and close of the S&P 500 [index points]."""
    closes = levels(market.log_return, 5_900.0, stream(seed, "spx level"))
    return _bars("spx", closes, market.log_return, np.sqrt(market.variance), seed)


def nasdaq_bars(market: Tape, seed: int) -> dict[str, Path]:
    """Open, high, low and close of the NASDAQ: the same market, a larger beta, its own noise."""
    deviation = np.sqrt(market.variance)
    own = stream(seed, "nasdaq return").standard_normal(market.log_return.size)
    returns = 1.12 * market.log_return + 0.45 * deviation * own
    closes = levels(returns, 18_500.0, stream(seed, "nasdaq level"))
    return _bars("nasdaq", closes, returns, 1.2 * deviation, seed)


def levels(returns: Path, last: float, random: np.random.Generator) -> Path:
    """Closes that end near ``last``: a long history then starts low instead of ending absurdly."""
    path = np.cumsum(returns)
    shift = np.log(last) + 0.06 * float(random.standard_normal()) - path[-1]
    closes: Path = np.exp(path + shift)
    return closes


def _bars(name: str, close: Path, returns: Path, deviation: Path, seed: int) -> dict[str, Path]:
    """Bars around the closes: an overnight gap, then a Brownian path's exact extremes."""
    random = stream(seed, f"{name} bar")
    count = close.size
    gap = 0.25 * returns + 0.25 * deviation * random.standard_normal(count)
    session = returns - gap
    reach = -2.0 * (0.85 * deviation) ** 2 * np.log(1.0 - random.random((2, count)))
    opens = close * np.exp(-session)
    high = opens * np.exp((session + np.sqrt(session**2 + reach[0])) / 2)
    low = opens * np.exp((session - np.sqrt(session**2 + reach[1])) / 2)
    parts = {"open": opens, "high": high, "low": low, "close": close}
    return {f"{name}_{part}": np.round(values, 2) for part, values in parts.items()}


def breadth(market: Tape, seed: int) -> dict[str, Path]:
    """NYSE issues that rose, fell and stood still [count].

    A slow tide of its own lets breadth lag the index for weeks, as it does before some tops.
    """
    count = market.log_return.size
    tide = ripple(seed, "breadth tide", count, 0.985, 0.14)
    own = stream(seed, "breadth").standard_normal(count)
    scale = 0.6 * np.sqrt(market.variance) + 0.4 * 0.01
    net = 0.92 * np.tanh(0.62 * market.log_return / scale + 0.28 * own + tide)
    issues = np.round(2_850 + ripple(seed, "nyse issues", count, 0.995, 60.0))
    still = np.round(issues * (0.03 + 0.006 * np.tanh(ripple(seed, "unchanged", count, 0.7, 1.0))))
    advances = np.round((issues - still) * (1.0 + net) / 2)
    return {
        "nyse_advances": advances,
        "nyse_declines": issues - still - advances,
        "nyse_unchanged": still,
    }


def vix_close(market: Tape, seed: int) -> Path:
    """VIX [volatility points], unrounded: it jumps as the index falls, then reverts.

    It reverts to the volatility that the next month holds on average, plus a premium; the market
    is taken to notice a change of regime within about a week.
    """
    month = 21
    weight = (1.0 - PERSISTENCE**month) / (month * (1.0 - PERSISTENCE))
    noticed = np.exp(smoothed(np.log(market.base_variance), 5.0))
    expected = noticed + (market.next_variance - noticed) * weight
    target = np.log(2.8 + 108.0 * np.sqrt(SESSIONS_PER_YEAR * expected))
    annual = np.sqrt(SESSIONS_PER_YEAR * market.variance)
    slope = np.clip(4.3 * np.sqrt(0.15 / annual), 2.5, 6.5)
    own = 0.026 * stream(seed, "vix").standard_normal(target.size)
    speed = 0.10
    path = reverting(
        speed * target - slope * market.log_return + own, 1.0 - speed, float(target[0])
    )
    # The floor and ceiling of 36 years of closes are 9.1 and 82.7.
    return np.clip(np.exp(path), 9.0, 90.0)

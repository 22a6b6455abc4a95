"""No forecast depends on what came after it: on a prefix as on the whole, bit for bit."""

from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pricing.forecast import (
    VolatilityForecasts,
    VolatilityHistory,
    variance_paths,
    volatility_forecasts,
)
from pricing.forecast_block import forecast_block
from pricing.forecast_schedule import HORIZONS, Schedule

Floats = NDArray[np.float64]

PLAN = Schedule(first=300, every=450)
SESSIONS = 1_300


def _market() -> VolatilityHistory:
    draw = np.random.default_rng(21)
    volatility = np.empty(SESSIONS)
    level = 0.0
    for day, shock in enumerate(draw.standard_normal(SESSIONS)):
        level = 0.93 * level + 0.15 * shock
        volatility[day] = 0.01 * np.exp(level)
    returns = volatility * draw.standard_normal(SESSIONS)
    returns[[0, 620]] = np.nan
    variance = 0.6 * np.square(volatility) * draw.chisquare(6, SESSIONS) / 6
    variance[[0, 700]] = np.nan
    implied = 1_600 * volatility[:, None] * np.array([1.0, 1.05, 1.1, 1.12])
    implied *= np.exp(0.03 * draw.standard_normal((SESSIONS, 4)))
    implied[:400, 0] = np.nan
    implied[640, 1:] = np.nan
    days = np.array([9.0, 30.0, 93.0, 184.0])
    return VolatilityHistory(returns, variance, implied[:, 1].copy(), days, implied)


def _cut(market: VolatilityHistory, count: int) -> VolatilityHistory:
    rows = ("log_return", "variance", "vix", "term_volatility")
    return replace(market, **{name: getattr(market, name)[:count].copy() for name in rows})


def _quantities(market: VolatilityHistory, found: VolatilityForecasts) -> dict[str, Floats]:
    """Everything published of a run, one row a session."""
    made: dict[str, Floats] = {"half_life": found.half_life}
    for model, forecast in found.models.items():
        made[f"{model} mean"] = forecast.mean_variance
        made[f"{model} reason"] = forecast.reason.astype(np.float64)
        made[f"{model} weight"] = found.weights[model]
    path = variance_paths(found.combined, found.horizons)
    made |= {"combined": found.combined.mean_variance, "path": path.mean_variance}
    implied = found.models["term_structure"].mean_variance
    block = forecast_block(market.log_return, found.combined.mean_variance, implied, HORIZONS)
    for part in fields(block):
        value = getattr(block, part.name)
        named = value if isinstance(value, dict) else {part.name: value}
        made |= {name: np.asarray(item, dtype=np.float64) for name, item in named.items()}
    return made


@pytest.fixture(scope="module")
def market() -> VolatilityHistory:
    """A market of thirteen hundred sessions with holes in every input."""
    return _market()


@pytest.fixture(scope="module")
def whole(market: VolatilityHistory) -> VolatilityForecasts:
    """The forecasts on all of it."""
    return volatility_forecasts(market, PLAN)


def test_every_quantity_is_made(market: VolatilityHistory, whole: VolatilityForecasts) -> None:
    """The market is such that each quantity is known somewhere, or the prefixes prove nothing."""
    for name, values in _quantities(market, whole).items():
        assert np.isfinite(values).any(axis=0).all(), name


@pytest.mark.parametrize("count", [299, 300, 749, 750, 1_123, 1_299])
def test_prefix_is_the_whole(
    market: VolatilityHistory, whole: VolatilityForecasts, count: int
) -> None:
    """Whatever was forecast by a session is the same bits when the history goes on."""
    part = _cut(market, count)
    on_part = _quantities(part, volatility_forecasts(part, PLAN))
    for name, values in _quantities(market, whole).items():
        assert on_part[name].tobytes() == values[:count].tobytes(), name


LEAKS = {
    "outcome known ahead": ("pricing.forecast.lagged", lambda values, _: values[::-1].copy()),
    "regression on later windows": (
        "pricing.forecast_har.lagged",
        lambda values, sessions: np.roll(values, -sessions, axis=0),
    ),
    "centered mean": (
        "pricing.forecast_har.trailing_mean",
        lambda values, window: np.convolve(np.nan_to_num(values), np.ones(window), "same"),
    ),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_check_finds_planted_leak(
    market: VolatilityHistory,
    whole: VolatilityForecasts,
    monkeypatch: pytest.MonkeyPatch,
    leak: str,
) -> None:
    """The comparison fails on ways of seeing the future, at a prefix that ends with a fit."""
    monkeypatch.setattr(*LEAKS[leak])
    part = _cut(market, 750)
    on_part = _quantities(part, volatility_forecasts(part, PLAN, known_fits=whole.garch))
    leaking = volatility_forecasts(market, PLAN, known_fits=whole.garch)
    on_whole = _quantities(market, leaking)
    assert any(on_part[name].tobytes() != on_whole[name][:750].tobytes() for name in on_whole)


@pytest.mark.parametrize("seed", range(12))
def test_no_input_breaks_it(seed: int) -> None:
    """Whatever the arrays hold, every forecast is a positive number or unknown with a reason."""
    draw = np.random.default_rng(seed)
    odd = np.array([np.nan, np.inf, -np.inf, 0.0, -1.0, 1e-300, 1e300, 5e-324])

    def spoiled(values: Floats) -> Floats:
        is_odd = draw.uniform(size=values.shape) < draw.choice([0.0, 0.002, 0.05, 1.0])
        return np.where(is_odd, draw.choice(odd, values.shape), values)

    returns = spoiled(0.01 * draw.standard_normal(600))
    variance = spoiled(1e-4 * draw.chisquare(6, 600))
    term = spoiled(20 * np.exp(0.1 * draw.standard_normal((600, 2))))
    market = VolatilityHistory(returns, variance, term[:, 0], np.array([9.0, 93.0]), term)
    found = volatility_forecasts(market, PLAN)
    for forecast in (*found.models.values(), found.combined):
        is_there = forecast.reason == 0
        assert np.array_equal(is_there, np.isfinite(forecast.mean_variance))
        assert (forecast.mean_variance[is_there] > 0.0).all()
        paths = variance_paths(forecast, HORIZONS)
        assert np.array_equal(paths.reason == 0, np.isfinite(paths.mean_variance))
    implied = found.models["term_structure"].mean_variance
    forecast_block(returns, found.combined.mean_variance, implied, HORIZONS)


def test_kept_fits_change_nothing(market: VolatilityHistory, whole: VolatilityForecasts) -> None:
    """With the fits of an earlier run the forecasts are the same bits."""
    again = _quantities(market, volatility_forecasts(market, PLAN, known_fits=whole.garch))
    for name, values in _quantities(market, whole).items():
        assert again[name].tobytes() == values.tobytes(), name


def test_last_session_counts(market: VolatilityHistory, whole: VolatilityForecasts) -> None:
    """Another last session changes its own forecasts and none before it."""
    moved = _cut(market, SESSIONS)
    for values in (moved.log_return, moved.variance, moved.vix, moved.term_volatility):
        values[-1] *= 1.5
    found = volatility_forecasts(moved, PLAN, known_fits=whole.garch)
    for model, forecast in whole.models.items():
        here, there = forecast.mean_variance, found.models[model].mean_variance
        assert here[:-1].tobytes() == there[:-1].tobytes(), model
        assert (here[-1] != there[-1]).all(), model

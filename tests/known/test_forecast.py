"""Forecast models against the arch package's own results, plain least squares and cited fits."""

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pricing.forecast import (
    ForecastModel,
    VolatilityForecasts,
    VolatilityHistory,
    qlike,
    volatility_forecasts,
)
from pricing.forecast_block import error_quantiles, forecast_block
from pricing.forecast_garch import (
    GarchFit,
    fit_garch,
    garch_mean_variance,
    next_variance,
)
from pricing.forecast_har import HarFits, har_features, har_fits
from pricing.forecast_schedule import HORIZONS, ForecastReason, Schedule, squared, trailing_mean

Floats = NDArray[np.float64]

KAT12 = GarchFit(2e-6, 0.08, 0.0, 0.90)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
VIX_FILE = SHARED / "cboe-index-history" / "VIX_History.csv"


@pytest.fixture(scope="module")
def sp500() -> tuple[list[date], Floats, Floats]:
    """Sessions, returns and Garman-Klass variance with the gap, 1999 to 2018, shipped in arch."""
    from arch.data import sp500  # noqa: PLC0415  # takes two seconds, not at collection

    bars = sp500.load()
    start, high, low, close = (
        np.log(bars[name].to_numpy(dtype=np.float64)) for name in ("Open", "High", "Low", "Close")
    )
    returns, gap = np.full(close.size, np.nan), np.full(close.size, np.nan)
    returns[1:] = np.diff(close)
    gap[1:] = start[1:] - close[:-1]
    day = 0.5 * (high - low) ** 2 - (2 * math.log(2) - 1) * (close - start) ** 2
    return [stamp.date() for stamp in bars.index], returns, gap**2 + day


def _whole(returns: Floats, features: Floats, variance: Floats) -> HarFits:
    return har_fits(returns, features, variance, (5, 21), Schedule(first=returns.size))


@pytest.mark.parametrize(
    ("horizon", "mean", "annual"),
    [(1, 4.0000e-4, 31.749), (5, 3.88238e-4, 31.279), (21, 3.46960e-4, 29.569),
     (63, 2.71416e-4, 26.153)],
)  # fmt: skip
def test_garch_term_structure(horizon: int, mean: float, annual: float) -> None:
    """KAT-12: mean variance to each horizon from 4e-4, and its annual volatility in percent."""
    found = float(garch_mean_variance(KAT12, np.array([4e-4]), horizon)[0])
    assert found == pytest.approx(mean, abs=5e-10)
    assert 100 * math.sqrt(252 * found) == pytest.approx(annual, abs=5e-4)


def test_half_life() -> None:
    """KAT-12: half of a shock is gone after 34.31 sessions."""
    assert KAT12.half_life == pytest.approx(34.31, abs=5e-3)


@pytest.mark.parametrize("is_gjr", [False, True], ids=["GARCH", "GJR"])
def test_fit_is_the_package_own(sp500: tuple[list[date], Floats, Floats], is_gjr: bool) -> None:  # noqa: FBT001
    """From our fixed start arch arrives where it does from its own, to 1e-4 in parameters."""
    from arch import arch_model  # noqa: PLC0415  # takes two seconds, not at collection

    returns = sp500[1][1:]
    model = arch_model(100 * returns, mean="Zero", vol="GARCH", p=1, o=int(is_gjr), q=1)
    own = model.fit(disp="off")
    found = fit_garch(returns, is_asymmetric=is_gjr)
    assert found.alpha == pytest.approx(own.params["alpha[1]"], abs=1e-4)
    assert found.beta == pytest.approx(own.params["beta[1]"], abs=1e-4)
    assert found.gamma == pytest.approx(own.params.get("gamma[1]", 0.0), abs=1e-4)
    assert 1e4 * found.omega == pytest.approx(own.params["omega"], abs=1e-4)


@pytest.mark.parametrize("is_gjr", [False, True], ids=["GARCH", "GJR"])
def test_forecast_is_the_package_own(
    sp500: tuple[list[date], Floats, Floats],
    is_gjr: bool,  # noqa: FBT001
) -> None:
    """Recursion and multi-step forecast are arch's analytic ones for the same parameters."""
    from arch import arch_model  # noqa: PLC0415  # takes two seconds, not at collection

    returns = sp500[1][1:]
    fit = GarchFit(2e-6, 0.04, 0.10, 0.89) if is_gjr else GarchFit(2e-6, 0.09, 0.0, 0.89)
    gamma = [fit.gamma] if is_gjr else []
    model = arch_model(100 * returns, mean="Zero", vol="GARCH", p=1, o=int(is_gjr), q=1)
    fixed = model.fix([1e4 * fit.omega, fit.alpha, *gamma, fit.beta])
    own = fixed.forecast(horizon=42, start=returns.size - 300).variance.to_numpy() / 1e4
    ahead = next_variance(returns, fit)[-300:]
    np.testing.assert_allclose(ahead, own[:, 0], rtol=1e-11)
    for horizon in HORIZONS:
        found = garch_mean_variance(fit, ahead, horizon)
        np.testing.assert_allclose(found, own[:, :horizon].mean(axis=1), rtol=1e-11)


@pytest.mark.parametrize("fault", [ValueError, FloatingPointError, np.linalg.LinAlgError])
def test_optimizer_that_raises(
    sp500: tuple[list[date], Floats, Floats],
    monkeypatch: pytest.MonkeyPatch,
    fault: type[Exception],
) -> None:
    """An optimizer that breaks off is a failed fit."""
    from arch.univariate import ZeroMean  # noqa: PLC0415  # takes two seconds, not at collection

    def broken(*_: object, **__: object) -> None:
        raise fault("no")

    monkeypatch.setattr(ZeroMean, "fit", broken)
    fit = fit_garch(sp500[1][1:400], is_asymmetric=False)
    assert fit.reason is ForecastReason.FIT_FAILED


def test_har_reference_fit(sp500: tuple[list[date], Floats, Floats]) -> None:
    """Methodology 5.2, S&P 500 1999 to 2018: constant (of log volatility), betas, R squared."""
    _, returns, variance = sp500
    fits = _whole(returns, har_features(variance), variance)
    week, month = fits.coefficients[0]
    np.testing.assert_allclose([week[0] / 2, *week[1:]], [0.272, 0.137, 0.321, 0.427], atol=5e-4)
    np.testing.assert_allclose([month[0] / 2, *month[1:]], [0.549, 0.084, 0.291, 0.412], atol=5e-4)
    np.testing.assert_allclose(fits.r_squared[0], [0.68, 0.64], atol=5e-3)
    assert math.sqrt(fits.residual_variance[0, 1]) / 2 == pytest.approx(0.27, abs=5e-3)


@pytest.mark.real_data
def test_har_reference_fit_with_vix(sp500: tuple[list[date], Floats, Floats]) -> None:
    """Methodology 5.2: with VIX R squared rises to .72 and .67, its betas are .71 and .60."""
    if not VIX_FILE.is_file():
        pytest.skip(f"{VIX_FILE}: needs market files that are not ours to redistribute")
    lines = (line.split(",") for line in VIX_FILE.read_text().splitlines()[1:])
    closes = {f"{day[6:]}-{day[:2]}-{day[3:5]}": float(rest[-1]) for day, *rest in lines}
    sessions, returns, variance = sp500
    vix = np.array([closes.get(session.isoformat(), math.nan) for session in sessions])
    fits = _whole(returns, har_features(variance, vix), variance)
    np.testing.assert_allclose(fits.r_squared[0], [0.72, 0.67], atol=5e-3)
    np.testing.assert_allclose(fits.coefficients[0, :, 4], [0.71, 0.60], atol=5e-3)


def test_har_is_least_squares(sp500: tuple[list[date], Floats, Floats]) -> None:
    """Every fit of the schedule is NumPy's least squares on the windows known by then."""
    _, returns, variance = sp500
    plan, features = Schedule(first=1_000, every=1_000), har_features(variance)
    fits = har_fits(returns, features, variance, (5, 21), plan)
    for row, session in enumerate(plan.sessions(returns.size)):
        for column, horizon in enumerate((5, 21)):
            made = np.arange(22, session - horizon + 1)
            means = [variance[t + 1 : t + 1 + horizon].mean() for t in made]
            outcome = np.log(np.array(means) * 252e4)
            twin, squares, *_ = np.linalg.lstsq(features[made], outcome, rcond=None)
            np.testing.assert_allclose(fits.coefficients[row, column], twin, rtol=1e-8)
            spread = squares[0] / (made.size - 4)
            assert fits.residual_variance[row, column] == pytest.approx(spread, rel=1e-8)


@pytest.mark.parametrize(
    ("realized", "forecast", "loss"),
    [(1.0, 1.0, 0.0), (2.0, 1.0, 1.0 - math.log(2.0)), (1.0, 2.0, math.log(2.0) - 0.5)],
)
def test_qlike(realized: float, forecast: float, loss: float) -> None:
    """Patton (2011), table 1: too low a forecast costs more than too high a one."""
    found = qlike(np.array([realized]), np.array([forecast]))
    assert found[0] == pytest.approx(loss, abs=1e-15)


def test_qlike_ranks_as_patton_defines_it() -> None:
    """Differences of losses are those of ``ln f + v / f``, Patton (2011), equation 6."""
    draw = np.random.default_rng(1)
    realized, first, second = draw.uniform(1e-5, 1e-3, (3, 500))
    defined = (np.log(first) + realized / first) - (np.log(second) + realized / second)
    np.testing.assert_allclose(qlike(realized, first) - qlike(realized, second), defined, atol=1e-9)


def test_variance_premium() -> None:
    """KAT-22: VIX 20 against a volatility of 14 is 17.0 percent squared a month."""
    forecast, implied = np.full((1, 1), 0.14**2 / 252), np.full((1, 1), 0.20**2 / 252)
    block = forecast_block(np.zeros(1), forecast, implied, (21,))
    assert block.variance_premium[0, 0] == pytest.approx(17.0, abs=1e-9)
    assert block.premium[0, 0] == pytest.approx(0.06, abs=1e-12)


@pytest.fixture(scope="module")
def forecasts(sp500: tuple[list[date], Floats, Floats]) -> VolatilityForecasts:
    """Every model over the twenty years; no VIX is shipped for them."""
    _, returns, variance = sp500
    unknown = np.full(returns.size, np.nan)
    history = VolatilityHistory(returns, variance, unknown, np.array([30.0]), unknown[:, None])
    return volatility_forecasts(history)


def _realized(returns: Floats, horizon: int) -> Floats:
    """Variance over the sessions after each one."""
    ahead = np.full(returns.size, np.nan)
    ahead[:-horizon] = trailing_mean(squared(returns), horizon)[horizon:]
    return ahead


@pytest.mark.slow
@pytest.mark.parametrize("column", range(3))
def test_forecasts_are_worth_something(
    sp500: tuple[list[date], Floats, Floats], forecasts: VolatilityForecasts, column: int
) -> None:
    """Out of sample every model beats yesterday's month up to 21 sessions, and so does the mean."""
    outcome = _realized(sp500[1], HORIZONS[column])
    naive = qlike(outcome, trailing_mean(squared(sp500[1]), 21))
    shown = [
        forecasts.models[m] for m in (ForecastModel.HAR, ForecastModel.GARCH, ForecastModel.GJR)
    ]
    for forecast in (*shown, forecasts.combined):
        loss = qlike(outcome, forecast.mean_variance[:, column])
        both = np.isfinite(loss) & np.isfinite(naive)
        assert both.sum() > 3_000
        assert loss[both].mean() < 0.95 * naive[both].mean()


@pytest.mark.slow
@pytest.mark.parametrize("column", range(4))
def test_interval_covers(
    sp500: tuple[list[date], Floats, Floats], forecasts: VolatilityForecasts, column: int
) -> None:
    """Out of sample the 80 % interval holds 70 to 88 % of what came, at every horizon."""
    forecast, horizon = forecasts.combined.mean_variance[:, column], HORIZONS[column]
    factors = np.square(error_quantiles(sp500[1], forecast, horizon, (0.1, 0.9)))
    ratio = _realized(sp500[1], horizon) / forecast
    known = np.isfinite(ratio) & np.isfinite(factors[:, 0])
    inside = (ratio >= factors[:, 0]) & (ratio <= factors[:, 1])
    assert known.sum() > 2_500
    assert 0.70 < inside[known].mean() < 0.88

"""The combination of the models, paths, and the report's quantities."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from pricing.errors import PricingError
from pricing.forecast import (
    ForecastModel,
    VolatilityHistory,
    combination,
    qlike,
    recent_loss,
    variance_paths,
    volatility_forecasts,
)
from pricing.forecast_block import (
    ClusterState,
    at_bound,
    cluster_state,
    cone_median,
    cone_percentile,
    cone_volatility,
    error_quantiles,
    forecast_block,
)
from pricing.forecast_schedule import ForecastReason, ModelForecast

Floats = NDArray[np.float64]


def _of(means: Floats) -> ModelForecast:
    reason = np.where(np.isfinite(means), ForecastReason.FORECAST, ForecastReason.INPUT_MISSING)
    return ModelForecast(means, reason.astype(np.uint8))


@pytest.fixture(scope="module")
def returns() -> Floats:
    """Twelve hundred returns of one percent's deviation."""
    return 0.01 * np.random.default_rng(9).standard_normal(1_200)


def test_refuses_histories_of_different_length() -> None:
    """Arrays that do not belong together are named with their shapes."""
    one, two = np.ones(1), np.ones(2)
    with pytest.raises(PricingError, match=r"\[\(2,\), \(1,\), \(2,\)\]"):
        VolatilityHistory(two, one, two, np.array([30.0]), np.ones((2, 1)))


@pytest.mark.parametrize(("realized", "forecast"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)])
def test_loss_needs_positive_variances(realized: float, forecast: float) -> None:
    """The loss of what cannot be is unknown."""
    assert np.isnan(qlike(np.array([realized]), np.array([forecast]))).all()


def test_loss_counts_known_outcomes_only(returns: Floats) -> None:
    """A forecast is judged once its last session has come: 450 of them, H after the first."""
    loss = recent_loss(returns, np.full(1_200, 1e-4), 21)
    first = int(np.flatnonzero(np.isfinite(loss))[0])
    assert first == 21 + 450 - 1
    outcomes = [np.mean(np.square(returns[t + 1 : t + 22])) / 1e-4 for t in range(450)]
    expected = np.mean([ratio - math.log(ratio) - 1.0 for ratio in outcomes])
    assert loss[first] == pytest.approx(expected, rel=1e-10)


def test_loss_forgets_after_500_sessions(returns: Floats) -> None:
    """A bad forecast leaves the loss 500 sessions after its outcome."""
    good = np.full(1_200, 1e-4)
    bad = good.copy()
    bad[100] = 1e-9
    apart = ~np.isclose(recent_loss(returns, good, 5), recent_loss(returns, bad, 5), rtol=1e-6)
    known = np.isfinite(recent_loss(returns, good, 5))
    assert np.flatnonzero(apart & known).tolist() == list(range(454, 605))


def test_weights_are_inverse_losses(returns: Floats) -> None:
    """Two models' weights stand as the other's loss, and the forecast is their weighted mean."""
    models = {
        ForecastModel.HAR: _of(np.full((1_200, 1), 1e-4)),
        ForecastModel.GJR: _of(np.full((1_200, 1), 2e-4)),
    }
    weights, combined = combination(models, returns, (5,))
    losses = [recent_loss(returns, models[m].mean_variance[:, 0], 5)[-1] for m in models]
    share = losses[1] / (losses[0] + losses[1])
    assert share > 0.5
    assert weights[ForecastModel.HAR][-1, 0] == pytest.approx(share)
    assert combined.mean_variance[-1, 0] == pytest.approx(share * 1e-4 + (1 - share) * 2e-4)


def test_model_without_forecast_has_no_vote(returns: Floats) -> None:
    """Where a model is silent the others speak, and before any is scored nobody does."""
    silent = np.full((1_200, 1), 2e-4)
    silent[1_100] = np.nan
    models = {
        ForecastModel.HAR: _of(np.full((1_200, 1), 1e-4)),
        ForecastModel.GJR: _of(silent),
    }
    weights, combined = combination(models, returns, (5,))
    assert weights[ForecastModel.GJR][1_100, 0] == 0.0
    assert combined.mean_variance[1_100, 0] == 1e-4
    assert (combined.reason[:454] == ForecastReason.UNSCORED).all()
    assert np.isnan(combined.mean_variance[:454]).all()
    assert np.isnan(weights[ForecastModel.HAR][:454]).all()


def test_path_means_are_the_forecasts() -> None:
    """A path's mean to each horizon is that horizon's forecast."""
    means = np.array([[1.0, 1.5, 1.4, 2.0]]) * 1e-4
    path = variance_paths(_of(means), (5, 10, 21, 42)).mean_variance
    assert path.shape == (1, 42)
    found = [path[0, :horizon].mean() for horizon in (5, 10, 21, 42)]
    np.testing.assert_allclose(found, means[0], rtol=1e-14)


def test_path_breaks_off_where_forecasts_contradict() -> None:
    """A total that falls, or a missing horizon, leaves its stretch unknown with the reason."""
    means = np.array([[3.0, 1.0, 1.2, np.nan]]) * 1e-4
    found = variance_paths(_of(means), (5, 10, 21, 42))
    assert (
        np.isfinite(found.mean_variance[0]).tolist()
        == [True] * 5 + [False] * 5 + [True] * 11 + [False] * 21
    )
    assert found.reason[0, 5] == ForecastReason.NEGATIVE_FORWARD
    assert found.reason[0, 21] == ForecastReason.INPUT_MISSING


def test_interval_is_that_of_past_errors(returns: Floats) -> None:
    """Bounds are quantiles of what came over what was expected, as NumPy's."""
    found = error_quantiles(returns, np.full(1_200, 2e-4), 5, (0.1, 0.75))
    outcomes = [np.mean(np.square(returns[t + 1 : t + 6])) / 2e-4 for t in range(1_195)]
    expected = np.sqrt(np.quantile(outcomes, [0.1, 0.75]))
    np.testing.assert_allclose(found[-1], expected, rtol=1e-12)
    assert np.isnan(found[:454]).all()


def test_cone_volatility_is_about_the_mean(returns: Floats) -> None:
    """The cone's windows have the sample standard deviation."""
    expected = np.std(returns[-21:], ddof=1) * math.sqrt(252)
    assert cone_volatility(returns, 21)[-1] == pytest.approx(expected, rel=1e-12)


def test_cone_percentile_by_count(returns: Floats) -> None:
    """The percentile is the share of windows below, ties half, once there are enough."""
    asked = np.full(1_200, 0.15)
    windows = [np.std(returns[t - 4 : t + 1], ddof=1) * math.sqrt(252) for t in range(4, 1_200)]
    found = cone_percentile(returns, asked, 5)
    assert found[-1] == pytest.approx(100 * np.mean(np.array(windows) < 0.15), abs=1e-9)
    assert int(np.isnan(found).sum()) == 755
    tie = np.full(1_200, cone_volatility(returns, 5)[-1])
    below = np.sum(np.array(windows[:-1]) < windows[-1])
    assert cone_percentile(returns, tie, 5)[-1] == pytest.approx(100 * (below + 0.5) / 1_196)


def test_cone_median_is_corrected(returns: Floats) -> None:
    """The median is NumPy's times the root of Hodges and Tompkins' factor."""
    windows = cone_volatility(returns, 21)[20:]
    count = windows.size
    factor = 1 / (1 - 21 / count + (21**2 - 1) / (3 * count**2))
    expected = np.median(windows) * math.sqrt(factor)
    assert cone_median(returns, 21)[-1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("last_week", "near", "far", "state"),
    [
        (0.03, 0.40, 0.30, ClusterState.CLUSTER_ON),
        (0.03, 0.05, 0.30, ClusterState.NEITHER),
        (0.001, 0.20, 0.15, ClusterState.COMPRESSING),
        (0.001, 0.15, 0.20, ClusterState.NEITHER),
        (0.01, 0.40, 0.30, ClusterState.NEITHER),
        (0.03, np.nan, 0.30, ClusterState.UNKNOWN),
    ],
)
def test_cluster_state(
    returns: Floats, last_week: float, near: float, far: float, state: ClusterState
) -> None:
    """Loud weeks above the cone's median cluster, quiet ones under a falling forecast compress."""
    moved = returns.copy()
    moved[-63:-5] = 0.01
    moved[-5:] = [last_week, -last_week] * 2 + [last_week]
    forecast = np.tile([near, far], (1_200, 1))
    assert cluster_state(moved, forecast, (5, 42))[-1] == state


def test_cluster_state_needs_the_weekly_horizon(returns: Floats) -> None:
    """Without a five-session forecast the state is unknown."""
    found = cluster_state(returns, np.full((1_200, 1), 0.2), (21,))
    assert (found == ClusterState.UNKNOWN).all()
    assert ClusterState.UNKNOWN.label is None
    assert ClusterState.CLUSTER_ON.label == "cluster_on"


def test_block_of_unknown_forecast(returns: Floats) -> None:
    """A forecast that is not there leaves every quantity of the block unknown."""
    block = forecast_block(returns, np.full((1_200, 1), np.nan), np.full((1_200, 1), 1e-4), (5,))
    for values in (
        block.volatility,
        block.premium,
        block.variance_premium,
        *block.interval.values(),
    ):
        assert np.isnan(values).all()
    assert np.isnan(block.cone_percentile).all()
    assert (block.cluster == ClusterState.UNKNOWN).all()


def test_path_along_a_bound(returns: Floats) -> None:
    """The upper path is the forecast's times the square of its past errors' quantile."""
    point = _of(np.full((1_200, 1), 1e-4))
    block = forecast_block(returns, point.mean_variance, point.mean_variance, (5,))
    upper = variance_paths(at_bound(point, block.interval["high_sd"]), (5,))
    factor = error_quantiles(returns, point.mean_variance[:, 0], 5, (0.8413447460685429,))
    np.testing.assert_allclose(upper.mean_variance[-1], 1e-4 * factor[-1, 0] ** 2, rtol=1e-12)
    assert upper.reason[100, 0] == ForecastReason.UNSCORED
    assert np.isnan(upper.mean_variance[100]).all()


@pytest.mark.parametrize("horizons", [(), (1, 5), (5, 5), (10, 5)])
def test_refuses_horizons(returns: Floats, horizons: tuple[int, ...]) -> None:
    """Horizons that do not increase from two sessions are refused wherever they come in."""
    means = np.full((1_200, len(horizons)), 1e-4)
    history = VolatilityHistory(returns, returns, returns, np.array([30.0]), returns[:, None])
    with pytest.raises(PricingError, match="accepted are increasing whole numbers"):
        volatility_forecasts(history, horizons=horizons)
    with pytest.raises(PricingError, match="accepted are increasing whole numbers"):
        variance_paths(_of(means), horizons)
    with pytest.raises(PricingError, match="accepted are increasing whole numbers"):
        forecast_block(returns, means, means, horizons)

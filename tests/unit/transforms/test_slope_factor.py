"""The slope factor against a decomposition by other means, its turn, and its refits."""

import numpy as np
import pytest

from transforms.slope_factor import REFIT_SESSIONS, slope_factors

LEVEL, SLOPE = np.ones(5) / np.sqrt(5), np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) / np.sqrt(10)
SESSIONS = 1_100


@pytest.fixture(scope="module")
def slopes() -> np.ndarray:
    """How steep each session is: a slow wave with noise."""
    draw = np.random.default_rng(3)
    return 0.1 * np.sin(np.arange(SESSIONS) / 40) + 0.02 * draw.normal(size=SESSIONS)


@pytest.fixture(scope="module")
def logs(slopes: np.ndarray) -> np.ndarray:
    """A family whose level moves most and whose slope is the wave."""
    draw = np.random.default_rng(4)
    level = 0.9 * np.sin(np.arange(SESSIONS) / 90)
    noise = 0.005 * draw.normal(size=(SESSIONS, 5))
    return 3.0 + np.outer(level, LEVEL) + np.outer(slopes, SLOPE) + noise


def test_factor_is_the_planted_slope(logs: np.ndarray, slopes: np.ndarray) -> None:
    """The second component is the slope that the family was made with, up for steeper."""
    factor, _ = slope_factors(logs)
    assert np.corrcoef(factor[756:], slopes[756:])[0, 1] > 0.97


def test_factor_agrees_with_singular_values(logs: np.ndarray) -> None:
    """Up to its sign the component is NumPy's second right singular vector of the window."""
    factor, _ = slope_factors(logs)
    known = logs[:756]
    component = np.linalg.svd(known - known.mean(axis=0))[2][1]
    component *= np.sign(component[-1] - component[0])
    expected = (logs[756:1_008] - known.mean(axis=0)) @ component
    assert factor[756:1_008] == pytest.approx(expected, abs=1e-10)


def test_standing_on_one_scale(logs: np.ndarray) -> None:
    """The z compares with all earlier sessions on the loadings of the newest fit."""
    _, score = slope_factors(logs)
    fit = 756 + REFIT_SESSIONS
    known = logs[:fit]
    component = np.linalg.svd(known - known.mean(axis=0))[2][1]
    component *= np.sign(component[-1] - component[0])
    at = fit + 10
    path = logs @ component
    expected = (path[at] - path[:at].mean()) / path[:at].std(ddof=1)
    assert score[at] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("tenors", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [0, 4]])
def test_steeper_is_up(logs: np.ndarray, tenors: list[int]) -> None:
    """A session whose first tenor falls and whose last rises has a higher factor.

    An eigenvector comes with either sign: of these families one needs the turn.
    """
    family = logs[:, tenors]
    steeper = family.copy()
    steeper[900, 0] -= 0.2
    steeper[900, -1] += 0.2
    assert slope_factors(steeper)[0][900] > slope_factors(family)[0][900] + 0.2


def test_unknown_before_the_first_fit_and_in_holes(logs: np.ndarray) -> None:
    """756 whole sessions come first; a session that lacks a tenor has no factor."""
    holed = logs.copy()
    holed[100, 2] = holed[800, 4] = np.nan
    factor, score = slope_factors(holed)
    assert np.isnan(factor[:757]).all()
    assert np.isnan([factor[800], score[800]]).all()
    assert np.isfinite(factor[[757, 799, 801]]).all()
    assert np.isfinite(score[[757, 799, 801]]).all()


@pytest.mark.parametrize("end", [757, 900, 1_008, 1_050])
def test_factor_of_a_prefix(logs: np.ndarray, end: int) -> None:
    """What comes later changes nothing."""
    full, early = slope_factors(logs), slope_factors(logs[:end])
    for whole, part in zip(full, early, strict=True):
        assert np.array_equal(whole[:end], part, equal_nan=True)


def test_too_short_a_history() -> None:
    """Without 756 whole sessions there is no factor at all."""
    factor, score = slope_factors(np.full((756, 5), 3.0))
    assert np.isnan(factor).all()
    assert np.isnan(score).all()

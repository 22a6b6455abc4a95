"""Signals against all sessions: means by hand, and intervals that cover what they claim."""

import numpy as np
import pytest

from evidence.compare import compare
from evidence.outcomes import OUTCOMES

UNKNOWN = np.nan


def _followed(first: np.ndarray) -> np.ndarray:
    return np.column_stack([first] * len(OUTCOMES)).astype(float)


def test_means_and_episodes() -> None:
    """The mean after the signal, over the sessions on which both are known; runs are counted."""
    fired = np.array([1.0, 1.0, 0.0, 0.0, 1.0, UNKNOWN, 0.0])
    followed = _followed(np.array([1.0, 2.0, 3.0, 4.0, 6.0, 100.0, UNKNOWN]))
    (one,) = compare({"rule": fired}, followed)
    assert (one.judged, one.fired, one.episodes) == (5, 3, 2)
    assert one.found["vix_change"].mean == pytest.approx(3.0)
    assert one.found["vix_change"].base == pytest.approx(16.0 / 5.0)
    assert np.isnan(one.found["vix_change"].low)


def test_never_fired_is_no_zero() -> None:
    """A signal that never fired has no mean, and no warning is raised."""
    (one,) = compare({"rule": np.zeros(50)}, _followed(np.ones(50)))
    assert (one.fired, one.episodes) == (0, 0)
    assert np.isnan(one.found["is_spike"].mean)
    assert one.found["is_spike"].base == 1.0


def test_interval_holds_chance() -> None:
    """Of a hundred signals of pure chance over overlapping windows, about ninety intervals hold 0."""
    random = np.random.default_rng(7)
    steps = random.normal(size=2_000 + 21)
    ahead = np.convolve(steps, np.ones(21), mode="valid")[:2_000]
    blocks = random.random((2_000 // 20, 100)).repeat(20, axis=0) < 0.2
    signals = {f"{n}": blocks[:, n].astype(float) for n in range(100)}
    found = [one.found["vix_change"] for one in compare(signals, _followed(ahead))]
    holding = sum(one.low <= 0.0 <= one.high for one in found)
    assert 80 <= holding <= 99


def test_interval_sees_a_real_difference() -> None:
    """A signal that is followed by another distribution has an interval apart from 0."""
    random = np.random.default_rng(8)
    fired = (np.arange(2_000) // 50 % 4 == 0).astype(float)
    ahead = random.normal(size=2_000) + 0.5 * fired
    (one,) = compare({"rule": fired}, _followed(ahead))
    assert one.found["vix_change"].low > 0.2


def test_same_report_each_time() -> None:
    """The resamples are the same in every run."""
    random = np.random.default_rng(9)
    signals = {"rule": (random.random(300) < 0.3).astype(float)}
    followed = _followed(random.normal(size=300))
    assert compare(signals, followed) == compare(signals, followed)

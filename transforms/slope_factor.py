"""The second principal component of the VIX family: how steep the term structure is."""

import numpy as np

from pricing.board import Bools, Floats
from transforms.standing import BASELINE_MIN, BASELINE_SESSIONS

REFIT_SESSIONS = 252  # loadings move slowly; a year of them is read on one scale

_SPREAD_MIN = 1e-12


def slope_factors(logs: Floats) -> tuple[Floats, Floats]:
    """Slope of each session's term structure, and its z.

    ``(x_t - mean) . w``: mean and ``w`` from the covariances of up to 2,520 sessions before the
    fit, the first after 756 whole ones and then every 252 sessions; ``w`` is the eigenvector of
    the second largest eigenvalue, turned so that the longest tenor loads above the shortest. The z
    compares the factor with the 2,520 sessions before it on the loadings in force at t, so that a
    refit does not look like a move.

    Args:
        logs: logarithms of the indices, one row a session and one column a tenor, shortest first;
            NaN where unknown.

    Returns:
        Factor [log points] and z [standard deviations]; NaN before the first fit and where any
        tenor is unknown.

    Source:
        Johnson (2017), Journal of Financial and Quantitative Analysis 52(6); methodology 10.4.
    """
    factor, score = (np.full(len(logs), np.nan) for _ in range(2))
    is_whole: Bools = np.asarray(np.isfinite(logs).all(axis=1))
    first = int(np.searchsorted(np.cumsum(is_whole), BASELINE_MIN)) + 1
    for place in range(first, len(logs), REFIT_SESSIONS):
        begin, end = max(place - BASELINE_SESSIONS, 0), min(place + REFIT_SESSIONS, len(logs))
        known = logs[begin:place][is_whole[begin:place]]
        if len(known) < BASELINE_MIN:
            continue
        center = known.mean(axis=0)
        scores = ((logs[begin:end] - center) * _loadings(known - center)).sum(axis=1)
        factor[place:end] = scores[place - begin :]
        for at in range(place, end):
            earlier = scores[max(at - BASELINE_SESSIONS, begin) - begin : at - begin]
            score[at] = _standing(scores[at - begin], earlier)
    return factor, score


def _loadings(centered: Floats) -> Floats:
    """Unit vector of the second component, its last entry above its first."""
    covariance = np.einsum("ti,tj->ij", centered, centered) / (len(centered) - 1)
    second: Floats = np.linalg.eigh(covariance).eigenvectors[:, -2]
    return -second if second[-1] < second[0] else second


def _standing(value: float, earlier: Floats) -> float:
    known = earlier[np.isfinite(earlier)]
    if known.size < BASELINE_MIN:
        return np.nan
    spread = known.std(ddof=1)
    return float((value - known.mean()) / spread) if spread > _SPREAD_MIN else np.nan

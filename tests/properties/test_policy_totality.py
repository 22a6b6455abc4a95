"""The matrix answers every market, and exactly once."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.evaluate import band
from policy.model import Policy, load

_POLICIES = {name: load(name) for name in ("steward", "promoter")}
_FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("name", _POLICIES)
@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(_FINITE, min_size=1, max_size=40), vols=st.lists(_FINITE, min_size=1, max_size=40)
)
def test_any_finite_market_has_one_cell(name: str, gaps: list[float], vols: list[float]) -> None:
    """Each finite value lies in one band, whose edges hold it, lower edge included."""
    policy: Policy = _POLICIES[name]
    for axis, values in ((policy.axes.row, gaps), (policy.axes.column, vols)):
        frame = pl.LazyFrame({str(axis.column): values}).select(band(axis).alias("band"))
        edges = (float("-inf"), *axis.edges, float("inf"))
        for value, number in zip(values, frame.collect(engine="in-memory")["band"], strict=True):
            inside = [k for k in range(len(axis.ids)) if edges[k] <= value < edges[k + 1]]
            assert inside == [number]
            assert axis.ids[number]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), None])
def test_not_finite_has_no_cell(value: float | None) -> None:
    """What is not a number falls in no band instead of the last one."""
    axis = _POLICIES["steward"].axes.row
    frame = pl.LazyFrame({str(axis.column): [value]}, schema={str(axis.column): pl.Float64})
    assert frame.select(band(axis)).collect(engine="in-memory").item() is None

"""A driver's line is cut where the policy says, and one value speaks for each piece."""

from datetime import date

import polars as pl
import pytest

from policy.asked import places
from policy.conditions import Driver
from policy.flip_search import Cut, Line, beyond, lines
from policy.model import Policy
from policy.whatif import INPUTS, Morning

DAY = date(2018, 2, 5)
UPPER, LOWER = True, False  # the piece that a cut's own value belongs to


def _line(name: str, *cuts: tuple[float, bool]) -> Line:
    place = places()[name]
    return Line(place, Driver(place.tables[0], place.column), tuple(Cut(*cut) for cut in cuts))


def _values(line: Line, now: float, *, is_up: bool) -> list[tuple[float, float]]:
    return [(cut.threshold, value) for cut, value in beyond(line, now, is_up=is_up)]


def test_edge_belongs_to_the_band_above() -> None:
    """Upward an edge is crossed at itself, downward a step of what is shown below it."""
    line = _line("realized_vol_21d", (0.14, UPPER), (0.18, UPPER), (0.25, UPPER))
    assert _values(line, 0.15, is_up=True) == [(0.18, 0.18), (0.25, 0.25)]
    assert _values(line, 0.15, is_up=False) == [(0.14, 0.1399)]
    assert _values(line, 0.18, is_up=False) == [(0.18, 0.1799), (0.14, 0.1399)]


def test_strict_threshold_is_crossed_beyond_itself() -> None:
    """``> 6.5 %`` is crossed upward a step above, and downward at the threshold itself."""
    line = _line("erp_svix30", (0.065, LOWER))
    assert _values(line, 0.065, is_up=True) == [(0.065, 0.0651)]
    assert _values(line, 0.07, is_up=False) == [(0.065, 0.065)]


def test_sign_has_three_pieces() -> None:
    """Below zero, zero and above it are a piece each."""
    line = _line("vol_spread", (0.0, UPPER), (0.0, LOWER))
    assert _values(line, -2.0, is_up=True) == [(0.0, 0.0), (0.0, 0.01)]
    assert _values(line, 2.0, is_up=False) == [(0.0, 0.0), (0.0, -0.01)]


def test_close_cuts_are_met_between() -> None:
    """Where the next cut is nearer than a step, the value lies between the two."""
    line = _line("vol_gap_z", (1.0, LOWER), (1.004, UPPER))
    assert _values(line, 0.5, is_up=True) == [(1.0, 1.002), (1.004, 1.004)]


def test_whole_numbers_go_by_one() -> None:
    """Sessions are counted: two or fewer is left at three, and entered at two."""
    line = _line("sessions_to_fomc", (2.0, LOWER))
    assert _values(line, 1.0, is_up=True) == [(2.0, 3.0)]
    assert _values(line, 9.0, is_up=False) == [(2.0, 2.0)]


def test_no_room_between_whole_numbers() -> None:
    """Two cuts with no whole number between leave out the empty piece."""
    line = _line("sessions_to_fomc", (2.0, LOWER), (3.0, UPPER))
    assert _values(line, 0.0, is_up=True) == [(3.0, 3.0)]


def test_flag_has_another_side() -> None:
    """A yes can only become a no, and a no a yes."""
    line = _line("is_inner_band_inside", (1.0, UPPER))
    assert _values(line, 1.0, is_up=True) == []
    assert _values(line, 1.0, is_up=False) == [(1.0, 0.0)]
    assert _values(line, 0.0, is_up=True) == [(1.0, 1.0)]


def test_implausible_values_are_left_out() -> None:
    """A value that the column cannot take is no flip: volatility is never below zero."""
    line = _line("realized_vol_21d", (0.0, UPPER))
    assert _values(line, 0.1, is_up=False) == []


def test_policy_cuts_its_drivers(steward: Policy) -> None:
    """Edges of the matrix and thresholds of the rules cut their columns, each once."""
    frames = {
        table.name: pl.DataFrame(schema=table.schema) for table in INPUTS
    }  # no value is known: only what the policy itself states cuts
    found = {line.place.name: line.cuts for line in lines(steward, Morning.of(DAY, frames))}
    assert set(found["realized_vol_21d"]) >= {Cut(0.14, UPPER), Cut(0.18, UPPER), Cut(0.25, UPPER)}
    assert Cut(0.065, LOWER) in found["erp_svix30"]
    assert {Cut(-0.5, UPPER), Cut(0.5, UPPER), Cut(1.0, UPPER), Cut(1.5, UPPER)} <= set(
        found["vol_gap_z"]
    )
    assert found["vol_spread"] == (Cut(0.0, UPPER), Cut(0.0, LOWER))
    for cuts in found.values():
        assert list(cuts) == sorted(set(cuts), key=lambda cut: (cut.threshold, not cut.is_beyond))


@pytest.mark.parametrize("name", ["vol_gap_z", "realized_vol_21d", "vix_close"])
def test_unknown_has_no_value(name: str) -> None:
    """A session without a row, and a null, are both unknown."""
    frames = {table.name: pl.DataFrame(schema=table.schema) for table in INPUTS}
    assert Morning.of(DAY, frames).value(places()[name]) is None

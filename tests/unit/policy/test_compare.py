"""Two policies beside each other: what differs is found where it is, and explained once."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from policy.compare import (
    Change,
    Decided,
    Difference,
    causes,
    counted,
    differences,
    partings,
    text_changes,
)
from policy.lint import text_of
from policy.model import Policy, load

STEWARD = text_of("steward")[1]
FIRST = date(2018, 10, 12)
Edited = Callable[[str, str], Policy]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """The steward's policy with one edit."""

    def policy(before: str, after: str) -> Policy:
        assert before in STEWARD, "the edit must touch the file"
        path = tmp_path / "mine.yaml"
        path.write_text(STEWARD.replace(before, after, 1))
        return load(str(path))

    return policy


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ('below: "18 %"}', 'below: "17 %"}', Change("axes.column.bands.R2.below", "18 %", "17 %")),
        ("M-B4R4, L1: 0.25", "M-B4R4, L1: 0.50", Change("matrix.B4.R4.L1", "0.25", "0.50")),
        ("active: V", "active: F", Change("seed.active", "V", "F")),
        ("[[S1], [S2, S3]]", "[[S1], [S2]]",
         Change("quorum.mandatory", "[[S1], [S2, S3]]", "[[S1], [S2]]")),
        ('vix_close, op: ">", value: "20 pts"', 'vix_close, op: ">", value: "22 pts"',
         Change("gates.G-5.when", "vix_close > 20 pts", "vix_close > 22 pts")),
        ('  condor_loss: "5 %"', '  margin: "40 %"\n  condor_loss: "5 %"',
         Change("budget.margin", None, "40 %", "budget.margin")),
    ],
)  # fmt: skip
def test_one_edit_is_one_change(edited: Edited, before: str, after: str, change: Change) -> None:
    """A threshold, a cell, a list, a condition or a new key: one line, with both values."""
    assert text_changes(load("steward"), edited(before, after)) == (change,)


def test_a_policy_does_not_differ_from_itself() -> None:
    """No change is found where there is none."""
    assert text_changes(load("steward"), load("steward")) == ()


def test_profiles_differ_as_methodology_says() -> None:
    """Methodology 11.1: profile, short delta, budgets and quorum tell steward from promoter."""
    found = {one.key: (one.a, one.b) for one in text_changes(load("steward"), load("promoter"))}
    assert found["sizing.profile_multiplier"] == ("1.25", "0.75")
    assert found["condor.short_delta"] == ("0.16", "0.20")
    assert found["budget.carry"] == ("2 %", "1 %")
    assert found["budget.coverage"] == ("25 %", "10 %")
    assert found["quorum.add"] == ("3", "2")
    assert not [key for key in found if key.startswith(("axes", "matrix"))]


def _decided(*days: dict[str, Any]) -> Decided:
    """Decisions of L2, one day after the other; what is not said is a hold at 1.00."""
    usual = {
        "layer_id": "L2", "action": "hold", "multiplier_target": 1.0, "multiplier_before": 1.0,
        "multiplier_after": 1.0, "units_before": 4, "units_after": 4, "se_state": None,
        "rule_id": "R-01", "reason_code": "at_target", "row_bucket": "B4", "column_bucket": "R2",
        "quorum": 0,
    }  # fmt: skip
    rows, votes = [], []
    for number, day in enumerate(days):
        session = FIRST + timedelta(days=number)
        cast = day.get("votes", {})
        row = {"session": session, **usual, **{k: v for k, v in day.items() if k != "votes"}}
        rows.append(row)
        votes += [
            {"session": session, "layer_id": "L2", "direction": "add", "signer_id": name,
             "outcome": outcome}
            for name, outcome in cast.items()
        ]  # fmt: skip
    return Decided(load("steward"), rows, votes)


_SIGNED = {"S1": "fired", "S2": "fired", "S4": "fired", "S5": "fired"}
_ADDED = {
    "action": "add", "multiplier_target": 1.25, "multiplier_after": 1.25, "units_after": 5,
    "reason_code": "cell_asks_more", "quorum": 3, "votes": _SIGNED,
}  # fmt: skip
_BLOCKED = {
    "action": "blocked", "reason_code": "quorum_not_met", "quorum": 2,
    "votes": {**_SIGNED, "S5": "not_fired"},
}  # fmt: skip
_HIGHER = {"multiplier_before": 1.25, "multiplier_after": 1.25, "units_before": 5, "units_after": 5}
_BACK = {**_HIGHER, "action": "reduce", "multiplier_after": 1.0, "units_after": 4}


@pytest.fixture
def parted() -> tuple[Difference, ...]:
    """One policy adds, the other is blocked; two days later the first comes back down."""
    return differences(
        _decided({}, _ADDED, _HIGHER, _BACK, {"units_after": 6}, {"rule_id": "R-02V"}),
        _decided({}, _BLOCKED, {}, {}, {}, {}),
    )


def test_each_session_has_one_kind(parted: tuple[Difference, ...]) -> None:
    """What was decided otherwise is told from what only follows from it, and from mere size."""
    kinds = ["none", "decision", "path", "path", "size", "reason"]
    assert [one.kind for one in parted] == kinds
    assert counted(parted)["L2"] == {"none": 1, "decision": 1, "path": 2, "size": 1, "reason": 1}


def test_parting_ends_where_they_meet(parted: tuple[Difference, ...]) -> None:
    """A stretch lasts while the multipliers after the session differ."""
    (one,) = partings(parted)
    assert (one.layer, one.since, one.until) == ("L2", date(2018, 10, 13), date(2018, 10, 14))
    assert (one.sessions, one.is_open) == (2, False)
    assert one.began.a.signed == ("S1", "S2", "S4", "S5")
    assert (one.began.b.signed, one.began.b.refused) == (("S1", "S2", "S4"), ("S5",))


def test_parting_at_the_end_is_open() -> None:
    """A stretch that the span cuts off is not said to have ended."""
    (one,) = partings(differences(_decided(_ADDED, _HIGHER), _decided(_BLOCKED, {})))
    assert (one.until, one.is_open) == (date(2018, 10, 13), True)


def test_cause_is_counted_once_per_pair() -> None:
    """The same two answers on two sessions are one cause, with its first and last day."""
    found = differences(_decided(_ADDED, {}, _ADDED), _decided(_BLOCKED, {}, _BLOCKED))
    (one,) = causes(found)
    assert one.a == ("add", "R-01", "cell_asks_more")
    assert one.b == ("blocked", "R-01", "quorum_not_met")
    assert (one.sessions, one.first, one.last) == (2, FIRST, FIRST + timedelta(days=2))


def test_same_decisions_do_not_differ() -> None:
    """A policy against itself differs nowhere."""
    found = differences(_decided({}, _ADDED, _BACK), _decided({}, _ADDED, _BACK))
    assert {one.kind for one in found} == {"none"}
    assert causes(found) == partings(found) == ()

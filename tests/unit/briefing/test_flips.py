"""What would flip a layer is listed nearest first, and what would not is named."""

import re
from datetime import date
from typing import Any

import pytest

from briefing.decided import Told
from briefing.flips import FlipRow, Flips, flips_json, flips_text

SPIKE = date(2018, 2, 5)
UP, DOWN = True, False
AT, BEYOND = True, False
_NOW: dict[str, Any] = {
    "action": "hold", "units_before": 5, "units_after": 5, "multiplier_before": 1.0,
    "multiplier_cell": 1.0, "multiplier_target": 1.0, "multiplier_after": 1.0, "se_state": None,
    "reason_code": "at_target", "rule_id": "R-01", "row_bucket": "B4", "column_bucket": "R3",
    "signers_signed": None, "quorum": 0, "cooldown_sessions": 0, "policy_name": "steward",
    "policy_version": "1.1", "policy_hash": "ab" * 32,
}  # fmt: skip
_LESS = _NOW | {"action": "reduce", "units_after": 4, "multiplier_after": 0.75,
                "reason_code": "cell_asks_less"}  # fmt: skip


@pytest.fixture
def flips() -> Flips:
    """A volatility 6.8 moves away, a gap 1.2 away, a count and a flag without moves."""
    return Flips(
        told=Told("sample", SPIKE, "L2"),
        row=_NOW,
        flips=(
            FlipRow("sessions_to_fomc", 9.0, DOWN, 2.0, AT, "2 sessions", None, _LESS),
            FlipRow("realized_vol_21d", 0.1851, UP, 0.25, AT, "25 %", 6.82, _LESS),
            FlipRow("is_inner_band_inside", 1.0, DOWN, 1.0, BEYOND, "no", None, _LESS),
            FlipRow("vol_gap_z", 4.74, DOWN, 1.5, BEYOND, "1.49 z", 1.24, _LESS),
        ),
        still=("vix_close",),
        unknown=("term_ratio_3m", "sessions_to_cpi"),
    )


# Written by hand from the rows above.
_TABLE = """\
What would flip L2 on 2018-02-05 (sample, policy steward 1.1)
now: HOLD 5 contracts, 1.00x; at target; R-01

driver                             now         flips when it         distance     daily moves  then
Vol-fundamental gap (z)            +4.74 sd    falls below +1.50 sd  ~3.24 sd     1.2          THEN
21-session realized volatility     18.51%      rises to 25.00%       +649 bp      6.8          THEN
Inner band inside the break-evens  yes         is no                 -            -            THEN
Distance to the FOMC decision      9 sessions  falls to 2 sessions   ~7 sessions  -            THEN

look at the first: --what-if vol_gap_z=1.49z

nothing within its plausible range: VIX

unknown now, so not searched: VIX3M / VIX, Distance to the CPI release
"""
_THEN = "REDUCE 5 to 4 contracts, 1.00x to 0.75x; cell asks less; R-01"


def test_text_is_as_written_by_hand(flips: Flips) -> None:
    """The nearest in daily moves comes first; what has no moves comes last."""
    text = _TABLE.replace("THEN", _THEN).replace("~", "\N{MINUS SIGN}")
    wanted = re.sub(r"(?<=\d\d)x", "\N{MULTIPLICATION SIGN}", text)
    assert flips_text(flips).startswith(wanted + "\nEach driver is moved alone")


def test_nothing_flips(flips: Flips) -> None:
    """Where nothing plausible flips it, the drivers searched are named and no table is shown."""
    text = flips_text(flips._replace(flips=(), unknown=()))
    assert "flips when it" not in text
    assert "look at" not in text
    assert "nothing within its plausible range: VIX" in text
    assert "unknown now" not in text


def test_json_holds_what_flips(flips: Flips) -> None:
    """A machine gets each flip with its side, threshold, distance and what becomes of the layer."""
    told = flips_json(flips)
    first = told["flips"][0]
    assert (first["column"], first["side"], first["threshold"]) == ("vol_gap_z", "down", 1.5)
    assert (first["is_at_threshold"], first["what_if"]) == (False, "1.49 z")
    assert first["distance"] == pytest.approx(3.24)
    assert first["becomes"]["action"] == "reduce"
    assert told["now"]["action"] == "hold"
    assert told["nothing_within_range"] == ["vix_close"]
    assert told["unknown"] == ["term_ratio_3m", "sessions_to_cpi"]

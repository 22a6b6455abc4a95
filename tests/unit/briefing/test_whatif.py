"""Two decisions beside each other say what changed, what did not, and what was never looked at."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from briefing.decided import Told
from briefing.whatif import Asked, Compared, what_if_json, what_if_text
from schemas.catalogue import table

Frames = dict[str, pl.DataFrame]
SPIKE = date(2018, 2, 5)

# 5 February 2018 by hand: the matrix at B4, R3 as it was, at R2 with volatility under 18 percent.
_DECIDED = {
    "L1": {"action": "reduce", "units_before": 5, "units_after": 4, "multiplier_before": 1.0,
           "multiplier_after": 0.75, "reason_code": "cell_asks_less", "quorum": 0},
    "L2": {"action": "hold", "units_before": 5, "units_after": 5, "multiplier_before": 1.0,
           "multiplier_after": 1.0, "reason_code": "at_target", "quorum": 0},
    "L3": {"action": "hold", "units_before": 3, "units_after": 3, "multiplier_before": 1.0,
           "multiplier_after": 1.0, "reason_code": "at_target", "quorum": 0},
    "SE": {"action": "hold", "units_before": 0, "units_after": 0, "se_state": "off",
           "reason_code": "cell_not_persisted", "quorum": 4, "signers_signed": 3},
}  # fmt: skip
_BLOCKED = {"action": "blocked", "reason_code": "quorum_not_met", "quorum": 3, "signers_signed": 2}


def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = table(name).schema
    return pl.DataFrame(
        [{"session": SPIKE, **row} for row in rows] if "session" in schema else rows, schema=schema
    )


def _decision(column: str, volatility: float, changed: dict[str, Any], s3: str) -> Frames:
    rows = [
        {"layer_id": layer, "row_bucket": "B4", "column_bucket": column, "rule_id": "R-01",
         "policy_name": "steward", "policy_version": "1.1", "policy_hash": "ab" * 32,
         "sessions_in_cell": 1, **own, **(changed if layer == "L2" else {})}
        for layer, own in _DECIDED.items()
    ]  # fmt: skip
    whole = {"family": "driver", "role": "driver", "grade": "C", "condition_no": 0}
    fired = "fired" if volatility < 0.18 else "not_fired"
    rules = [
        {"rule_id": "R-01", **whole, "condition_text": "matrix", "outcome": "not_fired"},
        {"rule_id": "R-01", **whole, "condition_no": 1, "condition_text": "matrix column held",
         "driver_table": "mart_realized_vol_daily", "driver_column": "realized_vol_21d",
         "driver_value": volatility, "outcome": "not_fired"},
        {"rule_id": "R-02Z", **whole, "family": "seed", "condition_text": "seed", "outcome": fired},
    ]  # fmt: skip
    votes = [
        {"layer_id": layer, "direction": "add", "signer_id": "S3", "outcome": s3}
        for layer in ("L1", "L2")
    ]
    inputs = [
        {"series_id": "spx_close", "publisher": "S&P", "event_date": SPIKE, "value": 2648.94,
         "age_sessions": 0, "freshness": "ok", "raw_sha256": "0" * 64,
         "available_at": datetime(2018, 2, 5, 21, 20, tzinfo=UTC)}
    ]  # fmt: skip
    return {
        "mart_hedge_decision_daily": _frame("mart_hedge_decision_daily", rows),
        "mart_rule_evaluation_daily": _frame("mart_rule_evaluation_daily", rules),
        "mart_signer_daily": _frame("mart_signer_daily", votes),
        "mart_policy_cell": _frame("mart_policy_cell", []),
        "core_as_known_daily": _frame("core_as_known_daily", inputs),
    }


@pytest.fixture
def compared() -> Compared:
    """Volatility at 15 percent instead of 18.51: another column, a signer less, L2 blocked."""
    return Compared(
        told=Told("sample", SPIKE, "L2", ("a note",)),
        asked=(Asked("realized_vol_21d", "realized_vol_21d", 0.1851, 0.15),),
        before=_decision("R3", 0.1851, {}, "fired"),
        after=_decision("R2", 0.15, _BLOCKED, "not_fired"),
        kept=("vol_spread",),
        idle=(),
    )


# Written by hand from the rows above.
_TEXT = """\
What if on 2018-02-05 (sample, policy steward 1.1)
  realized_vol_21d  21-session realized volatility  18.51%  ->  15.00%

matrix cell: B4 x R3 -> B4 x R2
L2  HOLD 5 contracts, 1.00x; at target; R-01
 -> BLOCKED 5 contracts, 1.00x; quorum not met; R-01; 2 signed, 3 needed
L1  REDUCE 5 to 4 contracts, 1.00x to 0.75x; cell asks less; R-01
    as it was
L3  HOLD 3 contracts, 1.00x; at target; R-01
    as it was
SE  HOLD Second Engine off; cell not persisted; R-01; 3 signed, 4 needed
    as it was

rules and gates:
  R-02Z  NOT FIRED  ->  FIRED
signers:
  S3 on add of L1, L2  SIGNED  ->  NOT SIGNED

judged anew: the bands of the matrix, every rule, the signers, the path's answer and the distances
  of this session; what was decided before it stays
NOT recomputed, although of the same inputs: VIX less realized volatility
what could be traded and its prices stay as they were, unless you change them, as by
  L1.offer_debit_usd=250
a note

The decision as asked:
""".replace("00x", "00\N{MULTIPLICATION SIGN}").replace("75x", "75\N{MULTIPLICATION SIGN}")


def test_text_is_as_written_by_hand(compared: Compared) -> None:
    """The asked layer comes first, each with what it was, and what is not recomputed is said."""
    head, mark, _ = what_if_text(compared).partition("The decision as asked:\n")
    assert head + mark == _TEXT


def test_tree_has_no_bytes_under_what_is_asked_for(compared: Compared) -> None:
    """A number that somebody asked for was never read from a file, and the tree says so."""
    _, _, tree = what_if_text(compared).partition("The decision as asked:\n")
    assert "21-session realized volatility is 15.00%" in tree
    assert "asked for by --what-if; it is 18.51%" in tree
    assert "bytes sha256" not in tree


def test_nothing_changed_is_said(compared: Compared) -> None:
    """Where nothing follows, every part says so."""
    text = what_if_text(compared._replace(after=compared.before, idle=("vvix_close",)))
    assert text.count("    as it was") == len(_DECIDED)
    assert "matrix cell: B4 x R3, as it was" in text
    assert "rules and gates: as they were" in text
    assert "signers: as they were" in text
    assert "the policy reads no vvix_close" in text


def test_json_holds_both_decisions(compared: Compared) -> None:
    """A machine gets both sides of every layer, in the columns' own units."""
    told = what_if_json(compared)
    assert (told["session"], told["layer"], told["policy"]["version"]) == (
        "2018-02-05",
        "L2",
        "1.1",
    )
    assert told["asked"][0]["now"] == pytest.approx(0.1851)
    assert (told["asked"][0]["asked"], told["asked"][0]["unit"]) == (0.15, "decimal")
    first = told["layers"][0]
    assert (first["layer_id"], first["is_changed"]) == ("L2", True)
    assert (first["before"]["action"], first["after"]["action"]) == ("hold", "blocked")
    assert not any(one["is_changed"] for one in told["layers"][1:] if one["layer_id"] == "L1")
    assert told["signers"] == [
        {"signer_id": "S3", "direction": "add", "layers": ["L1", "L2"], "before": "SIGNED",
         "after": "NOT SIGNED"}
    ]  # fmt: skip
    assert told["rules"][0]["rule_id"] == "R-02Z"
    assert told["not_recomputed"] == ["vol_spread"]


def test_unknown_is_asked_for_in_words(compared: Compared) -> None:
    """A value taken away is shown as missing, and a flag as yes or no."""
    flag = Asked("is_inner_band_inside", "is_inner_band_inside", 1.0, 0.0)
    gone = Asked("erp_svix30", "erp_svix30", 0.1209, None)
    lines = what_if_text(compared._replace(asked=(flag, gone))).splitlines()
    assert lines[1].split()[-3:] == ["yes", "->", "no"]
    assert lines[2].split()[-4:] == ["12.09%", "->", "no", "data"]

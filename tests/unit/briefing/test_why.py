"""What is unknown is explained down to its inputs, and nothing else is blamed."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest

from briefing.explain import Node
from briefing.rows import BriefingError
from briefing.why import DAILY, Known, history_of, why_layer, why_unknown
from schemas.catalogue import table
from schemas.core import CORE_AS_KNOWN_DAILY, CORE_INDEX_DAILY

DAY = date(2024, 3, 8)
MADE_FROM = {
    "mart_vol_gap_daily": frozenset({"mart_cost_of_equity_daily", "core_index_daily"}),
    "mart_vol_state_daily": frozenset({"core_index_daily"}),
}
INPUT = {
    "session": DAY, "series_id": "vix_close", "publisher": "Cboe", "event_date": DAY, "value": 16.0,
    "available_at": datetime(2024, 3, 8, 22, tzinfo=UTC), "age_sessions": 0, "freshness": "ok",
    "suspicion": None, "raw_sha256": "ab" * 32,
}  # fmt: skip


def _rows(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    schema = table(name).schema
    return pl.DataFrame(
        [{"session": DAY, **dict.fromkeys(list(schema)[1:]), **row} for row in rows],
        schema=schema,
    )


def _known(source: str = "live", *inputs: dict[str, Any], **rows: dict[str, Any]) -> Known:
    frames = {one.name: pl.DataFrame(schema=one.schema) for one in DAILY}
    frames |= {name: _rows(name, row) for name, row in rows.items()}
    given = [{**INPUT, **one} for one in inputs]
    frames["core_as_known_daily"] = pl.DataFrame(given, schema=CORE_AS_KNOWN_DAILY.schema)
    return Known(source, DAY, frames, {"vix_close": (300, date(2023, 1, 3))}, MADE_FROM)


def _texts(node: Node) -> list[str]:
    return [node.text, *(line for child in node.children for line in _texts(child))]


def test_known_is_said_to_be_known() -> None:
    """A value that is there is no question."""
    found = why_unknown(_known(mart_vol_state_daily={"term_ratio_3m": 1.12}), "term_ratio_3m")
    assert (found.outcome, found.children) == ("KNOWN", ())
    assert "1.12" in found.text


def test_input_not_offered() -> None:
    """What a source never offers is named as such; the input that is there is not blamed."""
    known = _known("sample", {"series_id": "vix_close"}, mart_vol_state_daily={})
    texts = _texts(why_unknown(known, "term_ratio_3m"))
    assert texts[1:] == ["vix3m_close is not offered by source sample"]


def test_input_not_yet_known() -> None:
    """What is offered but has no value is told from what is not offered."""
    known = _known("live", {"series_id": "vix_close"}, mart_vol_state_daily={})
    texts = _texts(why_unknown(known, "term_ratio_3m"))
    assert texts[1:] == ["vix3m_close is offered by source live, but no value was known by then"]


@pytest.mark.parametrize(
    ("change", "outcome", "words"),
    [
        ({"freshness": "fail", "age_sessions": 9}, "STALE", "is 9 sessions old, its feed's limit is"),
        ({"freshness": "suspect", "suspicion": "repeats"}, "SUSPECT", "is not believed: repeats"),
    ],
)  # fmt: skip
def test_unfit_input_leads_to_bytes(change: dict[str, Any], outcome: str, words: str) -> None:
    """An input too old or not believed is named with its limit, and with the bytes it came from."""
    known = _known("live", change, mart_vol_state_daily={})
    (node,) = why_unknown(known, "implied_vol").children
    assert node.outcome == outcome
    assert words in node.text
    assert "ab" * 32 in node.children[0].text


def test_measure_between_is_named() -> None:
    """An unknown measure on the way is named; one of a table that takes no part is not."""
    series = ("vix_close", "spx_close", "treasury_10y", "erp_damodaran_published",
              "spx_at_erp_mark", "treasury_10y_at_erp_mark")  # fmt: skip
    known = _known("live", *({"series_id": name} for name in series),
                   mart_vol_gap_daily={}, mart_vol_state_daily={},
                   mart_cost_of_equity_daily={"erp_svix30": 0.02})  # fmt: skip
    texts = " ".join(_texts(why_unknown(known, "vol_gap_z")))
    assert "erp_fcfe_marked" in texts
    assert "erp_svix30" not in texts
    assert "implied_vol" not in texts


def test_short_history_is_told() -> None:
    """With every input known, the reach of each is told beside the formula."""
    known = _known("live", {}, mart_technical_daily={})
    texts = _texts(why_unknown(known, "vix_rsi_14d"))
    assert "vix_close known on 300 sessions, since 2023-01-03" in texts
    assert "Wilder" in texts[1]


def test_misspelt_name_is_refused() -> None:
    """A name that is nothing is refused with the one that was probably meant."""
    with pytest.raises(BriefingError, match=r"'vol_gap_q' is no layer.*did you mean"):
        why_unknown(_known(), "vol_gap_q")


def test_layer_lists_what_was_not_judged() -> None:
    """Of the conditions only those without an outcome are listed, and why."""
    known = _known("sample", {})
    rule = {"rule_id": "S3-add", "condition_no": 0, "family": "signer", "role": "gate",
            "grade": "B", "condition_text": "term_ratio_3m >= 1.00", "driver_table": "mart_vol_state_daily",
            "driver_column": "term_ratio_3m", "outcome": "no_data"}  # fmt: skip
    fired = {**rule, "rule_id": "G-5", "driver_column": "vix_close", "outcome": "fired"}
    known.rows = {**known.rows, "mart_rule_evaluation_daily":
                  _rows("mart_rule_evaluation_daily", rule, fired),
                  "mart_vol_state_daily": _rows("mart_vol_state_daily", {})}  # fmt: skip
    found = why_layer(known)
    assert found.text.startswith("1 condition ")
    assert "vix3m_close is not offered by source sample" in _texts(found)


def test_history_counts_known_sessions() -> None:
    """The reach of an input: sessions with a value, and the first of them."""
    days = [date(2024, 3, day) for day in (5, 6, 7, 8)]
    core = pl.DataFrame({"session": days, "vix_close": [None, 15.0, None, 16.0]})
    wide = core.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in CORE_INDEX_DAILY.schema.items()
        if name not in core.columns
    )
    found = history_of({"core_index_daily": wide})
    assert found["vix_close"] == (2, date(2024, 3, 6))
    assert found["spx_close"] == (0, None)

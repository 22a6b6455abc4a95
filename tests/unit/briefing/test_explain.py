"""An explanation leads from a layer's decision to the archived bytes, and invents nothing."""

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl
import pytest

from briefing.explain import TABLES, Node, layer_id, text, tree
from briefing.rows import BriefingError
from schemas.lineage import LINEAGE

Frames = dict[str, pl.DataFrame]
SESSION = date(2025, 12, 31)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _below(node: Node, words: str) -> Node:
    return next(one for one in _nodes(node) if words in one.text)


def _changed(frames: Mapping[str, pl.DataFrame], name: str, *changes: pl.Expr) -> Frames:
    return {**frames, name: frames[name].with_columns(*changes)}


@pytest.fixture
def frames(frames: Frames) -> Frames:
    """The market of the room's tests, the seed rule's readings named as policies name them."""
    named = pl.col("rule_id").str.replace("SEED-", "R-02")
    return _changed(frames, "mart_rule_evaluation_daily", named)


@pytest.mark.parametrize(
    ("word", "layer"),
    [("L1", "L1"), ("short", "L1"), ("Mid", "L2"), ("l3", "L3"), ("LONG", "L3"), ("se", "SE"),
     ("second-engine", "SE")],
)  # fmt: skip
def test_layer_has_two_names(word: str, layer: str) -> None:
    """A layer goes by its id or its word, in any case."""
    assert layer_id(word) == layer


@pytest.mark.parametrize("word", ["", "L4", "short ", "R-01"])
def test_unknown_layer_lists_known(word: str) -> None:
    """What is no layer is refused with those there are."""
    with pytest.raises(BriefingError, match=r"L1 \(short\), L2 \(mid\), L3 \(long\) and SE"):
        layer_id(word)


def test_headline_is_the_decision(frames: Frames) -> None:
    """The first line says from what to what and by which rule, as the table has it."""
    node = tree(frames, "L2", SESSION)
    assert node.outcome == "ADD"
    assert node.text.startswith(
        "L2 on 2025-12-31: 4 to 5 contracts, 1.00\N{MULTIPLICATION SIGN} to 1.25\N{MULTIPLICATION SIGN}; decided by "
    )
    assert "R-01 (cell asks more)" in node.text


def test_second_engine_has_a_state(frames: Frames) -> None:
    """The Second Engine has a state in place of multipliers."""
    assert "Second Engine off, 0 contracts" in tree(frames, "SE", SESSION).text


def test_driver_leads_to_bytes(frames: Frames) -> None:
    """Under a condition stand its driver's inputs, each with its date, age, time and hash."""
    condition = _below(tree(frames, "L2", SESSION), "gap z >= 1.0: ")
    assert [one.text.split()[0] for one in condition.children] == list(LINEAGE["vol_gap_z"])
    assert all("bytes sha256 " + "0" * 64 in one.text for one in condition.children)
    assert (
        "of 2025-12-31 (0 sessions old), known 2025-12-31 21:20 UTC" in condition.children[0].text
    )


def test_only_the_seed_layer_shows_readings(frames: Frames) -> None:
    """The seed rule moves the mid layer alone, so no other layer lists its readings."""
    shown = {layer: "R-02F" in text(tree(frames, layer, SESSION)) for layer in ("L1", "L2", "L3")}
    assert shown == {"L1": False, "L2": True, "L3": False}


def test_unknown_value_is_no_data(frames: Frames) -> None:
    """A driver without a value reads no data, never a number."""
    nothing = pl.lit(None, dtype=pl.Float64).alias("driver_value")
    name = "mart_rule_evaluation_daily"
    condition = _below(tree(_changed(frames, name, nothing), "L2", SESSION), "gap z >= 1.0: ")
    assert " is no data (" in condition.text


def test_input_not_offered_is_said(frames: Frames) -> None:
    """An input without a row stands in its place, named, with the reason."""
    known = frames["core_as_known_daily"].filter(pl.col("series_id") != "vix_close")
    node = tree({**frames, "core_as_known_daily": known}, "L2", SESSION)
    assert (
        _below(node, "vix_close").text == "vix_close: not offered by this source, or not known yet"
    )


def test_stale_input_is_marked(frames: Frames) -> None:
    """An input's freshness is its outcome."""
    stale = pl.lit("fail").alias("freshness")
    node = tree(_changed(frames, "core_as_known_daily", stale), "L2", SESSION)
    assert _below(node, "vix_close ").outcome == "FAIL"


def test_unknown_cell_is_said(frames: Frames) -> None:
    """Where an axis is unknown no cell is named."""
    unknown = pl.lit(None, dtype=pl.String).alias("row_bucket")
    node = tree(_changed(frames, "mart_hedge_decision_daily", unknown), "L1", SESSION)
    assert node.children[0].text.startswith("matrix cell unknown: no band for its row, whose value")


def test_flip_or_none(frames: Frames) -> None:
    """What would flip the decision is said with its threshold, or that nothing alone would."""
    assert "would flip at" in text(tree(frames, "L1", SESSION))
    assert "no single driver's change would flip it" in text(tree(frames, "L3", SESSION))


def test_signers_are_the_layer_s_own(frames: Frames) -> None:
    """A layer lists its own votes, both ways, and its count against the quorum."""
    signers = _below(tree(frames, "L2", SESSION), "signers: ")
    assert signers.text == "signers: 3 signed an increase, quorum 3"
    assert len(signers.children) == 10


def test_other_session_is_refused(frames: Frames) -> None:
    """A session without a decision is refused, not explained with another's."""
    with pytest.raises(BriefingError, match="L1: no decision for 2020-01-02"):
        tree(frames, "L1", date(2020, 1, 2))


def test_needs_no_table_but_declared(frames: Frames) -> None:
    """The tables it says it reads are all it reads."""
    few = {table.name: frames[table.name] for table in TABLES}
    assert tree(few, "L1", SESSION) == tree(frames, "L1", SESSION)


def test_text_draws_the_tree() -> None:
    """Branches are drawn in ASCII, the last one closed, outcomes in brackets before the text."""
    leaf = Node(text="leaf", outcome="OK")
    root = Node(text="root", children=(Node(text="a", children=(leaf,)), Node(text="b")))
    assert text(root) == "root\n|- a\n|  `- [OK] leaf\n`- b"


def test_cell_s_state_is_not_the_one_in_force(frames: Frames) -> None:
    """What the cell asks of the Second Engine comes from the matrix; what stands is said apart."""
    watched = _changed(frames, "mart_policy_cell", pl.lit("watch").alias("se_state"))
    one = pl.lit(1, dtype=pl.Int32).alias("sessions_in_cell")
    node = tree(_changed(watched, "mart_hedge_decision_daily", one), "SE", SESSION)
    assert node.children[0].text == (
        "matrix cell B3 x R1 asks Second Engine watch; it has held 1 close; "
        "in force: Second Engine off"
    )


def test_renamed_rules_are_not_dropped(frames: Frames) -> None:
    """Gate, matrix rule and readings are found by what they are, whatever the policy calls them."""
    names = {"G-1": "INPUTS", "R-01": "MATRIX", "R-02F": "CASH"}
    renamed = pl.col("rule_id").replace(names)
    closed = pl.when(pl.col("rule_id") == "G-1").then(pl.lit("fired")).otherwise("outcome")
    changed = _changed(frames, "mart_rule_evaluation_daily", renamed, closed.alias("outcome"))
    node = tree(changed, "L2", SESSION)
    shown = [one.text.split(" (")[0] for one in node.children]
    assert {"INPUTS", "MATRIX", "CASH"} <= {*shown}
    assert _below(node, "R-01: ").text == "R-01: not among the rules evaluated at this session"


def test_open_gates_are_named(frames: Frames) -> None:
    """A gate that blocks nothing is named with its outcome."""
    found = _below(tree(frames, "L1", SESSION), "other gates: ").text
    assert found == "other gates: G-1 NOT FIRED, G-2 NOT EVALUATED, G-4 NOT FIRED"

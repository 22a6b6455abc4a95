"""A policy file is told everything that is wrong with it, and what in it is hardly meant."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from policy.findings import Finding
from policy.lint import lint, text_of
from policy.model import PolicyError, load, names

TODAY = date(2026, 6, 1)
STEWARD = text_of("steward")[1]
Linted = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def linted() -> Linted:
    """The findings of a file that differs from the steward's by some edits."""

    def findings(*edits: tuple[str, str], today: date = TODAY) -> tuple[Finding, ...]:
        text = STEWARD
        for before, after in edits:
            assert before in text, "the edit must touch the file"
            text = text.replace(before, after, 1)
        return lint("mine.yaml", text, today)[1]

    return findings


def _line(text: str) -> int:
    return STEWARD[: STEWARD.index(text)].count("\n") + 1


@pytest.mark.parametrize("name", names())
def test_built_in_policies_are_clean(name: str) -> None:
    """No built-in policy has a mistake or a warning."""
    policy, findings = lint(*text_of(name), TODAY)
    assert policy is not None
    assert [str(one) for one in findings if one.severity != "note"] == []


def test_every_mistake_at_once(linted: Linted) -> None:
    """Four mistakes in four parts are four findings, each with its own line."""
    found = linted(
        ('below: "18 %"', 'below: "18 pts"'),
        ("SE: watch, sparse", "SE: wach, sparse"),
        ('purchase: "0.5 %"', "purchase: 0.5"),
        ("exempt: reduce", "exempt: reduced"),
    )
    assert [(one.severity, one.key) for one in found] == [
        ("error", "budget.purchase"),
        ("error", "axes.column"),
        ("error", "matrix.B1.R4.SE"),
        ("error", "cooldown.exempt"),
    ]
    assert found[0].line == _line("purchase: ")
    assert found[3].line == _line("exempt: reduce")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('below: "18 %"', "below: 0.18"),
        ("active: V", "active: W"),
        ("SE: watch", "SE: wach"),
        ("quorum:\n", "quorom:\n"),
        ("axis: row", "axes: row"),
        ("guarded_row: B4", "guarded_row: B5"),
        ("name: steward", "name: &a steward\nother: *a"),
        ("name: steward", "name: steward\nname: promoter"),
    ],
)
def test_lint_says_what_the_loader_says(
    linted: Linted, tmp_path: Path, before: str, after: str
) -> None:
    """What refuses a policy when it is run is what lint shows: same place, same words found."""
    path = tmp_path / "mine.yaml"
    path.write_text(STEWARD.replace(before, after, 1))
    with pytest.raises(PolicyError) as refused:
        load(str(path))
    told = str(refused.value)
    for one in linted((before, after)):
        assert one.severity == "error"
        assert f"line {one.line}" in told
        assert f"found {one.found}" in told
        assert f"key {one.key}:" in told or not one.key


_G5 = 'when: {column: mart_vol_state_daily.vix_close, op: ">", value: "20 pts"}'
_S3 = 'every_layer: {column: mart_vol_state_daily.term_ratio_3m, op: ">=", value: "1.00 ratio"}'
_TWO = (
    "when:\n      all:\n"
    '        - {column: mart_vol_state_daily.vix_close, op: ">", value: "20 pts"}\n'
    '        - {column: mart_vol_state_daily.vix_close, op: "<", value: "15 pts"}'
)
_EITHER = (
    _TWO.replace("all:", "any:")
    .replace('">"', '"<"')
    .replace('op: "<", value: "15', 'op: ">", value: "15')
)
_BAND_AND_COLUMN = (
    "when:\n      all:\n        - {axis: row, in: [B1]}\n"
    '        - {column: mart_vol_gap_daily.vol_gap_z, op: ">", value: "1 z"}'
)
_NEVER = "a condition that can never be true"
_ALWAYS = "a condition that is always true"


@pytest.mark.parametrize(
    ("before", "after", "key", "found"),
    [
        (_G5, _TWO, "gates.G-5.when", _NEVER),
        (_G5, _EITHER, "gates.G-5.when", _ALWAYS),
        (_G5, _BAND_AND_COLUMN, "gates.G-5.when", _NEVER),
        (_G5, "when: {axis: row, in: [B1, B2, B3, B4]}", "gates.G-5.when", _ALWAYS),
        (_G5, 'when: {column: mart_technical_daily.vix_rsi_14d, op: ">", value: "100 RSI"}',
         "gates.G-5.when", _NEVER),
        (_G5, 'when: {column: mart_technical_daily.vix_rsi_14d, op: ">=", value: "0 RSI"}',
         "gates.G-5.when", _ALWAYS),
        ('realized_vol_21d\n    bands:\n      - {id: R1, name: below 14 %, below: "14 %"}',
         'realized_vol_21d\n    bands:\n      - {id: R1, name: below 14 %, below: "-1 %"}',
         "matrix.B1.R1", "a cell that the columns' ranges never reach"),
        ('purchase: "0.5 %"', 'purchase: "3 %"', "budget.purchase", "3 %, above the carry of a whole"),
        ('carry: "2 %"', 'carry: "0 %"', "budget.purchase", "0.5 %, above the carry of a whole"),
        ('condor_loss: "5 %"', 'condor_loss: "1 %"', "budget.condor_loss",
         "1 %, though 10 of the narrowest condors can lose 2.1%"),
        ('to: "100 pts"}', 'to: "150 pts"}', "condor.width.to",
         "150 pts: 10 condors so wide can lose 6.4%"),
    ],
)  # fmt: skip
def test_warned(linted: Linted, before: str, after: str, key: str, found: str) -> None:
    """What is legal and hardly meant is a warning at its place; the policy can still be used."""
    warnings = [one for one in linted((before, after)) if one.severity == "warning"]
    assert any(one.key == key and one.found.startswith(found) for one in warnings), warnings


def test_size_that_no_quorum_allows(linted: Linted) -> None:
    """Five of five with one signer that cannot sign: each size above 1.00 is warned of."""
    found = linted(
        ("  add: 3 ", "  add: 5 "),
        (_S3, "every_layer: {not_evaluated: no curve here}"),
    )
    warned = {one.key for one in found if one.severity == "warning"}
    assert {"matrix.B4.R1.L2", "seed.lift_to"} <= warned
    assert "matrix.B1.R1.L1" not in warned  # asks 1.00, which needs no signature


@pytest.mark.parametrize(
    ("today", "key", "found"),
    [
        (date(2025, 12, 31), "effective_from", "2026-01-01, after 2025-12-31"),
        (date(2027, 1, 3), "effective_from", "2026-01-01, more than a year before 2027-01-03"),
    ],
)
def test_dates(linted: Linted, today: date, key: str, found: str) -> None:
    """A policy of the future is a rehearsal; one that nobody looked at for a year is due."""
    warnings = [one for one in linted(today=today) if one.severity == "warning"]
    assert [(one.key, one.found) for one in warnings] == [(key, found)]


def test_a_year_to_the_day_is_no_warning(linted: Linted) -> None:
    """A policy is due after a year, not on its anniversary."""
    assert not [one for one in linted(today=date(2027, 1, 1)) if one.severity == "warning"]


def test_sizes_that_are_the_same_contracts(linted: Linted) -> None:
    """The steward's L3 at 1.25 is 3.125 contracts, three as at 1.00: said, not warned of."""
    notes = [one for one in linted() if one.key == "matrix.B1.R1.L3"]
    assert [(one.severity, one.found) for one in notes] == [
        ("note", "1.25, which is 3 contracts as 1.00 is")
    ]

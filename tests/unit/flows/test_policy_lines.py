"""A policy and its findings as a terminal shows them."""

from datetime import date

import pytest

from flows.outcome import ExitCode, Stop
from flows.policy import Compared, Linted, lint_report, show_report
from flows.policy_lines import diff_lines, lint_lines
from policy.compare import text_changes
from policy.findings import Finding
from policy.model import load


def test_findings_are_counted() -> None:
    """Each finding is one line that says where; the last line counts them."""
    findings = (
        Finding("error", "m.yaml", 7, "budget.carry", "2", "2 %", "add the unit"),
        Finding("note", "m.yaml", 9, "gates.G-4", "G-4 switched off", "", "it moves nothing"),
    )
    assert lint_lines([Linted("m.yaml", None, findings)]).splitlines() == [
        "m.yaml: cannot be used; more may come to light once this is mended",
        "  error   m.yaml, line 7, key budget.carry: found 2; accepted: 2 %; add the unit.",
        "  note    m.yaml, line 9, key gates.G-4: found G-4 switched off; it moves nothing.",
        "1 file: 1 error, 0 warnings, 1 note",
    ]


def test_show_keeps_to_its_width() -> None:
    """But for the matrix, no line is wider than asked, and every rule stands there with its when."""
    text = show_report("steward", date(2026, 6, 1), 80, as_json=False)
    head, _, rest = text.partition("CONTRACTS")
    assert max(map(len, rest.splitlines())) <= 80
    assert "in force on 2026-06-01" in head
    for rule_id in load("steward").rules:
        assert f"\n{rule_id}  " in rest
    assert "vix_close > 20 pts" in rest


def test_show_says_what_is_not_in_force() -> None:
    """Before it takes effect a policy is shown as not in force."""
    assert "not in force on 2025-12-31" in show_report(
        "steward", date(2025, 12, 31), 100, as_json=False
    )


def test_diff_of_text_alone() -> None:
    """Short values stand side by side; without a span the reader learns how to ask for one."""
    a, b = load("steward"), load("promoter")
    lines = diff_lines((a, b), text_changes(a, b), None).splitlines()
    (quorum,) = (line.split() for line in lines if line.startswith("  quorum.add"))
    assert quorum == ["quorum.add", "3", "2"]
    assert "--from" in lines[-1]


def test_part_of_one_file_is_one_entry() -> None:
    """A matrix with other rows is not listed key by key."""
    a, b = load("steward"), load("vxth")
    text = diff_lines((a, b), text_changes(a, b), None)
    assert "matrix.B1.R1.L1" not in text
    assert "only A has: " in text
    assert "matrix.B1," in text


def test_nothing_decided_otherwise() -> None:
    """A policy against itself is said to decide alike."""
    a = load("steward")
    text = diff_lines((a, a), (), Compared("sample", date(2018, 1, 2), date(2018, 1, 2), 1, ()))
    assert "both decide alike" in text
    assert "the multipliers never part" in text


def test_lint_of_an_unknown_file() -> None:
    """What is neither a name nor a file is a request that cannot be met."""
    with pytest.raises(Stop, match="'nope' is unknown; there are") as stop:
        lint_report(["nope"], as_json=False)
    assert stop.value.code == ExitCode.UNMET

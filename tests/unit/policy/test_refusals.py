"""Every plausible mistake in a policy file is refused in a sentence that says where and what."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from policy.model import PolicyError, load

STEWARD = files("policy").joinpath("steward.yaml").read_text("utf-8")
Refusal = Callable[[str, str], str]


@pytest.fixture
def refusal(tmp_path: Path) -> Refusal:
    """The message that an edit of the steward's file is refused with, less its folder."""

    def message(before: str, after: str) -> str:
        assert before in STEWARD, "the edit must touch the file"
        path = tmp_path / "mine.yaml"
        path.write_text(STEWARD.replace(before, after, 1))
        with pytest.raises(PolicyError) as caught:
            load(str(path))
        return str(caught.value).replace(f"{tmp_path}/", "")

    return message


def _line(text: str, content: str = STEWARD) -> int:
    return content[: content.index(text)].count("\n") + 1


_CELL = "    R2: {rule_id: M-B2R2, L1: 1.00, L2: 1.00, L3: 1.00, SE: off}\n"
_ROW = "  row:\n    column: mart_vol_gap_daily.vol_gap_z"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (_CELL, "", "key matrix.B2: found no 'R2'; accepted: each of the columns R1, R2, R3, R4"),
        (_CELL, _CELL * 2, "found key 'matrix.B2.R2' a second time (first on line"),
        ("rule_id: M-B2R2", "rule_id: M-B2R1", "found 'M-B2R1', also that of B2 R1"),
        ("vol_gap_daily.vol_gap_z", "vol_gap_daily.vol_gap_zz", "did you mean 'vol_gap_z'?"),
        ("mart_vol_gap_daily.vol", "mart_vol_gap_dayly.vol", "did you mean 'mart_vol_gap_daily'?"),
        ('below: "0.5 z"', 'below: "-0.7 z"', "found -0.7 z; accepted: a value above the band before"),
        ("name: distorted}", 'name: distorted, below: "9 z"}', "accepted: a last band without below"),
        ('neutral, below: "0.5 z"', "neutral", "found band B2 without below"),
        ("L3: 1.25, SE: off", "L3: 2.25, SE: off", "found 2.25; accepted: input should be less than"),
        ("L3: 1.25, SE: off", "L3: 1.10, SE: off", "found 1.1; accepted: a multiple of the step 0.25"),
        ("L3: 1.25, SE: off", "L3: .nan, SE: off", "key matrix.B1.R1.L3: found nan"),
        ("L3: 1.25, SE: off", "L4: 1.25, SE: off", "found key 'L4'; accepted: rule_id, L1, L2, L3"),
        ("SE: watch", "SE: wach", "found 'wach'; accepted: input should be 'off' or 'watch'"),
        ("quorum:\n", "quorom:\n", "found key 'quorom'; accepted: name, version"),
        ("  add: 3 ", "  add: 6 ", "key quorum.add: found 6; accepted: input should be less than"),
        ("[S2, S3]]", "[S2, S7]]", "found 'S7'; accepted: a signer: S1, S2, S3, S4, S5"),
        ('below: "18 %"', "below: 0.18", "found 0.18; accepted: a number with its unit"),
        ('below: "18 %"', 'below: "18 pts"', "found 18 pts; accepted: '18 %' (the column is stored"),
        ('below: "18 %"', 'below: "18 pct"', "accepted: one of the units %, pts, z, ratio"),
        ('value: "6.5 %"', 'value: "650 %"', "found 650 %; accepted: -0.05 to 0.5"),
        ("active: V", "active: W", "found 'W'; accepted: one of the readings F, V, Z"),
        ("guarded_row: B4", "guarded_row: B5", "found 'B5'; accepted: a row of the matrix"),
        ("in: [B3, B4]", "in: [B3, B9]", "found 'B9'; accepted: bands of the matrix row"),
        ("axis: row", "axes: row", "accepted: a condition with one of the keys column, axis"),
        ('sessions: "5 sessions"', "sessions: 5", "found 5; accepted: a whole number of sessions"),
        ("[spx_close, vix", "[spx_clos, vix", "did you mean 'spx_close'?"),
        ("step: 0.25", "step: 0.3", "found 0.3; accepted: a step"),
        ("exempt: reduce", "exempt: reduced", "did you mean 'reduce'?"),
        ("enabled: true\n    evidence: A rule", "enabled: yes\n    evidence: A rule", "found 'yes'"),
        ("name: steward", "name: &a steward\nother: *a", "an alias (*name), which is not accepted"),
        ("name: steward", "name: !!bool abc", "a tag (!name), which is not accepted"),
        ("name: steward", 'name: !!int ""', "a tag (!name), which is not accepted"),
        ("condor_units: 10 ", "condor_units: 010 ", "condor_units"),
        ("condor_units: 10 ", "condor_units: 1:30 ", "condor_units"),
        ('version: "1.0"', "version: !!python/name:os.system ''", "a tag (!name), which is not"),
    ],
)  # fmt: skip
def test_mistake_is_refused(refusal: Refusal, before: str, after: str, said: str) -> None:
    """The message holds what was found and what is accepted."""
    assert said in refusal(before, after)


def test_refusal_names_file_and_line(refusal: Refusal) -> None:
    """The line is the key's own, so that an editor can jump to it."""
    line = _line("cooldown:") + 1
    assert refusal('sessions: "5 sessions"', 'sesions: "5 sessions"').startswith(
        f"mine.yaml, line {line}, key cooldown.sesions: found key 'sesions'; "
        "accepted: sessions, exempt; did you mean 'sessions'?"
    )


def test_every_mistake_is_named(refusal: Refusal) -> None:
    """Two mistakes in different parts are two sentences."""
    message = refusal(
        STEWARD,
        STEWARD.replace("  add: 3 ", "  add: 6 ", 1).replace("exempt: reduce", "exempt: all", 1),
    )
    assert len(message.splitlines()) == 2


def test_unknown_name_lists_policies() -> None:
    """A name that is neither built in nor a file is answered with those there are."""
    with pytest.raises(PolicyError, match=r"promoter, steward.*did you mean 'steward'"):
        load("stewart")


def test_text_that_is_not_yaml(tmp_path: Path) -> None:
    """Broken YAML is refused with its line, an empty file and a bare text too."""
    path = tmp_path / "mine.yaml"
    for text, said in (("name: [a\n", "line 2"), ("", "line 1"), ("hello", "found 'hello'")):
        path.write_text(text)
        with pytest.raises(PolicyError, match=said):
            load(str(path))

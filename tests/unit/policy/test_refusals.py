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
_G2 = "{after: theta_not_negative, is: false}"
_C1 = "{column: mart_standing_book_daily.is_inner_band_inside, is: true}"
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
        ("axis: row", "axes: row", "accepted: a condition with one of the keys column, after"),
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
        ('exit: "66 RSI"', 'exit: "74 RSI"', "found 74 RSI; accepted: an exit at or below 70 RSI"),
        ('exit: "15.52 pts"', 'exit: "14 pts"', "found 14 pts; accepted: an exit at or above 15 pts"),
        ("than: mart_technical_daily.vix_sma_20d", "than: mart_technical_daily.vix_rsi_14d",
         "found mart_technical_daily.vix_rsi_14d; accepted: a column in volatility points"),
        ("- {move: L1, steps: -1}", "- {moves: L1, steps: -1}", "accepted: an action with one of the keys move"),
        ("- {move: L1, steps: -1}", "- {move: L1, steps: 0}", "found 0; accepted: steps other than 0"),
        ("- {move: L1, steps: -1}", "- {move: SE, steps: -1}", "found 'SE'; accepted: input should be 'L1', 'L2' or 'L3'"),
        ("- {move: L1, steps: -1}", "- {move: L3, steps: -1}", "accepted: each layer moved, refreshed"),
        ("- {move: L1, steps: -1}", "- {move: L1, steps: -1, paid_by: L3}", "paid_by another layer on an add"),
        ("how: spread}", "how: spred}", "did you mean 'spread'?"),
        ("stops: [R-04b]", "stops: [R-04d]", "found 'R-04d'; accepted: a driver or modifier"),
        ("    stops: [R-04b]\n", "", "accepted: stops on a gate of scope 'rules'"),
        ("    then:\n      - {refresh: [L1, L2, L3]}\n", "", "accepted: at least one action in then"),
        ("{below_base: L3}", "{any: [{below_base: L3}]}", "accepted: below_base once, alone or directly"),
        ("      - {review: all}", "      - {hold: [L1]}", "accepted: review and annotate only"),
        ("  R-04a:\n", "  R-05:\n", "found 'R-05', also under drivers"),
        ("role: modifier", "role: driver", "accepted: role 'modifier' under modifiers"),
        (_G2, "{after: theta_positive, is: false}", "did you mean 'theta_not_negative'?"),
        (_G2, "{after: theta_not_negative, is: 0}", "found 0; accepted: input should be a valid bool"),
        (_C1, "{column: mart_standing_book_daily.is_inner_band, is: true}", "did you mean 'is_inner"),
        (_C1, "{column: mart_vol_gap_daily.vol_gap_z, is: true}", "a yes-or-no column of mart_vol_gap"),
        (_C1, '{column: mart_standing_book_daily.is_inner_band_inside, op: ">", value: "1 z"}',
         "found 'mart_standing_book_daily.is_inner_band_inside'; accepted: a numeric column"),
        (_C1, "{after: theta_not_negative}", "key tests.C-1.when: found after; accepted: conditions"),
        ("when: {missing: required_inputs}", "when: {after: limits_kept}", "gates"),
        ("    scales: true\n    role", "    scales: 1\n    role", "found 1; accepted: input should be"),
        ("    spares: [L3] ", "    scales: true\n    spares: [L4] ", "found 'L4'"),
        ("scope: condor\n", "scope: condor\n    spares: [L3]\n", "accepted: spares on a gate of scope"),
        ("scope: condor\n", "scope: condor\n    scales: true\n", "accepted: scales on a gate that judges"),
        ("role: test\n", "role: test\n    scales: true\n", "accepted: scales, spares and stops on gates only"),
        ("preset: monthly ", "preset: weekly ", "key condor.preset: found 'weekly'"),
        ("preset: monthly ", "preset: cndr ", "found key 'days_to_expiry'; accepted: numbers beside"),
        ("preset: monthly ", "tier: balanced\n  preset: monthly ", "found preset 'monthly'; accepted: a tier"),
        ("  preset: monthly ", "  prest: monthly ", "found key 'prest'; accepted: preset, tier, days"),
        ("short_delta: 0.16", "short_delta: 0.04", "found 0.05; accepted: a delta below short_delta"),
        ("short_delta: 0.16", "short_delta: 16", "found 16; accepted: input should be less than 0.5"),
        ("target: 45, from: 30", "target: 45, from: 50", "accepted: from <= target <= to"),
        ("{target: 45, from: 30,", "{from: 30,", "found no 'target'; accepted: target, from and to"),
        ('{from: "50 pts", to', '{from: "150 pts", to', "found 150 pts, 100 pts; accepted: from <= to"),
        ('{from: "50 pts", to', '{from: "50 %", to', "found 50 %; accepted: '50 pts'"),
        ('{from: "50 pts", to', "{from: 50, to", "found 50; accepted: a number with its unit, such as '50"),
        ('least_credit: "15 %"', 'least_credit: "150 %"', "found 150 %; accepted: a number from 0 to 1"),
        ('exit_dte: "21 days"', 'exit_dte: "30 days"', "accepted: fewer days than days_to_expiry from"),
        ('exit_dte: "21 days"', 'exit_dte: "2.5 days"', "accepted: whole calendar days"),
        ('stop_loss: "2 ratio"', 'stop_loss: "200 %"', "found 200 %; accepted: '200 ratio'"),
        ('nav: "2000000 USD"', 'nav: "0 USD"', "found 0 USD; accepted: a net asset value above zero"),
        ('nav: "2000000 USD"', "nav: 1000000", "found 1000000; accepted: a number with its unit"),
        ('nav: "2000000 USD"', 'nav: "1000000 EUR"', "accepted: one of the units"),
        ('carry: "2 %"', 'carry: "-2 %"', "found -2 %; accepted: a number from 0 to 1 in decimal"),
        ('  carry: "2 %"', '  carri: "2 %"', "found key 'carri'; accepted: nav, carry, purchase"),
        ('  purchase: "0.5 %"', '  delta: "0.5 %"', "found no key 'purchase'"),
        ('roll_dte: "14 days"', 'roll_dte: "20 days"', "found 20 days; accepted: fewer days than"),
        ('roll_dte: "14 days"', "roll_dte: 14", "found 14; accepted: a number with its unit, such as '21"),
        ('roll_extrinsic: "30 %"', 'roll_extrinsic: "30 pts"', "found 30 pts; accepted: '30 %'"),
        ('monetize_at: "2.5 ratio"', 'monetize_at: "1 ratio"', "found 1 ratio; accepted: a multiple of"),
        ('monetize_at: "2.5 ratio"', 'monetize_at: "80 %"', "found 80 %; accepted: '80 ratio'"),
        ('monetize_at: "80 %"', 'monetize_at: "120 %"', "found 120 %; accepted: a share of its width"),
        ("    base_units: 0 ", '    roll_dte: "10 days"\n    base_units: 0 ', "found key 'roll_dte'"),
        ('version: "1.1"', "version: !!python/name:os.system ''", "a tag (!name), which is not"),
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
    with pytest.raises(PolicyError, match=r"promoter.*steward.*did you mean 'steward'"):
        load("stewart")


def test_text_that_is_not_yaml(tmp_path: Path) -> None:
    """Broken YAML is refused with its line, an empty file and a bare text too."""
    path = tmp_path / "mine.yaml"
    for text, said in (("name: [a\n", "line 2"), ("", "line 1"), ("hello", "found 'hello'")):
        path.write_text(text)
        with pytest.raises(PolicyError, match=said):
            load(str(path))

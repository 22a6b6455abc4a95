"""A desk typed from a statement through a run: valued, shown, and alone refused when it is wrong."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.brief import brief
from flows.cli import app
from flows.outcome import ExitCode, Stop
from flows.plan import Wish
from schemas.columns import COLUMNS

ROOT = Path(__file__).parents[3]
SPIKE = date(2018, 2, 5)
# As a statement lists it: side, contract, quantity, price. The dollars below are worked by hand.
DESK = """\
version: 1
name: Statement
nav: 1_000_000
positions:
  - {id: put wing, book: c, layer: condor, instrument: option, root: SPXW, right: put, strike: 2550,
     expiry: 2018-03-16, quantity: 10, multiplier: 100, entry_price: 5.10, opened_on: 2018-01-29}
  - {id: put sold, book: c, layer: condor, instrument: option, root: SPXW, right: put, strike: 2650,
     expiry: 2018-03-16, quantity: -10, multiplier: 100, entry_price: 9.00, opened_on: 2018-01-29}
  - {id: call sold, book: c, layer: condor, instrument: option, root: SPXW, right: call, strike: 2950,
     expiry: 2018-03-16, quantity: -10, multiplier: 100, entry_price: 9.20, opened_on: 2018-01-29}
  - {id: call wing, book: c, layer: condor, instrument: option, root: SPXW, right: call, strike: 3050,
     expiry: 2018-03-16, quantity: 10, multiplier: 100, entry_price: 1.50, opened_on: 2018-01-29}
  - {id: hedge, layer: L1, instrument: option, root: VIX, right: call, strike: 18,
     expiry: 2018-03-21, quantity: 4, multiplier: 100, entry_price: 0.72, opened_on: 2018-01-29}
  - {id: future, layer: SE, instrument: future, root: VX, expiry: 2018-04-18, quantity: 1,
     multiplier: 1000, entry_price: 14.5, opened_on: 2018-01-29}
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A desk file, and settings that name it."""
    folder = tmp_path_factory.mktemp("desk")
    path = folder / "desk.yaml"
    path.write_text(DESK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOLBRIEF_DATA", str(folder / "var"))
        patch.setenv("VOLBRIEF_OUT", str(folder / "out"))
        patch.setenv("VOLBRIEF_SOURCE", "sample")
        patch.setenv("VOLBRIEF_DESK", str(path))
        yield path


def _run() -> dict[str, Any]:
    """The page's block 5 after a run of the spike."""
    outcome = brief(Wish(SPIKE, want_pdf=False), orchestrated=False)
    page: dict[str, Any] = json.loads(outcome.files["json"].read_bytes())
    return {**page["book"], "outcome_notes": " ".join(outcome.notes)}


@pytest.fixture(scope="module")
def block(desk: Path) -> dict[str, Any]:
    """The page's block 5 after a run with the desk as it should be."""
    assert desk.is_file()
    return _run()


def _asked(*words: str) -> Result:
    return CliRunner().invoke(app, ["book", "--date", SPIKE.isoformat(), *words])


@pytest.fixture(scope="module")
def told(block: dict[str, Any]) -> dict[str, Any]:
    """What the command says for a machine."""
    assert block["name"] == "desk"
    found: dict[str, Any] = json.loads(_asked("--json").stdout)
    return found


def test_condor_is_the_statement_s(told: dict[str, Any]) -> None:
    """Credit 9.00 - 5.10 + 9.20 - 1.50 = 11.60; loss (100 - 11.60) 1,000; break-evens by hand."""
    total = told["total"]
    assert total["credit"] == pytest.approx(11.60)
    assert total["max_loss_usd"] == pytest.approx(88_400.0)
    assert (total["be_down"], total["be_up"]) == pytest.approx((2638.40, 2961.60), abs=0.01)
    assert total["cash_usd"] == pytest.approx(11_600.0 - 4 * 72.0)
    assert total["nav_usd"] == 1_000_000.0


def test_sum_of_legs_is_the_total(told: dict[str, Any]) -> None:
    """Value, Greeks and gain of the whole are those of the legs together."""
    for name in ("value_usd", "delta_usd", "gamma_usd", "vega_usd", "theta_usd"):
        assert told["total"][name] == pytest.approx(sum(leg[name] for leg in told["legs"]))
    gain = sum(leg["pnl_usd"] for leg in told["legs"])
    assert gain == pytest.approx(told["total"]["value_usd"] + told["total"]["cash_usd"])


def test_hedges_gained_in_the_spike(told: dict[str, Any]) -> None:
    """As the VIX doubled the condor lost and the calls gained, from the session before."""
    gains = {leg["leg_id"]: leg["pnl_usd"] for leg in told["legs"]}
    assert gains["hedge"] > 0.0 > gains["put sold"] + gains["put wing"]
    assert told["total"]["day_pnl_usd"] < 0.0
    assert told["before"]["session"] == "2018-02-02"


def test_every_amount_says_its_source(told: dict[str, Any]) -> None:
    """Each leg, the whole, each scenario and each look ahead says what it is priced from."""
    rows = [*told["legs"], told["total"], *told["scenarios"], *told["time_shift"], told["stress"]]
    assert {row["priced_from"] for row in rows} <= {"quotes", "surface", "model", "indicative"}


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _keys(inner)


def test_keys_are_documented(told: dict[str, Any]) -> None:
    """Every key is a column of the dictionary, or explained where the book is."""
    guide = (ROOT / "docs" / "how-to" / "read-the-book.md").read_text("utf-8")
    explained = set(re.findall(r"`([a-z0-9_]+)`", guide))
    assert {*_keys(told)} - explained - {*COLUMNS} == set()


def test_text_is_aligned_and_whole(block: dict[str, Any]) -> None:
    """A terminal gets legs, totals beside the session before, scenarios, weeks ahead and trim."""
    assert block["name"] == "desk"
    text = _asked().stdout
    assert text.startswith("Desk book at the close of 2018-02-05, source sample; S&P 500 2,648.94")
    for words in ("SPXW 2018-03-16 2650 put", "before, 2018-02-02", "2,638.40 to 2,961.60",
                  "Gain from the mark at once", "The book ahead", "Trim to finance"):  # fmt: skip
        assert words in text


def test_expired_leg_is_named(block: dict[str, Any]) -> None:
    """After its expiry a leg is named and worth its settlement; the book of the rest has a value."""
    assert block["name"] == "desk"
    result = CliRunner().invoke(app, ["book", "--date", "2018-03-19", "--book", "desk"])
    assert "put sold: expired by this session, worth what it settled at" in result.stdout
    assert re.search(r"^value +[-0-9,]+ USD", result.stdout, re.MULTILINE)
    told = json.loads(
        CliRunner().invoke(app, ["book", "--date", "2018-03-19", "--book", "desk", "--json"]).stdout
    )
    gone = {leg["leg_id"]: leg["pnl_usd"] for leg in told["legs"] if leg["fault"] == "expired"}
    # The S&P 500 closed at 2,752.01 on 2018-03-16: every option of the condor ended worthless.
    assert gone == pytest.approx(
        {"put wing": -5_100.0, "put sold": 9_000.0, "call sold": 9_200.0, "call wing": -1_500.0}
    )


def test_unknown_book_is_refused(block: dict[str, Any]) -> None:
    """Only the two books can be asked for."""
    assert block["name"] == "desk"
    result = _asked("--book", "mine")
    assert isinstance(result.exception, Stop)
    assert "there are model and desk" in str(result.exception)


@pytest.mark.usefixtures("block", "told")
def test_mistake_refuses_this_book_alone(desk: Path) -> None:
    """The run goes on with the model's book; page, notes and command say which line is wrong."""
    desk.write_text(DESK.replace("strike: 2650", "strike: 2450"))
    shown = _run()
    assert shown["name"] == "model"
    assert "put 2550 not below short put 2450" in shown["notes"][0]
    assert "desk" in shown["outcome_notes"]
    result = _asked("--book", "desk")
    assert isinstance(result.exception, Stop)
    assert result.exception.code is ExitCode.BAD_INPUT
    assert "line 7" in str(result.exception)


@pytest.mark.usefixtures("block", "told")
def test_desk_taken_away_is_gone(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once no desk is named the model's book is shown, and nothing is said of the old one."""
    assert desk.is_file()
    monkeypatch.delenv("VOLBRIEF_DESK")
    monkeypatch.chdir(desk.parent / "var")
    monkeypatch.setenv("VOLBRIEF_OUT", str(desk.parent / "out"))
    shown = _run()
    assert (shown["name"], shown["notes"]) == ("model", [])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("strike: 2650", "strike: 2450", "short strike inside its wing"),
        ("strike: 2550", "strike: 2960", "short strike inside its wing"),
        ("quantity: 10, multiplier: 100", "quantity: 10, multiplier: 1000", "accepted: 100"),
        ("expiry: 2018-03-21", "expiry: 2018-03-22", "Thursday 2018-03-22"),
        ("entry_price: 0.72", "entry_price: 288.00", "an amount in dollars"),
        ("right: call, strike: 18", "right: put, strike: 18", "a put on volatility is no hedge"),
    ],
)
def test_mistake_is_explained(tmp_path: Path, before: str, after: str, words: str) -> None:
    """Line, key, what was found, what is accepted and what to do, for each field."""
    path = tmp_path / "desk.yaml"
    path.write_text(DESK.replace(before, after, 1))
    with pytest.raises(Stop) as caught:
        CliRunner().invoke(app, ["desk", "check", str(path)], catch_exceptions=False)
    message = str(caught.value)
    assert words in message
    assert re.search(r"line \d+, key positions\[\d\]\.", message)

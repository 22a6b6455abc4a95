"""Every quantity of the methodology is declared as computed or as not used, and says enough."""

import re
from pathlib import Path

import pytest

from schemas.catalogue import TABLES
from schemas.measures import MEASURES, NOT_USED, measure
from schemas.model import SchemaError
from schemas.series import SERIES

METHODOLOGY = Path(__file__).resolve().parents[4] / "shared" / "design" / "methodology.md"

ROWS = {
    "1": ("M-RF M-BETA M-COE-F M-COE-V M-KD M-TAX M-W M-WACC M-WDEV M-ERP-F M-ECY M-FED M-GORD "
          "M-PE M-PCF M-EY-RP M-ERP-V M-VRP M-GAP30 M-GAP365 M-ZGAP M-PGAP M-DIST M-PEDIST M-IRR"),
    "4": "RV-CC0 RV-CC RV-PK RV-GK RV-GKYZ RV-RS RV-YZ RV-CONE RV-EM RV-EDR",
    "5": "F-HAR F-GARCH F-GJR F-TERM F-BLOCK F-SHIFT",
    "6": "T-EMA T-MACD T-XUP T-XDN T-RSI T-AD T-DIV",
    "7": ("E-FOMC E-MINUTES E-CPI E-PPI E-GDP E-SURPRISE E-SHIFT E-GDPREV X-REER X-IRD X-DIVG "
          "X-IRR"),
    "8": "L-QR1 L-QR2 L-QR3 L-SECTOR L-STRESS",
    "9": "O-PCP O-REG O-BOX O-CONV O-REV O-COST",
    "10": ("D-MEV D-FEE D-DEXV D-IL D-LVR D-DEPTH H-CANCEL H-VOLUME H-HIDDEN H-ODD I-IPO I-FIRST "
           "I-ICO V-R1 V-R2 V-S21 V-ROLL V-SLOPE V-STEEP"),
    "11": "S-SCORE S-CP S-THETA S-FB S-CLUSTER S-REGIME",
    "13": "P-DRIP P-OVERLAY P-XIRR",
}  # fmt: skip
"""The rows of the methodology by section; those without an id of its own have one of ours."""

NAMES = {name for names in ROWS.values() for name in names.split()}


def test_rows_are_declared() -> None:
    """Each row of the methodology is a measure, or stands on the list of what is not used."""
    declared = {one.id for one in (*MEASURES, *NOT_USED)}
    assert declared >= NAMES


def test_nothing_is_both() -> None:
    """What is computed is not listed as unused; ids are unique."""
    ids = [one.id for one in (*MEASURES, *NOT_USED)]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.real_data
def test_ids_of_the_methodology() -> None:
    """The ids that the methodology itself states are all on the list above."""
    if not METHODOLOGY.is_file():
        pytest.skip(f"{METHODOLOGY}: the methodology is not beside this project")
    stated = re.findall(r"^\| ([A-Z]{1,2}-[A-Z0-9-]+)", METHODOLOGY.read_text(), re.MULTILINE)
    ours = {name for name in stated if name[:2] not in {"G-", "R-", "P-", "C-"}}
    assert ours - {"KAT"} <= NAMES


@pytest.mark.parametrize("one", MEASURES, ids=lambda one: one.id)
def test_measure_is_whole(one: object) -> None:
    """A measure has a column, a formula and a source, and is made from series there are."""
    assert one in MEASURES
    found = measure(one.id)  # type: ignore[attr-defined]
    assert found.column in TABLES[found.table].schema
    assert found.formula
    assert found.source
    assert set(found.inputs) <= {entry.id for entry in SERIES}


@pytest.mark.parametrize("one", NOT_USED, ids=lambda one: one.id)
def test_reason_is_stated(one: object) -> None:
    """What is not used says why, in more than a word."""
    assert len(one.reason.split()) > 3  # type: ignore[attr-defined]


def test_unsupported_stays_a_gauge() -> None:
    """What has no support moves nothing: grade D is shown, or can only hold something back."""
    assert {
        one.id for one in MEASURES if one.grade == "D" and one.role not in {"GAUGE", "GATE"}
    } == set()


def test_unknown_measure_is_refused() -> None:
    """A name that is no measure is refused with those there are."""
    with pytest.raises(SchemaError, match="vol_gap_z"):
        measure("nonsense")

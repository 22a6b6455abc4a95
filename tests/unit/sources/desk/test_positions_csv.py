"""Positions are read from a broker's columns as from the desk file, and mistakes are named."""

from datetime import date
from pathlib import Path

import pytest

from sources.desk import Desk
from sources.desk_csv import COLUMNS, parse_positions_csv
from sources.desk_positions import occ_listing
from sources.errors import SourceError

BROKER = (Path(__file__).resolve().parents[3] / "data" / "desk" / "broker.csv").read_bytes()
PLAIN = "id,layer,instrument,root,right,strike,expiry,quantity,multiplier,entry_price,opened_on\n"
LEG = "a,L1,option,VIX,call,18,2024-02-14,4,100,0.72,2024-01-05\n"


def _refused(payload: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        parse_positions_csv(payload)
    return str(caught.value)


def test_broker_file_is_the_example(example: Desk) -> None:
    """The columns of a Flex Query give the legs that the example has, but for their names."""
    unnamed = [leg.model_copy(update={"id": "", "book": leg.book}) for leg in example.positions]
    read = parse_positions_csv(BROKER)
    assert [leg.model_copy(update={"id": ""}) for leg in read[:4]] == unnamed[:4]
    assert (read[4].contract, read[4].multiplier) == ("VX 2024-03-20 future", 1000)


def test_desk_columns_are_read_whole(example: Desk) -> None:
    """Every leg of the example written as a row comes back as it was."""
    rows = [",".join(COLUMNS)]
    for leg in example.positions:
        cells = [getattr(leg, name) for name in COLUMNS]
        rows.append(",".join("" if cell is None else str(cell) for cell in cells))
    assert parse_positions_csv("\r\n".join(rows).encode("utf-8-sig")) == example.positions


def test_symbol_stands_for_the_contract() -> None:
    """An OCC symbol alone names root, expiry, right and strike (Options Symbology Initiative)."""
    listing = occ_listing("SPXW  240119C04110000")
    assert listing == ("SPXW", date(2024, 1, 19), "call", 4110.0)
    assert occ_listing("VIX240117C00013500") == ("VIX", date(2024, 1, 17), "call", 13.5)
    assert occ_listing("SPXW  240230C04110000") is None


@pytest.mark.parametrize(("cell", "quantity"), [("4", 4), ("+4", 4), ("4.0", 4), ('"1,000"', 1000)])
def test_quantity_as_statements_print_it(cell: str, quantity: int) -> None:
    """A plus, idle decimals and a comma for thousands are read."""
    row = LEG.replace(",4,100", f",{cell},100")
    assert parse_positions_csv((PLAIN + row).encode())[0].quantity == quantity


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (",4,100", ",four,100", "line 2, column quantity: found 'four'; accepted is a number"),
        (",4,100", ",4.5,100", "line 2, column quantity: found '4.5'; accepted is a whole number"),
        (",4,100", ",1e3,100", "column quantity: found '1e3'"),
        (",4,100", ",(4),100", "line 2, key positions[1].quantity: found -4 of VIX 2024-02-14 18 call"),
        (",4,100", ",4,10", "line 2, key positions[1].multiplier: found 10 in book 'a'"),
        ("2024-02-14", "02/14/2024", "found '02/14/2024'; accepted is a date as 2024-01-19 or"),
        ("2024-02-14", "20240230", "column expiry: found '20240230'"),
        ("L1", "", "found no key 'layer'"),
        ("root", "roots", "found column 'roots'"),
        ("root", "id", "found a second column for id"),
        ("layer", "description", "found no column 'layer'"),
        ("0.72,", "", "found 10 cells; accepted are 11"),
        ("0.72", '"0.72', "found a row that is no CSV"),
        (LEG, "", "found 0 rows below the header"),
        (LEG, LEG * 2, "line 3, key positions[2].id: found 'a' a second time"),
        ("VIX", "V\0X", "found a zero byte"),
    ],
)  # fmt: skip
def test_mistake_is_refused(before: str, after: str, said: str) -> None:
    """The message names line and column, what was found and what is accepted."""
    assert said in _refused((PLAIN + LEG).replace(before, after, 1).encode())


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("100,4300", "100,4350", "while the symbol 'SPXW  240220P04300000' says 4300.0"),
        ("USD", "EUR", "line 2, column currency: found 'EUR'; accepted is USD"),
        ("P,-10", "P,10", "line 3, column side: found 'short' with quantity '10'"),
        ("04300000", "0430000", "column symbol: found 'SPXW  240220P0430000'; accepted is an OCC"),
        ("MarkPrice", "Average Cost", "found column 'Average Cost'"),
        ("VXH4", "VXJ4", "found 2024-03-20, while the symbol 'VXJ4' names another contract"),
        ("20240320", "", "line 6, column expiry: found none beside 'VXH4'"),
        (",condor\n", ",\n", "found no key 'layer'"),
    ],
)  # fmt: skip
def test_statement_that_contradicts_itself_is_refused(before: str, after: str, said: str) -> None:
    """Symbol and columns, side and sign, currency and dollars must agree."""
    damaged = BROKER.decode().replace(before, after, 1).encode()
    assert said in _refused(damaged)


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"x" * 2_000_000, b"PK\x03\x04\0"])
def test_other_files_are_refused(payload: bytes) -> None:
    """Nothing, another encoding, a huge file and a zip are no statement."""
    assert _refused(payload).startswith("positions CSV")


def test_how_to_shows_a_file_that_is_read(example: Desk) -> None:
    """The rows of the how-to are the example's condor and its first call."""
    page = (Path(__file__).resolve().parents[4] / "docs/how-to/describe-your-desk.md").read_text()
    rows = page.partition("```csv\n")[2].partition("```")[0]
    read = [leg.model_copy(update={"id": ""}) for leg in parse_positions_csv(rows.encode())]
    assert read == [leg.model_copy(update={"id": ""}) for leg in example.positions[:5]]

"""Positions from a broker's CSV: the columns of the desk file, or what brokers call them."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime

from pydantic import ValidationError

from schemas.document import At, Document, nearest
from sources.cfe import MONTH_CODES
from sources.desk_books import Holdings
from sources.desk_document import refused
from sources.desk_positions import ROOTS, Position, contract_multiplier, occ_listing
from sources.errors import SourceError

COLUMNS = (
    "id", "book", "layer", "instrument", "root", "right", "strike", "expiry", "quantity",
    "multiplier", "entry_price", "opened_on", "spot", "spot_on",
)  # fmt: skip
_LARGEST = 1024 * 1024  # bytes
_MOST = 1_000  # rows
_WIDEST = 500  # characters of a cell
# Other names of the columns, without case, blanks, dots and underscores. Among them those of
# Interactive Brokers' Flex Query "Open Positions".
_NAMES = {
    "assetclass": "instrument", "assettype": "instrument", "securitytype": "instrument",
    "occsymbol": "symbol", "osisymbol": "symbol", "tradingclass": "root",
    "put/call": "right", "call/put": "right", "putcall": "right", "p/c": "right", "c/p": "right",
    "strikeprice": "strike", "expiration": "expiry", "expirationdate": "expiry",
    "qty": "quantity", "contractmultiplier": "multiplier",
    "openprice": "entry_price", "averageprice": "entry_price", "avgprice": "entry_price",
    "tradeprice": "entry_price", "opendate": "opened_on", "opendatetime": "opened_on",
    "tradedate": "opened_on", "currencyprimary": "currency", "longshort": "side",
}  # fmt: skip
_CHECKED = ("symbol", "side", "currency")
# Of the same report and of no use here. A price times the multiplier is not among the prices.
_IGNORED = (
    "account", "accountalias", "accountid", "clientaccountid", "conid", "costbasis",
    "costbasismoney", "costbasisprice", "description", "exchange", "fifopnlunrealized",
    "fxratetobase", "holdingperioddatetime", "levelofdetail", "listingexchange", "markprice",
    "marketvalue", "percentofnav", "positionvalue", "reportdate", "underlying",
    "underlyingsymbol", "unrealizedpnl",
)  # fmt: skip
_WORDS = {
    "instrument": {"opt": "option", "fop": "option", "fut": "future", "stk": "etp", "etf": "etp"},
    "right": {"c": "call", "p": "put"},
}
_FIGURE = re.compile(r"^[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?$", re.ASCII)
_FUTURE = re.compile(r"^VX[FGHJKMNQUVXZ]\d{1,2}$", re.ASCII)
_TIME = re.compile(r"^(\d{4}-?\d\d-?\d\d)(?:[ ;,T]+[\d:]{4,8})?$", re.ASCII)

Cells = dict[str, str]


def parse_positions_csv(payload: bytes, *, file: str = "positions CSV") -> tuple[Position, ...]:
    """The positions of a file with a header and a row for each leg.

    Columns are those of the desk file in any order and case, or the names that brokers use. A
    ``symbol`` as the OCC writes it may stand for root, expiry, right and strike; where both are
    there they must agree. ``layer`` is the desk's own decision and has to be added. Left out, id is
    made from the contract, instrument and multiplier follow from it. A blank is null.

    Args:
        payload: the file.
        file: what messages call it.

    Raises:
        SourceError: a sentence for each mistake, with line, column, found, accepted and what to do.
    """
    rows = _rows(_text(payload, file=file), file=file)
    header_line, header = next(rows, (1, []))
    names = _columns(header, place=f"{file}, line {header_line}")
    lines: dict[At, int] = {(): header_line, ("positions",): header_line}
    values: list[dict[str, object]] = []
    for line, cells in rows:
        place = f"{file}, line {line}"
        if len(cells) != len(names):
            raise SourceError(f"{place}: found {len(cells)} cells; accepted are {len(names)}, as in "
                              "the header; quote a cell that holds a comma")  # fmt: skip
        at: At = ("positions", len(values))
        values.append(_leg(dict(zip(names, cells, strict=True)), place=place))
        lines[at] = line
        lines.update(((*at, name), line) for name in COLUMNS)
    if not 1 <= len(values) <= _MOST:
        raise SourceError(f"{file}: found {len(values):,} rows below the header; accepted are 1 to "
                          f"{_MOST:,}; see whether it is the right file")  # fmt: skip
    try:
        return Holdings.model_validate({"positions": values}).positions
    except ValidationError as error:
        raise refused(Document(file, None, lines), error) from None


def _text(payload: bytes, *, file: str) -> str:
    if len(payload) > _LARGEST:
        raise SourceError(f"{file}: found {len(payload):,} bytes; accepted are {_LARGEST:,}; see "
                          "whether it is the right file")  # fmt: skip
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}, byte {error.start}: found a byte that is not UTF-8; accepted is "
                          "text in UTF-8; save the file so") from error  # fmt: skip
    if "\0" in text:
        raise SourceError(f"{file}: found a zero byte; accepted is plain text; export it again")
    return text


def _rows(text: str, *, file: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds anything, with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if any(len(cell) > _WIDEST for cell in cells):
                    raise SourceError(f"{file}, line {line}: found a cell of more than {_WIDEST} "
                                      "characters; accepted are fewer; look for a quote that is "
                                      "not closed")  # fmt: skip
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{file}, line {line}: found a row that is no CSV ({error}); accepted are "
                          "cells between commas, quoted as a whole; export it again") from error  # fmt: skip


def _columns(header: list[str], *, place: str) -> list[str]:
    names: list[str] = []
    known = (*COLUMNS, *_CHECKED)
    plain = {re.sub(r"[ ._]", "", name): name for name in known}
    for cell in header:
        key = re.sub(r"[ ._]", "", cell.lower())
        name = plain.get(key) or _NAMES.get(key) or ("" if key in _IGNORED else None)
        if name is None:
            raise SourceError(f"{place}: found column {cell[:80]!r}; accepted are "
                              f"{', '.join(known)}; {nearest(cell.lower(), known)} If it is of no "
                              "use, delete it")  # fmt: skip
        if name and name in names:
            raise SourceError(f"{place}: found a second column for {name}, {cell[:80]!r}; accepted "
                              "is one; delete the other")  # fmt: skip
        names.append(name)
    for name in ("layer", "quantity"):
        if name not in names:
            raise SourceError(f"{place}: found no column {name!r}; accepted is a header with it; "
                              "add it and say for each leg what it is")  # fmt: skip
    return names


def _leg(cells: Cells, *, place: str) -> dict[str, object]:
    """The values of a row as the desk file would have them; nulls left out."""
    _check_statement(cells, place=place)
    values: dict[str, object] = {}
    for name in COLUMNS:
        if cells.get(name):
            values[name] = _READ[name](cells[name], f"{place}, column {name}")
    _take_symbol(values, cells.get("symbol", ""), place=place)
    _complete(values, place=place)
    return values


def _check_statement(cells: Cells, *, place: str) -> None:
    currency, side = cells.get("currency", ""), cells.get("side", "").lower()
    if currency not in ("", "USD"):
        raise SourceError(f"{place}, column currency: found {currency[:20]!r}; accepted is USD; "
                          "leave the row out")  # fmt: skip
    is_short = cells["quantity"].startswith(("-", "("))
    if side not in ("", "short" if is_short else "long"):
        raise SourceError(f"{place}, column side: found {side[:20]!r} with quantity "
                          f"{cells['quantity'][:20]!r}; accepted are short below zero and long "
                          "above; give the quantity its sign")  # fmt: skip


def _take_symbol(values: dict[str, object], symbol: str, *, place: str) -> None:
    """What an OCC symbol says, in agreement with the columns that say it too."""
    listing = occ_listing(symbol)
    if listing is None and _FUTURE.match(symbol):
        _take_future(values, symbol, place=place)
    elif listing is None:
        if symbol in ROOTS["etp"]:
            values.setdefault("root", symbol)
        elif symbol and not {"root", "expiry"} <= values.keys():
            raise SourceError(f"{place}, column symbol: found {symbol[:40]!r}; accepted is an OCC "
                              "symbol such as 'SPXW  240119C04110000'; else fill root, expiry, "
                              "right and strike")  # fmt: skip
    for name, said in () if listing is None else listing._asdict().items():
        if values.setdefault(name, said) != said:
            raise SourceError(f"{place}, column {name}: found {values[name]}, while the symbol "
                              f"{symbol!r} says {said}; accepted is one contract; correct one of "
                              "the two")  # fmt: skip


def _take_future(values: dict[str, object], symbol: str, *, place: str) -> None:
    """A symbol as VXH4 leaves the decade open, so that the expiry has to be there beside it."""
    expiry = values.get("expiry")
    if not isinstance(expiry, date):
        raise SourceError(f"{place}, column expiry: found none beside {symbol!r}; accepted is the "
                          "contract's expiration date; fill it")  # fmt: skip
    said = f"VX{MONTH_CODES[expiry.month - 1]}{expiry:%y}"
    if symbol not in (said, said[:3] + said[-1]):
        raise SourceError(f"{place}, column expiry: found {expiry}, while the symbol {symbol!r} "
                          f"names another contract than {said}; accepted is one contract; correct "
                          "one of the two")  # fmt: skip
    values.setdefault("root", "VX")


def _complete(values: dict[str, object], *, place: str) -> None:
    """Fill what follows from the contract: instrument, multiplier and a name."""
    root = str(values.get("root", ""))
    by_root = {"VX": "future", **dict.fromkeys(ROOTS["etp"], "etp")}
    if values.get("instrument") == "option" and root in ROOTS["etp"]:
        values["instrument"] = "etp"  # here an option on such a fund counts as the fund
    instrument = values.setdefault("instrument", by_root.get(root, "option"))
    has_strike = "strike" in values
    values.setdefault("multiplier", contract_multiplier(str(instrument), has_strike=has_strike))
    if "id" not in values:
        terms = [str(values.get(name, "")) for name in ("root", "expiry", "right")]
        strike = f"{values['strike']:g}" if has_strike else ""
        book = str(values.get("book", ""))
        values["id"] = " ".join(part for part in (book, *terms, strike) if part)[:64]
        if not values["id"]:
            raise SourceError(f"{place}: found neither symbol nor root; accepted is a row that "
                              "names its contract; fill one of them")  # fmt: skip


def _word(name: str) -> Callable[[str, str], object]:
    def read(cell: str, _: str) -> object:
        word = cell.lower()
        return _WORDS[name].get(word, word)

    return read


def _plain(cell: str, _: str) -> object:
    return cell


def _figure(cell: str, where: str) -> float:
    """A number as statements print it: thousands by commas, below zero by sign or brackets."""
    is_bracketed = cell.startswith("(") and cell.endswith(")")
    digits = cell[1:-1] if is_bracketed else cell
    if not _FIGURE.match(digits) or not any(sign.isdigit() for sign in digits):
        raise SourceError(f"{where}: found {cell[:40]!r}; accepted is a number such as -10, (10) or "
                          "1,234.50; correct the cell")  # fmt: skip
    figure = float(digits.replace(",", ""))
    return -abs(figure) if is_bracketed else figure


def _whole(cell: str, where: str) -> int:
    figure = _figure(cell, where)
    if not figure.is_integer():
        raise SourceError(f"{where}: found {cell[:40]!r}; accepted is a whole number; correct it")
    return int(figure)


def _day(cell: str, where: str) -> date:
    found = _TIME.match(cell)
    if found is not None:
        try:
            return datetime.strptime(found[1].replace("-", ""), "%Y%m%d").date()  # noqa: DTZ007
        except ValueError:
            pass
    raise SourceError(f"{where}: found {cell[:40]!r}; accepted is a date as 2024-01-19 or 20240119, "
                      "since 01/02/2024 is two dates; correct it")  # fmt: skip


_READ: dict[str, Callable[[str, str], object]] = {
    **dict.fromkeys(("id", "book", "layer", "root"), _plain),
    **{name: _word(name) for name in _WORDS},
    **dict.fromkeys(("strike", "entry_price", "spot"), _figure),
    **dict.fromkeys(("quantity", "multiplier"), _whole),
    **dict.fromkeys(("expiry", "opened_on", "spot_on"), _day),
}

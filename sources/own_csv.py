"""The user's own figures: a small table of dates and decimals, for any series of the catalogue.

What a spreadsheet saves under another locale looks like a table and holds other numbers. So nothing
is guessed: a mistake is answered with its line, what was found and how to write it instead. Whether
the figures are plausible is judged later, with the series' own range.
"""

import difflib
import io
import re
from pathlib import PurePath
from typing import NoReturn

import polars as pl

from sources.errors import SourceError
from sources.sheet import EARLIEST, LATEST, lines, once

_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_DECIMAL = r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$"
_SLIPS = (
    (r"^-?[0-9.]+%$", "a percent sign; write the number alone, in the series' unit"),
    (r"^-?[0-9]+,[0-9]+$", "a decimal comma; write a point, as 12.5"),
    (r"^[$€£]", "a currency sign; write the number alone"),
    (r"^-?[0-9.]+[eE][+-]?[0-9]+$", "a power of ten; write all digits, as 0.0005"),
    (r"^-?[0-9]{1,3}([ '_][0-9]{3})+", "a thousands separator; write digits only, as 1234.5"),
    (r"^\(.*\)$", "parentheses; write a negative number with a minus sign"),
    (r"^\s|\s$", "a blank beside the number; remove it"),
    (r"(?i)^(n/?a|#n/a|nan|null|none|nil|-+|\.)$", "a word for none; leave the cell empty"),
)  # fmt: skip
_DATE_SLIPS = (
    (r"^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}$", "day and month cannot be told apart in it"),
    (r"^[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2,4}$", "its parts are in another order"),
    (r"^[0-9]{8}$", "it has no hyphens"),
    (r"^[0-9]{5}$", "it is a spreadsheet's day number"),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]", "it carries a time; a value belongs to a day"),
)
_SHOWN = 60  # characters of a strange cell in a message
_LONGEST_NAME = 255  # characters; what most file systems allow


def parse_own(payload: bytes, *, series_ids: tuple[str, ...], file: str) -> pl.LazyFrame:
    """Figures of the series that a user's file names: series_id, event_date, value.

    The header is ``date`` and one series per further column, or ``date,value`` in a file that bears
    the series' name, ``vvix_close.csv``. Dates as 2024-01-31, in any order; decimals with a point;
    an empty cell where a value is unknown, which is no row.

    Args:
        payload: the file's bytes; its last line may lack its end.
        series_ids: the catalogue's names.
        file: the file's name.

    Raises:
        SourceError: a header that names no series, a row wider or narrower than it, a cell that is
            no such date or decimal, a date with two different rows, or no figure at all.
    """
    stem, file = PurePath(file).stem, _visible(file)
    header, rows = _split(payload, file)
    names = header.split(",")
    if names[0] != "date":
        _refuse(file, 1, f"the first column is {_shown(names[0])}", "date, and then series or value",
                "name it date")  # fmt: skip
    wanted = (stem,) if names[1:] == ["value"] else tuple(names[1:])
    _refuse_names(wanted, series_ids, file)
    return _figures(rows, wanted, file)


def parse_own_close(payload: bytes, *, series_id: str, file: str) -> pl.LazyFrame:
    """Closes in a file with the columns ``date,close``, as price archives are often saved.

    Args:
        payload: the file's bytes; its last line may lack its end.
        series_id: which series the closes are of.
        file: the file's name.

    Raises:
        SourceError: another header, or rows as ``parse_own`` refuses them.
    """
    file = _visible(file)
    header, rows = _split(payload, file)
    if header != "date,close":
        _refuse(file, 1, f"the header is {_shown(header)}", "'date,close'", "rename the columns")
    return _figures(rows, (series_id,), file)


def _split(payload: bytes, file: str) -> tuple[str, list[str]]:
    first = payload.split(b"\n", 1)[0]
    for mark, name in ((b";", "semicolons"), (b"\t", "tabs")):
        if mark in first:
            _refuse(file, 1, f"cells are separated by {name}", "commas, with a point in decimals",
                    "save the table again with commas")  # fmt: skip
    header, *rows = lines(payload, file=file, cut_is_fatal=False)
    if '"' in header:
        _refuse(file, 1, "the header is quoted", "plain names", "save the table without quotes")
    if not rows:
        _refuse(file, 1, "nothing stands below the header", "at least one row", "add the figures")
    return header, rows


def _refuse_names(wanted: tuple[str, ...], series_ids: tuple[str, ...], file: str) -> None:
    if not wanted:
        _refuse(file, 1, "there is no column beside date", "one per series", "add one")
    for name in wanted:
        if wanted.count(name) > 1:
            _refuse(file, 1, f"{_shown(name)} stands twice", "each series once", "remove one")
        if name not in series_ids:
            near = difflib.get_close_matches(name[:_SHOWN].strip().lower(), series_ids, n=1)
            hint = f"did you mean {near[0]}?" if near else "see the list of series"
            _refuse(file, 1, f"{_shown(name)} is no series of the catalogue",
                    "a series' name as a column, or date,value in a file named after it", hint)  # fmt: skip


def _figures(rows: list[str], names: tuple[str, ...], file: str) -> pl.LazyFrame:
    width = len(names) + 1
    for line, row in enumerate(rows, 2):
        if '"' in row or row.count(",") != width - 1:
            _refuse_row(row, line, width, file)
    columns = ("date", *names)
    cells = pl.read_csv(
        io.BytesIO("\n".join(rows).encode()),
        has_header=False,
        schema=dict.fromkeys(columns, pl.String()),
        quote_char=None,
    )
    cells = cells.with_columns(pl.all().fill_null(""))
    values = {name: _decimals(cells.get_column(name), file) for name in names}
    table = pl.DataFrame({"event_date": _dates(cells.get_column("date"), file), **values})
    long = once(table, ["event_date"], file=file).unpivot(
        index="event_date", variable_name="series_id", value_name="value"
    )
    figures = long.drop_nulls("value").select("series_id", "event_date", "value")
    if figures.is_empty():
        _refuse(file, 2, "no row holds a figure", "at least one figure", "fill it in")
    return figures.lazy()


def _refuse_row(row: str, line: int, width: int, file: str) -> NoReturn:
    found = f"{_shown(row)} has {row.count(',') + 1} cells"
    if '"' in row:
        found, hint = (
            f"{_shown(row)} is quoted",
            "write numbers alone, without quotes or separators",
        )
    elif row.count(",") >= width:
        hint = "if it holds a decimal comma or a thousands comma, write 1234.5"
    elif not row:
        found, hint = "the line is empty", "remove it"
    else:
        hint = "leave a cell empty where a value is unknown, but keep its comma"
    _refuse(file, line, found, f"{width} cells as in the header", hint)


def _dates(text: pl.Series, file: str) -> pl.Series:
    shaped = text.set(~text.str.contains(_DATE), None)
    parsed = shaped.str.to_date("%Y-%m-%d", strict=False)
    strange = ~parsed.is_between(EARLIEST, LATEST).fill_null(value=False)
    row = strange.arg_max()
    if row is not None and strange[row]:
        why = _why(text[row], _DATE_SLIPS, "write it as 2024-01-31")
        _refuse(file, row + 2, f"the date is {_shown(text[row])}", "a day as 2024-01-31", why)
    return parsed


def _decimals(text: pl.Series, file: str) -> pl.Series:
    strange = ~text.str.contains(_DECIMAL) & (text != "")
    row = strange.arg_max()
    if row is not None and strange[row]:
        why = _why(text[row], _SLIPS, "correct the cell, or leave it empty where it is unknown")
        _refuse(file, row + 2, f"{text.name} is {_shown(text[row])}",
                "a decimal as 1234.5, or nothing for unknown", why)  # fmt: skip
    return text.set(text == "", None).cast(pl.Float64)


def _why(cell: str, slips: tuple[tuple[str, str], ...], otherwise: str) -> str:
    return next((said for shape, said in slips if re.search(shape, cell)), otherwise)


def _refuse(file: str, line: int, found: str, accepted: str, hint: str) -> NoReturn:
    raise SourceError(f"{file}: line {line}, {found}; accepted is {accepted}; {hint}")


def _visible(name: str) -> str:
    """A file's name as a message may hold it: a name can be long, or turn its line around."""
    return name if name.isprintable() and len(name) <= _LONGEST_NAME else _shown(name)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")

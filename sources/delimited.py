"""Comma-separated files read strictly: nothing guessed, nothing repaired, nothing dropped unseen.

A reader that infers types turns a changed file into other numbers without a word. Here the header
must be the one the adapter was written for, every cell starts as text, and a cell that is neither a
figure nor a published blank stops the file.
"""

import gzip
import io
import zlib
from datetime import date

import polars as pl

from sources.errors import SourceError

BLANKS = ("", ".")  # how these publishers write "no value": FRED's files had "." on holidays
_EARLIEST = date(1800, 1, 1)  # a two-digit year reads as one of antiquity
_FIRST_LINE = 2  # of the figures, below the header


def inflated(payload: bytes, *, file: str, limit: int) -> bytes:
    """The content of a gzip file, at most ``limit`` bytes of it.

    Raises:
        SourceError: not gzip, cut short, damaged, or larger than the limit.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(payload)) as stream:
            content = stream.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{file}: not a whole gzip file ({error}); install the package that ships it again"
        ) from error
    if len(content) > limit:
        raise SourceError(
            f"{file}: more than {limit:,} bytes when inflated; refused, see what replaced the file"
        )
    return content


def text_table(content: bytes, *, file: str, header: tuple[str, ...]) -> pl.DataFrame:
    """The rows as text, one column per header name; a byte-order mark and CRLF are tolerated.

    Raises:
        SourceError: not UTF-8, another header, no rows, or a row wider or narrower than it.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}: not UTF-8 text ({error}); fetch it again") from error
    first, *rows = text.split("\n")
    if tuple(first.split(",")) != header:
        raise SourceError(
            f"{file}: header is {first[:200]!r}; accepted is {','.join(header)!r}; "
            "compare with the publisher's page before changing the adapter"
        )
    _refuse_ragged(rows, width=len(header), file=file)
    return pl.read_csv(io.BytesIO(text.encode()), schema=dict.fromkeys(header, pl.String()))


def _refuse_ragged(rows: list[str], *, width: int, file: str) -> None:
    if not rows:
        raise SourceError(
            f"{file}: no rows below the header; at least one is needed; fetch it again"
        )
    for line, row in enumerate(rows, _FIRST_LINE):
        if '"' in row or row.count(",") != width - 1:
            raise SourceError(
                f"{file}: line {line} is {row[:200]!r}; accepted are {width} unquoted cells; "
                "fetch it again"
            )


def dates(table: pl.DataFrame, column: str, *, file: str, layout: str) -> pl.Series:
    """A column of dates in one stated layout; every row must hold one.

    Raises:
        SourceError: a cell that is not such a date; the first is named with its line.
    """
    parsed = table.get_column(column).str.to_date(layout, strict=False)
    strange = parsed.is_null() | (parsed < _EARLIEST).fill_null(value=True)
    _refuse(table, column, strange, file=file, accepted=f"a date as {layout}")
    return parsed


def figures(table: pl.DataFrame, column: str, *, file: str) -> pl.Series:
    """A column of finite numbers; null where the publisher left a blank.

    Raises:
        SourceError: a cell that is neither a finite number nor a blank.
    """
    text = table.get_column(column)
    parsed = text.cast(pl.Float64, strict=False)
    blank = text.is_null() | text.is_in(list(BLANKS)).fill_null(value=True)
    strange = ~blank & ~parsed.is_finite().fill_null(value=False)
    _refuse(table, column, strange, file=file, accepted="a finite number, nothing or '.'")
    return parsed


def instants(table: pl.DataFrame, column: str, *, file: str) -> pl.Series:
    """A column of UTC instants written ``2018-07-03T17:00:00Z``.

    Raises:
        SourceError: a cell that is not such an instant.
    """
    parsed = (
        table.get_column(column)
        .str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False)
        .dt.replace_time_zone("UTC")
    )
    accepted = "an instant as 2018-07-03T17:00:00Z"
    _refuse(table, column, parsed.is_null(), file=file, accepted=accepted)
    return parsed


def flags(table: pl.DataFrame, column: str, *, file: str) -> pl.Series:
    """A column of ``true`` and ``false``.

    Raises:
        SourceError: a cell that is neither.
    """
    text = table.get_column(column)
    _refuse(table, column, ~text.is_in(["true", "false"]), file=file, accepted="true or false")
    return text == "true"


def _refuse(
    table: pl.DataFrame, column: str, strange: pl.Series, *, file: str, accepted: str
) -> None:
    row = strange.arg_max()
    if row is None or not strange.any():
        return
    found = table.get_column(column)[row]
    raise SourceError(
        f"{file}: line {row + _FIRST_LINE}, column {column} is {found!r}; accepted is {accepted}; "
        "fetch it again or compare with the publisher's page"
    )


def observed(
    table: pl.DataFrame, event_dates: pl.Series, columns: dict[str, str], *, file: str
) -> pl.LazyFrame:
    """Figures in long form: series_id, event_date and value, without the published blanks.

    Args:
        table: the file as text.
        event_dates: the date of each row.
        columns: the column that each series is read from.
        file: what messages call the file.

    Raises:
        SourceError: a cell that is neither a finite number nor a blank.
    """
    each = [
        pl.DataFrame({"event_date": event_dates, "value": figures(table, column, file=file)})
        .drop_nulls()
        .select(pl.lit(series_id).alias("series_id"), "event_date", "value")
        for series_id, column in columns.items()
    ]
    return pl.concat(each).lazy()

"""Publishers' text tables held to the letter: every cell is text until a rule accepts it.

``delimited`` reads files that we install or write. What a publisher serves can be cut short, be a
web page, or carry a preface or odd last cells, so here the lines are counted from the top of the
file as served, a last line without its end is a cut one, and a figure is digits with at most one
decimal point: ``1e5``, ``1_000``, ``NaN`` and ``0x10`` are refused before any cast could read them.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from sources.errors import SourceError

EARLIEST, LATEST = date(1871, 1, 1), date(2100, 1, 1)  # no publisher here writes dates beyond
_SHAPES = {"%m/%d/%Y": r"^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$", "%Y-%m-%d": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
           "%Y%m%d": r"^[0-9]{8}$", "%a %b %d %Y": r"^[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} [0-9]{4}$",
           "%y%m%d": r"^[0-9]{6}$"}  # fmt: skip
_DECIMAL = r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$"
_SHOWN = 120  # characters of a strange line in a message


@dataclass(frozen=True)
class Sheet:
    """A file's rows as text columns; the column ``line`` says where each stands in the file."""

    file: str
    cells: pl.DataFrame

    def dates(self, column: str, *layouts: str) -> pl.Series:
        """A column of dates, all in one of the stated layouts.

        Raises:
            SourceError: a cell that is no such date; the first is named with its line.
        """
        text = self.cells.get_column(column)
        tried = [self._dates(text, layout) for layout in layouts]
        best = max(tried, key=lambda parsed: -parsed.null_count())
        self.refuse(best.is_null(), column, f"a date as {' or '.join(layouts)}, one throughout")
        return best

    @staticmethod
    def _dates(text: pl.Series, layout: str) -> pl.Series:
        shaped = text.set(~text.str.contains(_SHAPES[layout]).fill_null(value=False), None)
        parsed = shaped.str.to_date(layout, strict=False)
        return parsed.set(~parsed.is_between(EARLIEST, LATEST).fill_null(value=False), None)

    def decimals(self, column: str, *, blanks: tuple[str, ...] = (), negative: bool = False,
                 ) -> pl.Series:  # fmt: skip
        """A column of plain decimal numbers; null where a stated blank stands.

        Raises:
            SourceError: a cell that is neither; the first is named with its line.
        """
        text = self.cells.get_column(column).fill_null("")
        fine = text.str.contains(_DECIMAL)
        if not negative:
            fine = fine & ~text.str.starts_with("-")
        blank = text.is_in(list(blanks))
        accepted = "a plain decimal number" if negative else "a plain decimal number, not negative"
        named = f", or one of {blanks} for none" if blanks else ""
        self.refuse(~fine & ~blank, column, accepted + named)
        return text.set(blank, None).cast(pl.Float64)

    def counts(self, column: str, *, blanks: tuple[str, ...] = ()) -> pl.Series:
        """A column of whole numbers; null where a stated blank stands.

        Raises:
            SourceError: a cell that is neither; the first is named with its line.
        """
        text = self.cells.get_column(column).fill_null("")
        blank = text.is_in(list(blanks))
        self.refuse(
            ~text.str.contains("^[0-9]{1,15}$") & ~blank, column, "a whole number, digits only"
        )
        return text.set(blank, None).cast(pl.Int64)

    def refuse(self, strange: pl.Series, column: str, accepted: str) -> None:
        """Stop at the first strange row, if there is one.

        Raises:
            SourceError: naming file, line, column, what was found and what is accepted.
        """
        row = strange.arg_max()
        if row is None or not strange[row]:
            return
        line, found = self.cells.get_column("line")[row], self.cells.get_column(column)[row]
        raise SourceError(
            f"{self.file}: line {line}, column {column} is {_shown(found or '')}; accepted is "
            f"{accepted}; fetch it again or compare with the publisher's page"
        )


def lines(payload: bytes, *, file: str, cut_is_fatal: bool = True) -> list[str]:
    """The lines of a text file, without their ends and without blank last lines.

    A byte-order mark and CRLF are tolerated.

    Args:
        payload: the bytes as served.
        file: what messages call the file.
        cut_is_fatal: whether a last line without its end counts as cut short: a number cut in the
            middle is another number.

    Raises:
        SourceError: empty, not UTF-8, mixed line ends, a web page, control characters, or cut
            short.
    """
    try:
        text = payload.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}: not UTF-8 text ({error}); fetch it again") from error
    if payload.count(b"\r\n") not in (0, payload.count(b"\n")):
        raise SourceError(
            f"{file}: line ends of two kinds; accepted are LF or CRLF throughout: a stray CR may "
            "stand for a lost digit; fetch it again"
        )
    if not text.strip():
        raise SourceError(f"{file}: empty; at least a header and a row are needed; fetch it again")
    if text.lstrip().startswith("<"):
        raise SourceError(
            f"{file}: a web page, it starts with {_shown(text.lstrip())}; accepted is a table; the "
            "publisher turned the request away: try again later or use another source"
        )
    if cut_is_fatal and not text.endswith("\n"):
        last = text.rsplit("\n", 1)[-1]
        raise SourceError(
            f"{file}: cut short, its last line {_shown(last)} has no end; fetch it again"
        )
    every = text.rstrip("\n").split("\n")
    for number, line in enumerate(every, 1):
        if not line.isprintable():
            raise SourceError(
                f"{file}: line {number} holds control characters, {_shown(line)}; accepted is "
                "plain text; fetch it again"
            )
    return every


def sheet(
    rows: Iterable[str], names: tuple[str, ...], *, file: str, first_line: int, spare: int = 0
) -> Sheet:
    """Rows of unquoted cells, one per column name; a number stands where each column begins.

    Args:
        rows: the lines below the header.
        names: one per column.
        file: what messages call the file.
        first_line: where the first row stands in the file.
        spare: how many empty cells may follow the last one.

    Raises:
        SourceError: no rows, or a row wider or narrower than the header.
    """
    kept = []
    for line, row in enumerate(rows, first_line):
        surplus = row.count(",") - len(names) + 1
        if '"' in row or not 0 <= surplus <= spare or (surplus and not row.endswith("," * surplus)):
            raise SourceError(
                f"{file}: line {line} is {_shown(row)}; accepted are {len(names)} unquoted cells; "
                "fetch it again or compare with the publisher's page"
            )
        kept.append(row[: len(row) - surplus])
    if not kept:
        raise SourceError(
            f"{file}: no rows below the header; at least one is needed; fetch it again"
        )
    cells = pl.read_csv(
        io.BytesIO("\n".join(kept).encode()),
        has_header=False,
        schema=dict.fromkeys(names, pl.String()),
        quote_char=None,
    )
    return Sheet(file, cells.with_row_index("line", offset=first_line))


def headed(payload: bytes, *headers: tuple[str, ...], file: str, cut_is_fatal: bool = True,
           ) -> tuple[tuple[str, ...], Sheet]:  # fmt: skip
    """A table below one of the accepted headers, which is returned with it.

    Raises:
        SourceError: another header, or rows that do not fit it.
    """
    first, *rows = lines(payload, file=file, cut_is_fatal=cut_is_fatal)
    found = tuple(first.split(","))
    if found not in headers:
        accepted = " or ".join(repr(",".join(header)) for header in headers)
        raise SourceError(
            f"{file}: header is {_shown(first)}; accepted is {accepted}; compare with the "
            "publisher's page before changing the adapter"
        )
    return found, sheet(rows, found, file=file, first_line=2)


def once(figures: pl.DataFrame, key: list[str], *, file: str) -> pl.DataFrame:
    """Rows in order of their key, equal repetitions counted once.

    Raises:
        SourceError: two rows of one key that differ: which is right cannot be known.
    """
    distinct = figures.unique(maintain_order=True).sort(key)
    twice = distinct.filter(pl.struct(key).is_duplicated())
    if not twice.is_empty():
        raise SourceError(
            f"{file}: two different rows for {', '.join(map(str, twice.select(key).row(0)))}: "
            f"{twice.drop(key).rows()[:2]}; accepted is one row each; fetch it again or compare "
            "with the publisher's page"
        )
    return distinct


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")

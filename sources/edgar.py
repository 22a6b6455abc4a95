"""The SEC's form indices: how many registrations and priced offerings were filed each day.

One index a business day, and one a quarter that is written again every night. Both list every
filing by form type in columns whose widths have changed, so a row is read from its right end,
where each cell has one shape. A filing stands once under each co-registrant, in each one's own
folder: its accession number, the file's name, is what tells filings apart.

``edgar_s1_filings`` and ``edgar_f1_filings`` count first registrations of domestic and of foreign
issuers, ``edgar_amendments`` their amendments, ``edgar_priced_filings`` final prospectuses under
rule 424(b)(4) [filings a day]. They are no count of initial offerings: resale registrations file
on S-1 as well, and offerings of listed companies end in a 424B4.

Source:
    US Securities and Exchange Commission, EDGAR form index; public domain.
"""

import re
from datetime import date

import polars as pl

from sources.errors import SourceError
from sources.remote import Remote
from sources.sheet import Sheet, lines, once

BASE_URL = "https://www.sec.gov"
FORMS: dict[str, tuple[str, ...]] = {
    "edgar_s1_filings": ("S-1",),
    "edgar_f1_filings": ("F-1",),
    "edgar_amendments": ("S-1/A", "F-1/A"),
    "edgar_priced_filings": ("424B4",),
}

_FOLDER = "/Archives/edgar"
_FIRST_YEAR = 1993  # of electronic filing
_MONTHS = 3  # of a quarter
_COUNTED = [form for forms in FORMS.values() for form in forms]
_LAST_COUNTED = max(_COUNTED)
_HEADER = "Form Type Company Name CIK Date Filed File Name"
_PREFACE = 20  # lines that may stand above the rule; EDGAR writes four to eleven
_RULE = re.compile("-{20,} *")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_ROW = (
    r"^(?P<form>[^ ]+(?: [^ ]+)*) {2,}(?:[^ ].*? )? *(?P<cik>[0-9]{1,10}) +"
    r"(?P<filed>[0-9-]{8,10}) +edgar/data/[0-9]{1,10}/"
    r"(?P<accession>[0-9]{10}-[0-9]{2}-[0-9]{6})\.txt *$"
)


def daily_request(day: date) -> Remote:
    """The index of one business day; 403 or 404 on weekends and federal holidays.

    Raises:
        SourceError: a day before electronic filing.
    """
    folder = _quarter_folder("daily-index", day.year, (day.month - 1) // _MONTHS + 1)
    return Remote(f"{folder}/form.{day:%Y%m%d}.idx")


def quarter_request(year: int, quarter: int) -> Remote:
    """The index of one quarter, in the running quarter up to the evening before.

    Raises:
        SourceError: no such quarter.
    """
    return Remote(f"{_quarter_folder('full-index', year, quarter)}/form.idx")


def parse_daily_index(payload: bytes, *, day: date) -> pl.LazyFrame:
    """Filings of one day by kind: series_id, event_date, value; a kind without any is 0.

    Filings that the index carries under an earlier filing date are left out: the day's own count
    comes with the quarter's index.

    Args:
        payload: the file as served.
        day: the date in the file's name.

    Raises:
        SourceError: another layout, a filing date after the day, none on it, one filing under two
            forms or dates, or an index that ends before the forms counted.
    """
    table, filed = _day_table(payload, day)
    return _counts(table, filed, kept=filed == day)


def left_out_of_daily_index(payload: bytes, *, day: date) -> pl.LazyFrame:
    """Rows of the counted forms that count for an earlier day: line, row, reason.

    Raises:
        SourceError: as ``parse_daily_index``.
    """
    table, filed = _day_table(payload, day)
    left = table.cells.filter((filed != day) & table.cells["form"].is_in(_COUNTED))
    reason = f"filed before {day}: counted with the quarter's index"
    return left.lazy().select("line", pl.col("row").str.strip_chars(),
                              pl.lit(reason).alias("reason"))  # fmt: skip


def parse_quarter_index(payload: bytes) -> pl.LazyFrame:
    """Filings of each day of a quarter by kind, oldest first: series_id, event_date, value.

    A day that the index has any filing of has a count of each kind, 0 where there is none; a day
    it has none of, as a holiday or one still to come, has no row.

    Raises:
        SourceError: another layout, filing dates of two quarters, one filing under two forms or
            dates, or an index that ends before the forms counted.
    """
    table = _table(payload, file="EDGAR form index of a quarter")
    filed = table.dates("filed", "%Y-%m-%d")
    quarters = filed.dt.truncate("1q")
    table.refuse(quarters != quarters[0], "filed", f"the quarter of {filed[0]} throughout")
    return _counts(table, filed, kept=filed.is_not_null())


def _quarter_folder(index: str, year: int, quarter: int) -> str:
    if year < _FIRST_YEAR or quarter not in {1, 2, 3, 4}:
        raise SourceError(
            f"EDGAR {index}: quarter {quarter} of {year} is asked for; accepted are quarters 1 to "
            f"4 from {_FIRST_YEAR} on"
        )
    return f"{_FOLDER}/{index}/{year}/QTR{quarter}"


def _day_table(payload: bytes, day: date) -> tuple[Sheet, pl.Series]:
    table = _table(payload, file=f"EDGAR form index of {day}")
    filed = table.dates("filed", "%Y%m%d")
    table.refuse(filed > day, "filed", f"a date up to {day}")
    if not (filed == day).any():
        raise SourceError(
            f"{table.file}: its newest filing date is {max(filed.to_list())}; accepted is an index with "
            f"filings of {day}; it is another day's file: fetch it again"
        )
    return table, filed


def _table(payload: bytes, *, file: str) -> Sheet:
    """Form, filing date and accession number of every row, and the row itself."""
    # Company names of the nineties are Latin-1; nothing that is read here is beyond ASCII.
    every = lines(_NOT_ASCII.sub(b"?", payload), file=file)
    rule = next((at for at, line in enumerate(every[:_PREFACE]) if _RULE.fullmatch(line)), None)
    words = " ".join(" ".join(every[:rule]).split())
    if rule is None or not words.endswith(_HEADER):
        raise SourceError(
            f"{file}: begins {words[:120]!r}; accepted is {_HEADER!r} above a rule of dashes; "
            "compare with sec.gov/Archives/edgar before changing the adapter"
        )
    rows = pl.DataFrame({"row": every[rule + 1 :]}, schema={"row": pl.String()})
    if rows.is_empty():
        raise SourceError(f"{file}: no rows below the header; at least one is needed; fetch it "
                          "again", is_temporary=True)  # fmt: skip
    cells = rows.with_row_index("line", offset=rule + 2).with_columns(
        pl.col("row").str.extract_groups(_ROW).struct.unnest()
    )
    table = Sheet(file, cells)
    table.refuse(cells["accession"].is_null(), "row",
                 "form, company, CIK, date and edgar/data/CIK/ACCESSION.txt")  # fmt: skip
    _refuse_cut(table)
    return table


def _refuse_cut(table: Sheet) -> None:
    """Stop at an index without the forms that come after those counted.

    Rows are in order of their forms and the file says nowhere how many it has: cut at the end of
    a line it would read as a day with fewer offerings. Every index has forms behind S-1/A.
    """
    last = table.cells["form"][-1]
    if last <= _LAST_COUNTED:
        raise SourceError(
            f"{table.file}: its last row is of form {last[:20]!r}; accepted is an index that goes "
            f"beyond {_LAST_COUNTED}, as by SC 13G or X-17A-5; it was cut short: fetch it again",
            is_temporary=True,
        )


def _counts(table: Sheet, filed: pl.Series, *, kept: pl.Series) -> pl.LazyFrame:
    rows = table.cells.select("form", "accession", filed.alias("event_date")).filter(kept)
    is_counted = pl.col("form").is_in(_COUNTED)
    filings = once(rows.filter(is_counted), ["accession"], file=table.file)
    by_day = pl.concat([filings, rows.filter(~is_counted)]).group_by("event_date").agg(
        pl.col("form").is_in(list(forms)).sum().cast(pl.Float64).alias(name)
        for name, forms in FORMS.items()
    )  # fmt: skip
    return (
        by_day.lazy()
        .unpivot(index="event_date", variable_name="series_id", value_name="value")
        .select("series_id", "event_date", "value")
        .sort("series_id", "event_date")
    )

"""Damodaran's monthly workbook, made of an extract: real .xlsx, dates counted from 1904."""

import io
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal

from replay.tables import table

_SHEET = "Historical ERP"
_COLUMNS = (
    "Start of month", "S&P 500", "T.Bond Rate", "$ Riskfree Rate", "Ten-year average CF",
    "CF (Trailing 12 month)", "Normalized CF", "Expected growth rate",
    "ERP (T12 m with sustainable payout)", "ERP (T12m)", "ERP (T12m) with adj riskfree rate",
    "ERP (Smoothed)", "ERP (Normalized)", "ERP (Net Cash Yield)", "Expected Return",
)  # fmt: skip
_IN_PERCENT = {
    "tbond_rate": "T.Bond Rate",
    "erp_sustainable_payout": "ERP (T12 m with sustainable payout)",
    "erp_t12m": "ERP (T12m)",
    "erp_adj_rf": "ERP (T12m) with adj riskfree rate",
    "expected_return": "Expected Return",
}
_MADE = datetime(2009, 1, 1)  # noqa: DTZ001  # the library writes it as it is
_ZIPPED = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def erp_by_month(extract: bytes) -> bytes:
    """``ERPbymonth.xlsx``: rates and premia as fractions shown in percent, unknown cells empty.

    Args:
        extract: date, sp500 and, in percent, erp_t12m, tbond_rate, expected_return,
            erp_sustainable_payout and erp_adj_rf.

    Returns:
        The same bytes for the same extract.
    """
    from openpyxl import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415  # 0.2 s
    from openpyxl.utils.datetime import (  # type: ignore[import-untyped]  # noqa: PLC0415
        CALENDAR_MAC_1904,
    )

    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.properties.created = _MADE
    page = book.active
    page.title = _SHEET
    page.append(_COLUMNS)
    names = tuple(_IN_PERCENT)
    for number, (day, level, *cells) in enumerate(table(extract, "date", "sp500", *names), 2):
        page.cell(number, 1, date.fromisoformat(day)).number_format = "mmm-yy"
        if level:
            page.cell(number, 2, float(level))
        for name, percent in zip(names, cells, strict=True):
            if percent:
                column = _COLUMNS.index(_IN_PERCENT[name]) + 1
                page.cell(number, column, float(Decimal(percent) / 100)).number_format = "0.00%"
    held = io.BytesIO()
    book.save(held)
    return _without_clock(held.getvalue())


def _without_clock(packed: bytes) -> bytes:
    """The workbook without the times at which it and its parts were written."""
    out = io.BytesIO()
    made = _MADE.isoformat().encode() + b"Z"
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + made + rb"\g<2>", content)
            part = zipfile.ZipInfo(entry.filename, _ZIPPED)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, content)
    return out.getvalue()

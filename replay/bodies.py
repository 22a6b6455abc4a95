"""Publishers' text bodies, made of extracts where nobody kept the file as it was served."""

import hashlib
from datetime import date, datetime
from decimal import Decimal

from replay.tables import ReplayError, body, lines, table

_CENT, _SIX = Decimal("0.01"), Decimal("0.000001")
_MISSING = ("", ".")


def spx_history(bars: bytes, continued: bytes | None = None) -> bytes:
    """``SPX_History.csv``: the bars' closes, then another file's on the days after the last bar.

    The index is published to the cent, which the bars' single-precision floats still tell.

    Args:
        bars: Date as 2/5/2018, and Close among other columns.
        continued: the body of a ``fredgraph.csv`` or its extract; missing values have no row.
    """
    closes = [(_american(day), close) for day, close in table(bars, "Date", "Close")]
    last = max(day for day, _ in closes)
    if continued is not None:
        later = ((date.fromisoformat(day), level) for day, level in dated(continued))
        closes += [(day, level) for day, level in later if day > last and level not in _MISSING]
    rows = (
        f"{day:%m/%d/%Y},{Decimal(close).quantize(_CENT).quantize(_SIX)}"
        for day, close in sorted(closes)
    )
    return body(["DATE,SPX", *rows])


def _american(day: str) -> date:
    return datetime.strptime(day, "%m/%d/%Y").date()  # noqa: DTZ007  # a date has no zone


def dated(payload: bytes) -> list[tuple[str, str]]:
    """Date and value of a two-column table, whatever its header calls them.

    Raises:
        ReplayError: a row of another width.
    """
    found = []
    for number, row in enumerate(lines(payload)[1:], 2):
        cells = row.split(",")
        if len(cells) != 2:  # noqa: PLR2004
            raise ReplayError(
                f"line {number} is {row[:120]!r}; accepted are a date and a value; copy the file "
                "again"
            )
        found.append((cells[0], cells[1]))
    return found


def fredgraph(series_id: str, extract: bytes) -> bytes:
    """An extract as ``fredgraph.csv`` gives it: a missing value is empty."""
    rows = (f"{day},{'' if value in _MISSING else value}" for day, value in dated(extract))
    return body([f"observation_date,{series_id}", *rows])


def price_index(series_id: str, package: bytes) -> bytes:
    """The packaged consumer price index, columns Date and Index, as ``fredgraph.csv`` gives it."""
    rows = (f"{day},{value}" for day, value in table(package, "Date", "Index"))
    return body([f"observation_date,{series_id}", *rows])


def graph_window(graph: bytes, first: str, last: str) -> bytes:
    """The rows of a ``fredgraph.csv`` between two days as ``cosd`` and ``coed`` ask for them."""
    header, *rows = lines(graph)
    return body([header, *(row for row in rows if first <= row.partition(",")[0] <= last)])


def shiller_path(workbook: bytes) -> str:
    """Where an edition of the workbook lies: elsewhere with each edition."""
    edition = hashlib.sha256(workbook).hexdigest()
    return f"/blobby/go/{edition[:32]}/downloads/{edition[32:48]}/ie_data.xls"


def shiller_page(workbook: bytes) -> bytes:
    """The page that links the workbook's present place."""
    version = int(hashlib.sha256(workbook).hexdigest()[:8], 16)
    link = f"//img1.wsimg.com{shiller_path(workbook)}?ver={version}"
    return (
        "<!DOCTYPE html>\n<html><head><title>Home</title></head><body>\n"
        f'<p>U.S. Stock Markets 1871-Present: <a href="{link}">ie_data.xls</a></p>\n'
        "</body></html>\n"
    ).encode()

"""The futures exchange's other two layouts, made of its archive of one file per contract."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from replay.tables import ReplayError, body, lines

_HEADER = "Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,Open Interest"
_CODES = "FGHJKMNQUVXZ"
_CONTRACT = re.compile(r"([FGHJKMNQUVXZ]) \([A-Z][a-z]{2} (?:20)?([0-9]{2})\)")
_RESCALED = date(2007, 3, 26)  # before, the archive quotes ten times the index
_PLACEHOLDERS = (Decimal(0), Decimal(1))  # what stands on listing days
_FEWEST = 6  # monthly contracts of one day: with fewer, files of the folder are missing
_FRIDAY = 4


@dataclass(frozen=True)
class Contract:
    """One contract's file: its symbol's month code and year, and its rows, oldest first."""

    code: str
    year: int
    rows: tuple[tuple[date, tuple[str, ...]], ...]

    @property
    def expiry(self) -> date:
        """The last day of a whole file, and of a file cut before its end the day that is due.

        Due is the Wednesday thirty days before the following month's third Friday; on holidays
        the contract ends the day before it, which the last row then says.
        """
        month = date(self.year, _CODES.index(self.code) + 1, 1)
        following = (month + timedelta(days=31)).replace(day=1)
        friday = following + timedelta(days=(_FRIDAY - following.weekday()) % 7 + 14)
        due, last = friday - timedelta(days=30), self.rows[-1][0]
        return last if last == due - timedelta(days=1) else due


@functools.lru_cache(maxsize=512)
def contract(archive: bytes) -> Contract:
    """A file of the archive, its disclaimer and its trailing commas left away.

    Raises:
        ReplayError: another header, or rows that name no monthly contract.
    """
    every = [line for line in lines(archive) if line]
    top = next((number for number, line in enumerate(every[:2]) if line == _HEADER), None)
    if top is None or len(every) < top + 2:
        raise ReplayError(
            f"VX contract file begins {every[0][:120]!r}; accepted is {_HEADER!r}, a disclaimer "
            "above it, and rows; copy the file again"
        )
    width = _HEADER.count(",") + 1
    cells = [tuple(line.split(",")[:width]) for line in every[top + 1 :]]
    named = _CONTRACT.fullmatch(cells[0][1])
    if named is None:
        raise ReplayError(
            f"VX contract file is of {cells[0][1][:40]!r}; accepted is a contract as 'H (Mar 07)'; "
            "copy the file again"
        )
    rows = sorted((_day(row[0]), row) for row in cells)
    return Contract(named[1], 2000 + int(named[2]), tuple(rows))


def _day(text: str) -> date:
    layout = "%m/%d/%Y" if "/" in text else "%Y-%m-%d"
    return datetime.strptime(text, layout).date()  # noqa: DTZ007  # a date has no zone


def by_expiry(archive: bytes) -> bytes:
    """The contract as the newer place serves it: dates as 2013-01-16, no disclaimer."""
    rows = (",".join((day.isoformat(), *cells[1:])) for day, cells in contract(archive).rows)
    return body([_HEADER, *rows])


@functools.lru_cache(maxsize=2)
def settlements(archives: Sequence[bytes]) -> dict[date, bytes]:
    """The settlement file of every trade date, in index points, nearest expiry first.

    A day of fewer monthly contracts than the exchange ever listed is left out: files are missing.

    Args:
        archives: the files of all contracts, as a tuple.
    """
    days: dict[date, list[tuple[date, str]]] = {}
    for held in map(contract, archives):
        symbol, expiry = f"VX/{held.code}{held.year % 10}", held.expiry
        for day, cells in held.rows:
            settle = Decimal(cells[6] or 0)
            if settle in _PLACEHOLDERS:
                continue
            points = settle / 10 if day < _RESCALED else settle
            days.setdefault(day, []).append((expiry, f"VX,{symbol},{expiry},{points:.4f}"))
    header = "Product,Symbol,Expiration Date,Price"
    return {
        day: body([header, *(row for _, row in sorted(rows))])
        for day, rows in days.items()
        if len(rows) >= _FEWEST
    }

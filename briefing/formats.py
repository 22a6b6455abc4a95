"""The only number formatting: how a stored value becomes text on the page.

Stored decimals become percent here and nowhere else. A number that is not finite is an error;
a missing one has its own words and never looks like a number.
"""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from schemas.model import Unit

NO_DATA = "no data"
MINUS = "\u2212"  # the sign, as long as a plus; a hyphen reads as a dash in a column of figures
_NEW_YORK = ZoneInfo("America/New_York")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip

# The bundled typeface is a Latin subset: these signs would come from a font we did not choose.
_SPELLED = {
    "\u2265": ">=", "\u2264": "<=", "\u2260": "!=", "\u2192": "to", "\u2190": "from",
    "\u03c3": "sd", "\u0394": "delta", "\u2248": "about", "\u221e": "infinity",
}  # fmt: skip


class FormatError(ValueError):
    """A value that cannot be printed as a number."""


def number(value: float | None, decimals: int, *, signed: bool = False, after: str = "") -> str:
    """A number with thousands separators, a fixed number of decimals and a true minus sign.

    Raises:
        FormatError: the value is NaN or infinite.
    """
    if value is None:
        return NO_DATA
    if not math.isfinite(value):
        raise FormatError(f"formats: found {value}; only finite numbers can be printed; pass None")
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not any(digit in "123456789" for digit in text)
    sign = "" if is_zero else MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{text}{after}"


def percent(value: float | None, decimals: int = 2, *, signed: bool = False) -> str:
    """A decimal as percent: 0.0681 is 6.81%."""
    scaled = None if value is None else value * 100.0
    return number(scaled, decimals, signed=signed, after="%")


def basis_points(value: float | None, *, signed: bool = True) -> str:
    """A decimal as basis points: 0.0012 is +12 bp."""
    scaled = None if value is None else value * 10_000.0
    return number(scaled, 0, signed=signed, after=" bp")


def vol_points(value: float | None, *, signed: bool = False) -> str:
    """Volatility points as an exchange quotes them: 16.25 pts."""
    return number(value, 2, signed=signed, after=" pts")


def multiplier(value: float | None) -> str:
    """A layer's multiple of its base: 1.25x with the times sign."""
    return number(value, 2, after="\u00d7")


def count(value: int | None, one: str = "", many: str = "") -> str:
    """A whole number, with its noun in the right number where one is given."""
    text = number(value, 0)
    if value is None or not one:
        return text
    return f"{text} {one if value == 1 else many or one + 's'}"


def ordinal(value: float | None) -> str:
    """A percentile as a reader says it: 34th; 0th and 100th only where nothing lies beyond."""
    if value is None:
        return number(value, 0)
    shown = value if value in {0.0, 100.0} else min(max(round(value), 1), 99)
    text = number(shown, 0)
    last_two = round(shown) % 100
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(last_two % 10, "th")
    return text + ("th" if last_two in {11, 12, 13} else suffix)


def day(value: date | None) -> str:
    """A date with its weekday: Fri 20 Nov 2026."""
    if value is None:
        return NO_DATA
    return f"{_WEEKDAYS[value.weekday()]} {short_day(value)} {value.year}"


def short_day(value: date) -> str:
    """A date within its year: 20 Nov."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def month(value: date | None) -> str:
    """A month: Nov 2026."""
    return NO_DATA if value is None else f"{_MONTHS[value.month - 1]} {value.year}"


def new_york(value: datetime) -> str:
    """An instant on the exchange's clock: Mon 23 Nov 2026 07:30 ET."""
    local = _aware(value).astimezone(_NEW_YORK)
    return f"{day(local.date())} {local:%H:%M} ET"


def universal(value: datetime) -> str:
    """An instant in coordinated universal time: 23 Nov 12:30 UTC."""
    moment = _aware(value).astimezone(UTC)
    return f"{short_day(moment.date())} {moment:%H:%M} UTC"


def instant(value: object) -> str:
    """A stored instant on the exchange's clock; no data where it is missing."""
    return new_york(value) if isinstance(value, datetime) else NO_DATA


def instant_utc(value: object) -> str:
    """A stored instant in coordinated universal time; no data where it is missing."""
    return universal(value) if isinstance(value, datetime) else NO_DATA


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise FormatError(f"formats: found {value.isoformat()} without a time zone; pass UTC")
    return value


def spelled(text: str) -> str:
    """The text with the signs that the bundled typeface lacks spelled out."""
    for sign, words in _SPELLED.items():
        text = text.replace(sign, words)
    return text


def _plain(decimals: int, after: str = "") -> Callable[[float | None, bool], str]:
    return lambda value, signed: number(value, decimals, signed=signed, after=after)


_BY_UNIT: dict[Unit, Callable[[float | None, bool], str]] = {
    Unit.NONE: _plain(1),
    Unit.DECIMAL: lambda value, signed: percent(value, signed=signed),
    Unit.INDEX_PTS: _plain(2),
    Unit.VOL_PTS: lambda value, signed: vol_points(value, signed=signed),
    Unit.PCT2_MONTH: _plain(1, " %\u00b2 a month"),
    Unit.PERCENT: _plain(2, "%"),
    Unit.PERCENTILE: lambda value, _signed: ordinal(value),
    Unit.Z: lambda value, _signed: number(value, 2, signed=True, after=" sd"),
    Unit.RATIO: _plain(3),
    Unit.COUNT: _plain(0),
    Unit.CONTRACTS: _plain(0),
    Unit.SESSIONS: lambda value, signed: number(
        value, 0, signed=signed, after=" session" if value in {1.0, -1.0} else " sessions"
    ),
    Unit.DAYS: _plain(0, " days"),
    Unit.USD: _plain(2, " USD"),
    Unit.USD_MN: _plain(0, " mn USD"),
    Unit.USD_BN: _plain(1, " bn USD"),
    Unit.ETH: _plain(4, " ETH"),
}


def quantity(value: float | None, unit: Unit) -> str:
    """A stored value in its declared unit, as a reader expects it."""
    if value is None:
        return NO_DATA
    return _BY_UNIT[unit](value, False)  # noqa: FBT003 -- a table of two-place functions


def change(before: float | None, after: float | None, unit: Unit) -> str:
    """The signed difference of two stored values: rates in basis points, the rest in its unit."""
    if before is None or after is None:
        return NO_DATA
    if unit is Unit.DECIMAL:
        return basis_points(after - before)
    if unit is Unit.PERCENTILE:
        return number(after - before, 0, signed=True, after=" places")
    return _BY_UNIT[unit](after - before, True)  # noqa: FBT003 -- as above

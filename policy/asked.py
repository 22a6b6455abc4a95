"""What a user asks a column to be: ``erp_svix30=6.4`` read, checked and put in the column's unit."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from policy.conditions import READABLE
from policy.errors import PolicyError
from policy.units import Quantity
from schemas.document import nearest
from schemas.model import Column, Unit
from schemas.offer_tables import MART_BOOK_OFFER_DAILY

# What a desk calls the columns asked for most; the one place where a short name is declared.
SHORT_NAMES: Mapping[str, str] = {
    "erp": "erp_svix30",
    "erp_f": "erp_fcfe_marked",
    "gap": "vol_gap_z",
    "rv": "realized_vol_21d",
    "vix": "vix_close",
    "spx": "spx_close",
    "spread": "vol_spread",
    "term": "term_ratio_3m",
    "rsi": "vix_rsi_14d",
    "rate": "treasury_10y",
    "fomc": "sessions_to_fomc",
    "cpi": "sessions_to_cpi",
}
UNKNOWN = "unknown"  # as a value: the column has none

_NUMBER = re.compile(r"([-+\u2212]?\d{1,9}(?:\.\d{1,9})?)\s*([^\s\d.+-]\S*)?")
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
# The word in which a unit is typed and shown.
_WORDS = {
    Unit.DECIMAL: "%", Unit.PERCENT: "%", Unit.VOL_PTS: "pts", Unit.INDEX_PTS: "pts", Unit.Z: "z",
    Unit.RATIO: "ratio", Unit.PERCENTILE: "pctl", Unit.PCT2_MONTH: "pct2", Unit.NONE: "RSI",
    Unit.SESSIONS: "sessions", Unit.DAYS: "days", Unit.COUNT: "count", Unit.USD: "USD",
}  # fmt: skip
_OFFERS = MART_BOOK_OFFER_DAILY
_OFFERED = ("IC", "L1", "L2", "L3")


@dataclass(frozen=True)
class Place:
    """A column that may be asked about, and where it stands.

    Attributes:
        column: its declaration.
        tables: every table that has it, so that one quantity never has two values.
        layer: of an offer, whose contract it is; null otherwise.
    """

    column: Column
    tables: tuple[str, ...]
    layer: str | None = None

    @property
    def name(self) -> str:
        """As a user writes it: the column, of an offer ``L1.offer_debit_usd``."""
        return self.column.name if self.layer is None else f"{self.layer}.{self.column.name}"

    @property
    def is_flag(self) -> bool:
        """Whether it is yes or no."""
        return self.column.dtype == pl.Boolean()

    @property
    def is_whole(self) -> bool:
        """Whether it takes whole numbers only; a flag takes 0 and 1."""
        return self.is_flag or self.column.dtype.is_integer()


@dataclass(frozen=True)
class Change:
    """A column at one session as it is asked to be, in its own unit; null for unknown."""

    place: Place
    value: float | None


def places() -> dict[str, Place]:
    """Every column that the decision can read, by the name a user writes."""
    found: dict[str, Place] = {}
    for table in READABLE:
        for column in _typed(table.columns, table.key):
            tables = found[column.name].tables if column.name in found else ()
            found[column.name] = Place(column, (*tables, table.name))
    for layer in _OFFERED:
        for column in _typed(_OFFERS.columns, _OFFERS.key):
            if column.name.startswith("offer_"):
                place = Place(column, (_OFFERS.name,), layer)
                found[place.name] = place
    return found


def _typed(columns: tuple[Column, ...], key: tuple[str, ...]) -> Iterator[Column]:
    for column in columns:
        is_value = column.dtype.is_numeric() or column.dtype == pl.Boolean()
        if is_value and column.name not in key:
            yield column


def asked(text: str) -> tuple[Change, ...]:
    """What a user asks for, ``name=value`` and more of them with commas between.

    Values are in display units: ``6.4`` and ``6.4 %`` both mean 6.4 percent of a column stored as
    a decimal; ``unknown`` takes the value away.

    Raises:
        PolicyError: a part that is no ``name=value``, a name that is not there or there twice, a
            value that is no number, of another unit, or outside what is plausible.
    """
    known = places()
    found: dict[str, Change] = {}
    for part in text.split(","):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not (equals and name and value):
            raise PolicyError(
                f"--what-if: found {part.strip()!r}; accepted is name=value, more of them with "
                "commas between and none inside a number, such as erp_svix30=6.4,rv=15; "
                "write it so"
            )
        place = _place(name, known)
        if place.name in found:
            raise PolicyError(
                f"--what-if: found {place.name} a second time ({part.strip()}); accepted is each "
                "column once; remove one of the two"
            )
        found[place.name] = Change(place, _value(place, value))
    return tuple(found.values())


def _place(name: str, known: Mapping[str, Place]) -> Place:
    wanted = SHORT_NAMES.get(name.lower(), name)
    if wanted in known:
        return known[wanted]
    short = ", ".join(f"{word} ({column})" for word, column in SHORT_NAMES.items())
    raise PolicyError(
        f"--what-if: found {name!r}; accepted are columns that the decision reads, the short names "
        f"{short}, and offers such as L1.offer_debit_usd; {nearest(name, [*known, *SHORT_NAMES])}"
    )


def _value(place: Place, text: str) -> float | None:
    if text.lower() == UNKNOWN:
        return None
    if place.is_flag:
        if text.lower() not in _TRUTHS:
            raise _refused(place, text, "yes or no", "write one of the two")
        return float(_TRUTHS[text.lower()])
    value = _number(place, text)
    if place.is_whole and value != int(value):
        raise _refused(place, text, "a whole number", "round it")
    low, high = place.column.ge, place.column.le
    if (low is not None and value < low) or (high is not None and value > high):
        raise _refused(place, text, _range(place.column), "write a value it can take")
    return value


def _number(place: Place, text: str) -> float:
    """A number in the column's unit, with or without the word of that unit."""
    unit = place.column.unit
    own = _WORDS.get(unit)
    form = _NUMBER.fullmatch(text)
    example = f"a number, such as {typed(place.column, place.column.ge or 0.0)}, or {UNKNOWN}"
    if form is None:
        raise _refused(place, text, example, "write one")
    number, word = Decimal(form[1].replace("\u2212", "-")), form[2]
    if word not in {None, own}:
        accepted = "the bare number" if own is None else f"'{number} {own}' or the bare number"
        raise _refused(place, text, f"{accepted} (the column is stored in {unit})", "write that")
    return float(number) if own is None else Quantity(number, own).in_unit(unit)


def _range(column: Column) -> str:
    low, high = (None if end is None else typed(column, end) for end in (column.ge, column.le))
    if high is None:
        return f"{low} and above"
    return f"{high} and below" if low is None else f"{low} to {high}"


def typed(column: Column, value: float | None) -> str:
    """A value as it can be typed and comes back the same: ``6.4 %``, ``yes``, ``unknown``."""
    if value is None:
        return UNKNOWN
    if column.dtype == pl.Boolean():
        return "yes" if value else "no"
    exact = Decimal(str(value))
    shown = exact * 100 if column.unit is Unit.DECIMAL else exact
    word = _WORDS.get(column.unit)
    number = f"{shown.normalize():f}"
    return number if word is None else f"{number} {word}"


def _refused(place: Place, text: str, accepted: str, advice: str) -> PolicyError:
    return PolicyError(f"--what-if {place.name}: found {text!r}; accepted: {accepted}; {advice}")

"""Thresholds as a reader writes them, ``18 %`` or ``5 sessions``, and as the columns store them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, PlainValidator

from schemas.document import refusal
from schemas.model import Unit

_ONE = Decimal(1)
# A word and, for each unit it can mean, what one of it is in that unit.
_WORDS: dict[str, dict[Unit, Decimal]] = {
    "%": {Unit.DECIMAL: Decimal("0.01"), Unit.PERCENT: _ONE},
    "pts": {Unit.VOL_PTS: _ONE, Unit.INDEX_PTS: _ONE},
    "z": {Unit.Z: _ONE},
    "ratio": {Unit.RATIO: _ONE},
    "pctl": {Unit.PERCENTILE: _ONE},
    "pct2": {Unit.PCT2_MONTH: _ONE},
    "sessions": {Unit.SESSIONS: _ONE},
    "days": {Unit.DAYS: _ONE},
    "count": {Unit.COUNT: _ONE},
    "USD": {Unit.USD: _ONE},
    "RSI": {Unit.NONE: _ONE},
    "bp": {Unit.NONE: _ONE},  # an RSI and an edge are stored without a unit
}
_FORM = re.compile(r"\s*([-+]?\d{1,9}(?:\.\d{1,9})?)\s*([^\s\d.+-]\S*)\s*")


@dataclass(frozen=True)
class Quantity:
    """A number with the unit it was written in."""

    number: Decimal
    word: str

    def __str__(self) -> str:
        """As the file writes it: ``6.50 %``."""
        return f"{self.number} {self.word}"

    def canonical(self) -> str:
        """Without idle zeros, so that ``6.50 %`` and ``6.5 %`` are the same policy."""
        return f"{self.number.normalize():f} {self.word}"

    def in_unit(self, unit: Unit) -> float:
        """The number in a column's unit, converted in decimals: ``6.5 %`` is exactly ``0.065``.

        Raises:
            PydanticCustomError: the word does not measure that unit; the message says which does.
        """
        if unit not in _WORDS[self.word]:
            words = [word for word, units in _WORDS.items() if unit in units]
            accepted = " or ".join(f"'{self.number} {word}'" for word in words) or "no threshold"
            raise refusal(
                f"{accepted} (the column is stored in {unit})", "write the unit of the column",
                found=str(self),
            )  # fmt: skip
        return float(self.number * _WORDS[self.word][unit])


def parse_quantity(text: object) -> Quantity:
    """A threshold read from its text.

    Raises:
        PydanticCustomError: no number, no unit or a unit that is not known.
    """
    if isinstance(text, Quantity):
        return text
    form = _FORM.fullmatch(text) if isinstance(text, str) else None
    if form is None:
        raise refusal("a number with its unit, such as '18 %', '20 pts' or '5 sessions'",
                      "add the unit")  # fmt: skip
    number, word = form.groups()
    if word not in _WORDS:
        raise refusal(f"one of the units {', '.join(_WORDS)}", "write one of these units")
    return Quantity(Decimal(number), word)


def _whole_sessions(text: object) -> int:
    if isinstance(text, int) and not isinstance(text, bool):
        raise refusal("a whole number of sessions, such as '5 sessions'", "add the unit")
    sessions = parse_quantity(text).in_unit(Unit.SESSIONS)
    if sessions != int(sessions) or not 0 <= sessions <= _LONGEST:
        raise refusal(f"0 to {_LONGEST} whole sessions", "write a whole number of sessions")
    return int(sessions)


_LONGEST = 63


def _within(unit: Unit, low: float, high: float, example: str) -> Callable[[object], Quantity]:
    """A reader of numbers in one unit, and between two."""

    def read(text: object) -> Quantity:
        if isinstance(text, int | float) and not isinstance(text, bool):
            raise refusal(f"a number with its unit, such as {example!r}", "add the unit")
        found = parse_quantity(text)
        if not low <= found.in_unit(unit) <= high:
            raise refusal(f"a number from {low:g} to {high:g} in {unit}, such as {example!r}",
                          "write one in between", found=str(found))  # fmt: skip
        return found

    return read


def _whole_days(text: object) -> Quantity:
    found = _within(Unit.DAYS, 0, 730, "21 days")(text)
    if found.number != int(found.number):
        raise refusal("whole calendar days, such as '21 days'", "write a whole number",
                      found=str(found))  # fmt: skip
    return found


_AS_WRITTEN = PlainSerializer(Quantity.canonical, return_type=str)

Threshold = Annotated[
    Quantity, PlainValidator(parse_quantity), PlainSerializer(Quantity.canonical, return_type=str)
]
Sessions = Annotated[
    int,
    BeforeValidator(_whole_sessions),
    PlainSerializer(lambda sessions: f"{sessions} sessions", return_type=str),
]
Share = Annotated[Quantity, PlainValidator(_within(Unit.DECIMAL, 0.0, 1.0, "0.5 %")), _AS_WRITTEN]
Dollars = Annotated[
    Quantity, PlainValidator(_within(Unit.USD, 0.0, 1e12, "1000000 USD")), _AS_WRITTEN
]
Points = Annotated[
    Quantity, PlainValidator(_within(Unit.INDEX_PTS, 1.0, 1000.0, "50 pts")), _AS_WRITTEN
]
Multiple = Annotated[
    Quantity, PlainValidator(_within(Unit.RATIO, 0.0, 100.0, "2 ratio")), _AS_WRITTEN
]
Days = Annotated[Quantity, PlainValidator(_whole_days), _AS_WRITTEN]

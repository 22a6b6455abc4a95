"""Legs grouped into books: a condor with its wings, a spread with its long side, or refused."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from schemas.document import refusal
from sources.desk_document import Entry
from sources.desk_positions import Layer, Position

_MOST = 1_000  # legs
_CONDOR = 4


@dataclass(frozen=True)
class Book:
    """Legs that were meant as one position; all of one layer."""

    name: str
    layer: Layer
    legs: tuple[Position, ...]

    @property
    def units(self) -> int:
        """How many condors, spreads or single contracts it is: its most numerous leg."""
        return max(abs(leg.quantity) for leg in self.legs)

    @property
    def credit(self) -> float | None:
        """What opening a unit brought in [points]; below zero for a debit, null if unknown."""
        paid = 0.0
        for leg in self.legs:
            if leg.entry_price is None:
                return None
            paid += leg.quantity * leg.entry_price
        return -paid / self.units

    @property
    def width(self) -> float | None:
        """The wider wing of a condor [points]; null for any other book."""
        if self.layer != "condor":
            return None
        return max(
            abs(_strike(long) - _strike(short))
            for long, short in (_wing(self, "put"), _wing(self, "call"))
        )

    @property
    def opened_together(self) -> bool:
        """Whether all legs are known to have been opened on one day."""
        days = {leg.opened_on for leg in self.legs}
        return len(days) == 1 and None not in days


def books(positions: tuple[Position, ...]) -> tuple[Book, ...]:
    """The books of a desk, in the order their first legs are listed."""
    grouped: dict[str, list[Position]] = {}
    for leg in positions:
        grouped.setdefault(leg.book_name, []).append(leg)
    return tuple(Book(name, legs[0].layer, tuple(legs)) for name, legs in grouped.items())


def _as_tuple(legs: object) -> object:
    if not isinstance(legs, (list, tuple)):
        raise refusal("a list of legs, each begun with a dash", "see the example")
    return tuple(legs)


class Holdings(Entry):
    """Positions whose ids are unique and whose books are whole."""

    positions: Annotated[tuple[Position, ...], BeforeValidator(_as_tuple)] = Field(
        default=(), max_length=_MOST, description="Every leg held; none: a desk without positions."
    )

    @model_validator(mode="after")
    def refuse_broken_books(self) -> Self:
        """Check what only the legs together can tell."""
        legs = self.positions
        _check_names(legs)
        _check_marks(legs)
        for book in books(legs):
            try:
                _check_alike(book)
                if book.layer == "condor":
                    _check_condor(book)
                else:
                    _check_hedge(book)
            except _BrokenError as fault:
                place = next(i for i, leg in enumerate(legs) if leg is fault.leg)
                raise refusal(fault.accepted, fault.advice, found=fault.found,
                              at=("positions", place, fault.key)) from None  # fmt: skip
        return self


class _BrokenError(ValueError):
    """A book that is not whole, and the field of the leg that shows it."""

    def __init__(self, leg: Position, key: str, *, found: str, accepted: str, advice: str) -> None:
        super().__init__(found)
        self.leg, self.key = leg, key
        self.found, self.accepted, self.advice = found, accepted, advice


def _check_names(legs: tuple[Position, ...]) -> None:
    seen: set[str] = set()
    shared = {leg.book for leg in legs}
    for place, leg in enumerate(legs):
        if leg.id in seen:
            raise refusal("an id of its own for each leg", "rename one of the two",
                          found=f"{leg.id!r} a second time", at=("positions", place, "id"))  # fmt: skip
        if leg.book is None and leg.id in shared:
            raise refusal("an id that is not the name of another leg's book",
                          f"add 'book: {leg.id}' or rename one of the two",
                          found=f"{leg.id!r}", at=("positions", place, "id"))  # fmt: skip
        seen.add(leg.id)


def _check_marks(legs: tuple[Position, ...]) -> None:
    """One product has one price a day."""
    known: dict[tuple[str, object], float] = {}
    for place, leg in enumerate(legs):
        if leg.spot is None:
            continue
        other = known.setdefault((leg.root, leg.spot_on), leg.spot)
        if other != leg.spot:
            raise refusal(f"one price of {leg.root} a day", "correct one of the two",
                          found=f"{leg.spot:g} beside {other:g} on {leg.spot_on}",
                          at=("positions", place, "spot"))  # fmt: skip


def _check_alike(book: Book) -> None:
    first = book.legs[0]
    for leg in book.legs:
        for key in ("layer", "instrument", "root", "expiry"):
            mine, theirs = getattr(leg, key), getattr(first, key)
            if mine != theirs:
                raise _BrokenError(
                    leg, key, found=f"{mine} in book {book.name!r}, whose leg {first.id!r} has "
                    f"{theirs}", accepted=f"one {key} in a book",
                    advice="correct the leg, or give it a book of its own",
                )  # fmt: skip


def _check_condor(book: Book) -> None:
    if len(book.legs) != _CONDOR:
        raise _BrokenError(
            book.legs[-1], "book",
            found=f"{len(book.legs)} legs in condor {book.name!r}",
            accepted="four: long put, short put, short call, long call",
            advice="name the same book on all four legs; one side alone is no condor",
        )  # fmt: skip
    long_put, short_put = _wing(book, "put")
    long_call, short_call = _wing(book, "call")
    for leg in book.legs:
        if abs(leg.quantity) != abs(long_put.quantity):
            raise _BrokenError(
                leg, "quantity", found=f"{leg.quantity} in condor {book.name!r}",
                accepted=f"{abs(long_put.quantity)} contracts on every leg, as on {long_put.id!r}",
                advice="correct the quantity, or split the condor into two books",
            )  # fmt: skip
    ladder = (long_put, short_put, short_call, long_call)
    for place, (low, high) in enumerate(pairwise(ladder)):
        if _strike(low) >= _strike(high):
            leg = (short_put, short_call, short_call)[place]
            raise _BrokenError(
                leg, "strike",
                found=f"{_side(low)} {_strike(low):g} not below {_side(high)} {_strike(high):g} "
                f"in condor {book.name!r}",
                accepted="long put < short put < short call < long call: a short strike inside "
                "its wing",
                advice="correct the strike, or the sign of the quantities where long and short "
                "are swapped",
            )  # fmt: skip
    _check_credit(book, short_put)


def _check_credit(book: Book, leg: Position) -> None:
    """A condor opened at once brings in more than nothing and less than its width."""
    credit, width = book.credit, book.width
    if credit is None or width is None or not book.opened_together:
        return
    if not 0 < credit < width:
        raise _BrokenError(
            leg, "entry_price",
            found=f"prices that make a credit of {credit:g} in condor {book.name!r}",
            accepted=f"a credit above 0 and below the width {width:g}",
            advice="compare the four prices with the statement: one is swapped, or in dollars",
        )  # fmt: skip


def _wing(book: Book, right: str) -> tuple[Position, Position]:
    """The long and the short leg of one side."""
    legs = [leg for leg in book.legs if leg.right == right]
    long = [leg for leg in legs if leg.quantity > 0]
    short = [leg for leg in legs if leg.quantity < 0]
    if len(long) != 1 or len(short) != 1:
        key = "quantity" if len(legs) == _CONDOR // 2 else "right"
        raise _BrokenError(
            (legs or list(book.legs))[-1], key,
            found=f"{len(long)} long and {len(short)} short {right}s in condor {book.name!r}",
            accepted=f"one long and one short {right}",
            advice="correct right or sign: above zero is long, below zero short",
        )  # fmt: skip
    return long[0], short[0]


def _check_hedge(book: Book) -> None:
    """Nothing in a hedge is short beyond what its own long legs cover."""
    first = book.legs[0]
    if first.instrument == "synthetic" and first.root in ("SPX", "SPXW"):
        return  # a forward on the index offsets delta in either direction
    held = 0
    for leg in sorted(book.legs, key=_strike):
        held += leg.quantity
        if held < 0 and leg.right is None:
            raise _BrokenError(
                leg, "quantity", found=f"{leg.quantity} of {leg.contract} in book {book.name!r}",
                accepted="a quantity above zero: short volatility is no hedge",
                advice="correct the sign, or leave the leg out",
            )  # fmt: skip
        if held < 0:
            raise _BrokenError(
                leg, "quantity",
                found=f"{leg.quantity} of {leg.contract} in book {book.name!r}, beyond the "
                "long legs below that strike",
                accepted="short legs covered by as many long legs of lower strike",
                advice="correct sign or strike, or name the book of the leg that covers it",
            )  # fmt: skip


def _strike(leg: Position) -> float:
    return leg.strike or 0.0


def _side(leg: Position) -> str:
    return f"{'long' if leg.quantity > 0 else 'short'} {leg.right}"

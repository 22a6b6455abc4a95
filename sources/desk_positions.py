"""One leg that a desk holds: a contract as it is listed, or refused."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from schemas.document import nearest, refusal
from sources.calendar import is_session
from sources.cfe import vx_expiry
from sources.desk_document import Entry

Layer = Literal["condor", "L1", "L2", "L3", "SE"]
Instrument = Literal["option", "future", "etp", "synthetic"]
Root = Literal["SPX", "SPXW", "VIX", "VIXW", "VX", "VXX", "VIXY", "UVXY", "UVIX"]
Right = Literal["call", "put"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/:+-]{0,63}$")]

_INDEX: tuple[str, ...] = ("SPX", "SPXW", "VIX", "VIXW")
ROOTS: dict[str, tuple[str, ...]] = {
    "option": _INDEX,
    "future": ("VX",),
    "etp": ("VXX", "VIXY", "UVXY", "UVIX"),  # hold the daily roll of the first two VX contracts
    "synthetic": _INDEX,
}
_HEDGE = ("VIX", "VIXW")
_OPTION_MULTIPLIER = 100  # US dollars per point; for an option on shares, shares
_FUTURE_MULTIPLIER = 1000
# What strikes are listed at: step, lowest, highest [points].
_STRIKES = {"SPX": (5.0, 100.0, 20_000.0), "VIX": (0.5, 5.0, 300.0), "": (0.5, 0.5, 10_000.0)}
_FUTURE_PRICES = (5.0, 200.0)  # points; VX settled from 9 to 83 in its history
_HIGHEST_VIX_CALL = 100.0  # points
_SHARE_PRICES = (0.5, 10_000.0)  # US dollars
_EARLIEST, _LATEST = date(1990, 1, 1), date(2099, 12, 31)
_DAY = timedelta(days=1)
_TUESDAY, _WEDNESDAY, _FRIDAY = 1, 2, 4
_VOLATILITY_DAY = "the Wednesday 30 days before next month's third Friday, holidays aside"
_LISTED = {
    "SPX": "the month's third Friday, or the Thursday before where that is a holiday",
    "VIX": _VOLATILITY_DAY,
    "VX": _VOLATILITY_DAY,
    "VIXW": "a Wednesday, or the Tuesday before a holiday",
}
_OCC = re.compile(
    r"^(?P<root>[A-Z]{1,6}) *(?P<day>\d{6})(?P<right>[CP])(?P<strike>\d{8})$", re.ASCII
)


def _plain_date(value: object) -> object:
    """Whatever is not exactly a date is refused: a text, or a date with a time of day."""
    if value is not None and type(value) is not date:
        raise refusal("a date as 2024-01-19, without quotes or a time", "correct the value")
    if isinstance(value, date) and not _EARLIEST <= value <= _LATEST:
        raise refusal(f"a date from {_EARLIEST} to {_LATEST}", "correct the year", found=value)
    return value


Day = Annotated[date, BeforeValidator(_plain_date)]


class Position(Entry):
    """One leg as a broker lists it: a contract that exists, with the contract's own multiplier."""

    id: Name = Field(description="The leg's name, unique in the file.")
    book: Name | None = Field(
        default=None,
        description="Legs of one book belong together: the four of a condor, the two of a spread. "
        "Default: a book of its own.",
    )
    layer: Layer = Field(
        description="condor; L1, L2 or L3 (VIX calls and call spreads, short to long dated); SE "
        "(Second Engine)."
    )
    instrument: Instrument = Field(
        description="option; future (VX); etp (shares, or calls where right, strike and expiry "
        "are given); synthetic (long call and short put of one strike: a forward)."
    )
    root: Root = Field(
        description="The symbol the contract is listed under. SPX settles on the morning of its "
        "expiry, SPXW in the afternoon; VIX is the monthly contract, VIXW a weekly one."
    )
    right: Right | None = Field(default=None, description="call or put; options only.")
    strike: float | None = Field(default=None, description="Strike [points; US dollars for etp].")
    expiry: Day | None = Field(default=None, description="Expiration date of the contract.")
    quantity: int = Field(
        ge=-100_000, le=100_000,
        description="Signed number of contracts or shares: above zero long, below zero short.",
    )  # fmt: skip
    multiplier: int = Field(
        description="Contract multiplier: 100 for options and synthetics [US dollars per point], "
        "1000 for VX futures, 1 for shares."
    )
    entry_price: float | None = Field(
        default=None,
        description="Price per unit at which the leg was opened, before the multiplier and without "
        "sign [points; US dollars for etp]; a synthetic's net debit may be negative. Null: unknown.",
    )
    opened_on: Day | None = Field(default=None, description="Date it was opened. Null: unknown.")
    spot: float | None = Field(
        default=None,
        description="Price of a share of the product on the day spot_on [US dollars]; etp only. "
        "From then on the model follows it; null: from the entry price of shares, else unknown.",
    )
    spot_on: Day | None = Field(default=None, description="Date of spot; etp only.")

    @model_validator(mode="after")
    def refuse_unlisted(self) -> Self:
        """Check what only the whole leg can tell."""
        if not self.quantity:
            raise refusal("a quantity above or below zero", "remove a leg that is closed",
                          found="0", at=("quantity",))  # fmt: skip
        _check_root(self)
        _check_terms(self)
        _check_multiplier(self)
        if self.strike is not None:
            _check_strike(self, self.strike)
        if self.expiry is not None:
            _check_expiry(self, self.expiry)
        if self.entry_price is not None:
            _check_price(self, self.entry_price)
        _check_spot(self)
        return self

    @property
    def book_name(self) -> str:
        """The book it belongs to; its own name where it stands alone."""
        return self.book or self.id

    @property
    def contract(self) -> str:
        """The contract in words: ``VIX 2024-02-14 20 call``."""
        terms = (self.root, self.expiry, self.strike and f"{self.strike:g}", self.right)
        kind = {"future": "future", "synthetic": "synthetic forward"}.get(self.instrument, "")
        if self.instrument == "etp" and self.strike is None:
            kind = "shares"
        return " ".join(str(term) for term in (*terms, kind) if term)


def contract_multiplier(instrument: str, *, has_strike: bool) -> int:
    """What a contract of this kind is multiplied with [US dollars per point, or shares]."""
    if instrument == "future":
        return _FUTURE_MULTIPLIER
    if instrument == "etp" and not has_strike:
        return 1
    return _OPTION_MULTIPLIER


class Listing(NamedTuple):
    """What an OCC symbol says."""

    root: str
    expiry: date
    right: Right
    strike: float


def occ_listing(symbol: str) -> Listing | None:
    """The contract of an OCC symbol, its root padded or not: ``SPXW  240119C04110000``.

    Null where the text is no such symbol or its date does not exist.

    Source:
        Options Clearing Corporation, Options Symbology Initiative 1.8 (2008).
    """
    parts = _OCC.match(symbol.strip())
    if parts is None:
        return None
    try:
        expiry = datetime.strptime(parts["day"], "%y%m%d").date()  # noqa: DTZ007  # a date
    except ValueError:
        return None
    right: Right = "call" if parts["right"] == "C" else "put"
    return Listing(parts["root"], expiry, right, int(parts["strike"]) / 1000)


def _check_root(leg: Position) -> None:
    accepted = ROOTS[leg.instrument]
    if leg.root not in accepted:
        raise refusal(f"for {leg.instrument}: {', '.join(accepted)}", nearest(leg.root, accepted),
                      found=repr(leg.root), at=("root",))  # fmt: skip
    homes = {"condor": ("SPX", "SPXW"), "L1": _HEDGE, "L2": _HEDGE, "L3": _HEDGE}
    if leg.layer in homes and (leg.instrument != "option" or leg.root not in homes[leg.layer]):
        raise refusal(
            f"in layer {leg.layer} options on {' or '.join(homes[leg.layer])}",
            "name the layer that the leg belongs to",
            found=f"{leg.instrument} on {leg.root}", at=("layer",),
        )  # fmt: skip


def _check_terms(leg: Position) -> None:
    """An option has right, strike and expiry; a future an expiry alone; shares none of them."""
    wanted = {
        "option": ("right", "strike", "expiry"),
        "future": ("expiry",),
        "synthetic": ("strike", "expiry"),
        "etp": ("right", "strike", "expiry") if leg.strike is not None else (),
    }[leg.instrument]
    for key in ("right", "strike", "expiry"):
        if (getattr(leg, key) is None) == (key in wanted):
            found = "none" if key in wanted else str(getattr(leg, key))
            raise refusal(
                f"{key} for {leg.instrument}" if key in wanted else f"no {key} with {leg.contract}",
                f"{'add' if key in wanted else 'remove'} {key!r}",
                found=f"{found} as {key} of {leg.id!r}", at=(key,),
            )  # fmt: skip
    if leg.layer != "condor" and leg.right == "put":
        raise refusal("calls; a put on volatility is no hedge", "correct the right or the layer",
                      found=f"put on {leg.root} in layer {leg.layer}", at=("right",))  # fmt: skip


def _check_multiplier(leg: Position) -> None:
    accepted = contract_multiplier(leg.instrument, has_strike=leg.strike is not None)
    if leg.multiplier != accepted:
        raise refusal(f"{accepted}, the multiplier of {leg.contract}", "correct the multiplier",
                      found=f"{leg.multiplier} in book {leg.book_name!r}", at=("multiplier",))  # fmt: skip


def _check_strike(leg: Position, strike: float) -> None:
    family = leg.root[:3] if leg.root in _INDEX else ""
    step, lowest, highest = _STRIKES[family]
    if not lowest <= strike <= highest or strike % step:
        raise refusal(f"a listed strike of {leg.root}: {lowest:g} to {highest:g} by {step:g}",
                      "compare with the statement", found=f"{strike:g} in book {leg.book_name!r}",
                      at=("strike",))  # fmt: skip


def _check_expiry(leg: Position, expiry: date) -> None:
    if not _is_listed(leg.root, expiry):
        raise refusal(f"for {leg.root} {_LISTED.get(leg.root, 'a weekday')}",
                      "compare with the statement",
                      found=f"{expiry:%A} {expiry} in book {leg.book_name!r}", at=("expiry",))  # fmt: skip
    if leg.opened_on is not None and leg.opened_on > expiry:
        raise refusal(f"a day up to the expiry {expiry}", "correct one of the two",
                      found=str(leg.opened_on), at=("opened_on",))  # fmt: skip


def _check_spot(leg: Position) -> None:
    """A price and its day belong together, and to a product."""
    for key, other in (("spot", "spot_on"), ("spot_on", "spot")):
        value = getattr(leg, key)
        if value is not None and leg.instrument != "etp":
            raise refusal(f"no {key} with {leg.contract}, whose own series has it",
                          f"remove {key!r}", found=str(value), at=(key,))  # fmt: skip
        if value is None and getattr(leg, other) is not None:
            raise refusal(f"{key} beside {other}", f"add {key!r}",
                          found=f"none as {key} of {leg.id!r}", at=(key,))  # fmt: skip
    lowest, highest = _SHARE_PRICES
    if leg.spot is not None and not lowest <= leg.spot <= highest:
        raise refusal(f"{lowest:g} to {highest:g}, the price of one share of {leg.root}",
                      "compare with the statement", found=f"{leg.spot:g}", at=("spot",))  # fmt: skip


def _is_listed(root: str, expiry: date) -> bool:
    weekday = expiry.weekday()
    if root == "SPX":
        friday = _third_friday(expiry)
        return expiry == friday or (expiry == friday - _DAY and not is_session(friday))
    if root in ("VIX", "VX"):
        usual = _third_friday(expiry.replace(day=1) + 31 * _DAY) - 30 * _DAY
        # Which days are holidays is asked only where it matters: the answer takes half a second.
        return expiry == usual or (abs(expiry - usual) <= 7 * _DAY and expiry == vx_expiry(expiry))
    return weekday in (_TUESDAY, _WEDNESDAY) if root == "VIXW" else weekday <= _FRIDAY


def _third_friday(day: date) -> date:
    first = day.replace(day=1)
    return first + ((_FRIDAY - first.weekday()) % 7 + 14) * _DAY


def _check_price(leg: Position, price: float) -> None:
    lowest, highest = 0.0, _STRIKES["SPX"][2]
    if leg.instrument == "future":
        lowest, highest = _FUTURE_PRICES
    elif leg.instrument == "synthetic":
        lowest = -highest
    elif leg.right == "put" and leg.strike is not None:
        highest = leg.strike  # a put is never worth more
    elif leg.root in _HEDGE:
        highest = _HIGHEST_VIX_CALL
    if not lowest <= price <= highest:
        raise refusal(
            f"{lowest:g} to {highest:g} for {leg.contract}, per unit and before the multiplier",
            "compare with the statement; an amount in dollars is divided by quantity and "
            "multiplier, and a sale has no minus sign",
            found=f"{price:g} in book {leg.book_name!r}", at=("entry_price",),
        )  # fmt: skip

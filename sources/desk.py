"""The user's own side: what a desk is worth, holds, may lose, and is exposed to beside equities."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from schemas.document import Document, refusal
from sources.desk_books import Book, Holdings, books
from sources.desk_document import Entry, parse_document, refused
from sources.desk_positions import Position

Exposure = Literal["defi", "ipo"]
EXPOSURES: tuple[Exposure, ...] = get_args(Exposure)

_PERCENT = re.compile(r"^(\d{1,3}(?:\.\d{1,6})?) ?%$", re.ASCII)
_LEAST_NAV = 1_000.0  # US dollars; less is a slip of thousands or millions
_PROMOTER = {"max_condor_loss": "10 %", "carry_budget": "1 %", "coverage_target": "10 %"}


def _share(value: object) -> object:
    """A text as ``5 %`` as a decimal; a bare number is refused, since 0.5 could be either."""
    found = _PERCENT.match(value) if isinstance(value, str) else None
    if found is None:
        raise refusal('a percentage in quotes, such as "5 %"', "write the number with its unit")
    share = Decimal(found[1]) / 100
    if share > 1:
        raise refusal('"0 %" to "100 %"', "correct the value")
    return float(share)


Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,6})? ?%$"}),
]


def _limit(default: float | None, meaning: str) -> Any:  # noqa: ANN401  # as pydantic's Field
    text = None if default is None else f"{default * 100:g} %"
    return Field(default=default, description=meaning, json_schema_extra={"default": text})


class Limits(Entry):
    """What the risk-budget signer (S5) holds the desk to; shares of NAV as decimals.

    Defaults are the steward's; ``Desk`` puts the promoter's in their place for that profile.

    Source:
        Methodology 2.1, 2.3, 11.1 and 11.4.
    """

    max_condor_loss: Share = _limit(
        0.05, "Largest loss of a condor per cycle [% of NAV]. Promoter: 10 %."
    )
    carry_budget: Share = _limit(
        0.02,
        "What all hedge layers may cost by time and roll-down [% of NAV a year]. Promoter: 1 %.",
    )
    coverage_target: Share = _limit(
        0.25, "Gain of the hedge over loss of the condors under stress [%]. Promoter: 10 %."
    )
    max_purchase: Share = _limit(0.005, "Most spent on one purchase or roll [% of NAV].")
    max_second_engine_cost: Share = _limit(
        0.0025, "Most spent on the Second Engine's options [% of NAV]."
    )
    max_second_engine_leverage: Share = _limit(
        0.25,
        "Notional of the Second Engine's futures and forwards [% of NAV]. The default is about what "
        "offsets a drift of 0.5 % of NAV per 1 % of SPX, where the rules begin to act.",
    )
    max_margin: Share | None = _limit(None, "Margin in use [% of NAV]. Null: no limit.")
    max_delta: Share | None = _limit(
        None, "Change of the whole position per 1 % of SPX, either way [% of NAV]. Null: no limit."
    )
    max_vega_usd: Annotated[float, Field(gt=0.0)] | None = Field(
        default=None,
        description="Vega of the whole position, either sign [US dollars per volatility point]. "
        "Null: no limit.",
    )


class Desk(Holdings):
    """A desk as its owner declares it: figures in bounds, books whole, nothing unread."""

    version: Literal[1] = Field(description="Version of this file's format.")
    name: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        description="What the desk is called on the page."
    )
    currency: Literal["USD"] = Field(
        default="USD", description="Currency of every amount; only US dollars."
    )
    nav: Annotated[float, Field(le=1e12)] = Field(
        description="Net asset value of the desk [US dollars], of which the limits are shares."
    )
    profile: Literal["steward", "promoter"] = Field(
        default="steward", description="Which limits hold where none is written, and whose policy."
    )
    condor_units: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=10, description="How many iron condors the hedge layers are sized for [contracts]."
    )
    cross_asset_exposure: Annotated[
        tuple[Exposure, ...],
        WithJsonSchema({"anyOf": [
            {"type": "boolean"},
            {"type": "array", "items": {"enum": list(EXPOSURES)}, "uniqueItems": True},
        ]}),
    ] = Field(
        default=(),
        description="Risk beside equities for which the crypto and issuance gauges are fetched: "
        "true for all, false for none, or a list of defi and ipo.",
        json_schema_extra={"default": False},
    )  # fmt: skip
    limits: Limits = Field(
        default=Limits(),
        description="Limits; what is left out is the default.",
        json_schema_extra={"default": {}},
    )

    @field_validator("name")
    @classmethod
    def show_every_sign(cls, name: str) -> str:
        """Refuse a name that turns its line around, or holds signs that nobody sees."""
        if not name.isprintable():
            raise refusal("letters, digits, spaces and signs that can be seen", "type it anew")
        return name

    @model_validator(mode="before")
    @classmethod
    def take_profile_defaults(cls, values: object) -> object:
        """Put the promoter's limits where the file has none."""
        if not isinstance(values, dict) or values.get("profile") != "promoter":
            return values
        limits = values.get("limits", {})
        return {**values, "limits": {**_PROMOTER, **limits}} if isinstance(limits, dict) else values

    @field_validator("nav")
    @classmethod
    def refuse_slip(cls, nav: float) -> float:
        """Refuse what is more likely thousands or millions than dollars."""
        if nav < _LEAST_NAV:
            raise refusal(f"{_LEAST_NAV:,.0f} or more, in dollars", "write it out, as 1_000_000")
        return nav

    @field_validator("cross_asset_exposure", mode="before")
    @classmethod
    def list_exposures(cls, declared: object) -> object:
        """True as every kind, false as none; a list as it is, each kind once."""
        if isinstance(declared, bool):
            return EXPOSURES if declared else ()
        if not isinstance(declared, list):
            raise refusal("true, false or a list of defi and ipo", "choose one")
        if len({str(kind) for kind in declared}) < len(declared):
            raise refusal("each kind once", "remove the repeated one")
        return tuple(declared)

    @property
    def books(self) -> tuple[Book, ...]:
        """The positions as they belong together."""
        return books(self.positions)


def load_desk(text: str, *, file: str) -> Desk:
    """A desk file as a validated value.

    Args:
        text: the YAML.
        file: what messages call it.

    Raises:
        SourceError: a sentence for each mistake, with line, key, found, accepted and what to do.
    """
    return _validated(parse_document(text, file=file))


def _validated(document: Document) -> Desk:
    try:
        return Desk.model_validate(document.values)
    except ValidationError as error:
        raise refused(document, error) from None


def with_positions(desk: Desk, positions: tuple[Position, ...]) -> Desk:
    """The desk holding other positions, such as those of a broker's file.

    Raises:
        SourceError: ids that repeat, or a book that is not whole.
    """
    try:
        held = Holdings(positions=positions)
    except ValidationError as error:
        raise refused(Document(desk.name, None, {(): 1}), error) from None
    return desk.model_copy(update={"positions": held.positions})


def expired_legs(desk: Desk, on: date) -> tuple[Position, ...]:
    """The legs that were settled by the close of a session: expiry on or before it.

    Args:
        desk: whose positions.
        on: the session whose close is described.
    """
    return tuple(leg for leg in desk.positions if leg.expiry is not None and leg.expiry <= on)


def desk_schema() -> dict[str, Any]:
    """JSON Schema of the file, for editors; what only the legs together can tell is not in it."""
    schema = Desk.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "VolBrief desk 1"
    return schema


def desk_json_schema() -> str:
    """The same as text: sorted keys, two spaces, a newline at the end."""
    return json.dumps(desk_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def described(desk: Desk) -> list[str]:
    """What was understood, a line each: the desk, its books, its limits."""
    kinds = ", ".join(desk.cross_asset_exposure) or "none"
    lines = [
        f"{desk.name}: NAV {desk.nav:,.0f} USD, profile {desk.profile}",
        f"hedge layers sized for {desk.condor_units:,} condors; {_condors(desk):,} held",
        f"cross-asset exposure: {kinds}",
    ]
    lines += [_book_line(book, desk) for book in desk.books] or ["no positions"]
    return lines + [_limit_line(desk.limits, name) for name in Limits.model_fields]


def _condors(desk: Desk) -> int:
    return sum(book.units for book in desk.books if book.layer == "condor")


def _book_line(book: Book, desk: Desk) -> str:
    legs = ", ".join(f"{leg.quantity:+,} {leg.contract}" for leg in book.legs)
    text = f"{book.layer} {book.name}: {legs}"
    if book.credit is None:
        return f"{text}; entry price unknown"
    multiplier = book.legs[0].multiplier
    usd = abs(book.credit) * multiplier * book.units
    if book.legs[0].instrument in ("future", "synthetic"):
        return f"{text}; opened at {_prices(book)}"
    text += f"; {'credit' if book.credit >= 0 else 'debit'} {abs(book.credit):g} = {usd:,.0f} USD"
    if book.width is None:
        return text
    loss = (book.width - book.credit) * multiplier * book.units
    share = f"{100 * loss / desk.nav:.1f} % of NAV"
    return f"{text}, maximum loss {loss:,.0f} USD ({share})"


def _prices(book: Book) -> str:
    return ", ".join(f"{leg.entry_price:g}" for leg in book.legs)


def _limit_line(limits: Limits, name: str) -> str:
    value = getattr(limits, name)
    if value is None:
        return f"limit {name}: none"
    return f"limit {name}: {value:,.0f} USD" if name.endswith("_usd") else (
        f"limit {name}: {100 * value:g} %"
    )  # fmt: skip

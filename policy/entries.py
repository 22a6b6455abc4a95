"""The parts of a policy: axes, cells, layers, rules, signers, quorum, persistence."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from policy.actions import Action
from policy.conditions import Condition, DriverName, Entry, Sentence, Whole
from policy.units import Days, Sessions, Share, Threshold
from schemas.document import refusal
from schemas.model import Unit

LayerId = Literal["L1", "L2", "L3", "SE"]
LAYERS: tuple[LayerId, ...] = get_args(LayerId)
UNIT_LAYERS: tuple[LayerId, ...] = LAYERS[:3]  # those the matrix sizes; SE has a state instead
SIGNERS = ("S1", "S2", "S3", "S4", "S5")
Direction = Literal["add", "reduce"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
FAMILIES = ("gate", "driver", "modifier", "gauge", "seed", "signer", "test")

Number = Annotated[float, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
SeState = Literal["off", "watch"]
MAX_MULTIPLIER = 2.0  # methodology 2.2: units are bounded by twice the base
_RATIO_LIMITS = {"ge": 0.0, "le": MAX_MULTIPLIER}
Multiplier = Annotated[Number, Field(**_RATIO_LIMITS)]


class Band(Entry):
    """One band of an axis: up to, not including, ``below``; the last has no upper end."""

    id: Annotated[str, Field(min_length=1)]
    name: str
    below: Threshold | None = None


class Axis(Entry):
    """One axis of the matrix: a column cut into bands that cover the line without overlap.

    Bands meet by construction, since each says only where it ends: a value equal to an edge
    belongs to the upper band.
    """

    column: DriverName
    bands: Annotated[tuple[Band, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def refuse_gaps(self) -> Self:
        """Every band but the last ends somewhere, in ascending order; names differ."""
        *inner, last = self.bands
        for number, band in enumerate(inner):
            if band.below is None:
                raise refusal("an upper edge on every band but the last",
                              "add below, with its unit", found=f"band {band.id} without below",
                              at=("bands", number))  # fmt: skip
        if last.below is not None:
            raise refusal("a last band without below, so that the bands cover every value",
                          "remove below from the last band", found=str(last.below),
                          at=("bands", len(inner), "below"))  # fmt: skip
        edges = self.edges
        for number in range(1, len(edges)):
            if edges[number] <= edges[number - 1]:
                raise refusal(f"a value above the band before ({self.bands[number - 1].below})",
                              "put the bands in ascending order",
                              found=str(self.bands[number].below),
                              at=("bands", number, "below"))  # fmt: skip
        for number, band_id in enumerate(self.ids):
            if band_id in self.ids[:number]:
                raise refusal("a band id used once", "rename one of the two", found=band_id,
                              at=("bands", number, "id"))  # fmt: skip
        return self

    @property
    def edges(self) -> tuple[float, ...]:
        """Upper edges of all bands but the last, in the column's unit."""
        unit = self.column.column.unit
        return tuple(band.below.in_unit(unit) for band in self.bands if band.below is not None)

    @property
    def ids(self) -> tuple[str, ...]:
        """The bands' ids in ascending order."""
        return tuple(band.id for band in self.bands)


class Axes(Entry):
    """The two axes of the matrix."""

    row: Axis
    column: Axis


class Cell(Entry):
    """What one cell asks: a multiplier for each layer and the Second Engine's state.

    ``sparse`` marks a cell that history hardly ever visited, whose values are judgment.
    """

    rule_id: Annotated[str, Field(min_length=1)]
    L1: Multiplier
    L2: Multiplier
    L3: Multiplier
    SE: SeState
    sparse: Flag = False

    def multiplier(self, layer: LayerId) -> float:
        """The multiplier of a sized layer."""
        return {"L1": self.L1, "L2": self.L2, "L3": self.L3}[layer]


class Window(Entry):
    """Days to expiry aimed at, and those accepted, in calendar days."""

    target: Annotated[Whole, Field(ge=1, le=730)] | None = None
    from_: Annotated[Whole, Field(ge=1, le=730, alias="from")]
    to: Annotated[Whole, Field(ge=1, le=730)]

    @model_validator(mode="after")
    def refuse_empty_window(self) -> Self:
        """The window is not empty and holds its target."""
        if not self.from_ <= (self.target or self.from_) <= self.to:
            raise refusal("from <= target <= to", "put the three in order",
                          found=f"{self.from_}, {self.target}, {self.to}")  # fmt: skip
        return self

    @property
    def window(self) -> tuple[int, int, int] | None:
        """Target, shortest and longest; null without a target."""
        return None if self.target is None else (self.target, self.from_, self.to)


class LayerSpec(Entry):
    """What a layer holds; which contract that is at a close, and at what price, is the book's."""

    name: Sentence
    instrument: Sentence
    base_units: Annotated[Whole, Field(ge=0, le=1000)]
    days_to_expiry: Window
    long_delta: Annotated[Number, Field(gt=0.0, lt=1.0)]
    short_strike: Sentence
    grade: Literal["A", "B", "C", "D"]


class SizedLayerSpec(LayerSpec):
    """A layer that the matrix sizes, with when it is rolled and when half of it is sold.

    ``roll_extrinsic`` is the share of the entry's time value at which it is rolled too.
    """

    roll_dte: Days
    roll_extrinsic: Share | None = None
    monetize_at: Threshold

    @model_validator(mode="after")
    def refuse_impossible_exit(self) -> Self:
        """It is rolled after it can be bought, and sold by a measure that its kind has."""
        if self.roll_dte.number >= self.days_to_expiry.from_:
            raise refusal(f"fewer days than days_to_expiry from ({self.days_to_expiry.from_})",
                          "a layer bought is not to be rolled at once",
                          found=str(self.roll_dte), at=("roll_dte",))  # fmt: skip
        unit, low, high, example = _SOLD_AT[self.is_spread]
        if not low < self.monetize_at.in_unit(unit) <= high:
            raise refusal(example, "write how far the mark must have risen",
                          found=str(self.monetize_at), at=("monetize_at",))  # fmt: skip
        return self

    @property
    def is_spread(self) -> bool:
        """Whether a strike is sold against the long one."""
        return self.short_strike != "none"

    @property
    def sold_at(self) -> float:
        """Multiple of its cost at which half is sold; of a spread the share of its width."""
        return self.monetize_at.in_unit(_SOLD_AT[self.is_spread][0])


# By whether a layer is a spread: unit of what it is sold at, between what it lies, and an example.
_SOLD_AT = {
    False: (Unit.RATIO, 1.0, 100.0, "a multiple of its cost above 1, such as '2.5 ratio'"),
    True: (Unit.DECIMAL, 0.0, 1.0, "a share of its width up to 100 %, such as '80 %'"),
}


class LayerSpecs(Entry):
    """The three layers and the Second Engine."""

    L1: SizedLayerSpec
    L2: SizedLayerSpec
    L3: SizedLayerSpec
    SE: LayerSpec


class Rule(Entry):
    """One rule: what it says when, its standing, and the evidence for and against it.

    ``then`` is what a driver, modifier or gauge does while it is on. ``scope`` says what a gate
    closes: everything, the hedge layers, the condor alone, the rules that it ``stops``, or every
    rule whose inputs are of one family. A gate that ``scales`` lets through the whole steps that
    fit; layers that it ``spares`` it never keeps below their base.
    """

    when: Condition
    says: Sentence
    role: Literal["driver", "modifier", "gate", "gauge", "test"]
    grade: Literal["A", "B", "C", "D"]
    enabled: Flag
    evidence: Sentence
    then: tuple[Action, ...] = ()
    scope: Literal["all", "hedge", "condor", "rules", "single_family"] = "all"
    stops: tuple[str, ...] = ()
    scales: Flag = False
    spares: tuple[Literal["L1", "L2", "L3"], ...] = ()


class Seed(Entry):
    """The seed rule in its readings: one acts, the others are evaluated and reported.

    With ``financed_by: trim`` its lift is worded review, since what a trim of the condor's width
    would pay is known only once the book that follows from the decision is.
    """

    rule_id: Annotated[str, Field(min_length=1)]
    layer: Literal["L1", "L2", "L3"]
    lift_to: Multiplier
    financed_by: Literal["trim"] | None = None
    active: str
    readings: dict[str, Rule]


class Predicates(Entry):
    """When a signer signs: one condition for every layer, or another for a layer of its own."""

    every_layer: Condition
    L1: Condition | None = None
    L2: Condition | None = None
    L3: Condition | None = None
    SE: Condition | None = None

    def of(self, layer: LayerId) -> Condition:
        """The condition that holds for a layer."""
        own = {"L1": self.L1, "L2": self.L2, "L3": self.L3, "SE": self.SE}[layer]
        return self.every_layer if own is None else own


class Signer(Entry):
    """One of the five: what it watches, and when it signs an add and a reduction."""

    name: Sentence
    add: Predicates
    reduce: Predicates
    grade: Literal["A", "B", "C", "D"]
    evidence: Sentence


Signatures = Annotated[Whole, Field(ge=1, le=5)]


class Quorum(Entry):
    """How many of the five signatures a proposal needs, and which of them.

    Of each group in ``mandatory`` at least one signs an add; a signer in ``never_false`` blocks
    it by refusing, though not by being unknown or not evaluated.
    """

    add: Signatures
    reduce: Signatures
    se: Signatures
    mandatory: tuple[tuple[str, ...], ...]
    never_false: tuple[str, ...]


class Persistence(Entry):
    """How many closes a cell holds before it moves anything, and the guarded row's own counts."""

    closes: Sessions
    guarded_row: str
    guarded_add: Sessions
    guarded_reduce: Sessions


class Cooldown(Entry):
    """How long an opposite move waits, and which direction is exempt as risk-reducing."""

    sessions: Sessions
    exempt: Literal["reduce", "add", "none"]


class Sizing(Entry):
    """From multiplier to contracts: ``round half up(base x m x profile x condor units / 10)``."""

    condor_units: Annotated[Whole, Field(ge=0, le=10_000)]
    profile_multiplier: Annotated[Number, Field(ge=0.0, le=4.0)]
    step: Annotated[Number, Field(gt=0.0, le=1.0)]

"""The conditions a rule may state: small typed values over declared columns, no code."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from policy.readable import READABLE, Driver, DriverName, Entry, FlagName
from policy.units import Quantity, Sessions, Threshold
from schemas.document import refusal
from schemas.frames import Operator

__all__ = [
    "CHECKS",
    "KINDS",
    "READABLE",
    "AfterChange",
    "All",
    "AnyOf",
    "AtLeast",
    "BelowBase",
    "BelowLastRaise",
    "BucketChanged",
    "BucketIn",
    "Check",
    "Compared",
    "Comparison",
    "Condition",
    "Counted",
    "Driver",
    "DriverName",
    "Entry",
    "FlagName",
    "Flagged",
    "MatrixMoved",
    "MissingInputs",
    "NotEvaluated",
    "SeedReading",
    "Sentence",
    "SignChanged",
    "SizedLayer",
    "Truth",
    "Whole",
    "described",
    "leaves",
    "needed",
    "parts",
]

Truth = Annotated[bool, Field(strict=True, alias="is")]
Check = Literal[
    "theta_not_negative",
    "carry_within_budget",
    "purchase_within_cap",
    "coverage_at_target",
    "limits_kept",
]
CHECKS: tuple[Check, ...] = get_args(Check)
SizedLayer = Literal["L1", "L2", "L3"]
Whole = Annotated[int, Field(strict=True)]
Sentence = Annotated[str, Field(min_length=3)]


class Comparison(Entry):
    """A column against a threshold; unknown where the column is null.

    With ``exit`` it latches: once true it stays so while the column compares so with the exit.
    """

    column: DriverName
    op: Operator
    value: Threshold
    exit: Threshold | None = None

    @model_validator(mode="after")
    def refuse_wrong_unit(self) -> Self:
        """The threshold is in the column's unit and within its plausible range."""
        limit = self.threshold
        low, high = self.column.column.ge, self.column.column.le
        if (low is not None and limit < low) or (high is not None and limit > high):
            raise refusal(
                f"{low} to {high} in the column's own unit ({self.column.column.unit})",
                "write a value the column can take", found=str(self.value), at=("value",),
            )  # fmt: skip
        return self

    @model_validator(mode="after")
    def refuse_early_exit(self) -> Self:
        """It ends no sooner than it begins."""
        if self.exit is None:
            return self
        left = self.exit.in_unit(self.column.column.unit)
        is_above, is_below = self.op.startswith(">"), self.op.startswith("<")
        if not ((is_above and left <= self.threshold) or (is_below and left >= self.threshold)):
            raise refusal(f"an exit at or {'below' if is_above else 'above'} {self.value}, and the "
                          "operator one of >, >=, <, <=", "write the level at which it ends",
                          found=str(self.exit), at=("exit",))  # fmt: skip
        return self

    @property
    def threshold(self) -> float:
        """The threshold in the column's unit."""
        return self.value.in_unit(self.column.column.unit)


class Compared(Entry):
    """A column against another one of the same unit; unknown where either is null."""

    column: DriverName
    op: Operator
    than: DriverName

    @model_validator(mode="after")
    def refuse_other_unit(self) -> Self:
        """Both are measured in the same unit."""
        if self.than.column.unit != self.column.column.unit:
            raise refusal(f"a column in {self.column.column.unit}, as {self.column}",
                          "compare what is measured alike", found=str(self.than), at=("than",))  # fmt: skip
        return self


class Flagged(Entry):
    """A yes-or-no column is yes, or is no; unknown where the column is null."""

    column: FlagName
    is_: Truth


class AfterChange(Entry):
    """What the book would be after the change proposed; gates of the hedges and signers only.

    Judged for the layer, the direction and the step that are proposed, at what could be traded at
    the close; unknown where that is.
    """

    after: Check
    is_: Truth = True


class BucketIn(Entry):
    """Today's matrix row or column is one of these bands; unknown where the axis is."""

    axis: Literal["row", "column"]
    bands: Annotated[tuple[str, ...], Field(alias="in", min_length=1)]


class BucketChanged(Entry):
    """The matrix row or column changed at one of the last closes; unknown where a close is."""

    changed: Literal["row", "column"]
    within: Sessions


class SignChanged(Entry):
    """A column changed its sign at one of the last closes; unknown where a close is."""

    sign_changed: DriverName
    within: Sessions


class BelowLastRaise(Entry):
    """Today's matrix row is below the one at the layer's last raise; signers' reductions only."""

    below_last_raise: Literal["row"]


class SeedReading(Entry):
    """The active reading of the seed rule fired."""

    seed: Literal["active"]


class BelowBase(Entry):
    """The layer stands below its base before the session; in ``when`` of drivers and modifiers."""

    below_base: SizedLayer


class MissingInputs(Entry):
    """A required input is missing: null, because it is stale or was never there."""

    missing: Literal["required_inputs"]


class MatrixMoved(Entry):
    """The matrix cell persisted and asks something other than what is in force."""

    matrix: Literal["persisted"]


class NotEvaluated(Entry):
    """What cannot be judged yet, and why."""

    not_evaluated: Sentence


class All(Entry):
    """Every one of these."""

    all: Annotated[tuple["Condition", ...], Field(min_length=1)]


class AnyOf(Entry):
    """At least one of these."""

    any: Annotated[tuple["Condition", ...], Field(min_length=1)]


class Counted(Entry):
    """How many of which conditions."""

    count: Annotated[Whole, Field(ge=1)]
    of: Annotated[tuple["Condition", ...], Field(min_length=1)]

    @model_validator(mode="after")
    def refuse_impossible_count(self) -> Self:
        """The count can be reached."""
        if self.count > len(self.of):
            raise refusal(f"1 to {len(self.of)}, the number of conditions",
                          "lower the count or add conditions", found=self.count, at=("count",))  # fmt: skip
        return self


class AtLeast(Entry):
    """At least so many of these."""

    at_least: Counted


# The key that tells a condition's kind; a column with "is" is a flag.
KINDS: dict[str, type[Entry]] = {
    "column": Comparison,
    "after": AfterChange,
    "axis": BucketIn,
    "changed": BucketChanged,
    "sign_changed": SignChanged,
    "below_last_raise": BelowLastRaise,
    "below_base": BelowBase,
    "seed": SeedReading,
    "missing": MissingInputs,
    "matrix": MatrixMoved,
    "not_evaluated": NotEvaluated,
    "all": All,
    "any": AnyOf,
    "at_least": AtLeast,
}


def _kind(value: Any) -> str | None:  # noqa: ANN401  # pydantic hands over what the file holds
    if isinstance(value, Entry):
        return type(value).__name__
    keys = value if isinstance(value, dict) else ()
    if "column" in keys and "is" in keys:
        return Flagged.__name__
    if "column" in keys and "than" in keys:
        return Compared.__name__
    return next((KINDS[key].__name__ for key in keys if key in KINDS), None)


Condition = Annotated[
    Annotated[Comparison, Tag("Comparison")]
    | Annotated[Compared, Tag("Compared")]
    | Annotated[Flagged, Tag("Flagged")]
    | Annotated[AfterChange, Tag("AfterChange")]
    | Annotated[BucketIn, Tag("BucketIn")]
    | Annotated[BucketChanged, Tag("BucketChanged")]
    | Annotated[SignChanged, Tag("SignChanged")]
    | Annotated[BelowLastRaise, Tag("BelowLastRaise")]
    | Annotated[BelowBase, Tag("BelowBase")]
    | Annotated[SeedReading, Tag("SeedReading")]
    | Annotated[MissingInputs, Tag("MissingInputs")]
    | Annotated[MatrixMoved, Tag("MatrixMoved")]
    | Annotated[NotEvaluated, Tag("NotEvaluated")]
    | Annotated[All, Tag("All")]
    | Annotated[AnyOf, Tag("AnyOf")]
    | Annotated[AtLeast, Tag("AtLeast")],
    Discriminator(_kind, custom_error_type="condition", custom_error_message="no kind"),
]
for _model in (All, AnyOf, Counted, AtLeast):
    _model.model_rebuild()


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside a composite one; none inside a simple one."""
    match condition:
        case All():
            return condition.all
        case AnyOf():
            return condition.any
        case AtLeast():
            return condition.at_least.of
        case _:
            return ()


def needed(condition: Condition) -> int:
    """Of how many of its parts a composite condition needs the truth; of a simple one, one."""
    if isinstance(condition, All):
        return len(condition.all)
    return condition.at_least.count if isinstance(condition, AtLeast) else 1


def leaves(condition: Condition) -> Iterator[Condition]:
    """The simple conditions of a condition, in the order written."""
    inside = parts(condition)
    if not inside:
        yield condition
    for part in inside:
        yield from leaves(part)


# What holds of the book after the change proposed, and what where it does not.
_AFTER: dict[Check, tuple[str, str]] = {
    "theta_not_negative": (
        "theta of the book not below zero after the change",
        "theta of the book below zero after the change",
    ),
    "carry_within_budget": (
        "carry of the hedges within budget after the change",
        "carry of the hedges above budget after the change",
    ),
    "purchase_within_cap": (
        "premium of the purchase within its cap",
        "premium of the purchase above its cap",
    ),
    "coverage_at_target": (
        "coverage under stress at target after the change",
        "coverage under stress below target after the change",
    ),
    "limits_kept": (
        "limits of the book kept after the change",
        "a limit of the book broken after the change",
    ),
}
_UNSPOKEN = ("ratio", "RSI")  # the column's name says it


def described(condition: Condition) -> str:  # noqa: C901, PLR0911, PLR0912  # one line per kind
    """A condition as a reader would write it."""
    match condition:
        case Comparison(column=driver, op=op, value=value, exit=leave):
            until = "" if leave is None else f" (stays on while {op} {_spoken(leave)})"
            return f"{driver.column.name} {op} {_spoken(value)}{until}"
        case Compared(column=driver, op=op, than=other):
            return f"{driver.column.name} {op} {other.column.name}"
        case Flagged(column=driver, is_=wanted):
            return f"{driver.column.name} is {'true' if wanted else 'false'}"
        case AfterChange(after=check, is_=wanted):
            return _AFTER[check][0 if wanted else 1]
        case BucketIn(axis=axis, bands=bands):
            return f"matrix {axis} is {' or '.join(bands)}"
        case BucketChanged(changed=axis, within=sessions):
            return f"matrix {axis} changed within {sessions} sessions"
        case SignChanged(sign_changed=driver, within=sessions):
            return f"sign of {driver.column.name} changed within {sessions} sessions"
        case BelowLastRaise():
            return "matrix row below the one at the layer's last raise"
        case BelowBase(below_base=layer):
            return f"{layer} below its base"
        case SeedReading():
            return "active seed reading fired"
        case MissingInputs():
            return "a required input is missing or stale"
        case MatrixMoved():
            return "matrix cell persisted and asks other than what is in force"
        case NotEvaluated(not_evaluated=reason):
            return f"not evaluated: {reason}"
        case AtLeast(at_least=counted):
            return f"at least {counted.count} of: {_listed(counted.of, '; ')}"
        case All():
            return _listed(condition.all, " and ")
        case AnyOf():
            return _listed(condition.any, " or ")


def _spoken(value: Quantity) -> str:
    return str(value.number if value.word in _UNSPOKEN else value)


def _listed(conditions: tuple[Condition, ...], word: str) -> str:
    texts = [described(part) for part in conditions]
    return word.join(f"({text})" if parts(part) else text
                     for part, text in zip(conditions, texts, strict=True))  # fmt: skip

"""What a rule does once it fires: small typed values, no code."""

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from policy.conditions import Condition, Entry, Sentence, SizedLayer, Whole
from policy.units import Share
from schemas.document import refusal

How = Literal[
    "spread", "lower_short_strike", "roll_out", "widen_put_side", "widen_or_roll", "sell_call_above"
]
# Each way of restructuring as a reader says it.
HOWS: dict[How, str] = {
    "spread": "replace outright calls by call spreads",
    "lower_short_strike": "lower the short strike",
    "roll_out": "roll to the next expiry",
    "widen_put_side": "move the short put out, its width kept",
    "widen_or_roll": "widen or roll",
    "sell_call_above": "sell a call above the mark",
}
Sized = Annotated[tuple[SizedLayer, ...], Field(min_length=1)]
MOST_STEPS = 4


class Move(Entry):
    """So many steps of the matrix up or down while the rule is on, one a session.

    With ``paid_by`` an add is made only in the session in which this rule reduces that layer, and
    only for no more than what is sold of it.
    """

    move: SizedLayer
    steps: Annotated[Whole, Field(ge=-MOST_STEPS, le=MOST_STEPS)]
    paid_by: SizedLayer | None = None

    @model_validator(mode="after")
    def refuse_idle(self) -> Self:
        """It moves something, and only an add is paid by another layer."""
        if not self.steps:
            raise refusal("steps other than 0", "write how many steps, or remove the action",
                          found=0, at=("steps",))  # fmt: skip
        if self.paid_by is not None and (self.steps < 0 or self.paid_by == self.move):
            raise refusal("paid_by another layer on an add only", "remove paid_by",
                          found=self.paid_by, at=("paid_by",))  # fmt: skip
        return self


class Refresh(Entry):
    """Back up to the base, a step a session; what is at or above it stays."""

    refresh: Sized


class Hold(Entry):
    """These layers are kept: no rule reduces them, but for what is monetized."""

    hold: Sized


class BlockAdds(Entry):
    """No rule adds to these layers, unless the condition is known to be true."""

    block_adds: Sized
    unless: Condition | None = None


class Restructure(Entry):
    """Other strikes or dates for what is held, once in each episode of the rule."""

    restructure: Literal["L1", "L2", "L3", "IC"]
    how: How
    by: Sentence | None = None


class Monetise(Entry):
    """A share of the layer is sold, once in each episode of the rule; neither cap nor wait."""

    monetise: SizedLayer
    share: Share


class Review(Entry):
    """A person looks at it; nothing moves."""

    review: Literal["SE", "IC", "all"]


class Annotate(Entry):
    """A sentence for the page; nothing else."""

    annotate: Sentence


ACTION_KINDS: dict[str, type[Entry]] = {
    "move": Move,
    "refresh": Refresh,
    "hold": Hold,
    "block_adds": BlockAdds,
    "restructure": Restructure,
    "monetise": Monetise,
    "review": Review,
    "annotate": Annotate,
}


def _kind(value: Any) -> str | None:  # noqa: ANN401  # pydantic hands over what the file holds
    if isinstance(value, Entry):
        return type(value).__name__
    keys = value if isinstance(value, dict) else ()
    return next((ACTION_KINDS[key].__name__ for key in keys if key in ACTION_KINDS), None)


Action = Annotated[
    Annotated[Move, Tag("Move")]
    | Annotated[Refresh, Tag("Refresh")]
    | Annotated[Hold, Tag("Hold")]
    | Annotated[BlockAdds, Tag("BlockAdds")]
    | Annotated[Restructure, Tag("Restructure")]
    | Annotated[Monetise, Tag("Monetise")]
    | Annotated[Review, Tag("Review")]
    | Annotated[Annotate, Tag("Annotate")],
    Discriminator(_kind, custom_error_type="action", custom_error_message="no kind"),
]
MOVING = (Move, Refresh, Monetise)  # what the path walks: it changes a multiplier
LISTED = (Review, Annotate)  # all that a gauge may do


def told(action: Action) -> str:  # noqa: C901, PLR0911  # one line per kind
    """An action as a reader would say it."""
    match action:
        case Move(move=layer, steps=steps, paid_by=payer):
            paid = "" if payer is None else f", paid by what is sold of {payer}"
            return f"{layer} {steps:+d} {'step' if abs(steps) == 1 else 'steps'}{paid}"
        case Refresh(refresh=layers):
            return f"refresh {', '.join(layers)} to base"
        case Hold(hold=layers):
            return f"hold {', '.join(layers)}"
        case BlockAdds(block_adds=layers, unless=unless):
            return (
                f"no adds to {', '.join(layers)}{'' if unless is None else ', with an exception'}"
            )
        case Restructure(restructure=target, how=how, by=by):
            return f"{target}: {HOWS[how]}{'' if by is None else f' by {by}'}"
        case Monetise(monetise=layer, share=share):
            return f"sell {share} of {layer}"
        case Review(review=target):
            return f"review {target}"
        case Annotate(annotate=text):
            return text

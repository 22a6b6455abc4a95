"""What a policy file says of the options book: the condor, the budget and its limits."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from policy.conditions import Entry
from policy.entries import Number, Window
from policy.units import Days, Dollars, Multiple, Points, Share
from schemas.book import CondorPreset, CondorTier
from schemas.document import refusal

_Delta = Annotated[Number, Field(gt=0.0, lt=0.5)]


class Widths(Entry):
    """Points between short and long strikes, least and most."""

    from_: Annotated[Points, Field(alias="from")]
    to: Points

    @model_validator(mode="after")
    def refuse_empty(self) -> Self:
        """The least is not above the most."""
        if self.from_.number > self.to.number:
            raise refusal("from <= to", "put the two in order",
                          found=f"{self.from_}, {self.to}")  # fmt: skip
        return self


class Condor(Entry):
    """The iron condor that is sold: a preset of methodology 3.1, the monthly one with its numbers.

    The other presets are published constructions and have no numbers of their own here.
    ``least_credit`` is a share of the width, ``take_profit`` of the credit; at ``stop_loss`` times
    the credit lost, and at ``exit_dte`` days to expiry, it is closed. ``tier`` is the one-day
    preset's.
    """

    preset: CondorPreset
    tier: CondorTier | None = None
    days_to_expiry: Window | None = None
    short_delta: _Delta | None = None
    long_delta: _Delta | None = None
    width: Widths | None = None
    least_credit: Share | None = None
    take_profit: Share | None = None
    exit_dte: Days | None = None
    stop_loss: Multiple | None = None

    @model_validator(mode="after")
    def refuse_contradictions(self) -> Self:
        """Numbers go with the monthly preset alone, a tier with the one-day one."""
        if self.tier is not None and self.preset != "one_dte":
            raise refusal("a tier beside preset 'one_dte' only", "remove tier",
                          found=f"preset {self.preset!r}", at=("tier",))  # fmt: skip
        stated = [name for name in type(self).model_fields
                  if name not in {"preset", "tier"} and getattr(self, name) is not None]  # fmt: skip
        if self.preset != "monthly" and stated:
            raise refusal("numbers beside preset 'monthly' only",
                          f"remove them, or change preset {self.preset!r}",
                          found=f"key {stated[0]!r}", at=(stated[0],))  # fmt: skip
        return self

    @model_validator(mode="after")
    def refuse_unfit_numbers(self) -> Self:
        """Numbers fit together."""
        if self.short_delta and self.long_delta and self.long_delta >= self.short_delta:
            raise refusal(f"a delta below short_delta ({self.short_delta})",
                          "the strike bought lies further out", found=self.long_delta,
                          at=("long_delta",))  # fmt: skip
        window = self.days_to_expiry
        if window is not None and window.target is None:
            raise refusal("target, from and to", "add target", found="no 'target'",
                          at=("days_to_expiry",))  # fmt: skip
        if self.exit_dte and window and self.exit_dte.number >= window.from_:
            raise refusal(f"fewer days than days_to_expiry from ({window.from_})",
                          "a condor sold is not to be closed at once", found=str(self.exit_dte),
                          at=("exit_dte",))  # fmt: skip
        return self


class Budget(Entry):
    """What the book may cost and lose, as shares of the net asset value where they are shares.

    ``carry`` a year, ``purchase`` at once, ``coverage`` of the condors' largest loss under stress,
    ``condor_loss`` in one cycle, ``delta`` for one percent of the index either way. No limit where
    one of the last three is not there. A desk's own value and limits stand in their place.
    """

    nav: Dollars
    carry: Share
    purchase: Share
    coverage: Share
    condor_loss: Share
    second_engine_cost: Share
    second_engine_leverage: Share
    margin: Share | None = None
    delta: Share | None = None
    vega: Dollars | None = None

    @model_validator(mode="after")
    def refuse_no_value(self) -> Self:
        """Shares are of something."""
        if not self.nav.number:
            raise refusal("a net asset value above zero", "write the value that the shares are of",
                          found=str(self.nav), at=("nav",))  # fmt: skip
        return self

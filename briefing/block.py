"""What every part of the briefing is."""

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A frozen part of the briefing; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

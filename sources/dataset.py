"""What a dataset is: one publisher's file, how to fetch it and how to read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from schemas.model import Table


class SourceError(ValueError):
    """A publisher's file is missing, or is not what its adapter was written for.

    Attributes:
        is_temporary: the same request may succeed later; false for what asking again cannot mend.
        status: HTTP status of the refusal; null where the fault is not a status.
        retry_after: how long the publisher asks to wait [seconds]; null where it does not say.
    """

    def __init__(
        self,
        message: str,
        *,
        is_temporary: bool = False,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.is_temporary = is_temporary
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class Provenance:
    """Where rows come from: when their bytes were fetched, and the hash these are archived by."""

    retrieved_at: datetime
    raw_sha256: str


@dataclass(frozen=True)
class Dataset:
    """One file of one publisher.

    ``fetch`` returns its bytes untouched. ``parse`` reads archived bytes and nothing else, and
    returns the figures as published: for ``raw_observation`` the columns series_id, event_date and
    value, with available_at where the publisher stamps its rows; for ``raw_session`` session,
    open_at, close_at and is_half_day; for ``raw_vx_settlement`` event_date, expiry and settle; for
    ``raw_event`` event_kind, event_date and available_at.
    """

    name: str
    table: Table
    fetch: Callable[[], bytes]
    parse: Callable[[bytes], pl.LazyFrame]

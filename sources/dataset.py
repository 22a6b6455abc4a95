"""What a dataset is: one publisher's file, how to fetch it and how to read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from schemas.model import Table
from sources.request import Request


@dataclass(frozen=True)
class Provenance:
    """Where rows come from: when their bytes were fetched, and the hash these are archived by."""

    retrieved_at: datetime
    raw_sha256: str


@dataclass(frozen=True)
class Link:
    """Where a file lies that another file names: the dataset of that page, and how to read it."""

    page: str
    find: Callable[[bytes], Request]


@dataclass(frozen=True)
class Dataset:
    """One file of one publisher.

    Attributes:
        name: its name in the archive.
        table: the raw table it feeds; null for a page that only leads to another file.
        parse: reads archived bytes and nothing else, and returns the figures as published: for
            ``raw_observation`` the columns series_id, event_date and value, with available_at
            where the publisher stamps its rows; for the other tables their columns less what
            ``knowledge`` adds.
        fetch: its bytes, untouched, where they are on this machine; null for a publisher's.
        where: its address, or the page that names it; null where it is on this machine.
        publisher: whose feeds of the catalogue its series are; empty for a source's only one.
        terms: of use, kept beside the bytes.
        is_final: the publisher does not change it any more, so one copy is enough.
        refuses_itself_only: a mistake in it is the user's, takes out what rests on it and stops
            no run.
    """

    name: str
    table: Table | None
    parse: Callable[[bytes], pl.LazyFrame]
    fetch: Callable[[], bytes] | None = None
    where: Request | Link | None = None
    publisher: str = ""
    terms: str = ""
    is_final: bool = False
    refuses_itself_only: bool = False

    @property
    def is_local(self) -> bool:
        """Whether it comes from this machine; its faults are then faults of the set-up."""
        return self.where is None

"""JSON bodies read strictly: one meaning for each name, no numbers that JSON does not have."""

import json
import re
from collections.abc import Iterable
from typing import NoReturn, TypeVar

import polars as pl

from sources.errors import SourceError
from sources.sheet import Sheet

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Member = TypeVar("Member", dict[str, Json], list[Json], str, int)


def document(payload: bytes, *, file: str) -> dict[str, Json]:
    """The object that a body holds.

    Raises:
        SourceError: not JSON, a name twice in one object, ``NaN`` or ``Infinity``, an object nested
            beyond reading, or something else than an object.
    """
    try:
        held = json.loads(
            payload.decode("utf-8-sig"), object_pairs_hook=_each_once, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"{file}: not a JSON body ({error}), it begins {payload[:60]!r}; accepted is one whole "
            "object with each name once; fetch it again or compare with the publisher's page"
        ) from error
    if not isinstance(held, dict):
        raise SourceError(f"{file}: holds a {type(held).__name__}; accepted is an object; compare "
                          "with the publisher's page")  # fmt: skip
    return held


def _each_once(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    held: dict[str, Json] = {}
    for name, value in pairs:
        if name in held:
            raise ValueError(f"the name {name[:40]!r} stands twice in one object")
        held[name] = value
    return held


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def member(
    parent: Json, name: str | int, kind: type[Member], *, file: str, where: str = "body"
) -> Member:
    """One member of an object or list, of exactly this kind.

    Raises:
        SourceError: it is missing or of another kind.
    """
    found: Json = None
    if isinstance(parent, dict) and isinstance(name, str):
        found = parent.get(name)
    elif isinstance(parent, list) and isinstance(name, int) and name < len(parent):
        found = parent[name]
    if type(found) is not kind:
        raise SourceError(
            f"{file}: {where}, member {name!r} is {str(found)[:100]!r}; accepted is a "
            f"{kind.__name__}; compare with the publisher's page before changing the adapter"
        )
    return found


def records(entries: list[Json], names: tuple[str, ...], *, file: str, where: str) -> Sheet:
    """Members of each object of a list as columns of text; an entry's number is its ``line``.

    Raises:
        SourceError: no entries, or one without such a member or with one that is no text.
    """
    if not entries:
        raise SourceError(f"{file}: {where} is empty; at least one entry is needed; fetch it again")
    columns: dict[str, list[str]] = {name: [] for name in names}
    for number, entry in enumerate(entries, 1):
        for name, column in columns.items():
            column.append(member(entry, name, str, file=file, where=f"{where} entry {number}"))
    cells = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String()))
    return Sheet(file, cells.with_row_index("line", offset=1))


def without_keys(text: str) -> str:
    """A publisher's message cut to 200 characters, with anything like an access key left out."""
    return re.sub(r"[0-9A-Za-z]{32,}", "<key>", text)[:200]

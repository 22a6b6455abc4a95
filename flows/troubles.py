"""What could not be had or read, for a reader: a line a publisher, and where the rest stands."""

import re
from collections.abc import Sequence

from flows.collect import Problem

_ADDRESS = re.compile(r"https?://\S+ ?")
_MOST_LINES = 10
_MOST_NAMES = 3
_LONGEST = 240  # characters of one line
UNREAD = "not read"  # in place of a publisher where an archived file was refused


def lines(problems: Sequence[Problem | str]) -> tuple[str, ...]:
    """At most ten lines, one per publisher with its first reason, and how to see more.

    Args:
        problems: what could not be had; as texts, which archived files were not read.
    """
    if not problems:
        return ()
    by_publisher: dict[str, list[Problem]] = {}
    for one in problems:
        told = one if isinstance(one, Problem) else Problem(UNREAD, one.split(":")[0], one)
        by_publisher.setdefault(told.publisher or told.dataset, []).append(told)
    told_lines = [_line(who, found) for who, found in by_publisher.items()]
    more = f"{len(problems)} files are missing or were not read; volbrief sources shows each."
    shown = told_lines[: _MOST_LINES - 1]
    if len(told_lines) > len(shown):
        more = f"and {len(told_lines) - len(shown)} more publishers: {more}"
    return (*shown, more)


def _line(publisher: str, found: list[Problem]) -> str:
    names = ", ".join(one.dataset for one in found[:_MOST_NAMES] if one.dataset)
    rest = f" and {len(found) - _MOST_NAMES} more" if len(found) > _MOST_NAMES else ""
    what = f" ({names}{rest})" if names else ""
    text = f"{publisher}{what}: {in_short(found[0].message, publisher)}"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def in_short(message: str, publisher: str = "") -> str:
    """A message without the address it is about, nor the publisher's name before it."""
    return _ADDRESS.sub("", message).removeprefix(f"{publisher}: ")

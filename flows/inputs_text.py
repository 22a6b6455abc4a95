"""The state of every input as a table for a terminal, as plain lines, or as JSON."""

import io
import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime

from flows.inputs import WORST_FIRST, Inputs, InputState
from flows.troubles import in_short

_COLUMNS = (
    "input",
    "state",
    "last",
    "age",
    "known (UTC)",
    "fetched (UTC)",
    "publisher",
    "terms",
    "why",
)
_COLORS = {"failed": "red", "no data": "red", "stale": "red", "suspect": "red", "late": "yellow",
           "ok": "green"}  # fmt: skip
_WIDE = 150  # characters of a terminal that shows every column
_FOR_WIDE = ("known (UTC)", "fetched (UTC)", "terms")
_LONGEST = {"terms": 28, "why": 100}
_NONE = "-"


def shown(found: Inputs, *, as_json: bool, width: int | None) -> str:
    """Every input, problems first, and a line that counts them.

    Args:
        found: the inputs.
        as_json: everything, for a machine.
        width: of the terminal [characters]; null where there is none, for plain lines.
    """
    if as_json:
        counts = Counter(one.state for one in found.states)
        told = {"source": found.source, "as_of": found.as_of, "counts": counts,
                "inputs": [asdict(one) for one in found.states]}  # fmt: skip
        return json.dumps(told, indent=2, default=_plain)
    rows = [_cells(one) for one in found.states]
    table = _plain_table(rows) if width is None else _rich_table(rows, width)
    return f"{table}\n{_summary(found)}"


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _summary(found: Inputs) -> str:
    counts = Counter(one.state for one in found.states)
    parts = ", ".join(f"{counts[state]} {state}" for state in WORST_FIRST if counts[state])
    as_of = f" as of the session {found.as_of}" if found.as_of else ""
    return f"{len(found.states)} inputs of {found.source}{as_of}: {parts}"


def _cells(one: InputState) -> tuple[str, ...]:
    publisher = one.publisher or ", ".join(one.publishers) or _NONE
    return (
        one.name,
        one.state,
        _NONE if one.last_observation is None else one.last_observation.isoformat(),
        _NONE if one.age_sessions is None else str(one.age_sessions),
        _minute(one.known_at),
        _minute(one.last_fetch),
        publisher,
        _short("terms", one.terms.partition(";")[0] or _NONE),
        _short("why", in_short(one.why)),
    )


def _minute(moment: datetime | None) -> str:
    return _NONE if moment is None else moment.strftime("%Y-%m-%d %H:%M")


def _short(column: str, text: str) -> str:
    most = _LONGEST[column]
    return text if len(text) <= most else text[: most - 1] + "…"


def _plain_table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(wide) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in (_COLUMNS, *rows)
    ]
    return "\n".join(lines)


def _rich_table(rows: list[tuple[str, ...]], width: int) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    shown_columns = [name for name in _COLUMNS if width >= _WIDE or name not in _FOR_WIDE]
    for name in shown_columns:
        table.add_column(name, no_wrap=name in _COLUMNS[:4], overflow="fold")
    for row in rows:
        cells = dict(zip(_COLUMNS, row, strict=True))
        style = _COLORS.get(cells["state"], "dim")
        table.add_row(
            *(Text(cells[name], style if name == "state" else "") for name in shown_columns)
        )
    console = Console(file=io.StringIO(), width=width, force_terminal=True)
    with console.capture() as capture:
        console.print(table)
    return capture.get().rstrip()

"""Write the documents that derive from the declarations; a test holds them in sync."""

from collections.abc import Callable
from pathlib import Path

from briefing.schema import json_schema
from policy.decide import decision_step
from policy.model import load
from schemas.catalogue import TABLES
from schemas.feed import Feed
from schemas.model import Column, Table
from schemas.series import SERIES, SOURCES
from sources.desk import desk_json_schema
from transforms.book_steps import book_steps
from transforms.steps import steps

HERE = Path(__file__).resolve().parent


def data_dictionary() -> str:
    """Every table with its grain and columns."""
    parts = ["# Data dictionary", "", "Generated from `schemas/` by `make docs`.", ""]
    for table in TABLES.values():
        parts += _section(table)
    return "\n".join(parts)


def _section(table: Table) -> list[str]:
    rows = [_row(table, column) for column in table.columns]
    return [
        f"## {table.name}",
        "",
        f"{table.doc} Key: {', '.join(f'`{name}`' for name in table.key)}.",
        "",
        "| column | type | unit | null | plausible | meaning |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
    ]


def _row(table: Table, column: Column) -> str:
    low = "" if column.ge is None else f"{column.ge:g}"
    high = "" if column.le is None else f"{column.le:g}"
    plausible = f"{low} to {high}" if low or high else ""
    null = "yes" if table.is_nullable(column.name) else "no"
    return (
        f"| `{column.name}` | {column.dtype} | {column.unit} | {null} | {plausible} | "
        f"{column.doc} |"
    )


def sources() -> str:
    """Every input and the feed each source has for it."""
    parts = ["# Sources", "", "Generated from `schemas/series.py` by `make docs`.", ""]
    for source in SOURCES:
        parts += [
            f"## {source}",
            "",
            "| series | publisher | remote id | frequency | known | warn, fail [sessions] | terms |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        for entry in SERIES:
            feed = entry.feed(source)
            parts.append(_feed_row(entry.id, feed))
        parts.append("")
    return "\n".join(parts)


def _feed_row(series_id: str, feed: Feed | None) -> str:
    if feed is None:
        return f"| `{series_id}` | not offered | | | | | |"
    note = f" ({feed.note})" if feed.note else ""
    return (
        f"| `{series_id}` | {feed.publisher} | {feed.remote_id}{note} | {feed.frequency} | "
        f"{_known(feed)} | {feed.warn_after}, {feed.fail_after} | {feed.terms} |"
    )


def _known(feed: Feed) -> str:
    known = feed.known
    clock = f"{known.at:%H:%M} New York"
    months = f", {known.months} months later" if known.months else ""
    return {
        "after_close": f"{known.minutes} minutes after the close",
        "days_later": f"{known.days} days later, {clock}",
        "sessions_later": f"{known.days} sessions later, {clock}",
        "months_later": f"day {known.day} of the month{months}, {clock}",
        "stamped": "the publisher's own stamp",
    }[known.rule]


def dag() -> str:
    """Every derivation: what is made from what, in order."""
    lines = ["# From raw to decision", "", "Generated from the steps by `make docs`.", ""]
    lines += ["| output | inputs |", "| --- | --- |"]
    policy = load("steward")
    after = (decision_step(policy), *book_steps(policy.book_terms))
    for step in (*steps("sample"), *after):
        outputs = ", ".join(f"`{table.name}`" for table in step.outputs)
        inputs = ", ".join(f"`{table.name}`" for table in step.inputs)
        lines.append(f"| {outputs} | {inputs} |")
    return "\n".join([*lines, ""])


DOCUMENTS: dict[str, Callable[[], str]] = {
    "data-dictionary.md": data_dictionary,
    "sources.md": sources,
    "dag.md": dag,
    "briefing.schema.json": json_schema,
    "desk.schema.json": desk_json_schema,
}

if __name__ == "__main__":
    for name, text in DOCUMENTS.items():
        (HERE / name).write_text(text())

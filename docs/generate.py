"""Write the documents that derive from the declarations; a test holds them in sync."""

from collections.abc import Callable
from pathlib import Path

from briefing.schema import json_schema
from flows.steps import every_step
from policy.conditions import leaves
from policy.model import Policy, load
from policy.schema import policy_json_schema
from schemas.catalogue import TABLES
from schemas.claims import UNSUPPORTED
from schemas.columns import COLUMNS
from schemas.feed import Feed
from schemas.measure import Measure
from schemas.measures import MEASURES, NOT_USED
from schemas.model import Column, Table
from schemas.series import SERIES, SOURCES
from schemas.words import WORDS
from sources.desk import desk_json_schema

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
    for step in every_step("sample", policy, policy.book_terms):
        outputs = ", ".join(f"`{table.name}`" for table in step.outputs)
        inputs = ", ".join(f"`{table.name}`" for table in step.inputs)
        lines.append(f"| {outputs} | {inputs} |")
    return "\n".join([*lines, ""])


_GLOSSARY = """# Glossary

Generated from `schemas/words.py` and `schemas/measures.py` by `make docs`. Today's value of every
measure stands in the appendix of each page; every column with its unit is in
[data-dictionary.md](data-dictionary.md), every input in [sources.md](sources.md), what followed the
signals in [evidence.md](evidence.md), and what is claimed without support in [claims.md](claims.md).
"""


def glossary() -> str:
    """The words, every measure with its formula, support and use, and what is not used."""
    readers = _readers(load("steward"))
    lines = [_GLOSSARY, "## Words", "", "| word | meaning |", "| --- | --- |"]
    lines += [f"| {word} | {meaning} |" for word, meaning in WORDS]
    lines += ["", "## Measures", ""]
    heads = ("section, id", "measure", "formula", "source", "unit", "grade, role", "made from",
             "read by", "the case against")  # fmt: skip
    lines += [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    lines += [_measure_row(one, readers) for one in _by_section()]
    lines += [
        "",
        "## Not used, and why",
        "",
        "| section, id | quantity | reason |",
        "| --- " * 3 + "|",
    ]
    lines += [f"| {one.section} {one.id} | {one.term} | {one.reason} |" for one in NOT_USED]
    return "\n".join([*lines, ""])


def _readers(policy: Policy) -> dict[str, list[str]]:
    """By ``table.column`` the rules and signers of a policy that read it."""
    conditions = [(name, rule.when) for name, rule in policy.rules.items()]
    for name, signer in policy.signers.items():
        for side in (signer.add, signer.reduce):
            stated = (getattr(side, layer) for layer in type(side).model_fields)
            conditions += [(name, condition) for condition in stated if condition is not None]
    found = {str(axis.column): ["matrix"] for axis in (policy.axes.row, policy.axes.column)}
    for name, condition in conditions:
        for leaf in leaves(condition):
            column = getattr(leaf, "column", None) or getattr(leaf, "sign_changed", None)
            if column is not None:
                found.setdefault(str(column), []).append(name)
    return found


def _by_section() -> list[Measure]:
    return sorted(MEASURES, key=lambda one: [int(part) for part in one.section.split(".")])


def _measure_row(one: Measure, readers: dict[str, list[str]]) -> str:
    column = f"{one.table}.{one.column}"
    used = ", ".join(dict.fromkeys(readers.get(column, ()))) or "no rule"
    made = ", ".join(f"`{name}`" for name in one.inputs)
    return (
        f"| {one.section} {one.id} | {one.term}<br>`{column}` | {one.formula} | {one.source} | "
        f"{COLUMNS[one.column].unit} | {one.grade} {one.role} | {made} | {used} | {one.caution} |"
    ).replace("||", "or")


def claims() -> str:
    """The register of claims without support."""
    about = (
        "What the article that inspired the rules, and its publisher's pages, say without support; "
        "what the literature says; and what this tool does. Generated from `schemas/claims.py` by "
        "`make docs`."
    )
    lines = ["# Claims without support", "", about, ""]
    lines += ["| claim | literature | here |", "| --- " * 3 + "|"]
    lines += [f"| {one.text} | {one.literature} | {one.behavior} |" for one in UNSUPPORTED]
    return "\n".join([*lines, ""])


DOCUMENTS: dict[str, Callable[[], str]] = {
    "data-dictionary.md": data_dictionary,
    "sources.md": sources,
    "dag.md": dag,
    "glossary.md": glossary,
    "claims.md": claims,
    "briefing.schema.json": json_schema,
    "desk.schema.json": desk_json_schema,
    "policy.schema.json": policy_json_schema,
}

if __name__ == "__main__":
    for name, text in DOCUMENTS.items():
        (HERE / name).write_text(text())

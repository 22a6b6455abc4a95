"""Why a quantity is unknown at a session: the chain of causes, down to the inputs."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from briefing import formats
from briefing.book_rules import driver_label, is_on_book, unpriced
from briefing.explain import Node, input_node
from briefing.labels import label, unit_of
from briefing.rows import BriefingError, Row, as_float, as_int, as_text
from schemas.core import CORE_AS_KNOWN_DAILY, CORE_TABLES, UNFIT
from schemas.document import nearest
from schemas.lineage import LINEAGE
from schemas.mart import MART_RULE_EVALUATION_DAILY, MART_TABLES
from schemas.measures import MEASURES
from schemas.model import Table
from schemas.series import SERIES, offered_by, series_of

DAILY: tuple[Table, ...] = tuple(
    table for table in (*CORE_TABLES, *MART_TABLES) if table.key[0] == "session"
)
"""The tables of which the session's rows are read."""


class Known:
    """What a session's tables hold, and how far back each input reaches."""

    def __init__(
        self,
        source: str,
        session: date,
        rows: Mapping[str, pl.DataFrame],
        history: Mapping[str, tuple[int, date | None]],
        made_from: Mapping[str, frozenset[str]],
    ) -> None:
        """Keep the session's rows.

        Args:
            source: sample, simulated or live.
            session: the session asked about.
            rows: by table name, the rows of that session.
            history: by series, on how many sessions up to this one it was known, and since when.
            made_from: by table name, every table it is made from, direct or not.
        """
        self.source, self.session, self.rows, self.history = source, session, rows, history
        self.made_from = made_from
        known = rows[CORE_AS_KNOWN_DAILY.name].iter_rows(named=True)
        self.inputs = {as_text(row["series_id"]): row for row in known}

    def home(self, column: str) -> str | None:
        """The table whose row of the session has the column; measures before inputs."""
        declared = [one.table for one in MEASURES if one.column == column]
        named = [
            *declared,
            *(table.name for table in reversed(DAILY) if column in table.schema),
        ]
        return next((name for name in named if name in self.rows), None)

    def values(self, column: str) -> list[object]:
        """The column's values at the session: one, or one per row of the session."""
        home = self.home(column)
        frame = self.rows[home] if home else None
        return [] if frame is None or column not in frame.columns else frame[column].to_list()


def why_unknown(known: Known, column: str) -> Node:
    """The causes of a column's being unknown at the session, or that it is known after all.

    Raises:
        BriefingError: no measure and no input has this name; the message lists those near it.
    """
    _refuse_unknown(column)
    values = known.values(column)
    found = [one for one in values if one is not None]
    if found and len(found) == len(values):
        return Node(text=f"{label(column)} ({column}) is known: {_shown(column, found)}",
                    outcome="KNOWN")  # fmt: skip
    state = f"{len(found)} of {len(values)} rows known" if found else "unknown"
    return Node(
        text=f"{label(column)} ({column}) on {known.session}: {state}",
        outcome="NO DATA",
        children=_causes(known, column),
    )


def why_layer(known: Known) -> Node:
    """Every rule and signer that could not be judged at the session, and why."""
    rows = known.rows[MART_RULE_EVALUATION_DAILY.name].iter_rows(named=True)
    unjudged = [row for row in rows if row["outcome"] in {"no_data", "not_evaluated"}]
    return Node(
        text=f"{formats.count(len(unjudged), 'condition')} could not be judged on {known.session}",
        outcome="NO DATA" if unjudged else "KNOWN",
        children=tuple(_unjudged(known, row) for row in unjudged),
    )


def _unjudged(known: Known, row: Row) -> Node:
    column = as_text(row["driver_column"])
    is_known = column and as_float(row["driver_value"]) is not None
    causes = () if not column or is_known else (_cause(known, row),)
    number = as_int(row["condition_no"])
    part = f", condition {number}" if number else ""
    return Node(
        text=f"{row['rule_id']}{part}: {row['condition_text']}",
        outcome=as_text(row["outcome"]).upper().replace("_", " "),
        children=causes,
    )


def _cause(known: Known, row: Row) -> Node:
    """Why the driver of a condition is unknown; of one on the book, what has no price."""
    if not is_on_book(row):
        return why_unknown(known, as_text(row["driver_column"]))
    offers = list(known.rows["mart_book_offer_daily"].iter_rows(named=True))
    missing = unpriced(offers) or "no break-even or horizon is known"
    return Node(text=f"{driver_label(row)}: {missing}", outcome="NO DATA")


def _causes(known: Known, column: str) -> tuple[Node, ...]:
    """Inputs that are not there, and measures between that are unknown themselves."""
    inputs = _inputs_of(column)
    if column in inputs:
        return (_input(known, column),)
    between = tuple(
        Node(text=f"{label(other)} ({other}) is unknown, too", outcome="NO DATA")
        for other in _between(known, column, inputs)
    )
    absent = tuple(_input(known, name) for name in inputs if not _is_fit(known, name))
    return (*between, *absent) or _short_history(known, column, inputs)


def _inputs_of(column: str) -> tuple[str, ...]:
    return LINEAGE.get(column) or (column,)


def _between(known: Known, column: str, inputs: tuple[str, ...]) -> list[str]:
    """Unknown measures of the tables it is made from that need no other inputs than it does."""
    earlier = known.made_from.get(known.home(column) or "", frozenset())
    return [
        other
        for other in dict.fromkeys(one.column for one in MEASURES)
        if known.home(other) in earlier
        and set(_inputs_of(other)) <= set(inputs)
        and not any(value is not None for value in known.values(other))
    ]


def _is_fit(known: Known, name: str) -> bool:
    row = known.inputs.get(name)
    return row is not None and row["freshness"] not in UNFIT and row["value"] is not None


def _input(known: Known, name: str) -> Node:
    """One input: not offered, not known yet, too old by its feed's limit, not believed, or known."""
    row = known.inputs.get(name)
    if row is None:
        return Node(text=_never(known, name), outcome="NO DATA")
    if row["freshness"] == "suspect":
        return Node(text=f"{name} of {row['event_date']} is not believed: {row['suspicion']}",
                    outcome="SUSPECT", children=(input_node(name, known.inputs),))  # fmt: skip
    if row["freshness"] == "fail":
        entry = next(one for one in SERIES if one.id == name)
        feed = entry.feed_by(known.source, as_text(row["publisher"]))
        limit = "" if feed is None else f", its feed's limit is {feed.fail_after}"
        return Node(
            text=f"{name} of {row['event_date']} is {formats.count(as_int(row['age_sessions']), 'session')} "
            f"old{limit}",
            outcome="STALE",
            children=(input_node(name, known.inputs),),
        )
    return input_node(name, known.inputs)


def _never(known: Known, name: str) -> str:
    if name not in {one.id for one in offered_by(known.source)}:
        return f"{name} is not offered by source {known.source}"
    return f"{name} is offered by source {known.source}, but no value was known by then"


def _short_history(known: Known, column: str, inputs: tuple[str, ...]) -> tuple[Node, ...]:
    """All inputs are known at this close: what is missing lies before it, or there is nothing to say."""
    formula = next((one.formula for one in MEASURES if one.column == column), "")
    reach = tuple(
        Node(text=f"{name} known on {formats.count(count, 'session')}, since {since}")
        for name in inputs
        for count, since in (known.history.get(name, (0, None)),)
    )
    text = "every input is known at this close; its window reaches back further than they do, or it is not defined here"
    return (Node(text=f"{text}: {formula}" if formula else text, children=reach),)


def _shown(column: str, found: list[object]) -> str:
    if len(found) > 1:
        return formats.count(len(found), "row")
    value = found[0]
    if isinstance(value, float):
        return formats.quantity(value, unit_of(column))
    return str(value)


def _refuse_unknown(column: str) -> None:
    names = set(LINEAGE) | {one.id for one in SERIES}
    if column not in names:
        raise BriefingError(
            f"{column!r} is no layer, measure or input of the glossary; "
            f"{nearest(column, sorted(names))}"
        )


def history_of(core: Mapping[str, pl.DataFrame]) -> dict[str, tuple[int, date | None]]:
    """By series, on how many sessions it was known, and since when.

    Args:
        core: the wide core tables by name, rows up to the session.
    """
    found: dict[str, tuple[int, date | None]] = {}
    for name, frame in core.items():
        for entry in series_of(name):
            known = frame.filter(pl.col(entry.id).is_not_null())["session"]
            first = known.min()
            found[entry.id] = (known.len(), first if isinstance(first, date) else None)
    return found

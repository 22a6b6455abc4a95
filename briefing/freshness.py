"""Block 8: where each input is from, when it was known and how old it is, failures first."""

from collections.abc import Iterable
from itertools import groupby

from briefing import breaches, formats
from briefing.labels import label
from briefing.model import CellState, Collected, Quality, QualityCell
from briefing.rows import Row, Rows, as_date, as_int, as_text
from schemas.feed import Feed, Series
from schemas.live_feeds import OWN
from schemas.series import SERIES, USED, offered_by

_STATES: dict[str, CellState] = {
    "ok": "ok", "warn": "late", "fail": "stale", "suspect": "suspect",
}  # fmt: skip
_WORDS: dict[CellState, str] = {
    "ok": "OK",
    "late": "LATE",
    "stale": "STALE",
    "suspect": "SUSPECT",
    "no_data": "NO DATA",
    "not_offered": "NOT OFFERED",
}
_WORST_FIRST: tuple[CellState, ...] = (
    "no_data", "suspect", "stale", "late", "ok", "not_offered",
)  # fmt: skip
_FAILING = frozenset({"no_data", "suspect", "stale", "late"})
_SAID: dict[CellState, str] = {
    "no_data": "missing", "suspect": "suspect", "stale": "stale", "late": "late",
}  # fmt: skip
_SUSPICIONS = {
    "unit_slip": "its size is that of another unit",
    "repeats": "it has repeated for longer than it ever does",
    "spike": "it is further from its usual level than it has ever been",
    "identity": "it contradicts the inputs that it is tied to",
    "shifted": "it looks like the value of another day",
    "disagrees": "the second publisher says something else",
}
_KNOWN = (
    "Known: New York time, from the publisher's own stamp or the first fetch where there is one, "
    "else reconstructed from the publisher's usual delay."
)
_HELP = "Missing: volbrief sources shows the last fetch; a file of your own may stand in."


def cells(rows: Rows) -> tuple[QualityCell, ...]:
    """Every input that the page's measures use, the worst first, then in catalogue order."""
    known = _known(rows)
    found = [_cell(rows, entry, known.get(entry.id)) for entry in SERIES if entry.id in USED]
    return tuple(sorted(found, key=lambda cell: _WORST_FIRST.index(cell.state)))


def failing(rows: Rows) -> tuple[QualityCell, ...]:
    """The used inputs that the source offers and that are late, stale, suspect or missing."""
    return tuple(cell for cell in cells(rows) if cell.state in _FAILING)


def check_breaches(rows: Rows) -> tuple[str, ...]:
    """The breached checks that degrade the page; an input's own failure is not said twice."""
    return breaches.of_used(rows, _told(rows))


def _told(rows: Rows) -> frozenset[str]:
    return frozenset(cell.series_id for cell in failing(rows))


def explain_missing(rows: Rows, series_ids: tuple[str, ...]) -> str:
    """Why a measure is missing, by the first of its inputs that is; empty where all are there."""
    known = _known(rows)
    found = (_cell(rows, entry, known.get(entry.id)) for entry in SERIES if entry.id in series_ids)
    faults = {cell.series_id: cell.sentence for cell in found if cell.state != "ok"}
    return next((faults[name] for name in series_ids if name in faults), "")


def _known(rows: Rows) -> dict[str, Row]:
    today = rows.at("core_as_known_daily", rows.session)
    return {as_text(row["series_id"]): row for row in today if row["value"] is not None}


def _cell(rows: Rows, entry: Series, row: Row | None) -> QualityCell:
    name = label(entry.id)
    if row is not None:
        return _valued(rows, entry, row)
    publishers = _publishers(rows, entry)
    if not publishers:
        return _unavailable(entry.id, "not_offered", f"{name}: this source does not offer it.")
    sentence = f"{name}: no value from {publishers} was known by the decision time."
    return _unavailable(entry.id, "no_data", sentence, publishers)


def _valued(rows: Rows, entry: Series, row: Row) -> QualityCell:
    publisher = as_text(row["publisher"])
    feed = entry.feed_by(rows.run.source, publisher) or entry.feed(rows.run.source)
    state = _STATES.get(as_text(row["freshness"]), "no_data")
    age, event = as_int(row["age_sessions"]), as_date(row["event_date"])
    name = label(entry.id)
    if state == "suspect":
        why = _SUSPICIONS.get(as_text(row["suspicion"]), "it is not believed")
        sentence = f"{name}: the value of {formats.day(event)} is taken out as suspect; {why}."
    else:
        sentence = (
            f"{name}: last value is of {formats.day(event)}, "
            f"{formats.count(age, 'session')} old{_limit(feed)}."
        )
    return QualityCell(
        series_id=entry.id,
        label=name,
        publisher=publisher or formats.NO_DATA,
        state=state,
        word=_WORDS[state],
        age=formats.count(age),
        event_date=formats.NO_DATA if event is None else event.isoformat(),
        known_at=formats.instant(row["available_at"]),
        sentence=formats.spelled(sentence),
    )


def _limit(feed: Feed | None) -> str:
    if feed is None:
        return ""
    return (
        f"; warned of beyond {formats.count(feed.warn_after)}, "
        f"taken out beyond {formats.count(feed.fail_after)}"
    )


def _publishers(rows: Rows, entry: Series) -> str:
    """Who offers a series to this source; a file that the user may bring is no offer."""
    feeds = (feed.publisher for feed in entry.feeds_of(rows.run.source))
    return " or ".join(dict.fromkeys(name for name in feeds if name != OWN))


def _unavailable(
    series_id: str, state: CellState, sentence: str, publisher: str = ""
) -> QualityCell:
    return QualityCell(
        series_id=series_id,
        label=label(series_id),
        publisher=publisher or formats.NO_DATA,
        state=state,
        word=_WORDS[state],
        age=formats.NO_DATA,
        event_date=formats.NO_DATA,
        known_at=formats.NO_DATA,
        sentence=sentence,
    )


def _others(rows: Rows) -> list[QualityCell]:
    """What is collected beside the used inputs: offered, or brought by the user."""
    known = _known(rows)
    offered = {entry.id for entry in offered_by(rows.run.source)} | set(known)
    entries = (entry for entry in SERIES if entry.id in offered - USED)
    return [_cell(rows, entry, known.get(entry.id)) for entry in entries]


def _alike(cell: QualityCell) -> tuple[bool, int, str, str, str]:
    """What the inputs of one line share, in the order of the lines: failures first, the empty last."""
    place = _WORST_FIRST.index(cell.state)
    return (cell.state == "no_data", place, cell.publisher, cell.event_date, cell.known_at)


def _collected(others: Iterable[QualityCell]) -> tuple[Collected, ...]:
    """One line for the inputs that share publisher, dates, age and state."""
    ordered = sorted(others, key=_alike)
    lines = []
    for _key, found in groupby(ordered, key=_alike):
        alike = list(found)
        one = alike[0]
        lines.append(Collected(
            series=tuple(cell.series_id for cell in alike),
            labels=", ".join(cell.label for cell in alike),
            publisher=one.publisher, event_date=one.event_date, known_at=one.known_at,
            age=one.age, state=one.state, word=one.word,
        ))  # fmt: skip
    return tuple(lines)


def quality(rows: Rows) -> Quality:
    """The strip of the used inputs, failures first; the others apart, since they degrade nothing."""
    used, others = cells(rows), _others(rows)
    shown = tuple(cell for cell in used if cell.state != "not_offered")
    missing = any(cell.state == "no_data" for cell in shown) and rows.run.source == "live"
    broken = (*check_breaches(rows), *_apart(breaches.of_others(rows)))
    return Quality(
        summary=f"{_summary(shown)}{_beside(others)}",
        cells=shown,
        collected=_collected(others),
        not_offered=tuple(cell.label for cell in used if cell.state == "not_offered"),
        notes=(_KNOWN, _HELP) if missing else (_KNOWN,),
        checks=breaches.summary(rows, _told(rows)),
        breaches=breaches.capped(broken) if breaches.results(rows) else (),
    )


def _apart(sentences: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"Not used by any measure: {sentence}" for sentence in sentences)


def _summary(used: tuple[QualityCell, ...]) -> str:
    counts = {word: sum(cell.state == state for cell in used) for state, word in _SAID.items()}
    faults = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    current = sum(cell.state == "ok" for cell in used)
    text = f"{current} of {formats.count(len(used), 'used input')} current"
    return f"{text}; {faults}." if faults else f"{text}; none late."


def _beside(others: list[QualityCell]) -> str:
    if not others:
        return ""
    current = sum(cell.state == "ok" for cell in others)
    return (
        f" Collected beside them: {current} of {formats.count(len(others), 'input')} current; "
        "each is in block 10 and degrades nothing."
    )

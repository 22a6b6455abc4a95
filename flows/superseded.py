"""S6: which inputs of a published session have been revised since; the page itself is never edited."""

from datetime import date

from schemas.core import CORE_AS_KNOWN_DAILY
from schemas.ops import OPS_RUN
from schemas.raw import RAW_OBSERVATION
from warehouse.store import Store, computed

_MOST_SESSIONS = 20  # the last ones published: what lies further back nobody acts on
_EVENT = ["series_id", "publisher", "event_date"]


def superseded(store: Store) -> dict[date, tuple[str, ...]]:
    """By published session the series whose value, as it was known then, has a later revision."""
    published = sorted(set(store.frame(OPS_RUN)["session"].to_list()))[-_MOST_SESSIONS:]
    found = {session: _revised_since(store, session) for session in published}
    return {session: names for session, names in found.items() if names}


def _revised_since(store: Store, session: date) -> tuple[str, ...]:
    known = store.frame(CORE_AS_KNOWN_DAILY, since=session, until=session)
    used = {tuple(row[name] for name in _EVENT): row["available_at"] for row in known.to_dicts()}
    (rows,) = computed(store.matching(RAW_OBSERVATION, known, _EVENT))
    told = {(*(row[name] for name in _EVENT), row["available_at"]): row["value"]
            for row in rows.to_dicts()}  # fmt: skip
    revised = {
        str(key[0])
        for (*event, at), value in told.items()
        if (key := tuple(event)) in used and at > used[key] and value != told.get((*key, used[key]))
    }
    return tuple(sorted(revised))

"""The core tables: typed, on the session grid, each value as it was known at the decision time."""

from schemas.columns import columns
from schemas.model import Table
from schemas.series import series_of

SUSPICIONS = ("unit_slip", "repeats", "spike", "identity", "shifted", "disagrees")
"""Why a value is not believed; ``transforms.suspect`` says what each means."""

UNFIT = ("fail", "suspect")
"""The words of ``freshness`` whose value is taken out: too old for its feed, or not believed."""

CORE_SESSION = Table(
    "core_session",
    "The trading calendar, with each session's decision time.",
    ("session",),
    columns("session", "open_at", "close_at", "is_half_day", "next_session", "decision_at"),
)

CORE_AS_KNOWN_DAILY = Table(
    "core_as_known_daily",
    "For each session and series the newest event known by the decision time, however old.",
    ("session", "series_id"),
    columns("session", "series_id", "publisher", "event_date", "value", "available_at",
            "age_sessions", "freshness", "suspicion", "raw_sha256"),
)  # fmt: skip


def _wide(name: str, doc: str) -> Table:
    names = (entry.id for entry in series_of(name))
    return Table(name, doc, ("session",), columns("session", *names))


CORE_INDEX_DAILY = _wide(
    "core_index_daily", "Exchange closes, as known; null once stale or suspect."
)
CORE_RATE_DAILY = _wide(
    "core_rate_daily", "Yields and rates, as known; null once stale or suspect."
)
CORE_VALUATION_DAILY = _wide(
    "core_valuation_daily", "The newest published premium and the levels it was solved at."
)
CORE_MACRO_DAILY = _wide("core_macro_daily", "Macro series, as known; null once stale or suspect.")
CORE_BREADTH_DAILY = _wide("core_breadth_daily", "NYSE breadth counts, as known.")

CORE_GAUGE_DAILY = _wide(
    "core_gauge_daily", "Issuance, market structure, chain data and sectors, as known."
)

CORE_VX_CURVE_DAILY = Table(
    "core_vx_curve_daily",
    "VX futures by session and expiry, as known.",
    ("session", "expiry"),
    columns("session", "expiry", "days_to_expiry", "settle"),
)

CORE_EXPIRY = Table(
    "core_expiry",
    "When S&P 500 and VIX contracts expire, by listing rules published years ahead.",
    ("root", "expiry"),
    columns("root", "expiry", "last_trading_day", "settlement"),
)

CORE_EVENT_DAILY = Table(
    "core_event_daily",
    "Distance to and from the scheduled announcements, by the schedules then known.",
    ("session",),
    columns("session", *(f"sessions_{side}_{name}" for side in ("to", "since")
                         for name in ("fomc", "fomc_minutes", "cpi", "ppi", "gdp")),
            "is_in_event_window"),
)  # fmt: skip

CORE_POSITION = Table(
    "core_position",
    "The legs that the user's desk declares; the user knows them at every decision.",
    ("leg_id",),
    columns("leg_id", "book_layer", "instrument", "root", "right", "strike", "expiry", "quantity",
            "multiplier", "entry_session", "entry_price", "spot_price", "spot_session"),
)  # fmt: skip

CORE_ANSWER = Table(
    "core_answer",
    "The user's answers, each with when it was known; of a session and layer the newest counts.",
    ("session", "layer_id", "available_at"),
    columns("session", "layer_id", "answer", "answered_on", "available_at"),
)

CORE_OPTION_QUOTE = Table(
    "core_option_quote",
    "Option quotes of the session: each root's newest snapshot then known, good and bad.",
    ("session", "root", "expiry", "strike", "right"),
    columns("session", "root", "expiry", "strike", "right", "bid", "ask", "mid", "underlying",
            "quote_at", "quote_fault"),
)  # fmt: skip

CORE_TABLES = (
    CORE_SESSION, CORE_AS_KNOWN_DAILY, CORE_INDEX_DAILY, CORE_RATE_DAILY, CORE_VALUATION_DAILY,
    CORE_MACRO_DAILY, CORE_BREADTH_DAILY, CORE_GAUGE_DAILY, CORE_VX_CURVE_DAILY, CORE_EVENT_DAILY,
    CORE_EXPIRY,
    CORE_POSITION,
    CORE_ANSWER,
    CORE_OPTION_QUOTE,
)  # fmt: skip

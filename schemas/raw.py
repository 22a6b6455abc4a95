"""The raw tables: as published, append-only, each row with its three times and its bytes' hash."""

from schemas.columns import columns
from schemas.model import Table

RAW_SESSION = Table(
    "raw_session",
    "Exchange sessions as the calendar library states them.",
    ("session",),
    columns("session", "open_at", "close_at", "is_half_day", "retrieved_at", "raw_sha256"),
)

RAW_OBSERVATION = Table(
    "raw_observation",
    "Every scalar input, one row per series, publisher, event and vintage, in its published unit.",
    ("series_id", "publisher", "event_date", "available_at"),
    columns("series_id", "publisher", "event_date", "value", "available_at", "is_reconstructed",
            "retrieved_at", "raw_sha256"),
)  # fmt: skip

RAW_VX_SETTLEMENT = Table(
    "raw_vx_settlement",
    "Settlement of each listed VX contract.",
    ("event_date", "expiry", "available_at"),
    columns("event_date", "expiry", "settle", "available_at", "retrieved_at", "raw_sha256"),
)

RAW_EVENT = Table(
    "raw_event",
    "Scheduled announcements, and when the schedule was known.",
    ("event_kind", "event_date", "available_at"),
    columns("event_kind", "event_date", "available_at", "retrieved_at", "raw_sha256"),
)

RAW_EXPIRY = Table(
    "raw_expiry",
    "When S&P 500 and VIX contracts expire, by the exchange's listing rules.",
    ("root", "expiry"),
    columns("root", "expiry", "last_trading_day", "settlement", "retrieved_at", "raw_sha256"),
)

RAW_OPTION_QUOTE = Table(
    "raw_option_quote",
    "Delayed quotes of listed S&P 500 and VIX options, as the exchange served them.",
    ("quote_at", "root", "expiry", "strike", "right"),
    columns("quote_at", "root", "expiry", "strike", "right", "bid", "ask", "iv", "delta",
            "open_interest", "volume", "underlying", "available_at", "retrieved_at",
            "raw_sha256"),
)  # fmt: skip

RAW_POSITION = Table(
    "raw_position",
    "The legs that the user's desk declares, as its newest file has them.",
    ("leg_id",),
    columns("leg_id", "book_layer", "instrument", "root", "right", "strike", "expiry", "quantity",
            "multiplier", "entry_session", "entry_price", "spot_price", "spot_session",
            "retrieved_at", "raw_sha256"),
)  # fmt: skip

RAW_ANSWER = Table(
    "raw_answer",
    "What the user answered to recommendations, and when that was known.",
    ("session", "layer_id", "available_at"),
    columns("session", "layer_id", "answer", "answered_on", "answer_reason", "available_at",
            "retrieved_at", "raw_sha256"),
)  # fmt: skip

RAW_TABLES = (
    RAW_SESSION, RAW_OBSERVATION, RAW_VX_SETTLEMENT, RAW_EVENT, RAW_EXPIRY, RAW_OPTION_QUOTE,
    RAW_POSITION, RAW_ANSWER,
)  # fmt: skip

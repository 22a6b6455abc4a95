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
    "Every scalar input, one row per series, event and vintage, in the unit it was published in.",
    ("series_id", "event_date", "available_at"),
    columns("series_id", "event_date", "value", "available_at", "is_reconstructed",
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

RAW_TABLES = (RAW_SESSION, RAW_OBSERVATION, RAW_VX_SETTLEMENT, RAW_EVENT)

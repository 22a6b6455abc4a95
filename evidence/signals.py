"""Which signals a report counts: every rule of the policy, every flag among the measures, levels."""

import numpy as np
import polars as pl

from evidence.compare import Floats
from schemas.frames import join_one
from schemas.mart import MART_RULE_EVALUATION_DAILY, MART_TABLES
from schemas.measures import MEASURES
from schemas.model import Table

VIX_BANDS = ((0.0, 15.0), (15.0, 20.0), (20.0, 30.0), (30.0, 50.0), (50.0, 1000.0))


def flag_tables() -> dict[Table, tuple[str, ...]]:
    """The flags among the declared measures, by the session-keyed table that holds them."""
    declared = {table.name: table for table in MART_TABLES}
    found: dict[Table, tuple[str, ...]] = {}
    for one in MEASURES:
        table = declared.get(one.table)
        if (
            table is not None
            and table.key == ("session",)
            and table.schema[one.column] == pl.Boolean
        ):
            found[table] = tuple(dict.fromkeys((*found.get(table, ()), one.column)))
    return found


def flags(frames: dict[str, pl.DataFrame], sessions: pl.DataFrame) -> dict[str, Floats]:
    """The flags as columns of 1, 0 and NaN on the given sessions; what is never known is left out."""
    found: dict[str, Floats] = {}
    for table, columns in flag_tables().items():
        joined = join_one(sessions.lazy(), frames[table.name].lazy().select("session", *columns),
                          on="session").sort("session").collect(engine="in-memory")  # fmt: skip
        for column in columns:
            if joined[column].is_not_null().any():
                found[column] = joined[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return found


def rules(evaluations: pl.DataFrame, sessions: pl.DataFrame) -> dict[str, Floats]:
    """Every rule of the policy in force as 1, 0 and NaN on the given sessions."""
    whole = evaluations.filter(pl.col("condition_no") == 0)
    coded = whole.select(
        "session", "rule_id",
        fired=pl.when(pl.col("outcome") == "fired").then(1.0)
        .when(pl.col("outcome") == "not_fired").then(0.0),
    )  # fmt: skip
    found: dict[str, Floats] = {}
    for (name,), mine in coded.group_by(["rule_id"], maintain_order=True):
        joined = join_one(sessions.lazy(), mine.lazy().select("session", "fired"), on="session")
        values = joined.sort("session").collect(engine="in-memory")["fired"]
        if values.is_not_null().any():
            found[str(name)] = values.fill_null(np.nan).to_numpy()
    return found


def levels(vix: Floats) -> dict[str, Floats]:
    """Bands of the VIX itself, against which every rule has to stand."""
    return {
        f"VIX {low:g} to {high:g}": np.where(np.isfinite(vix), (vix >= low) & (vix < high), np.nan)
        for low, high in VIX_BANDS
    }


READS = (MART_RULE_EVALUATION_DAILY, *flag_tables())
"""The tables that a report reads beside the index."""

"""From tables to everything that the report says."""

import numpy as np
import polars as pl

from evidence import signals
from evidence.compare import Floats, compare
from evidence.facts import cells, facts
from evidence.outcomes import OUTCOMES, outcomes
from evidence.report import Sample, Study
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import (
    MART_COST_OF_EQUITY_DAILY,
    MART_HEDGE_DECISION_DAILY,
    MART_REALIZED_VOL_DAILY,
    MART_RULE_EVALUATION_DAILY,
)
from schemas.model import Table

TABLES: tuple[Table, ...] = tuple(
    dict.fromkeys(
        (
            CORE_INDEX_DAILY,
            MART_REALIZED_VOL_DAILY,
            MART_COST_OF_EQUITY_DAILY,
            MART_HEDGE_DECISION_DAILY,
            *signals.READS,
        )
    )
)
"""What a study reads, whole."""


def study(frames: dict[str, pl.DataFrame], source: str) -> Study:
    """Every signal of the history against what followed.

    Args:
        frames: the tables of ``TABLES`` by name.
        source: sample, simulated or live.
    """
    index = frames[CORE_INDEX_DAILY.name].sort("session")
    sessions = index.select("session")
    after = outcomes(index)
    followed = np.column_stack([_numbers(after, name) for name in OUTCOMES])
    evaluations = frames[MART_RULE_EVALUATION_DAILY.name]
    decisions = frames[MART_HEDGE_DECISION_DAILY.name]
    vix = _numbers(index, "vix_close")
    return Study(
        sample=_sample(sessions, decisions, source),
        rules=compare(signals.rules(evaluations, sessions), followed),
        flags=compare(signals.flags(frames, sessions), followed),
        levels=compare(signals.levels(vix), followed),
        cells=cells(decisions, after),
        facts=facts(
            vix,
            _numbers(frames[MART_REALIZED_VOL_DAILY.name].sort("session"), "realized_vol_21d"),
            _numbers(frames[MART_COST_OF_EQUITY_DAILY.name].sort("session"), "erp_svix30"),
            _numbers(index, "spx_close"),
        ),
        texts=_texts(evaluations),
    )


def _sample(sessions: pl.DataFrame, decisions: pl.DataFrame, source: str) -> Sample:
    names = decisions.select("policy_name", "policy_version").unique().rows()
    return Sample(
        source,
        str(sessions["session"].min()),
        str(sessions["session"].max()),
        sessions.height,
        ", ".join(f"{name} {version}" for name, version in sorted(names)),
    )


def _texts(evaluations: pl.DataFrame) -> dict[str, str]:
    """What each rule says."""
    whole = evaluations.filter(pl.col("condition_no") == 0)
    rows = whole.unique("rule_id").select("rule_id", "condition_text").iter_rows()
    return {str(name): str(text) for name, text in rows}


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()

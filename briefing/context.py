"""Rows -> briefing: the one function that puts the blocks together."""

from collections.abc import Mapping

import polars as pl

from briefing.appendix import appendix, disclaimer
from briefing.book import book
from briefing.changes import changes
from briefing.events import calendar
from briefing.figures import figures
from briefing.freshness import quality
from briefing.gates import gates
from briefing.layers import layers
from briefing.model import SCHEMA_VERSION, Briefing
from briefing.provenance import provenance
from briefing.rows import BriefingError, Rows
from briefing.run import RunInfo
from briefing.verdict import header, status, verdict

TABLES = (
    "core_session", "core_as_known_daily", "core_index_daily", "core_event_daily",
    "mart_vol_cone_daily", "mart_vol_state_daily", "mart_technical_daily",
    "mart_cost_of_equity_daily", "mart_vol_gap_daily", "mart_policy_cell",
    "mart_rule_evaluation_daily", "mart_signer_daily", "mart_hedge_decision_daily",
    "mart_book_daily", "mart_book_leg_daily", "mart_book_scenario_daily",
    "mart_book_proposal_daily", "mart_book_offer_daily", "mart_standing_book_daily", "ops_check_result", "ops_arrival",
)  # fmt: skip


def briefing_of(frames: Mapping[str, pl.DataFrame], run: RunInfo) -> Briefing:
    """Everything the page says about one session.

    No measure is made here: each number is a table's, save differences from the session before,
    the sum of the legs' gains and counts of rows, which are display.

    Args:
        frames: the tables of ``TABLES`` by name; rows after the session are not read.
        run: which run this is, and the policy's own words.

    Raises:
        BriefingError: the session is not in the calendar, or a table lacks a declared column.
    """
    rows = Rows(frames, run)
    if not rows.at("core_session", run.session):
        raise BriefingError(
            f"core_session: {run.session.isoformat()} is not among its sessions; "
            "name a session that the source has closed"
        )
    return Briefing(
        schema_version=SCHEMA_VERSION,
        header=header(rows),
        status=status(rows),
        verdict=verdict(rows),
        changes=changes(rows),
        layers=layers(rows),
        gates=gates(rows),
        book=book(rows),
        figures=figures(rows),
        calendar=calendar(rows),
        quality=quality(rows),
        provenance=provenance(rows),
        appendix=appendix(rows),
        disclaimer=disclaimer(),
    )

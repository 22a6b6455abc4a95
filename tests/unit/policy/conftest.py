"""Markets written as rows, decided under a policy."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import polars as pl
import pytest

from policy.conditions import READABLE
from policy.decide import decision_step
from policy.model import Policy, load
from schemas.book import BookTerms
from schemas.offer_tables import MART_BOOK_OFFER_DAILY

Decide = Callable[..., dict[str, pl.DataFrame]]

# A calm market: cell B2 R1, nothing near a threshold.
CALM = {
    "vol_gap_z": 0.0,
    "realized_vol_21d": 0.10,
    "spx_close": 5000.0,
    "vix_close": 14.0,
    "vol_spread": 4.0,
    "term_ratio_3m": 1.10,
    "sessions_since_macd_up": 30,
    "sessions_since_macd_down": 30,
    "vix_rsi_14d": 50.0,
    "erp_svix30": 0.02,
    "erp_fcfe_marked": 0.045,
    "treasury_10y": 0.04,
    "erp_damodaran_published": 0.045,
    "sessions_to_fomc": 20,
    "sessions_to_cpi": 20,
    "is_inner_band_inside": True,
    "is_outer_band_outside": True,
    "is_hedge_undersized": False,
    "sessions_since_fomc": 10,
    "vix_sma_20d": 14.0,
    "is_divergence_on": False,
    "is_vol_proxy_hot": False,
    "cm_slope_30d": 0.04,
    "is_steepening": False,
    "sessions_inverted": 0,
    "is_sector_stress": False,
    "is_liquidity_declining": False,
    "is_macro_shift": False,
    "is_gdp_revision_large": False,
    "best_conversion_bp": 1.0,
    "best_reversal_bp": 1.0,
    "is_gauge_extreme": False,
    "is_cash_press_accelerating": False,
    "is_false_binary": False,
}
# One contract at a calm close, in dollars: theta, carry a year, debit, gain under stress, delta,
# vega; of a condor its largest loss. Ten condors earn 700 a day and can lose 40,000.
OFFERED = {
    "IC": {"theta": 70.0, "delta": 0.0, "vega": -100.0, "loss": 4_000.0},
    "L1": {"theta": -5.0, "carry": 1_500.0, "debit": 100.0, "stress": 1_200.0, "delta": -20.0,
           "vega": 5.0},
    "L2": {"theta": -3.0, "carry": 900.0, "debit": 180.0, "stress": 400.0, "delta": -15.0,
           "vega": 8.0},
    "L3": {"theta": -2.0, "carry": 600.0, "debit": 250.0, "stress": 900.0, "delta": -25.0,
           "vega": 15.0},
}  # fmt: skip
_COLUMNS = {"carry": "offer_carry_usd_year"}


def _frames(rows: Sequence[dict[str, float | None]]) -> list[pl.LazyFrame]:
    days = [date(2024, 1, 1) + timedelta(days=t) for t in range(len(rows))]
    market = [{**CALM, **row} for row in rows]
    frames = []
    for table in READABLE:
        columns = {
            column.name: [row.get(column.name) for row in market]
            for column in table.columns
            if column.name != "session"
        }
        frames.append(pl.LazyFrame({"session": days, **columns}, schema=table.schema, strict=False))
    return [*frames, _offers(days, rows)]


def _offers(days: list[date], rows: Sequence[dict[str, float | None]]) -> pl.LazyFrame:
    """What could be traded each day; ``"L1 debit"`` in a day's row stands for the calm value."""
    offered = [
        {"session": day, "book_layer": layer, "priced_from": "model"}
        | {
            _COLUMNS.get(name, f"offer_{name}_usd"): row.get(f"{layer} {name}", value)
            for name, value in one.items()
        }
        for day, row in zip(days, rows, strict=True)
        for layer, one in OFFERED.items()
    ]
    return pl.LazyFrame(offered, schema=MART_BOOK_OFFER_DAILY.schema)


@pytest.fixture(scope="session")
def offered() -> dict[str, dict[str, float]]:
    """What one contract of each layer is at a calm close."""
    return OFFERED


def _with_a_million(name: str) -> Policy:
    """A policy with a net asset value that makes its shares round numbers of dollars."""
    content = load(name).model_dump(mode="json", by_alias=True, exclude_unset=True)
    content["budget"]["nav"] = "1000000 USD"
    return Policy.model_validate(content)


@pytest.fixture(scope="session")
def steward() -> Policy:
    """The default policy, for a million."""
    return _with_a_million("steward")


@pytest.fixture(scope="session")
def promoter() -> Policy:
    """The policy with the smaller quorum, for a million."""
    return _with_a_million("promoter")


@pytest.fixture(scope="session")
def decide() -> Decide:
    """The decision over sessions given as what differs from a calm market: tables by name."""

    def run(
        policy: Policy, rows: Sequence[dict[str, float | None]], terms: BookTerms | None = None
    ) -> dict[str, pl.DataFrame]:
        step = decision_step(policy, terms)
        built = step.build(*_frames(rows))
        frames = [table.conform(frame) for table, frame in zip(step.outputs, built, strict=True)]
        collected = pl.collect_all(frames, engine="in-memory")
        return {table.name: frame for table, frame in zip(step.outputs, collected, strict=True)}

    return run


@pytest.fixture(scope="session")
def layer_rows(decide: Decide) -> Callable[..., list[dict[str, object]]]:
    """One layer's decisions, a dictionary per session."""

    def rows(
        policy: Policy, market: Sequence[dict[str, float | None]], layer: str
    ) -> list[dict[str, object]]:
        table = decide(policy, market)["mart_hedge_decision_daily"]
        return table.filter(pl.col("layer_id") == layer).sort("session").to_dicts()

    return rows

"""Every derivation but the decision: which tables are made from which, in order."""

from schemas.core import (
    CORE_ANSWER,
    CORE_AS_KNOWN_DAILY,
    CORE_BREADTH_DAILY,
    CORE_EVENT_DAILY,
    CORE_EXPIRY,
    CORE_GAUGE_DAILY,
    CORE_INDEX_DAILY,
    CORE_MACRO_DAILY,
    CORE_POSITION,
    CORE_RATE_DAILY,
    CORE_SESSION,
    CORE_VALUATION_DAILY,
    CORE_VX_CURVE_DAILY,
)
from schemas.mart import (
    MART_COST_OF_EQUITY_DAILY,
    MART_FUTURES_CURVE_DAILY,
    MART_REALIZED_VOL_DAILY,
    MART_TECHNICAL_DAILY,
    MART_VOL_CONE_DAILY,
    MART_VOL_FORECAST_DAILY,
    MART_VOL_GAP_DAILY,
    MART_VOL_STATE_DAILY,
)
from schemas.model import Table
from schemas.raw import (
    RAW_ANSWER,
    RAW_EVENT,
    RAW_EXPIRY,
    RAW_OBSERVATION,
    RAW_POSITION,
    RAW_SESSION,
    RAW_VX_SETTLEMENT,
)
from schemas.step import Step
from transforms.answer import answer
from transforms.as_known import as_known_daily_of
from transforms.breadth_steps import BREADTH_STEPS
from transforms.chain_steps import CHAIN_STEPS
from transforms.cone import vol_cone_daily
from transforms.core import expiry, position, session, vx_curve_daily, wide_daily
from transforms.cost_of_equity import cost_of_equity_daily
from transforms.event import event_daily
from transforms.event_steps import EVENT_STEPS
from transforms.forecast import vol_forecast_daily
from transforms.futures_curve import futures_curve_daily
from transforms.gap import vol_gap_daily
from transforms.gauge_steps import GAUGE_STEPS
from transforms.liquidity_steps import LIQUIDITY_STEPS
from transforms.technical import technical_daily
from transforms.term_steps import TERM_STEPS
from transforms.valuation_steps import VALUATION_STEPS
from transforms.vol_state import vol_state_daily
from transforms.volatility import realized_vol_daily


def steps(source: str) -> tuple[Step, ...]:
    """The derivations raw -> core -> mart under a source's feeds, each after what it reads."""
    known, index = CORE_AS_KNOWN_DAILY, CORE_INDEX_DAILY
    realized, cost = MART_REALIZED_VOL_DAILY, MART_COST_OF_EQUITY_DAILY
    valuation = (index, CORE_RATE_DAILY, CORE_VALUATION_DAILY, known, CORE_MACRO_DAILY)
    return (
        Step((CORE_SESSION,), (RAW_SESSION,), session),
        Step((known,), (CORE_SESSION, RAW_OBSERVATION), as_known_daily_of(source)),
        _wide(index),
        _wide(CORE_RATE_DAILY),
        _wide(CORE_VALUATION_DAILY),
        _wide(CORE_MACRO_DAILY),
        _wide(CORE_BREADTH_DAILY),
        _wide(CORE_GAUGE_DAILY),
        Step((CORE_VX_CURVE_DAILY,), (CORE_SESSION, RAW_VX_SETTLEMENT), vx_curve_daily),
        Step((CORE_EVENT_DAILY,), (CORE_SESSION, known, RAW_EVENT), event_daily),
        Step((CORE_EXPIRY,), (RAW_EXPIRY,), expiry),
        Step((CORE_POSITION,), (RAW_POSITION,), position),
        Step((CORE_ANSWER,), (RAW_ANSWER,), answer),
        Step((realized,), (index,), realized_vol_daily),
        Step((MART_VOL_CONE_DAILY,), (index, realized), vol_cone_daily),
        Step((MART_VOL_STATE_DAILY,), (index, realized), vol_state_daily),
        Step((MART_VOL_FORECAST_DAILY,), (index, realized), vol_forecast_daily),
        Step(
            (MART_FUTURES_CURVE_DAILY,),
            (index, CORE_VX_CURVE_DAILY, CORE_EXPIRY),
            futures_curve_daily,
        ),
        Step((MART_TECHNICAL_DAILY,), (index,), technical_daily),
        Step((cost,), valuation, cost_of_equity_daily),
        Step((MART_VOL_GAP_DAILY,), (cost,), vol_gap_daily),
        *TERM_STEPS,
        *BREADTH_STEPS,
        *VALUATION_STEPS,
        *EVENT_STEPS,
        *LIQUIDITY_STEPS,
        *GAUGE_STEPS,
        *CHAIN_STEPS,
    )


def _wide(table: Table) -> Step:
    return Step((table,), (CORE_AS_KNOWN_DAILY,), wide_daily(table))

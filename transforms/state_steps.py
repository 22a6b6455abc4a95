"""The derivations of state tables, each after what it reads."""

from schemas.breadth_tables import MART_BREADTH_DAILY
from schemas.core import CORE_INDEX_DAILY
from schemas.mart import (
    MART_COST_OF_EQUITY_DAILY,
    MART_REALIZED_VOL_DAILY,
    MART_TECHNICAL_DAILY,
    MART_VOL_FORECAST_DAILY,
    MART_VOL_GAP_DAILY,
)
from schemas.offer_tables import MART_STANDING_BOOK_DAILY
from schemas.state_tables import MART_STATE_DAILY
from schemas.step import Step
from schemas.term_tables import MART_TERM_STRUCTURE_DAILY
from schemas.valuation_tables import MART_VALUATION_DAILY
from transforms.state import state_daily

STATE_STEPS: tuple[Step, ...] = (
    Step(
        (MART_STATE_DAILY,),
        (
            CORE_INDEX_DAILY,
            MART_REALIZED_VOL_DAILY,
            MART_VOL_FORECAST_DAILY,
            MART_TECHNICAL_DAILY,
            MART_COST_OF_EQUITY_DAILY,
            MART_VOL_GAP_DAILY,
            MART_TERM_STRUCTURE_DAILY,
            MART_BREADTH_DAILY,
            MART_VALUATION_DAILY,
            MART_STANDING_BOOK_DAILY,
        ),
        state_daily,
    ),
)

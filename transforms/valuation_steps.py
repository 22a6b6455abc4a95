"""The derivations of valuation tables, each after what it reads."""

from schemas.core import (
    CORE_AS_KNOWN_DAILY,
    CORE_MACRO_DAILY,
    CORE_RATE_DAILY,
    CORE_SESSION,
    CORE_VALUATION_DAILY,
)
from schemas.mart import MART_COST_OF_EQUITY_DAILY
from schemas.step import Step
from schemas.valuation_tables import MART_SECTOR_BETA_DAILY, MART_VALUATION_DAILY
from transforms.valuation import valuation_daily
from transforms.valuation_beta import sector_beta_daily

VALUATION_STEPS: tuple[Step, ...] = (
    Step(
        (MART_VALUATION_DAILY,),
        (
            CORE_RATE_DAILY,
            CORE_VALUATION_DAILY,
            CORE_MACRO_DAILY,
            CORE_AS_KNOWN_DAILY,
            MART_COST_OF_EQUITY_DAILY,
        ),
        valuation_daily,
    ),
    Step(
        (MART_SECTOR_BETA_DAILY,),
        (CORE_SESSION, CORE_AS_KNOWN_DAILY, CORE_RATE_DAILY, MART_COST_OF_EQUITY_DAILY),
        sector_beta_daily,
    ),
)

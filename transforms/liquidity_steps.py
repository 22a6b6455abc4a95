"""The derivations of liquidity tables, each after what it reads."""

from schemas.core import CORE_GAUGE_DAILY, CORE_MACRO_DAILY, CORE_RATE_DAILY
from schemas.liquidity_tables import MART_LIQUIDITY_DAILY, MART_SECTOR_DAILY
from schemas.step import Step
from transforms.liquidity import liquidity_daily
from transforms.sector import sector_daily

LIQUIDITY_STEPS: tuple[Step, ...] = (
    Step((MART_SECTOR_DAILY,), (CORE_GAUGE_DAILY,), sector_daily),
    Step(
        (MART_LIQUIDITY_DAILY,),
        (CORE_GAUGE_DAILY, CORE_RATE_DAILY, CORE_MACRO_DAILY, MART_SECTOR_DAILY),
        liquidity_daily,
    ),
)

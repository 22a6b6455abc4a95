"""The derivations of breadth tables, each after what it reads."""

from schemas.breadth_tables import MART_BREADTH_DAILY
from schemas.core import CORE_BREADTH_DAILY, CORE_INDEX_DAILY
from schemas.mart import MART_FUTURES_CURVE_DAILY
from schemas.step import Step
from transforms.breadth import breadth_daily

BREADTH_STEPS: tuple[Step, ...] = (
    Step(
        (MART_BREADTH_DAILY,),
        (CORE_INDEX_DAILY, CORE_BREADTH_DAILY, MART_FUTURES_CURVE_DAILY),
        breadth_daily,
    ),
)

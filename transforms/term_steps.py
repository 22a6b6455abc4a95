"""The derivations of term tables, each after what it reads."""

from schemas.core import CORE_INDEX_DAILY
from schemas.mart import MART_FUTURES_CURVE_DAILY, MART_VOL_STATE_DAILY
from schemas.step import Step
from schemas.term_tables import MART_TERM_STRUCTURE_DAILY
from transforms.term_structure import term_structure_daily

TERM_STEPS: tuple[Step, ...] = (
    Step(
        (MART_TERM_STRUCTURE_DAILY,),
        (CORE_INDEX_DAILY, MART_FUTURES_CURVE_DAILY, MART_VOL_STATE_DAILY),
        term_structure_daily,
    ),
)

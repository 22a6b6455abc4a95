"""The derivations of event tables, each after what it reads."""

from schemas.core import (
    CORE_AS_KNOWN_DAILY,
    CORE_EVENT_DAILY,
    CORE_MACRO_DAILY,
    CORE_RATE_DAILY,
)
from schemas.event_tables import MART_GDP_REVISION_DAILY, MART_MACRO_DAILY
from schemas.step import Step
from transforms.macro import macro_daily
from transforms.macro_revision import gdp_revision_daily

EVENT_STEPS: tuple[Step, ...] = (
    Step((MART_GDP_REVISION_DAILY,), (CORE_AS_KNOWN_DAILY,), gdp_revision_daily),
    Step(
        (MART_MACRO_DAILY,),
        (
            CORE_AS_KNOWN_DAILY,
            CORE_RATE_DAILY,
            CORE_MACRO_DAILY,
            CORE_EVENT_DAILY,
            MART_GDP_REVISION_DAILY,
        ),
        macro_daily,
    ),
)

"""The derivations of gauge tables, each after what it reads."""

from schemas.core import CORE_AS_KNOWN_DAILY, CORE_GAUGE_DAILY
from schemas.gauge_tables import MART_GAUGE_DAILY
from schemas.step import Step
from transforms.gauge import gauge_daily

GAUGE_STEPS: tuple[Step, ...] = (
    Step((MART_GAUGE_DAILY,), (CORE_AS_KNOWN_DAILY, CORE_GAUGE_DAILY), gauge_daily),
)

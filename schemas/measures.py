"""Every quantity of the methodology: computed and declared, or not used and why.

The only list of measures. Lineage, the glossary, the evidence report and the explanation of unknown
values read it; a test compares it with the methodology's own rows.
"""

from schemas.base_measures import BASE_MEASURES, BASE_NOT_USED
from schemas.breadth_tables import BREADTH_MEASURES
from schemas.chain_tables import CHAIN_MEASURES
from schemas.drip_tables import DRIP_MEASURES
from schemas.event_tables import EVENT_MEASURES, EVENT_NOT_USED
from schemas.gauge_tables import GAUGE_MEASURES, GAUGE_NOT_USED
from schemas.liquidity_tables import LIQUIDITY_MEASURES, LIQUIDITY_NOT_USED
from schemas.measure import Measure, NotUsed
from schemas.model import SchemaError
from schemas.offer_tables import OFFER_MEASURES
from schemas.state_tables import STATE_MEASURES, STATE_NOT_USED
from schemas.term_tables import TERM_MEASURES
from schemas.valuation_tables import VALUATION_MEASURES

MEASURES: tuple[Measure, ...] = (
    *BASE_MEASURES, *VALUATION_MEASURES, *TERM_MEASURES, *BREADTH_MEASURES, *EVENT_MEASURES,
    *LIQUIDITY_MEASURES, *CHAIN_MEASURES, *GAUGE_MEASURES, *OFFER_MEASURES, *STATE_MEASURES,
    *DRIP_MEASURES,
)  # fmt: skip


NOT_USED: tuple[NotUsed, ...] = (
    *BASE_NOT_USED, *EVENT_NOT_USED, *LIQUIDITY_NOT_USED, *GAUGE_NOT_USED, *STATE_NOT_USED,
)  # fmt: skip


def measure(name: str) -> Measure:
    """A measure by its id or its column.

    Raises:
        SchemaError: no such measure; the message lists those there are.
    """
    for one in MEASURES:
        if name in {one.id, one.column}:
            return one
    raise SchemaError(f"measure {name!r}: not declared; there are "
                      f"{', '.join(sorted({one.column for one in MEASURES}))}")  # fmt: skip

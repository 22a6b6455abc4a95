"""Which family an input is of: what fundamentals say, what volatility says, both or neither.

A False Binary forbids acting on one of the two alone (methodology 11.3). The family goes by the
table a column stands in: the gap compares the two and is of both; prices of options, futures,
index and breadth are volatility's; book, calendar, gauges and parity are of neither.
"""

from policy.conditions import Compared, Comparison, Condition, Flagged, SignChanged, leaves
from schemas.breadth_tables import MART_BREADTH_DAILY
from schemas.event_tables import MART_GDP_REVISION_DAILY, MART_MACRO_DAILY
from schemas.liquidity_tables import MART_LIQUIDITY_DAILY
from schemas.mart import (
    MART_COST_OF_EQUITY_DAILY,
    MART_REALIZED_VOL_DAILY,
    MART_TECHNICAL_DAILY,
    MART_VOL_GAP_DAILY,
    MART_VOL_STATE_DAILY,
)
from schemas.term_tables import MART_TERM_STRUCTURE_DAILY
from schemas.valuation_tables import MART_VALUATION_DAILY

FUNDAMENTAL, VOL = "fundamental", "vol"
FAMILY_OF: dict[str, frozenset[str]] = {
    MART_VOL_GAP_DAILY.name: frozenset({FUNDAMENTAL, VOL}),
    **{
        table.name: frozenset({FUNDAMENTAL})
        for table in (MART_COST_OF_EQUITY_DAILY, MART_VALUATION_DAILY, MART_MACRO_DAILY,
                      MART_GDP_REVISION_DAILY, MART_LIQUIDITY_DAILY)
    },
    **{
        table.name: frozenset({VOL})
        for table in (MART_REALIZED_VOL_DAILY, MART_VOL_STATE_DAILY, MART_TECHNICAL_DAILY,
                      MART_TERM_STRUCTURE_DAILY, MART_BREADTH_DAILY)
    },
}  # fmt: skip


def is_single_family(condition: Condition) -> bool:
    """Whether all that a condition reads of the two families is of one of them."""
    found: set[str] = set()
    for leaf in leaves(condition):
        match leaf:
            case Comparison(column=driver) | Flagged(column=driver) | Compared(column=driver):
                found |= FAMILY_OF.get(driver.table, frozenset())
            case SignChanged(sign_changed=driver):
                found |= FAMILY_OF.get(driver.table, frozenset())
            case _:
                pass
    return len(found) == 1

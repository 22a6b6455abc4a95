"""The derivations of chain tables, each after what it reads."""

from schemas.chain_tables import (
    MART_CHAIN_DAILY,
    MART_CHAIN_INDEX_DAILY,
    MART_PARITY_DAILY,
    MART_PARITY_STATE_DAILY,
)
from schemas.core import CORE_INDEX_DAILY, CORE_OPTION_QUOTE, CORE_RATE_DAILY, CORE_SESSION
from schemas.raw import RAW_OPTION_QUOTE
from schemas.step import Step
from transforms.chain import option_quote
from transforms.chain_index import chain_index_daily
from transforms.chain_parity import parity_daily, parity_state_daily
from transforms.chain_surface import chain_daily

_CHAIN = (CORE_SESSION, CORE_OPTION_QUOTE, CORE_RATE_DAILY)

CHAIN_STEPS: tuple[Step, ...] = (
    Step((CORE_OPTION_QUOTE,), (CORE_SESSION, RAW_OPTION_QUOTE), option_quote),
    Step((MART_CHAIN_DAILY,), _CHAIN, chain_daily),
    Step((MART_CHAIN_INDEX_DAILY,), (*_CHAIN, CORE_INDEX_DAILY), chain_index_daily),
    Step((MART_PARITY_DAILY,), _CHAIN, parity_daily),
    Step((MART_PARITY_STATE_DAILY,), (CORE_INDEX_DAILY, MART_PARITY_DAILY), parity_state_daily),
)

"""The tables of gauges: chain data, market structure and issuance, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Grade, Measure, NotUsed
from schemas.model import Table

MART_GAUGE_DAILY = Table(
    "mart_gauge_daily",
    "Chain data, order flow and offerings, each against its own past.",
    ("session",),
    columns("session", "mev_payments", "mev_payments_z", "is_mev_spike", "dex_volume_7d",
            "dex_volume_z", "impermanent_loss_21d", "lvr_year", "cancel_to_trade_z", "odd_lot_z",
            "hidden_rate_z", "ipo_count_63d", "ipo_count_z", "is_gauge_extreme"),
)  # fmt: skip

GAUGE_TABLES: tuple[Table, ...] = (MART_GAUGE_DAILY,)

_MEV, _DEX, _ETH, _IPO = ("mev_payment_mean", "mev_block_count"), ("dex_volume",), ("eth_close",), ("ipo_priced_count",)  # fmt: skip
_NO_SUPPORT = "No support found for chain data that lead the US cost of equity or the VIX"
_LATE = (
    "Published a quarter or more in arrears: context only; the day at a quarter's end stands for it"
)
_SENTIMENT = "Baker and Wurgler 2006, JF 61"
_ACROSS = "Its implications are across stocks, not for the timing of the VIX"
_MIDAS = "SEC, Market Structure, MIDAS"


def _gauge(grade: Grade, inputs: tuple[str, ...], *said: str) -> Measure:
    """A gauge of the table: id, term, column, section, formula, source, caution."""
    name, term, column, section, formula, source, caution = said
    return Measure(name, term, MART_GAUGE_DAILY.name, column, section, formula, source, grade,
                   "GAUGE", inputs, caution)  # fmt: skip


GAUGE_MEASURES: tuple[Measure, ...] = (
    _gauge("D", _MEV, "D-MEV", "MEV payments", "mev_payments", "10.1",
           "mean payment a block x blocks paid for; spike at 3 x the month's median",
           "relays of MEV-Boost", _NO_SUPPORT),
    _gauge("D", _DEX, "D-DEXV", "Volume of decentralized exchanges", "dex_volume_7d", "10.1",
           "7 x mean of the days known among seven", "DefiLlama",
           f"{_NO_SUPPORT}; weekends are known only in part"),
    _gauge("D", _ETH, "D-IL", "Impermanent loss", "impermanent_loss_21d", "10.1",
           "2 sqrt(r) / (1 + r) - 1, r = price ratio over 21 sessions", "constant-product rule",
           _NO_SUPPORT),
    _gauge("D", _ETH, "D-LVR", "Loss versus rebalancing", "lvr_year", "10.1",
           "sigma^2 / 8, sigma of 21 sessions, annual",
           "Milionis, Moallemi, Roughgarden and Zhang 2022", _NO_SUPPORT),
    _gauge("B", ("midas_cancel_to_trade",), "H-CANCEL", "Cancel-to-trade ratio", "cancel_to_trade_z",
           "10.2", "cancels / lit trades, against 12 quarters", _MIDAS, _LATE),
    _gauge("B", ("midas_odd_lot_rate",), "H-ODD", "Odd-lot rate", "odd_lot_z", "10.2",
           "odd lots / trades, against 12 quarters", _MIDAS, _LATE),
    _gauge("B", ("midas_hidden_rate",), "H-HIDDEN", "Hidden rate", "hidden_rate_z", "10.2",
           "trades against hidden orders / trades, against 12 quarters", _MIDAS, _LATE),
    _gauge("C", _IPO, "I-IPO", "Offerings priced", "ipo_count_z", "10.3",
           "63-session sum of offerings priced, against ten years", _SENTIMENT, _ACROSS),
    _gauge("D", (*_MEV, *_DEX, *_IPO), "D-TOP", "Gauge in its top 5 %", "is_gauge_extreme", "12.4",
           "is_mev_spike, or at or above the 95th percentile: mev_payments or dex_volume_7d of 252 "
           "sessions, ipo_count_63d of ten years", "methodology 12.4", _NO_SUPPORT),
)  # fmt: skip

GAUGE_NOT_USED: tuple[NotUsed, ...] = (
    NotUsed("D-FEE", "Priority fees", "10.1",
            "Needs every block of the chain; no free daily series with stated terms."),
    NotUsed("D-MEV-MEDIAN", "Median MEV payment a block", "10.1",
            "The relays' pages give some of the payments; their mean and count are kept, no median."),
    NotUsed("D-CEX", "Volume of decentralized over centralized exchanges", "10.1",
            "The volume that centralized exchanges report is not audited, and not free."),
    NotUsed("D-DEPTH", "Depth of market makers on chains", "10.1",
            "Needs reserves by pool; pricing.amm.depth_usd computes it for a pool of yours."),
    NotUsed("H-VOLUME", "Trade-to-order volume", "10.2",
            "Of the same quarterly file and as late; cancel-to-trade says the same of messages."),
    NotUsed("I-FIRST", "First-day returns of offerings", "10.3",
            "No free source gives offer prices and first closes; Ritter's monthly table is for "
            "research use."),
    NotUsed("I-ICO", "Token offerings", "10.3",
            "Aggregators list what issuers report; no definition, no audit, no support found."),
)  # fmt: skip

"""The columns of gauges: chain data, market structure and issuance."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import flag, rate, z

_FLOAT = pl.Float64()

GAUGE_COLUMNS: tuple[Column, ...] = (
    Column("mev_payments", _FLOAT, Unit.ETH, "MEV-Boost payments of the day: mean times blocks",
           ge=0.0, le=1e7),
    z("mev_payments_z", "mev_payments against the 252 sessions before"),
    flag("is_mev_spike", "mev_payments at least three times the median of the month before"),
    Column("dex_volume_7d", _FLOAT, Unit.USD, "Volume of decentralized exchanges in seven days: seven "
           "times the mean of those known", ge=0.0, le=1e14),
    z("dex_volume_z", "dex_volume_7d against the 252 sessions before"),
    rate("impermanent_loss_21d", "Ether and dollars in a constant-product pool against holding them, "
         "21 sessions", ge=-1.0, le=0.0),
    rate("lvr_year", "Loss against rebalancing of that pool, a year, at the volatility of 21 sessions",
         ge=0.0, le=100.0),
    z("cancel_to_trade_z", "Cancels per trade against the 12 quarters before"),
    z("odd_lot_z", "Odd-lot rate against the 12 quarters before"),
    z("hidden_rate_z", "Hidden-order rate against the 12 quarters before"),
    Column("ipo_count_63d", _FLOAT, Unit.COUNT, "Offerings priced in 63 sessions", ge=0.0, le=5_000.0),
    z("ipo_count_z", "ipo_count_63d against its previous ten years"),
    flag("is_gauge_extreme", "R-15: a spike of payments, payments or exchange volume in the top 5 % of "
         "a year, or offerings in that of ten years"),
)  # fmt: skip

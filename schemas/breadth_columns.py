"""The columns of market breadth and the heat of the volatility proxies."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import count, flag, z

_FLOAT = pl.Float64()

BREADTH_COLUMNS: tuple[Column, ...] = (
    Column("ad_line", _FLOAT, Unit.COUNT,
           "NYSE issues that rose less those that fell, added up; 0 at the first known session",
           ge=-1e7, le=1e7),
    Column("net_breadth", _FLOAT, Unit.DECIMAL,
           "Issues that rose less those that fell, over both", ge=-1.0, le=1.0),
    Column("ad_line_sma_21d", _FLOAT, Unit.COUNT, "Simple mean of ad_line, 21 sessions",
           ge=-1e7, le=1e7),
    flag("is_divergence_on", "Bearish divergence: a higher S&P 500 top on a lower ad_line, at most "
         "42 sessions ago; null where a missing session could change it"),
    z("divergence_strength", "Change of ad_line between the last two tops over its 63-session "
      "range, against ten years; below 0 is bearish"),
    count("sessions_since_divergence", "Sessions since a divergence last began", Unit.SESSIONS),
    flag("is_below_ad_sma", "Whether ad_line is below its mean while the S&P 500 is within 0.8 % of "
         "its 63-session high"),
    *(
        Column(f"{name}_rsi_14d", _FLOAT, Unit.NONE, f"Wilder's RSI of {words}", ge=0.0, le=100.0)
        for name, words in (
            ("vvix", "the VVIX"), ("vx1", "the nearest VIX future, each change within one contract"),
            ("vix3m", "VIX3M"),
        )
    ),
    count("hot_vol_proxies", "How many of VVIX, vx1 and VIX3M have an RSI above 70; null unless all "
          "are known"),
    flag("is_vol_proxy_hot", "Whether at least two of them have; null while the unknown could decide"),
)  # fmt: skip

"""The tables of market breadth and the heat of the volatility proxies, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Measure
from schemas.model import Table

MART_BREADTH_DAILY = Table(
    "mart_breadth_daily",
    "Advance-decline line, its divergence from the S&P 500, and RSI of the volatility proxies.",
    ("session",),
    columns("session", "ad_line", "net_breadth", "ad_line_sma_21d", "is_divergence_on",
            "divergence_strength", "sessions_since_divergence", "is_below_ad_sma", "vvix_rsi_14d",
            "vx1_rsi_14d", "vix3m_rsi_14d", "hot_vol_proxies", "is_vol_proxy_hot"),
)  # fmt: skip

BREADTH_TABLES: tuple[Table, ...] = (MART_BREADTH_DAILY,)

_TABLE = MART_BREADTH_DAILY.name
_ISSUES = ("nyse_advances", "nyse_declines")
_PROXIES = ("vvix_close", "vix3m_close", "vix9d_close", "vix_close", "vix6m_close", "vix1y_close")

BREADTH_MEASURES: tuple[Measure, ...] = (
    Measure(
        "T-AD", "Advance-decline line", _TABLE, "ad_line", "6.1",
        "AD(t-1) + advances - declines, 0 at the first known session", "NYSE", "A", "GAUGE", _ISSUES,
        "All issues: closed-end funds, preferred shares and exchange-traded funds count too; what a "
        "missing session would have added is missing from then on",
    ),
    Measure(
        "T-NET", "Net breadth", _TABLE, "net_breadth", "6.1",
        "(advances - declines) / (advances + declines)", "NYSE", "A", "GAUGE", _ISSUES,
    ),
    Measure(
        "T-DIV", "Bearish divergence", _TABLE, "is_divergence_on", "6.2",
        "last two tops, known five bars late and 10 to 63 apart: S&P 500 not lower, ad_line lower, "
        "close within 3 %; for 42 bars or to a new high that ad_line confirms",
        "Practitioners; methodology 6.2", "C", "MODIFIER", ("spx_close", *_ISSUES),
        "Studies disagree even on the sign; tops of the line have led those of the index by some "
        "287 days, far beyond 42 bars",
    ),
    Measure(
        "T-DIV-Z", "Strength of the divergence", _TABLE, "divergence_strength", "6.2",
        "z of (ad_line at the second top - at the first) / its range of 63 bars",
        "Methodology 6.2", "C", "GAUGE", ("spx_close", *_ISSUES),
    ),
    Measure(
        "T-AD-SMA", "Line below its mean at the high", _TABLE, "is_below_ad_sma", "6.2",
        "ad_line < its 21-session mean with the S&P 500 within 0.8 % of its 63-session high",
        "VixShield, as a second confirmation", "D", "GAUGE", ("spx_close", *_ISSUES),
        "No evidence was found",
    ),
    Measure(
        "T-RSI-VVIX", "RSI of the VVIX", _TABLE, "vvix_rsi_14d", "6.1", "Wilder's RSI, 14 sessions",
        "Wilder 1978", "C", "GAUGE", ("vvix_close",),
    ),
    Measure(
        "T-RSI-VX1", "RSI of the nearest VIX future", _TABLE, "vx1_rsi_14d", "6.1",
        "Wilder's RSI of the sum of changes within one contract", "Wilder 1978", "C", "GAUGE",
        _PROXIES,
        "Rolling down in contango counts as falling: it reads lower than the RSI of a chart that "
        "joins contracts",
    ),
    Measure(
        "T-RSI-VIX3M", "RSI of VIX3M", _TABLE, "vix3m_rsi_14d", "6.1", "Wilder's RSI, 14 sessions",
        "Wilder 1978", "C", "GAUGE", ("vix3m_close",),
    ),
    Measure(
        "T-HOT", "Hot volatility proxies", _TABLE, "is_vol_proxy_hot", "12.4",
        "at least 2 of vvix_rsi_14d, vx1_rsi_14d, vix3m_rsi_14d > 70", "Methodology 12.4, R-03",
        "B", "DRIVER", _PROXIES,
        "After an RSI of the VIX above 70 it fell 17 % on average: it says monetize, not add",
    ),
)  # fmt: skip

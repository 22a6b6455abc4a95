"""The measures of one day by pandas: what a careful script would run each morning.

It reads only the trailing rows that the day needs, uses compiled rolling functions, and computes
each percentile and quantile for the last row alone.
"""

import math

import numpy as np
import pandas as pd

from transforms.cone import HORIZONS
from transforms.standing import BASELINE_MIN, BASELINE_SESSIONS

ROWS_NEEDED = BASELINE_SESSIONS + max(HORIZONS) + 1
_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_YEAR = 252
_WINDOW = 21


def day(index: pd.DataFrame) -> dict[str, float]:
    """MACD, RSI, six estimators, the cone with percentiles and the standings of the last row.

    Args:
        index: core_index_daily up to the day, its last ``ROWS_NEEDED`` rows.
    """
    returns = np.log(index["spx_close"]).diff()
    return {**_averages(index), **_estimators(index, returns), **_cones(returns), **_standings(index, returns)}  # fmt: skip


def _averages(index: pd.DataFrame) -> dict[str, float]:
    vix = index["vix_close"]
    macd = _ema(vix, 12) - _ema(vix, 26)
    signal = _ema(macd, 9)
    return {
        "vix_macd": macd.iloc[-1],
        "vix_macd_hist": (macd - signal).iloc[-1],
        "vix_sma_20d": vix.iloc[-20:].mean(),
        "vix_rsi_14d": _rsi(vix),
        "spx_rsi_14d": _rsi(index["spx_close"]),
    }


def _ema(values: "pd.Series[float]", window: int) -> "pd.Series[float]":
    return values.ewm(span=window, adjust=False).mean()


def _rsi(values: "pd.Series[float]", window: int = 14) -> float:
    change = values.diff().iloc[1:]
    gain = change.clip(lower=0.0).ewm(alpha=1.0 / window, adjust=False).mean().iloc[-1]
    loss = (-change).clip(lower=0.0).ewm(alpha=1.0 / window, adjust=False).mean().iloc[-1]
    return float(100.0 * gain / (gain + loss))


def _estimators(index: pd.DataFrame, returns: "pd.Series[float]") -> dict[str, float]:
    last = index.iloc[-_WINDOW - 1 :]
    open_, high, low, close = (np.log(last[f"spx_{name}"]) for name in ("open", "high", "low", "close"))  # fmt: skip
    spread, move, gap = high - low, close - open_, open_ - close.shift(1)
    garman = 0.5 * spread**2 - (2.0 * math.log(2.0) - 1.0) * move**2
    rogers = (high - close) * (high - open_) + (low - close) * (low - open_)
    weight = 0.34 / (1.34 + (_WINDOW + 1) / (_WINDOW - 1))
    yang = gap.var() + weight * move.iloc[1:].var() + (1.0 - weight) * rogers.iloc[1:].mean()
    variances = {
        "realized_vol_21d": (returns.iloc[-_WINDOW:] ** 2).mean(),
        "realized_vol_cc_21d": returns.iloc[-_WINDOW:].var(),
        "realized_vol_parkinson_21d": (spread.iloc[1:] ** 2).mean() / (4.0 * math.log(2.0)),
        "realized_vol_garman_klass_21d": garman.iloc[1:].mean(),
        "realized_vol_gkyz_21d": (garman + gap**2).iloc[1:].mean(),
        "realized_vol_rogers_satchell_21d": rogers.iloc[1:].mean(),
        "realized_vol_yang_zhang_21d": yang,
    }
    return {name: math.sqrt(_YEAR * value) for name, value in variances.items()}


def _cones(returns: "pd.Series[float]") -> dict[str, float]:
    found = {}
    for horizon in HORIZONS:
        volatility = (returns.rolling(horizon).var() * _YEAR).pow(0.5)
        windows = volatility.iloc[-(BASELINE_SESSIONS - horizon + 1) :]
        count = windows.count()
        factor = 1.0 / (1.0 - horizon / count + (horizon**2 - 1.0) / (3.0 * count**2))
        quantiles = windows.quantile(list(_QUANTILES)) * math.sqrt(factor)
        found[f"cone_p50_{horizon}"] = quantiles.loc[0.5]
        found[f"cone_p95_{horizon}"] = quantiles.loc[0.95]
        found[f"cone_percentile_{horizon}"] = _mid_rank(windows)
    return found


def _standings(index: pd.DataFrame, returns: "pd.Series[float]") -> dict[str, float]:
    vix = index["vix_close"].iloc[-BASELINE_SESSIONS - 1 :]
    realized = ((returns**2).rolling(_WINDOW).mean() * _YEAR).pow(0.5)
    past = vix.iloc[:-1]
    return {
        "vix_percentile": _mid_rank(vix),
        "realized_vol_percentile": _mid_rank(realized.iloc[-BASELINE_SESSIONS - 1 :]),
        "vix_z": (vix.iloc[-1] - past.mean()) / past.std(),
    }


def _mid_rank(values: "pd.Series[float]") -> float:
    """Percentile of the last value among those before it, ties counted half."""
    known = values.dropna()
    if len(known) <= BASELINE_MIN - max(HORIZONS):
        return math.nan
    past, last = known.iloc[:-1].to_numpy(), known.iloc[-1]
    return float(100.0 * ((past < last).sum() + 0.5 * (past == last).sum()) / len(past))

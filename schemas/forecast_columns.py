"""Columns of the volatility forecasts and of the VIX futures curve."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import flag, percentile, text, vol, vol_index

_FLOAT = pl.Float64()

FORECAST_MODELS = ("har", "har_vix", "garch", "gjr", "term_structure")
"""The models by name; the first is the one that is shown."""

VARIANCE_SOURCES = ("garman_klass", "squared_return")
CLUSTER_STATES = ("neither", "cluster_on", "compressing")
PRICED_FROM = ("quotes", "surface", "model", "indicative", "nothing")

_MODEL_DOCS = {
    "har": "HAR-RV",
    "har_vix": "HAR-RV with the VIX",
    "garch": "GARCH(1,1)",
    "gjr": "GJR",
    "term_structure": "the VIX family's forward variance",
}
_BOUND_DOCS = {
    "low_80": "Lower end of the 80 % interval",
    "low_sd": "One standard deviation below the forecast",
    "low_50": "Lower end of the 50 % interval",
    "high_50": "Upper end of the 50 % interval",
    "high_sd": "One standard deviation above the forecast",
    "high_80": "Upper end of the 80 % interval",
}

FORECAST_COLUMNS = (
    text("variance_source", "Measure of the session's variance that HAR reads: garman_klass with "
         "the gap, or squared_return without open, high or low", nullable=True),
    text("forecast_model", "The model that is shown"),
    text("forecast_reason", "Why the shown model has no forecast; null where it has", nullable=True),
    vol("forecast_vol", "Volatility over the horizon by the model shown, annual"),
    vol("forecast_vol_combined", "Volatility by all models, weighted by 1 / QLIKE, annual"),
    *(vol(f"forecast_vol_{name}", f"Volatility over the horizon by {doc}, annual")
      for name, doc in _MODEL_DOCS.items()),
    *(Column(f"forecast_weight_{name}", _FLOAT, Unit.RATIO,
             f"Part of {doc} in the combination, by QLIKE over 500 sessions", ge=0.0, le=1.0)
      for name, doc in _MODEL_DOCS.items()),
    *(vol(f"forecast_{name}", f"{doc} by the model's own errors over ten years, annual", le=6.0)
      for name, doc in _BOUND_DOCS.items()),
    percentile("forecast_cone_percentile", "The forecast among the horizon's windows of ten years"),
    Column("forecast_premium", _FLOAT, Unit.DECIMAL,
           "Implied volatility for the horizon less the forecast, annual: the premium ex ante",
           ge=-3.0, le=3.0),
    Column("forecast_variance_premium", _FLOAT, Unit.PCT2_MONTH,
           "Implied variance for the horizon less the forecast's, in percent squared a month",
           ge=-5_000.0, le=5_000.0),
    text("cluster_state", "cluster_on, compressing or neither; null where a part is unknown",
         nullable=True),
    Column("shock_half_life", _FLOAT, Unit.SESSIONS,
           "Until half of a shock to variance is gone, by GARCH(1,1)", ge=0.0, le=100_000.0),
)  # fmt: skip

CURVE_COLUMNS = (
    vol_index("future", "VIX future at the expiry; priced_from says by what"),
    flag("is_curve_mixed", "Whether the session's curve has values of more than one level; null "
         "without a value"),
)  # fmt: skip

FIT_COLUMNS = (
    text("fit_key", "SHA-256 of a fit's returns and settings"),
    text("arch_version", "Version of the arch package that fitted"),
    text("fit_reason", "Why a fit has no parameters; forecast where it has"),
    Column("garch_omega", _FLOAT, Unit.DECIMAL, "Constant of the variance, a session", ge=0.0),
    Column("garch_alpha", _FLOAT, Unit.RATIO, "Answer of the variance to a shock"),
    Column("garch_gamma", _FLOAT, Unit.RATIO, "More of it to a fall; zero in GARCH(1,1)"),
    Column("garch_beta", _FLOAT, Unit.RATIO, "Memory of the variance"),
)

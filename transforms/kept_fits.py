"""GARCH fits of earlier runs: found by the returns they were made on, so that none is made twice.

A fit is a function of its window and of the package that makes it, and both are in its key. That
one is kept changes how long a table takes to build and nothing in it.
"""

from functools import cache
from importlib.metadata import version

import polars as pl

from pricing.forecast_garch import GarchFit
from pricing.forecast_schedule import ForecastReason
from schemas.ops import OPS_GARCH_FIT

_PARAMETERS = ("omega", "alpha", "gamma", "beta")
_fits: dict[str, GarchFit] = {}


def known_fits() -> dict[str, GarchFit]:
    """What this process has fitted or was given, by ``forecast_garch.window_key``."""
    return dict(_fits)


def remember(fits: dict[str, GarchFit]) -> None:
    """Have these fits found by whoever asks next in this process."""
    _fits.update(fits)


def give(ops_garch_fit: pl.DataFrame) -> None:
    """Remember the rows that the installed version of arch fitted, and nothing else any more."""
    rows = ops_garch_fit.filter(pl.col("arch_version") == _arch_version())
    reasons = [ForecastReason[word.upper()] for word in rows["fit_reason"]]
    columns = [rows[f"garch_{name}"].fill_null(float("nan")) for name in _PARAMETERS]
    fits = (GarchFit(*row) for row in zip(*columns, reasons, strict=True))
    _fits.clear()
    remember(dict(zip(rows["fit_key"], fits, strict=True)))


def kept() -> pl.DataFrame:
    """Everything remembered, as rows of ``ops_garch_fit``; a fit that failed has no parameters."""
    fits = known_fits()
    rows = {
        "fit_key": list(fits),
        "arch_version": [_arch_version()] * len(fits),
        "fit_reason": [fit.reason.name.lower() for fit in fits.values()],
        **{f"garch_{name}": [getattr(fit, name) for fit in fits.values()] for name in _PARAMETERS},
    }
    return pl.DataFrame(rows, schema=OPS_GARCH_FIT.schema).fill_nan(None)


@cache
def _arch_version() -> str:
    return version("arch")

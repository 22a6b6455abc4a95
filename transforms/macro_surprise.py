"""Surprises of monthly releases: what came less what was expected, in standard deviations."""

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import stdev

import numpy as np
import polars as pl

from schemas.core import UNFIT
from schemas.frames import join_one

STATISTICS = {"cpi": "cpi", "core_cpi": "core_cpi", "ppi": "ppi_final_demand"}
"""What a surprise is of, and the series of its index."""

_WINDOW = 60  # releases
_LEAST = 18  # of them: 30 % of the window, as for every standing
_LAGS = 3
_EPOCH = date(1970, 1, 1)
_SPREAD_MIN = 1e-12  # below it a spread is rounding noise

_Found = tuple[float | None, str | None, int | None]


def surprises(core_as_known_daily: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """The newest release's surprise of one index, held until the next release is known.

    ``S = (A - E) / sd_60(A - E)``: A is the month's change of the first print on what was last
    known of the month before; E the consensus that the user's file had by the decision before the
    release, else an AR(3) forecast from the up to 60 first-print changes before. The standard
    deviation is over the up to 60 earlier errors of the same kind of expectation.

    Args:
        core_as_known_daily: the panel; rows that are stale or not believed are not read.
        name: of ``STATISTICS``.

    Returns:
        session, surprise [standard deviations], surprise_type (consensus or statistical) and
        since_release [sessions]; null before 18 earlier errors, where a month is missing, and
        while the index is stale.

    Source:
        Balduzzi, Elton and Green (2001), Journal of Financial and Quantitative Analysis 36;
        methodology 7.2.
    """
    grid = core_as_known_daily.select("session").unique().sort("session")
    fit = core_as_known_daily.filter(~pl.col("freshness").is_in(UNFIT))
    index = fit.filter(pl.col("series_id") == STATISTICS[name]).select(
        "session", "event_date", "value"
    )
    expected = fit.filter(pl.col("series_id") == f"{name}_consensus").select(
        "session", expected="value"
    )
    rows = join_one(join_one(grid, index, on="session"), expected, on="session").sort("session")
    found = pl.Struct(
        {"surprise": pl.Float64(), "surprise_type": pl.String(), "since_release": pl.Int32()}
    )
    judged = pl.struct("event_date", "value", "expected").map_batches(_judged, return_dtype=found)
    return rows.with_columns(judged=judged).select("session", "judged").unnest("judged")


def _judged(rows: pl.Series) -> pl.Series:
    events = rows.struct.field("event_date").to_physical().to_list()
    values = rows.struct.field("value").to_list()
    # What was expected is what stood in the file by the decision before: on the day itself it
    # could have been written down after the release.
    expected = rows.struct.field("expected").shift(1).to_list()
    found = list(_found(zip(events, values, expected, strict=True)))
    schema = {"surprise": pl.Float64(), "surprise_type": pl.String(), "since_release": pl.Int32()}
    return pl.DataFrame(found, schema=schema, orient="row").to_struct(rows.name)


def _found(rows: Iterator[tuple[int | None, float | None, float | None]]) -> Iterator[_Found]:
    record = _Record()
    newest: int | None = None
    value: float | None = None
    since: int | None = None
    held: tuple[float | None, str | None] = (None, None)
    for event, print_, expected in rows:
        since = None if since is None else since + 1
        if event is None or print_ is None:
            yield None, None, None
            continue
        if newest is not None and value is not None and event != newest:
            is_next = _month(event) == _month(newest) + 1
            held = record.judge(print_ / value - 1.0 if is_next else None, expected)
            since = 0
        newest, value = event, print_
        yield *held, since


def _month(day: int) -> int:
    at = _EPOCH + timedelta(days=day)
    return at.year * 12 + at.month


class _Record:
    """The changes released so far, and how far each expectation was off."""

    def __init__(self) -> None:
        self._changes: deque[float | None] = deque(maxlen=_WINDOW + _LAGS)
        self._residuals: deque[float] = deque(maxlen=_WINDOW)
        self._errors: deque[float] = deque(maxlen=_WINDOW)

    def judge(
        self, change: float | None, expected: float | None
    ) -> tuple[float | None, str | None]:
        """The surprise of a release and its kind; the release then counts for later ones."""
        forecast = ar3_forecast(list(self._changes))
        statistical = _scaled(_less(change, forecast), self._residuals)
        consensus = _scaled(_less(change, expected), self._errors)
        self._changes.append(change)
        if consensus is not None:
            return consensus, "consensus"
        return statistical, None if statistical is None else "statistical"


def _less(actual: float | None, expected: float | None) -> float | None:
    return None if actual is None or expected is None else actual - expected


def _scaled(error: float | None, earlier: deque[float]) -> float | None:
    """The error over the standard deviation of the earlier ones, which it then joins."""
    if error is None:
        return None
    spread = stdev(earlier) if len(earlier) >= _LEAST else 0.0
    earlier.append(error)
    return error / spread if spread > _SPREAD_MIN else None


def ar3_forecast(changes: Sequence[float | None]) -> float | None:
    """The next change by an autoregression on the last three, fitted by least squares.

    ``c_t = a + b1 c_{t-1} + b2 c_{t-2} + b3 c_{t-3} + e_t`` over the last 60 months that have all
    four.

    Args:
        changes: monthly changes, oldest first; null where a month is missing [decimal].

    Returns:
        Forecast [decimal]; null with fewer than 18 such months, or where one of the last three is
        missing.
    """
    held = np.array([np.nan if change is None else change for change in changes], dtype=np.float64)
    if held.size < _LAGS + _LEAST:
        return None
    lagged = np.column_stack(
        [np.ones(held.size - _LAGS)] + [held[_LAGS - lag : held.size - lag] for lag in (1, 2, 3)]
    )
    whole = np.isfinite(lagged).all(axis=1) & np.isfinite(held[_LAGS:])
    latest = np.array([1.0, *held[:-4:-1]])
    if whole.sum() < _LEAST or not np.isfinite(latest).all():
        return None
    fitted = np.linalg.lstsq(lagged[whole][-_WINDOW:], held[_LAGS:][whole][-_WINDOW:])[0]
    return float(latest @ fitted)

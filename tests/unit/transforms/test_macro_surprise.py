"""Surprises of releases against an autoregression fitted elsewhere, and against a consensus."""

from datetime import UTC, date, datetime, timedelta
from statistics import stdev

import numpy as np
import polars as pl
import pytest

from transforms.macro_surprise import ar3_forecast, surprises

START = date(2000, 1, 3)
EVERY = 5  # sessions from one release to the next
Panel = list[tuple[date, str, date, float, str]]


def _month(number: int) -> date:
    return date(1999 + number // 12, number % 12 + 1, 1)


def _changes(count: int) -> list[float]:
    random = np.random.default_rng(7)
    found = [0.002, 0.003, 0.001]
    for _ in range(count - 3):
        found.append(0.001 + 0.4 * found[-1] + 0.1 * found[-3] + 0.001 * random.standard_normal())
    return found


def _levels(changes: list[float]) -> list[float]:
    return list(100.0 * np.cumprod([1.0, *(1.0 + change for change in changes)]))


def _panel(levels: list[float], skipped: int | None = None) -> Panel:
    """A release every five sessions; a month may be left out."""
    rows = []
    for number, level in enumerate(levels):
        if number == skipped:
            continue
        for ahead in range(EVERY):
            session = START + timedelta(days=number * EVERY + ahead)
            rows.append((session, "cpi", _month(number), level, "ok"))
    return rows


def _built(panel: Panel) -> pl.DataFrame:
    names = ("session", "series_id", "event_date", "value", "freshness")
    frame = pl.LazyFrame(panel, schema=names, orient="row").with_columns(
        available_at=pl.lit(datetime(2000, 1, 1, tzinfo=UTC))
    )
    return surprises(frame, "cpi").collect(engine="in-memory")


def test_forecast_is_the_regression_of_statsmodels() -> None:
    """The AR(3) forecast is that of ``statsmodels.tsa.ar_model.AutoReg``."""
    models = pytest.importorskip("statsmodels.tsa.ar_model", reason="statsmodels is not installed")
    changes = _changes(50)
    fitted = models.AutoReg(np.array(changes), lags=3).fit()
    assert ar3_forecast(changes) == pytest.approx(fitted.forecast(1)[0], rel=1e-9)


def test_forecast_needs_eighteen_months() -> None:
    """With 20 changes there are 17 months with three before them: no forecast; with 21 there is."""
    assert ar3_forecast(_changes(20)) is None
    assert ar3_forecast(_changes(21)) is not None


def test_forecast_needs_its_lags() -> None:
    """A missing change in the last three leaves no forecast; an older one costs its rows only."""
    changes: list[float | None] = [*_changes(40)]
    assert ar3_forecast([*changes[:-2], None, changes[-1]]) is None
    assert ar3_forecast([*changes[:5], None, *changes[6:]]) is not None


def test_statistical_surprise_of_twin() -> None:
    """Each surprise is the error over the deviation of the errors before, 18 of them at least."""
    changes = _changes(60)
    built = _built(_panel(_levels(changes)))
    errors: list[float] = []
    wanted: list[float | None] = []
    for number, change in enumerate(changes):
        forecast = ar3_forecast(changes[max(0, number - 63) : number])
        error = None if forecast is None else change - forecast
        enough = error is not None and len(errors) >= 18
        wanted.append(error / stdev(errors) if error is not None and enough else None)
        if error is not None:
            errors.append(error)
    found = built["surprise"].to_list()[EVERY::EVERY]
    assert found == [pytest.approx(one, rel=1e-6) if one is not None else None for one in wanted]
    assert sum(one is not None for one in wanted) == 60 - 21 - 18
    assert set(built["surprise_type"].drop_nulls()) == {"statistical"}


def test_surprise_is_held_and_aged() -> None:
    """A surprise stands until the next release, and its age counts sessions from 0."""
    built = _built(_panel(_levels(_changes(60)))).tail(2 * EVERY)
    assert built["surprise"].n_unique() == 2
    assert built["since_release"].to_list() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]


def test_consensus_of_the_day_before() -> None:
    """With 18 consensus errors the consensus counts; one noted on the day of the release does not."""
    changes = _changes(40)
    panel = _panel(_levels(changes))
    errors = [0.001 if number % 2 else -0.001 for number in range(len(changes))]
    for number, (change, error) in enumerate(zip(changes, errors, strict=True)):
        eve = START + timedelta(days=(number + 1) * EVERY - 1)
        for day, expected in ((eve, change - error), (eve + timedelta(days=1), change)):
            panel.append((day, "cpi_consensus", day, expected, "ok"))
    built = _built(panel)
    last = built.row(-1, named=True)
    assert last["surprise_type"] == "consensus"
    assert last["surprise"] == pytest.approx(0.001 / stdev(errors[:-1]), rel=1e-9)


def test_missing_month_is_unknown() -> None:
    """After a month that never came, the change over two months is no month's change."""
    built = _built(_panel(_levels(_changes(60)), skipped=50))
    day = START + timedelta(days=51 * EVERY)
    assert built.filter(pl.col("session") == day)["surprise"].to_list() == [None]
    before = built.filter(pl.col("session") == day - timedelta(days=EVERY + 1))
    assert before["surprise"].to_list() != [None]


def test_unfit_index_is_unknown() -> None:
    """While the index is stale there is no surprise, not the last one."""
    panel = _panel(_levels(_changes(60)))
    stale = [(*row[:4], "fail") for row in panel[-2:]]
    built = _built([*panel[:-2], *stale, (panel[-1][0], "ppi", START, 1.0, "ok")])
    assert built["surprise"].to_list()[-1] is None

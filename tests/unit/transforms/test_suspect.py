"""Which values are not believed: slips, repeats, swaps, spikes, shifts, and what must pass."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from math import log
from typing import Any

import polars as pl
import pytest

from schemas.core import SUSPICIONS
from schemas.frames import compare
from schemas.series import SERIES, series
from transforms import suspect
from transforms.suspect_across import crossed, shifted, swapped, zigzag
from transforms.suspect_limits import limits_of

Evaluate = Callable[[pl.Expr, Sequence[float | None]], list[Any]]
X = pl.col("x")
MONDAY = date(2018, 1, 1)
DAYS = [MONDAY + timedelta(days=n) for n in range(120)]


def _slip(series_id: str) -> pl.Expr:
    limits = limits_of(series(series_id))
    parts = (limits.near, limits.far, limits.step, limits.floor)
    return suspect.slip(X, *(pl.lit(part, dtype=pl.Float64) for part in parts))


def _panel(values: dict[str, list[float | None]]) -> pl.DataFrame:
    """A panel in which each session has a new event of each series; null is no row."""
    rows = [
        (day, datetime(day.year, day.month, day.day, 23, tzinfo=UTC), name, day, value, "ok")
        for name, known in values.items()
        for day, value in zip(DAYS, known, strict=False)
        if value is not None
    ]
    schema = ["session", "decision_at", "series_id", "event_date", "value", "freshness"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _suspicions(values: dict[str, list[float | None]]) -> dict[str, dict[int, str]]:
    """Per series the sessions that are suspect, by number, and why."""
    found = suspect.suspected(_panel(values).lazy(), None).collect(engine="in-memory")
    doubted = found.filter(pl.col("suspicion").is_not_null())
    reasons: dict[str, dict[int, str]] = {name: {} for name in values}
    for name, day, why in doubted.select("series_id", "session", "suspicion").iter_rows():
        reasons[name][(day - MONDAY).days] = why
    return reasons


def _calm(count: int = 60) -> dict[str, list[float | None]]:
    """A calm market: levels that move a little each session, the family together."""
    moves = [0.01 * ((7 * n) % 11 - 5) / 5 for n in range(count)]
    return {
        "spx_close": [2_700.0 * (1 - move / 4) for move in moves],
        "vix_close": [13.0 * (1 + 2 * move) for move in moves],
        "vix9d_close": [11.0 * (1 + 3 * move) for move in moves],
        "vix3m_close": [15.5 * (1 + move) for move in moves],
        "vix6m_close": [17.5 * (1 + 0.7 * move) for move in moves],
    }


@pytest.mark.parametrize(("series_id", "usual"), [
    ("spx_close", 2_700.0), ("vix_close", 13.0), ("treasury_10y", 0.0245), ("rf_30d", 0.0042),
    ("erp_damodaran_published", 0.0508), ("baa_yield", 0.043), ("vix1y_close", 18.0),
])  # fmt: skip
@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_a_unit_slip_is_caught(
    evaluated: Evaluate, series_id: str, usual: float, factor: float
) -> None:
    """A hundredfold or a hundredth of the usual level is caught, and so is one that stays (S1)."""
    right = [usual * (1 + 0.001 * (n % 5)) for n in range(30)]
    caught = evaluated(_slip(series_id), [*right, usual * factor, usual * factor, usual])

    assert not any(caught[3:30])
    assert caught[30:32] == [True, True]
    assert not caught[32]


def test_a_rate_near_zero_is_no_slip(evaluated: Evaluate) -> None:
    """Bills of September 2008 fell from 1.58 % to 0.03 % in days, and of 2021 stood at 0.01 %."""
    fell = [0.0172, 0.0170, 0.0165, 0.0158, 0.0149, 0.0102, 0.0084, 0.0003, 0.0023]  # DGS3MO
    low = [0.0003, 0.0002, 0.0001, 0.0, 0.0001, 0.0005]

    assert not any(evaluated(_slip("treasury_3m"), fell)[3:])
    assert not any(evaluated(_slip("rf_30d"), low)[3:])


def test_october_1987_passes(evaluated: Evaluate) -> None:
    """The S&P 500 of October 1987, 314.52 to 224.84 in four sessions, is believed (Cboe's file)."""
    closes = [314.16, 311.07, 318.54, 314.52, 314.52, 305.23, 298.08, 282.70, 224.84, 236.83]

    assert not any(evaluated(_slip("spx_close"), closes)[3:])


def test_a_repeat_is_counted_per_series() -> None:
    """A third close in a row that is the same is believed of the VIX, not of the S&P 500 (S2)."""
    market = _calm()
    for name in ("spx_close", "vix_close"):
        market[name][30:34] = [market[name][30]] * 4

    assert _suspicions({"spx_close": market["spx_close"]})["spx_close"] == {
        32: "repeats", 33: "repeats",
    }  # fmt: skip
    assert _suspicions({"vix_close": market["vix_close"]})["vix_close"] == {33: "repeats"}


def test_a_close_cannot_stand_still_alone() -> None:
    """Yesterday's S&P 500 again, on a day on which the VIX rose by a tenth, is not believed."""
    market = _calm()
    market["spx_close"][40] = market["spx_close"][39]
    market["vix_close"][40] = (market["vix_close"][39] or 0.0) * 1.1

    assert _suspicions(market)["spx_close"] == {40: "repeats"}


def test_a_calm_market_is_believed() -> None:
    """Nothing of an ordinary market is suspect."""
    assert not any(_suspicions(_calm()).values())


def test_february_2018_passes() -> None:
    """S3: VIX 17.31 to 37.32 on 2018-02-05, index down and curve along, is believed."""
    market: dict[str, list[float | None]] = {  # 2018-01-25 to 2018-02-07, Cboe and its mirror
        "spx_close": [2839.25, 2872.87, 2853.53, 2822.43, 2823.81, 2821.98, 2762.13, 2648.94, 2695.14,
                      2681.66],
        "vix_close": [11.58, 11.08, 13.84, 14.79, 13.54, 13.47, 17.31, 37.32, 29.98, 27.73],
        "vix9d_close": [11.64, 10.46, 14.91, 16.2, 13.86, 13.86, 18.86, 59.34, 39.46, 32.86],
        "vix3m_close": [13.68, 13.46, 14.99, 15.83, 14.9, 14.72, 17.03, 28.13, 23.75, 23.03],
        "vix6m_close": [15.39, 15.11, 16.14, 16.78, 16.06, 15.9, 17.49, 24.55, 21.54, 21.76],
    }  # fmt: skip

    assert not any(_suspicions(market).values())


def test_a_spike_that_nothing_confirms_is_caught() -> None:
    """VIX half as high again with index and curve unmoved is a spike, and only the VIX is (S3)."""
    market = _calm()
    market["vix_close"][40] = (market["vix_close"][40] or 0.0) * 1.6

    assert _suspicions(market) == {
        "spx_close": {}, "vix_close": {40: "spike"}, "vix9d_close": {}, "vix3m_close": {},
        "vix6m_close": {},
    }  # fmt: skip


def test_swapped_columns_are_caught_as_long_as_they_stay() -> None:
    """VIX and VIX3M exchanged for five sessions are both suspect on each of them (F3, S5)."""
    market = _calm()
    swap = slice(40, 45)
    market["vix_close"][swap], market["vix3m_close"][swap] = (
        market["vix3m_close"][swap], market["vix_close"][swap],
    )  # fmt: skip
    found = _suspicions(market)

    assert found["vix_close"] == dict.fromkeys(range(40, 45), "identity")
    assert found["vix3m_close"] == found["vix_close"]
    assert found["spx_close"] == {}


def test_stale_values_keep_their_word() -> None:
    """What is too old already is judged by its age alone: freshness fail, and no suspicion."""
    panel = _panel({"vix_close": [13.0] * 10}).with_columns(freshness=pl.lit("fail"))
    found = suspect.suspected(panel.lazy(), None).collect(engine="in-memory")

    assert found["suspicion"].null_count() == found.height
    assert set(found["freshness"]) == {"fail"}


def test_swapped_needs_two_witnesses(evaluated: Evaluate) -> None:
    """A move apart counts against both sessions before: the return to normal is no swap."""
    pair = swapped(X, 20.0 - X, 1.0)

    moved = evaluated(pair, [5.0, 5.0, 8.0, 5.0, 5.0])

    assert moved[2]
    assert not any(moved[3:])


def test_zigzag_is_the_smaller_kink() -> None:
    """A straight curve and one that bends one way have no zigzag; a swap has its smaller kink."""
    logs = [[log(value) for value in (11, 13, 15.5, 17.5)], [log(v) for v in (11, 15.5, 13, 17.5)]]
    frame = pl.LazyFrame(logs, schema=list("abcd"), orient="row")
    kinks = frame.select(z=zigzag(tuple(pl.col(name) for name in "abcd"))).collect(
        engine="in-memory"
    )["z"]

    assert kinks[0] is None or kinks[0] < 0.03
    assert kinks[1] == pytest.approx(log(17.5 * 15.5) / 2 - log(13), abs=1e-12)


def test_a_vix_a_day_late_is_caught() -> None:
    """A VIX that answers the index a session late is told from one that answers at once."""
    moves = [((37 * n) % 23 - 11) / 500 for n in range(60)]
    spx, vix = [0.0], [3.0]
    for move in moves:
        spx.append(spx[-1] + move)
        vix.append(vix[-1] - 5 * move)
    frame = pl.LazyFrame({"spx": spx[1:], "vix": vix[1:], "late": vix[:-1]})
    found = frame.select(
        right=compare(shifted(pl.col("vix"), pl.col("spx")), ">", 0.15).last(),
        wrong=compare(shifted(pl.col("late"), pl.col("spx")), ">", 0.15).last(),
    ).collect(engine="in-memory")

    assert found.row(0) == (False, True)


def _told(values: list[tuple[str, int, float, int]]) -> dict[str, list[Any]]:
    """Comparisons of the VIX told by publishers: (publisher, event, value, day known)."""
    rows = [
        ("vix_close", who, DAYS[event], value,
         datetime(2018, 1, 1, 12, tzinfo=UTC) + timedelta(days=known))
        for who, event, value, known in values
    ]  # fmt: skip
    schema = ["series_id", "publisher", "event_date", "value", "available_at"]
    told = suspect.publishers_apart(pl.LazyFrame(rows, schema=schema, orient="row"), "live")
    assert told is not None
    return told.collect(engine="in-memory").to_dict(as_series=False)


def test_publishers_apart_once_and_twice() -> None:
    """Two publishers are compared once both have told an event; two in a row apart are a fault (N16)."""
    found = _told([
        ("Cboe", 0, 15.0, 0), ("FRED", 0, 15.0, 1), ("Cboe", 1, 16.0, 1), ("FRED", 1, 15.0, 2),
        ("Cboe", 2, 17.0, 2), ("FRED", 2, 16.0, 3), ("Cboe", 3, 18.0, 3),
    ])  # fmt: skip

    assert found["compared_date"] == DAYS[:3]
    assert found["is_apart"] == [False, True, True]
    assert found["is_apart_twice"] == [None, False, True] or found["is_apart_twice"][1:] == [
        False, True,
    ]  # fmt: skip


def test_one_publisher_is_compared_with_none() -> None:
    """Offline sources have one publisher of each series, so nothing is compared."""
    raw = pl.LazyFrame(schema={"series_id": pl.String})

    assert suspect.publishers_apart(raw, "simulated") is None


def test_cross_check_needs_no_series_at_all() -> None:
    """A panel without any of the cross-checked series has no suspicion."""
    panel = _panel({"baa_yield": [0.05] * 5}).lazy()

    assert crossed(panel).collect(engine="in-memory").height == 0


def test_every_limit_can_be_met() -> None:
    """No limit is negative, and a floor is below the step it stands under."""
    for entry in SERIES:
        limits = limits_of(entry)
        given = [limit for limit in (limits.near, limits.far, limits.step) if limit is not None]
        assert all(limit > 0 for limit in given), entry.id
        assert limits.step is None or limits.floor < limits.step, entry.id
    assert len(set(SUSPICIONS)) == len(SUSPICIONS)

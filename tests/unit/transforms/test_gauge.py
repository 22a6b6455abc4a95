"""The gauges, by hand."""

from datetime import UTC, date, datetime, timedelta
from math import log, sqrt
from statistics import mean, stdev

import polars as pl
import pytest

from schemas.core import CORE_AS_KNOWN_DAILY, CORE_GAUGE_DAILY
from schemas.gauge_tables import MART_GAUGE_DAILY
from transforms.gauge import gauge_daily, is_spike, year_z

Panel = list[tuple[date, str, date, float, str]]


def _weekdays(count: int) -> list[date]:
    days = (date(2020, 1, 1) + timedelta(days=number) for number in range(2 * count))
    return [day for day in days if day.weekday() < 5][:count]


def _built(count: int, panel: Panel, **wide: list[float | None]) -> pl.DataFrame:
    days = _weekdays(count)
    known = datetime(2020, 1, 1, tzinfo=UTC)
    grid = [(day, "spx_close", day, 1.0, "ok") for day in days]
    rows = [
        (session, name, "any", event, value, known, 0, freshness, None, "0" * 64)
        for session, name, event, value, freshness in [*grid, *panel]
    ]
    schema = dict(CORE_GAUGE_DAILY.schema)
    held = {name: [None] * count for name in schema} | {"session": days} | wide
    built = gauge_daily(
        pl.LazyFrame(rows, schema=CORE_AS_KNOWN_DAILY.schema, orient="row"),
        pl.LazyFrame(held, schema=schema),
    )
    return MART_GAUGE_DAILY.conform(built).collect(engine="in-memory")


def _daily(name: str, values: list[float]) -> Panel:
    days = _weekdays(len(values))
    return [(day, name, day, value, "ok") for day, value in zip(days, values, strict=True)]


def test_payments_are_mean_times_blocks() -> None:
    """0.05 ether over 7,000 blocks is 350 ether."""
    built = _built(1, [], mev_payment_mean=[0.05], mev_block_count=[7_000.0])
    assert built["mev_payments"].to_list() == [pytest.approx(350.0)]


def test_spike_is_three_medians() -> None:
    """Three times the median of the 21 sessions before; the day itself is not among them."""
    values = [10.0] * 21 + [30.0, 29.9]
    frame = pl.LazyFrame({"x": values}).select(y=is_spike(pl.col("x")))
    found = frame.collect(engine="in-memory")["y"].to_list()
    assert found == [None] * 7 + [False] * 14 + [True, False]


def test_year_z_of_hand() -> None:
    """Against the values that ended the session before, 76 at least."""
    values = [float(day * day % 19) for day in range(80)]
    frame = pl.LazyFrame({"x": values}).select(y=year_z(pl.col("x")))
    found = frame.collect(engine="in-memory")["y"].to_list()
    assert found[:76] == [None] * 76
    assert found[79] == pytest.approx((values[79] - mean(values[:79])) / stdev(values[:79]))


def test_week_of_known_days() -> None:
    """Seven times the mean of the sessions' days within seven days; with two of them nothing."""
    built = _built(8, _daily("dex_volume", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]))
    week = built["dex_volume_7d"].to_list()
    # 2020-01-01 was a Wednesday: the third session is Friday, the sixth the next Wednesday.
    assert week[:3] == [None, None, pytest.approx(14.0)]
    assert week[5] == pytest.approx(7 * mean([2.0, 3.0, 4.0, 5.0, 6.0]))


def test_held_day_counts_once() -> None:
    """A day that stands for two sessions is one day of the week."""
    days = _weekdays(4)
    events = [days[0], days[1], days[2], days[2]]
    panel = [(day, "dex_volume", event, value, "ok")
             for day, event, value in zip(days, events, [1.0, 2.0, 3.0, 3.0], strict=True)]  # fmt: skip
    assert _built(4, panel)["dex_volume_7d"].to_list()[2:] == [pytest.approx(14.0)] * 2


def test_pool_losses_of_hand() -> None:
    """Doubling in 21 sessions loses 5.72 %; the yearly loss is an eighth of the yearly variance."""
    prices = [100.0 * 2 ** (day / 21) for day in range(22)]
    last = _built(22, _daily("eth_close", prices)).row(-1, named=True)
    assert last["impermanent_loss_21d"] == pytest.approx(2 * sqrt(2) / 3 - 1)
    days = _weekdays(22)
    variance = 21 * (log(2) / 21) ** 2 / (days[-1] - days[0]).days
    assert last["lvr_year"] == pytest.approx(365 * variance / 8)


def test_quarters_before() -> None:
    """The newest day against the last days of the quarters before, four at least."""
    panel: Panel = []
    days = _weekdays(60)
    ends = [date(2018, 3, 30), date(2018, 6, 29), date(2018, 9, 28), date(2018, 12, 31),
            date(2019, 3, 29), date(2019, 4, 30)]  # fmt: skip
    values = [20.0, 22.0, 21.0, 25.0, 30.0, 28.0]
    for number, (event, value) in enumerate(zip(ends, values, strict=True)):
        panel += [(day, "midas_cancel_to_trade", event, value, "ok")
                  for day in days[10 * number : 10 * number + 10]]  # fmt: skip
    found = _built(60, panel)["cancel_to_trade_z"].to_list()[::10]
    assert found[:4] == [None] * 4
    assert found[4] == pytest.approx((30 - mean(values[:4])) / stdev(values[:4]))
    assert found[5] == pytest.approx((28 - mean(values[:5])) / stdev(values[:5]))


def test_offerings_of_three_months() -> None:
    """A session that names no new day had no offering; a gap makes the sum unknown."""
    days = _weekdays(140)
    panel: Panel = [(day, "ipo_priced_count", days[number - number % 2], 3.0, "ok")
                    for number, day in enumerate(days)]  # fmt: skip
    built = _built(140, panel)["ipo_count_63d"].to_list()
    assert built[61:64] == [None, 32 * 3.0, 31 * 3.0]
    panel[70] = (*panel[70][:4], "fail")
    broken = _built(140, panel)["ipo_count_63d"].to_list()
    assert broken[69] is not None
    assert broken[70:133] == [None] * 63


def test_extreme_is_three_valued() -> None:
    """A spike suffices; without one the gauges that are unknown leave it unknown."""
    blocks: list[float | None] = [7_000.0] * 22
    means: list[float | None] = [0.05] * 21 + [0.2]
    built = _built(22, [], mev_payment_mean=means, mev_block_count=blocks)
    assert built["is_gauge_extreme"].to_list()[-2:] == [None, True]

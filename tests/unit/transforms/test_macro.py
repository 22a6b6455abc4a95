"""Shifts, the rate differential, the exchange rate against it, and what is a macro shift."""

from datetime import UTC, date, datetime, timedelta
from statistics import stdev

import polars as pl
import pytest

from schemas.core import CORE_AS_KNOWN_DAILY, CORE_EVENT_DAILY, CORE_MACRO_DAILY, CORE_RATE_DAILY
from schemas.event_tables import MART_GDP_REVISION_DAILY, MART_MACRO_DAILY
from schemas.model import Table
from transforms.macro import macro_daily, shift_score, weighted_rate

DAYS = [date(2020, 1, 1) + timedelta(days=number) for number in range(1_000)]
Values = dict[str, list[float | None]]


def _wide(table: Table, values: Values, count: int) -> pl.LazyFrame:
    schema = dict(table.schema)
    held = {name: [None] * count for name in schema} | values | {"session": DAYS[:count]}
    return pl.LazyFrame(held, schema=schema)


def _panel(rows: list[tuple[int, str, date, float]], count: int) -> pl.LazyFrame:
    """The panel with rows of session number, series, event date and value; and a grid."""
    grid = [(number, "spx_close", DAYS[number], 1.0) for number in range(count)]
    known = datetime(2020, 1, 1, tzinfo=UTC)
    full = [
        (DAYS[number], name, "any", event, value, known, 0, "ok", None, "0" * 64)
        for number, name, event, value in [*grid, *rows]
    ]
    return pl.LazyFrame(full, schema=CORE_AS_KNOWN_DAILY.schema, orient="row")


def _built(
    count: int,
    *,
    panel: list[tuple[int, str, date, float]] | None = None,
    rates: Values | None = None,
    macro: Values | None = None,
    events: Values | None = None,
    revisions: Values | None = None,
) -> pl.DataFrame:
    built = macro_daily(
        _panel(panel or [], count),
        _wide(CORE_RATE_DAILY, rates or {}, count),
        _wide(CORE_MACRO_DAILY, macro or {}, count),
        _wide(CORE_EVENT_DAILY, events or {}, count),
        _wide(MART_GDP_REVISION_DAILY, revisions or {}, count),
    )
    return MART_MACRO_DAILY.conform(built).collect(engine="in-memory")


def test_shift_score_of_hand() -> None:
    """The last change over the deviation of those that ended before it, 76 at least."""
    x = [0.01 * ((7 * day) % 11) for day in range(90)]
    changes = [later - earlier for earlier, later in zip(x, x[5:], strict=False)]
    frame = pl.LazyFrame({"x": x}).select(y=shift_score(pl.col("x")))
    found = frame.collect(engine="in-memory")["y"].to_list()
    assert found[:81] == [None] * 81
    assert found[89] == pytest.approx(changes[84] / stdev(changes[:84]), rel=1e-9)


def test_constant_has_no_shift() -> None:
    """A rate that never moved has no scale to measure a shift by."""
    frame = pl.LazyFrame({"x": [0.02] * 120}).select(y=shift_score(pl.col("x")))
    assert frame.collect(engine="in-memory")["y"].null_count() == 120


def test_weights_are_renormalized() -> None:
    """.5, .3, .2 over those known: without Japan .5 and .2 of .7; without any, nothing."""
    frame = pl.LazyFrame(
        {"a": [0.02, 0.02, None], "b": [0.01, None, None], "c": [0.03, 0.03, None]},
        schema={name: pl.Float64() for name in "abc"},
    )
    found = frame.select(y=weighted_rate(("a", "b", "c"))).collect(engine="in-memory")
    assert found["y"].to_list() == [
        pytest.approx(0.019), pytest.approx((0.5 * 0.02 + 0.2 * 0.03) / 0.7), None,
    ]  # fmt: skip


def test_differential_falls_back() -> None:
    """Two-year yields where one is known, else three-month rates, and the page can tell which."""
    built = _built(3, rates={
        "treasury_2y": [0.04, 0.04, None],
        "euro_2y": [0.02, None, 0.02],
        "interbank_3m_us": [0.05, 0.05, None],
        "interbank_3m_ea": [0.03, 0.03, 0.03],
        "interbank_3m_jp": [0.01, 0.01, 0.01],
    })  # fmt: skip
    assert built["rate_differential"].to_list() == [
        pytest.approx(0.02), pytest.approx(0.05 - (0.015 + 0.003) / 0.8), None,
    ]  # fmt: skip
    assert built["rate_differential_basis"].to_list() == ["2y ea", "3m ea jp", None]


def test_change_across_bases_is_unknown() -> None:
    """A differential of other rates than 21 sessions before has no change, so no standing."""
    count, turn = 1_000, 950
    wave = [0.01 + 0.001 * (day * day % 17) for day in range(count)]
    built = _built(count, rates={
        "treasury_2y": wave, "euro_2y": [0.0] * count,
        "japan_2y": [None if day < turn else 0.0 for day in range(count)],
    })  # fmt: skip
    known = built["rate_differential_z"].is_not_null().to_list()
    assert known[turn - 1]
    assert not any(known[turn : turn + 21])
    assert known[turn + 21]


def test_fomc_surprise_belongs_to_its_day() -> None:
    """The yield's change on the decision's date, known a session later here, held until the next."""
    yields = [0.020, 0.021, 0.0235, 0.023, 0.023, 0.022]
    panel = [(day + 1, "treasury_2y", DAYS[day], value) for day, value in enumerate(yields)]
    since = [None, None, 0, 1, 2, 0, 1]
    built = _built(7, panel=panel, events={"sessions_since_fomc": since})
    found = built["fomc_surprise"].to_list()
    assert found[:3] == [None] * 3
    assert found[3:6] == [pytest.approx(0.0025)] * 3
    assert found[6] == pytest.approx(-0.001)
    assert built["fomc_minutes_surprise"].null_count() == 7


def test_late_yield_leaves_the_surprise() -> None:
    """Where the decision's yield is still the newest a session later, its change stays what it was."""
    panel = [(0, "treasury_2y", DAYS[0], 0.020), (1, "treasury_2y", DAYS[1], 0.022),
             (2, "treasury_2y", DAYS[1], 0.022)]  # fmt: skip
    built = _built(3, panel=panel, events={"sessions_since_fomc": [9, 0, 1]})
    assert built["fomc_surprise"].to_list() == [None, pytest.approx(0.002), pytest.approx(0.002)]


def test_unknown_yield_is_no_old_surprise() -> None:
    """A decision on whose eve the yield is missing has no surprise, and ends the last one's."""
    dates = [0, 1, 2, 4, 5]  # no yield of the fourth session
    panel = [(day, "treasury_2y", DAYS[day], 0.02 + day / 1e3) for day in dates]
    built = _built(6, panel=panel, events={"sessions_since_fomc": [1, 0, 1, 2, 0, 1]})
    assert built["fomc_surprise"].to_list() == [None, pytest.approx(0.001), pytest.approx(0.001), None, None, None]  # fmt: skip


def test_exchange_rate_on_the_month_three_before() -> None:
    """ln(now / three months before), by the newest value known of each month."""
    months = [(0, date(2019, 10, 1), 100.0), (1, date(2019, 11, 1), 101.0),
              (2, date(2019, 12, 1), 102.0), (3, date(2020, 1, 1), 105.0),
              (4, date(2020, 3, 1), 107.0)]  # fmt: skip
    panel = [(number, "reer_broad", month, value) for number, month, value in months]
    built = _built(5, panel=panel)
    assert built["reer_change_3m"].to_list() == [
        None, None, None, pytest.approx(0.04879016), pytest.approx(0.04785602),
    ]  # ln 1.05, ln(107/102)  # fmt: skip


OLD_RELEASES = [
    (day, name, date(2020, 1 if day < 50 else 2, 1), 100.0)
    for name in ("cpi", "core_cpi", "ppi_final_demand")
    for day in range(100)
]


def _shift(
    revisions: Values,
    rate: float | None,
    dollar: float | None,
    panel: list[tuple[int, str, date, float]] | None = None,
) -> list[bool | None]:
    """The flag on the last of 100 sessions whose last five-session changes are as large as given."""

    def path(jump: float | None) -> list[float | None]:
        held: list[float | None] = [100.0 + 0.1 * (day * day % 7) for day in range(100)]
        held[-1] = None if jump is None else 100.0 + jump
        return held

    count = 100
    yields = [None if value is None else value / 5_000 for value in path(rate)]
    revised = {name: [None] * (count - len(values)) + values for name, values in revisions.items()}
    built = _built(count, panel=panel, rates={"treasury_2y": yields}, macro={"dollar_broad": path(dollar)},
                   revisions=revised)  # fmt: skip
    return built["is_macro_shift"].to_list()[-1:]


def test_shift_of_one_is_enough() -> None:
    """A large shift of the dollar holds whatever is unknown; without one the unknown prices leave it."""
    assert _shift({}, None, 9.0) == [True]
    assert _shift({}, 0.3, 0.3) == [None]


def test_large_revision_counts_while_fresh() -> None:
    """A large revision is a shift on its session and the next, not later."""
    fresh = {
        "gdp_estimate": [3],
        "sessions_since_gdp_estimate": [1],
        "is_gdp_revision_large": [True],
    }
    assert _shift(fresh, 0.3, 0.3) == [True]
    assert _shift(fresh | {"sessions_since_gdp_estimate": [2]}, 0.3, 0.3) == [None]


def test_nothing_large_is_no_shift() -> None:
    """With small shifts, releases of long ago and a first estimate of GDP there is no shift."""
    first = {"gdp_estimate": [1], "sessions_since_gdp_estimate": [0]}
    assert _shift(first, 0.3, 0.3, OLD_RELEASES) == [False]
    assert _shift(first, 0.3, None, OLD_RELEASES) == [None]
    assert _shift({}, 0.3, 0.3, OLD_RELEASES) == [None]

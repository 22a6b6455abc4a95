"""What-if and flips keep their word: nothing asked changes nothing, and a flip flips where it says."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from policy.asked import Change, asked, places, typed
from policy.decide import decision_step
from policy.flip_search import Flip, Line, Search, lines, recommendation
from policy.model import load
from policy.whatif import INPUTS, Judge, Morning, decided_at, walked_at
from schemas.offer_tables import MART_BOOK_OFFER_DAILY

Frames = dict[str, pl.DataFrame]

SESSIONS = 150
POLICY = load("promoter")
START = date(2022, 1, 1)
# Sessions looked at: late enough that typical moves are known, one with a missing input.
LOOKED_AT = (75, 112, 120)
UNKNOWN_AT = 120


def _compute(*plans: pl.LazyFrame) -> list[pl.DataFrame]:
    return pl.collect_all(plans, engine="in-memory")


JUDGE = Judge(POLICY, POLICY.book_terms, _compute)


def _wander(random: np.random.Generator, mean: float, shock: float, keep: float) -> np.ndarray:
    values = np.full(SESSIONS, mean)
    for t in range(1, SESSIONS):
        values[t] = mean + keep * (values[t - 1] - mean) + random.normal(0, shock)
    return values


def _day(t: int) -> date:
    return START + timedelta(days=t)


@pytest.fixture(scope="module")
def market() -> Frames:
    """A market that changes cells often, so that there is something to flip."""
    random = np.random.default_rng(20180205)
    vix = np.exp(_wander(random, 3.0, 0.08, 0.9))
    volatility = np.exp(_wander(random, -1.75, 0.08, 0.93))
    columns: dict[str, np.ndarray | list[int] | list[bool]] = {
        "vol_gap_z": _wander(random, 0.6, 0.5, 0.9),
        "realized_vol_21d": volatility,
        "vix_close": vix,
        "spx_close": 5000 * np.exp(_wander(random, 0.0, 0.01, 0.99)),
        "vol_spread": vix - 100 * volatility,
        "term_ratio_3m": _wander(random, 1.05, 0.04, 0.9),
        "sessions_since_macd_up": list(random.integers(0, 20, SESSIONS)),
        "sessions_since_macd_down": list(random.integers(0, 20, SESSIONS)),
        "vix_rsi_14d": np.clip(_wander(random, 55, 6, 0.9), 0, 100),
        "erp_svix30": (vix / 100) ** 2,
        "erp_fcfe_marked": _wander(random, 0.06, 0.002, 0.97),
        "treasury_10y": _wander(random, 0.04, 0.0005, 0.99),
        "erp_damodaran_published": np.full(SESSIONS, 0.06),
        "sessions_to_fomc": [(7 - t) % 30 for t in range(SESSIONS)],
        "sessions_to_cpi": [(11 - t) % 21 for t in range(SESSIONS)],
        "is_inner_band_inside": [t % 7 != 0 for t in range(SESSIONS)],
        "is_outer_band_outside": [t % 11 != 0 for t in range(SESSIONS)],
        "vix_sma_20d": np.convolve(np.pad(vix, (19, 0), mode="edge"), np.full(20, 0.05), "valid"),
        "cm_slope_30d": _wander(random, 0.05, 0.03, 0.9),
        "sessions_inverted": [t % 6 for t in range(SESSIONS)],
        "sessions_since_fomc": [(t - 7) % 30 for t in range(SESSIONS)],
        "is_steepening": [t % 5 == 0 for t in range(SESSIONS)],
        "is_divergence_on": [t % 9 < 3 for t in range(SESSIONS)],
        "is_vol_proxy_hot": [t % 13 < 4 for t in range(SESSIONS)],
        "is_false_binary": [t % 17 == 0 for t in range(SESSIONS)],
        "is_hedge_undersized": [t % 19 == 0 for t in range(SESSIONS)],
        "is_macro_shift": [False] * SESSIONS,
    }
    days = [_day(t) for t in range(SESSIONS)]
    frames = {}
    for table in INPUTS[:-1]:
        read = {
            column.name: pl.Series(columns[column.name], dtype=column.dtype, strict=False)
            if column.name in columns
            else pl.Series([None] * SESSIONS, dtype=column.dtype)
            for column in table.columns
            if column.name != "session"
        }
        frames[table.name] = pl.DataFrame({"session": days, **read})
    unknown = pl.when(pl.col("session") != _day(UNKNOWN_AT)).then("vol_spread")
    state = frames["mart_vol_state_daily"].with_columns(unknown.alias("vol_spread"))
    return {**frames, "mart_vol_state_daily": state, MART_BOOK_OFFER_DAILY.name: _offers(days)}


def _offers(days: list[date]) -> pl.DataFrame:
    """One contract of each layer at each close, cheap enough that most adds pass."""
    one = {
        "IC": {"theta": 40.0, "delta": -20.0, "vega": -200.0, "loss": 8_500.0},
        "L1": {"theta": -3.0, "carry": 800.0, "debit": 900.0, "stress": 900.0},
        "L2": {"theta": -2.0, "carry": 400.0, "debit": 2_000.0, "stress": 300.0},
        "L3": {"theta": -2.0, "carry": 300.0, "debit": 2_000.0, "stress": 500.0},
    }
    rows = [
        {"session": day, "book_layer": layer}
        | {
            "offer_carry_usd_year" if name == "carry" else f"offer_{name}_usd": value
            for name, value in ({"delta": -5.0, "vega": 5.0} | offer).items()
        }
        for day in days
        for layer, offer in one.items()
    ]
    return pl.DataFrame(rows, schema=MART_BOOK_OFFER_DAILY.schema)


def _tables(morning: Morning) -> Frames:
    return decided_at(JUDGE, walked_at(JUDGE, morning))


def _row(morning: Morning, layer: str) -> dict[str, object]:
    rows = _tables(morning)["mart_hedge_decision_daily"].iter_rows(named=True)
    return next(row for row in rows if row["layer_id"] == layer)


@pytest.fixture(scope="module")
def mornings(market: Frames) -> list[Morning]:
    """The sessions looked at."""
    return [Morning.of(_day(t), market) for t in LOOKED_AT]


def test_session_is_decided_as_in_history(market: Frames, mornings: list[Morning]) -> None:
    """A session decided alone, from what was known by then, is the history's own, table by table."""
    step = decision_step(POLICY)
    built = step.build(*(market[table.name].lazy() for table in step.inputs))
    assert isinstance(built, tuple)
    frames = _compute(
        *(table.conform(frame) for table, frame in zip(step.outputs, built, strict=True))
    )
    history = {table.name: frame for table, frame in zip(step.outputs, frames, strict=True)}
    for morning in mornings:
        tables = _tables(morning)
        assert set(tables) == set(history)
        for name, frame in tables.items():
            own = history[name]
            if "session" in own.columns:
                own = own.filter(pl.col("session") == morning.session)
            assert_frame_equal(frame, own, abs_tol=1e-9, rel_tol=1e-9)


def test_present_value_changes_nothing(mornings: list[Morning]) -> None:
    """Asking every driver for what it is, typed as shown, leaves every table as it was."""
    for morning in mornings:
        drivers = [line.place for line in lines(POLICY, morning)]
        said = ",".join(
            f"{place.name}={typed(place.column, morning.value(place))}"
            for place in drivers
            if _is_typed(place.column.name, morning)
        )
        same, now = _tables(morning.having(asked(said))), _tables(morning)
        assert all(frame.equals(same[name]) for name, frame in now.items())


def _is_typed(name: str, morning: Morning) -> bool:
    """Whether a value has few enough digits to be typed; the long ones are asked for as numbers."""
    value = morning.value(places()[name])
    return value is None or len(f"{value:.15f}".rstrip("0")) <= 9


def test_present_number_changes_nothing(mornings: list[Morning]) -> None:
    """Asking every driver for the very number that it is leaves every table as it was."""
    for morning in mornings:
        changes = [Change(line.place, morning.value(line.place)) for line in lines(POLICY, morning)]
        same, now = _tables(morning.having(changes)), _tables(morning)
        assert all(frame.equals(same[name]) for name, frame in now.items())


def test_one_row_is_changed(market: Frames) -> None:
    """What came before stays as it was, and so does every other column of the session."""
    morning = Morning.of(_day(112), market)
    changed = morning.having(asked("rv=33,L1.offer_debit_usd=7"))
    for name, frame in morning.frames.items():
        other = changed.frames[name]
        before = pl.col("session") < morning.session
        assert other.filter(before).equals(frame.filter(before))
        names = [column for column in frame.columns if not frame[column].equals(other[column])]
        touched = {"realized_vol_21d", "offer_debit_usd"} & set(frame.columns)
        assert set(names) == touched - ({"offer_debit_usd"} if "IC" in name else set())
    offers = changed.frames[MART_BOOK_OFFER_DAILY.name].filter(session=morning.session)
    assert dict(offers.select("book_layer", "offer_debit_usd").iter_rows())["L1"] == 7.0
    assert dict(offers.select("book_layer", "offer_debit_usd").iter_rows())["L2"] == 2_000.0


@pytest.fixture(scope="module")
def found(mornings: list[Morning]) -> list[tuple[Search, Line, Flip]]:
    """Every flip of every layer at the sessions looked at."""
    return [
        (search, line, flip)
        for morning in mornings
        for layer in ("L1", "L2")
        for search in [Search.of(JUDGE, morning, layer)]
        for line in lines(POLICY, morning)
        for flip in search.flips(line)
    ]


def test_flips_are_found(found: list[tuple[Search, Line, Flip]]) -> None:
    """The market has flips up and down, of measured, counted and sized layers: the rest is no void."""
    assert {flip.is_up for _, _, flip in found} == {True, False}
    assert len({flip.place.name for _, _, flip in found}) > 1
    assert {search.layer for search, _, _ in found} >= {"L1", "L2"}


def test_typed_flip_gives_what_it_promises(found: list[tuple[Search, Line, Flip]]) -> None:
    """A flip's value, typed after ``--what-if``, gives the promised row, and another one than now."""
    for search, _, flip in found:
        text = f"{flip.place.name}={typed(flip.place.column, flip.example)}"
        row = _row(search.morning.having(asked(text)), search.layer)
        assert row == flip.row
        assert recommendation(row) != recommendation(search.row)


def test_value_before_flip_does_not_flip(found: list[tuple[Search, Line, Flip]]) -> None:
    """The last value before a flip, and those on the way to it, leave the recommendation."""
    for search, _, flip in found:
        place, same = flip.place, recommendation(search.row)
        toward = -np.inf if flip.is_up else np.inf
        last = flip.threshold
        if place.is_whole:
            last = flip.example - (1 if flip.is_up else -1)
        elif flip.is_at:
            last = float(np.nextafter(flip.threshold, toward))
        way = [(flip.now + last) / 2.0, last]
        for value in (round(one) if place.is_whole else one for one in way):
            there = search.morning.having([Change(place, value)])
            assert recommendation(_row(there, search.layer)) == same, (place.name, value)


def test_nothing_plausible_flips_unnamed_side(mornings: list[Morning]) -> None:
    """Where no flip is named, no value of a fine grid over the plausible range is one."""
    morning = mornings[1]
    search = Search.of(JUDGE, morning, "L2")
    same = recommendation(search.row)
    random = np.random.default_rng(7)
    for line in lines(POLICY, morning):
        place, now = line.place, morning.value(line.place)
        if now is None or search.flips(line):
            continue
        low = 0.0 if place.column.ge is None else place.column.ge
        high = 1.0 if place.column.le is None else place.column.le
        for value in random.uniform(low, high, 2):
            asked_for = float(round(value)) if place.is_whole else float(value)
            row = _row(morning.having([Change(place, asked_for)]), "L2")
            assert recommendation(row) == same, (place.name, asked_for)


def test_unknown_driver_has_no_sides(mornings: list[Morning]) -> None:
    """A driver that is unknown at the session is not searched."""
    morning = next(one for one in mornings if one.session == _day(UNKNOWN_AT))
    line = next(one for one in lines(POLICY, morning) if one.place.name == "vol_spread")
    assert Search.of(JUDGE, morning, "L1").flips(line) == []

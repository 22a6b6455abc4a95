"""Real revisions and a real truncation: what was known stays known, and changes when it changed."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from schemas.core import CORE_SESSION
from schemas.live_feeds import CBOE, FRED, LIVE
from schemas.raw import RAW_OBSERVATION
from sources import knowledge
from sources.calendar import fetch_sessions, parse_sessions
from sources.cboe import parse_vix_mirror
from sources.dataset import Provenance
from sources.fred import parse_graph
from sources.knowledge import Held
from transforms.as_known import as_known_daily_of
from transforms.core import session

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
KEY = ["series_id", "publisher", "event_date"]
REVISED_DAY = date(2008, 9, 16)
# The file's five commits of SOURCE.md, oldest first, and the close of 2008-09-16 in each.
VINTAGES = (
    ("2018-10-10_1030055-parent", 30.03),
    ("2018-10-26_459982e-parent", 30.30),
    ("2024-01-03_459982e", 31.54),
    ("2024-08-10_d1672d2-parent", 31.54),
    ("2024-08-13_d1672d2", 30.30),
)
Arrival = tuple[datetime, pl.LazyFrame]

pytestmark = pytest.mark.real_data


def _read(name: str) -> bytes:
    if not (SHARED / name).is_file():
        pytest.skip(f"{SHARED / name}: needs market files that are not ours to redistribute")
    return (SHARED / name).read_bytes()


def _vix(vintage: str) -> bytes:
    return _read(f"finance-vix/vintages/vix-daily_asof_{vintage}.csv")


def _came(vintage: str) -> datetime:
    """Noon of the day on which the file stood so."""
    return datetime.fromisoformat(f"{vintage[:10]}T12:00:00").replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def sessions() -> pl.LazyFrame:
    """The exchange's sessions over all that is read here."""
    return parse_sessions(fetch_sessions(date(1996, 1, 1), date(2026, 12, 31)))


TakenIn = Callable[[Iterable[Arrival], str], list[pl.DataFrame]]


@pytest.fixture(scope="module")
def taken_in(sessions: pl.LazyFrame) -> TakenIn:
    """What each arrival adds to a warehouse that was empty before the first."""

    def take(arrivals: Iterable[Arrival], publisher: str) -> list[pl.DataFrame]:
        added: list[pl.DataFrame] = []
        held, seen = pl.DataFrame(schema=RAW_OBSERVATION.schema), None
        for at, figures in arrivals:
            timed = knowledge.observations(
                figures, source=LIVE, publisher=publisher, sessions=sessions,
                provenance=Provenance(at, "ab" * 32),
            )  # fmt: skip
            fresh = knowledge.news(
                timed.rows, Held(held.lazy(), seen), key=KEY, value="value", at=at
            )
            added.append(RAW_OBSERVATION.conform(fresh).collect(engine="in-memory"))
            held, seen = pl.concat([held, added[-1]]), at
        return added

    return take


@pytest.fixture(scope="module")
def vix(taken_in: TakenIn) -> list[pl.DataFrame]:
    """The rows that each of the five vintages of the VIX history adds."""
    return taken_in([(_came(name), parse_vix_mirror(_vix(name))) for name, _ in VINTAGES], CBOE)


def _known(rows: pl.DataFrame, day: date, at: datetime) -> float:
    """The value of a day as it was known at an instant."""
    out = rows.filter((pl.col("event_date") == day) & (pl.col("available_at") <= at))
    return out.sort("available_at")["value"].to_list()[-1]


@pytest.mark.parametrize(("vintage", "close"), VINTAGES)
def test_close_as_known_on_each_date(vix: list[pl.DataFrame], vintage: str, close: float) -> None:
    """2008-09-16 closed at 30.03, 30.30, 31.54 and 30.30 again, each from the day it said so."""
    at = _came(vintage)
    rows = pl.concat(vix)
    assert _known(rows, REVISED_DAY, at) == close
    assert _known(rows, REVISED_DAY, at + timedelta(hours=1)) == close


@pytest.mark.parametrize("number", range(1, 5))
def test_revision_is_not_known_before(vix: list[pl.DataFrame], number: int) -> None:
    """C7: a second before a vintage came, the one before it was all that could be known."""
    before = _came(VINTAGES[number][0]) - timedelta(seconds=1)
    assert _known(pl.concat(vix), REVISED_DAY, before) == VINTAGES[number - 1][1]


@pytest.mark.parametrize("number", range(5))
def test_every_day_as_known(vix: list[pl.DataFrame], sessions: pl.LazyFrame, number: int) -> None:
    """On the date of each vintage what is known of every session is that file, to the digit."""
    name, _ = VINTAGES[number]
    out = pl.concat(vix).filter(pl.col("available_at") <= _came(name)).sort("available_at")
    known = dict(out.select("event_date", "value").rows())
    days = set(sessions.select("session").collect(engine="in-memory")["session"])
    figures = parse_vix_mirror(_vix(name)).collect(engine="in-memory")
    stated = dict(figures.select("event_date", "value").rows())
    assert {day: close for day, close in stated.items() if day in days} == {
        day: close for day, close in known.items() if day in stated
    }


def test_rows_of_each_vintage(vix: list[pl.DataFrame]) -> None:
    """The first brings the history, three bring what they changed, the fourth brings nothing.

    Counted over the files line by line; in the third 2006-05-04 is gone, which stays here, and a
    day of mourning is there, 2004-06-11, which was no session and is left out.
    """
    assert [len(rows) for rows in vix] == [2265, 182, 9, 0, 6]
    assert vix[0]["is_reconstructed"].all()
    days = pl.concat(vix)["event_date"]
    assert date(2006, 5, 4) in days
    assert date(2004, 6, 11) not in days
    for (name, _), rows in zip(VINTAGES[1:], vix[1:], strict=True):
        assert not rows["is_reconstructed"].any()
        assert (rows["available_at"] == _came(name)).all()


def test_history_is_not_rewritten(vix: list[pl.DataFrame], sessions: pl.LazyFrame) -> None:
    """A backtest over 2008 sees what the first copy said, whatever was revised years later."""
    calendar = CORE_SESSION.conform(session(sessions.with_columns(
        retrieved_at=pl.lit(_came(VINTAGES[0][0])), raw_sha256=pl.lit("ab" * 32))))  # fmt: skip
    # The index's own closes span the panel; here the VIX's own stand in for them.
    grid = vix[0].with_columns(series_id=pl.lit("spx_close"), value=pl.lit(1_200.0))

    def of(rows: list[pl.DataFrame]) -> pl.DataFrame:
        panel = as_known_daily_of(LIVE)(calendar, pl.concat([grid, *rows]).lazy())
        found = panel.filter(pl.col("series_id") == "vix_close").collect(engine="in-memory")
        return found.select("session", "event_date", "value", "age_sessions").sort("session")

    first, every = of(vix[:1]), of(vix)
    assert first.equals(every)
    row = every.row(by_predicate=pl.col("session") == REVISED_DAY, named=True)
    assert (row["event_date"], row["value"], row["age_sessions"]) == (REVISED_DAY, 30.03, 0)


@pytest.mark.parametrize("remote_id", ["BAMLC0A0CM", "BAMLH0A0HYM2"])
def test_truncated_ice_history_is_kept(taken_in: TakenIn, remote_id: str) -> None:
    """FRED shows three years of the ICE indices since April 2026: the 23 before stay as they were."""
    name = {"BAMLC0A0CM": "ig_oas", "BAMLH0A0HYM2": "hy_oas"}[remote_id]
    lines = _read(f"fred-extracts/{remote_id}.csv").decode().splitlines()[1:]

    def body(rows: list[str]) -> pl.LazyFrame:
        text = "\n".join([f"observation_date,{remote_id}", *rows, ""])
        figures = parse_graph(text.encode(), series_id=remote_id)
        return figures.with_columns(series_id=pl.lit(name))

    short = [line for line in lines if line >= "2020-01-01"]
    whole, cut, back = taken_in([
        (datetime(2026, 3, 1, 12, tzinfo=UTC), body(lines)),
        (datetime(2026, 5, 1, 12, tzinfo=UTC), body(short)),
        (datetime(2026, 6, 1, 12, tzinfo=UTC), body(lines)),
    ], FRED)  # fmt: skip
    stated = [line for line in lines if not line.endswith((",", ",."))]
    assert len(short) < len(lines) / 8
    assert len(whole) == len(stated)
    assert (len(cut), len(back)) == (0, 0)
    assert whole["event_date"].min() == date(1996, 12, 31)

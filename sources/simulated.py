"""A seeded market with every input there is: for tours, tests and scale; nobody traded it.

The bytes depend on the ``Simulation`` alone. They are written as a publisher would write them, in
published precision, and read back as strictly as any other file.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial

import numpy as np
import polars as pl

from schemas.raw import (
    RAW_EVENT,
    RAW_EXPIRY,
    RAW_OBSERVATION,
    RAW_OPTION_QUOTE,
    RAW_SESSION,
    RAW_VX_SETTLEMENT,
)
from schemas.series import offered_by
from sources import simulated_accounts as accounts
from sources import simulated_economy as economy
from sources import simulated_equity as equity
from sources import simulated_money as monetary
from sources import simulated_sectors as branches
from sources import simulated_volatility as volatility
from sources.calendar import fetch_sessions, is_session, nearest_sessions, parse_sessions
from sources.dataset import Dataset
from sources.delimited import dates, figures, instants, text_table
from sources.errors import SourceError
from sources.expiries import fetch_expiries, parse_expiries
from sources.simulated_chain import CHAIN_FILE, Close, chain, parse_quotes
from sources.simulated_economy import Print
from sources.simulated_noise import Path
from sources.simulated_plants import Plant, of_kind, planted, reserves_left, steepening
from sources.simulated_schedule import announcements, months, vx_expiry

FEWEST_SESSIONS, MOST_SESSIONS = 300, 20_000
_FIRST_END, _LAST_END = date(1990, 1, 1), date(2098, 12, 31)
_AHEAD = timedelta(days=400)  # schedules and listed expiries reach beyond the last session
_WARM_UP = 520  # sessions simulated and thrown away, so that slow means have settled
_EVENT_WINDOW = 6  # sessions that the nine days of the VIX9D span

_FIRST_CHAIN = date(1993, 1, 1)  # before it no S&P 500 option settled as today's do

_OBSERVATIONS = "simulated_observations"
_VX = "simulated_vx"
_EVENTS = "simulated_events"
_VX_ROOT = b"VX,"
_OBSERVATION_HEADER = ("series_id", "event_date", "value", "available_at")
_VX_HEADER = ("event_date", "expiry", "settle")
_EVENT_HEADER = ("event_kind", "event_date", "available_at")
_DAY, _INSTANT = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Simulation:
    """Which market is simulated: how many sessions, the last of them, the seed, what is planted.

    ``end`` is always a session: another date is moved back to the last session before it.
    """

    sessions: int = 1300
    end: date = date(2025, 12, 31)
    seed: int = 7
    plants: tuple[Plant, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a length, an end or a seed that cannot be simulated."""
        if not FEWEST_SESSIONS <= self.sessions <= MOST_SESSIONS:
            raise SourceError(
                f"simulation: sessions is {self.sessions:,}; accepted are {FEWEST_SESSIONS:,} to "
                f"{MOST_SESSIONS:,}; choose a length between them"
            )
        if not _FIRST_END <= self.end <= _LAST_END:
            raise SourceError(
                f"simulation: end is {self.end}; accepted are {_FIRST_END} to {_LAST_END}; choose "
                "a date between them"
            )
        if self.seed < 0:
            raise SourceError(
                f"simulation: seed is {self.seed}; accepted are whole numbers from 0; choose one"
            )
        if not is_session(self.end):
            object.__setattr__(self, "end", nearest_sessions(self.end)[0])


def datasets(simulation: Simulation) -> tuple[Dataset, ...]:
    """The simulated market's datasets, the calendar first."""
    every = (
        Dataset("raw_session", RAW_SESSION, parse_sessions, partial(_fetch_calendar, simulation)),
        Dataset("raw_expiry", RAW_EXPIRY, parse_expiries, partial(fetch_listed, simulation)),
        Dataset(_OBSERVATIONS, RAW_OBSERVATION, parse_observations,
                partial(fetch_observations, simulation)),
        Dataset(_VX, RAW_VX_SETTLEMENT, parse_settlements, partial(fetch_settlements, simulation)),
        Dataset(_EVENTS, RAW_EVENT, parse_events, partial(fetch_events, simulation)),
        Dataset(CHAIN_FILE, RAW_OPTION_QUOTE, parse_quotes, partial(fetch_quotes, simulation)),
    )  # fmt: skip
    return every if simulation.end >= _FIRST_CHAIN else every[:-1]


def fetch_observations(simulation: Simulation) -> bytes:
    """Every scalar series as CSV text; a stamp only where the feed publishes one."""
    market = _market(simulation)
    days = pl.Series("event_date", market.sessions, dtype=pl.Date())
    monthly = _monthly(market, simulation)
    by_name: dict[str, list[Print]] = {}
    for row in monthly:
        by_name.setdefault(row.series_id, []).append(row)
    names = [entry.id for entry in offered_by("simulated")]
    frames = [_daily(name, days, market.daily[name]) for name in names if name in market.daily]
    frames += [_printed(name, by_name.get(name, [])) for name in names if name not in market.daily]
    return _csv(pl.concat(frames))


def parse_observations(payload: bytes) -> pl.LazyFrame:
    """The columns series_id, event_date, value and available_at; the last null without a stamp.

    Raises:
        SourceError: another header, or a cell that does not read as stated.
    """
    table = text_table(payload, file=_OBSERVATIONS, header=_OBSERVATION_HEADER)
    is_stamped = table.get_column("available_at").is_not_null()
    plain, stamped = table.filter(~is_stamped), table.filter(is_stamped)
    return pl.concat(
        [
            _observed(plain).with_columns(
                pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("available_at")
            ),
            _observed(stamped).with_columns(
                instants(stamped, "available_at", file=_OBSERVATIONS).alias("available_at")
            ),
        ]
    ).lazy()


def _observed(table: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "series_id": table.get_column("series_id"),
            "event_date": dates(table, "event_date", file=_OBSERVATIONS, layout=_DAY),
            "value": figures(table, "value", file=_OBSERVATIONS),
        }
    )


def fetch_settlements(simulation: Simulation) -> bytes:
    """Settlements of the eight listed VX contracts on every session, as CSV text."""
    return _csv(_settlements(simulation))


def _settlements(simulation: Simulation) -> pl.DataFrame:
    market = _market(simulation)
    expiries = _vx_expiries(market, simulation.end + timedelta(days=290))
    steeper = steepening(simulation.plants, market.sessions)
    day, expiry, settle = volatility.settlements(
        market.vix, simulation.seed, market.sessions, expiries, steeper
    )
    return pl.DataFrame({"event_date": day, "expiry": expiry, "settle": settle})


def fetch_quotes(simulation: Simulation) -> bytes:
    """The option chain of the last session, as CSV text."""
    daily, end = _market(simulation).daily, simulation.end
    half_days = {line[:10] for line in _calendar(simulation) if line.endswith("true")}
    last = {name: float(path[-1]) for name, path in daily.items()}
    close = Close(
        end, end.isoformat() in half_days, last["spx_close"], last["vix_close"], last["vvix_close"],
        term=((9, last["vix9d_close"]), (30, last["vix_close"]), (93, last["vix3m_close"]),
              (184, last["vix6m_close"])),
        rates=((30, last["rf_30d"]), (91, last["treasury_3m"]), (730, last["treasury_2y"])),
    )  # fmt: skip
    listed = [line.split(",")[:2] for line in fetch_listed(simulation).decode().splitlines()[1:]]
    expiries = [(root, date.fromisoformat(day)) for root, day in listed]
    vx = _settlements(simulation).filter(pl.col("event_date") == end).select("expiry", "settle")
    plants = of_kind(simulation.plants, "parity")
    for plant in plants:
        if plant.session != end:
            plant.refuse(f"the last session, {end}, which alone has a chain")
    return _csv(chain(close, expiries, vx.rows(), simulation.seed, has_dear_call=bool(plants)))


def fetch_listed(simulation: Simulation) -> bytes:
    """Every expiry by Cboe's rules from the first session to the last contract's, as CSV text.

    The simulated futures are always listed, with one rule, also in the years in which the real ones
    were not yet, or not every month: what the table has of VX is theirs.
    """
    expiries = _vx_expiries(_market(simulation), simulation.end + timedelta(days=290))
    header, *lines = fetch_expiries(expiries[0], expiries[-1]).splitlines(keepends=True)
    real = {line.split(b",")[1]: line for line in lines if line.startswith(_VX_ROOT)}
    days = [day.isoformat().encode() for day in expiries]
    vx = [real.get(day, b"VX,%b,%b,am\n" % (day, day)) for day in days]
    return b"".join([header, *(line for line in lines if not line.startswith(_VX_ROOT)), *vx])


def parse_settlements(payload: bytes) -> pl.LazyFrame:
    """The columns event_date, expiry and settle.

    Raises:
        SourceError: another header, or a cell that does not read as stated.
    """
    table = text_table(payload, file=_VX, header=_VX_HEADER)
    return pl.DataFrame(
        {
            "event_date": dates(table, "event_date", file=_VX, layout=_DAY),
            "expiry": dates(table, "expiry", file=_VX, layout=_DAY),
            "settle": figures(table, "settle", file=_VX),
        }
    ).lazy()


def fetch_events(simulation: Simulation) -> bytes:
    """Scheduled announcements, by the schedules published up to the last session, as CSV text."""
    market = _market(simulation)
    found = announcements(market.calendar, market.sessions[0], simulation.end)
    rows = [(event.kind, event.day, event.known_at.strftime(_INSTANT)) for event in found]
    return _csv(pl.DataFrame(rows, schema=_EVENT_HEADER, orient="row"))


def parse_events(payload: bytes) -> pl.LazyFrame:
    """The columns event_kind, event_date and available_at.

    Raises:
        SourceError: another header, or a cell that does not read as stated.
    """
    table = text_table(payload, file=_EVENTS, header=_EVENT_HEADER)
    return pl.DataFrame(
        {
            "event_kind": table.get_column("event_kind"),
            "event_date": dates(table, "event_date", file=_EVENTS, layout=_DAY),
            "available_at": instants(table, "available_at", file=_EVENTS),
        }
    ).lazy()


@dataclass(frozen=True)
class _Market:
    """The simulated sessions, the calendar around them, and every daily path as published.

    ``vix`` is unrounded and ``flow`` hidden: they drive futures and the premium.
    """

    sessions: list[date]
    calendar: list[date]
    daily: dict[str, Path]
    vix: Path
    flow: Path


@lru_cache(maxsize=2)  # four datasets read the same market
def _market(simulation: Simulation) -> _Market:
    sessions, calendar = _days(simulation)
    count, seed = len(sessions) + _WARM_UP, simulation.seed
    scheduled = {
        event.day
        for event in announcements(calendar, sessions[0], simulation.end)
        if event.kind == "fomc_decision"
    }
    decisions = [row + _WARM_UP for row, day in enumerate(sessions) if day in scheduled]
    tape = equity.tape(seed, count)
    vix = equity.vix_close(tape, seed)
    daily = {
        **equity.spx_bars(tape, seed),
        **equity.nasdaq_bars(tape, seed),
        **volatility.indices(vix, seed, _before_decisions(decisions, count)),
        **economy.rates(tape, vix, seed, decisions),
        "wti_close": economy.oil(tape, seed),
        **equity.breadth(tape, seed),
    }
    daily |= monetary.money(tape, daily, seed, decisions)
    daily |= branches.sectors(tape, daily["treasury_10y"], seed)
    daily |= branches.index_fund(daily["spx_close"], daily["vix_close"], seed)
    daily |= branches.ether(tape, seed)
    daily |= branches.gauges(daily["vix_close"], seed)
    flow = economy.cash_flow(daily["spx_close"], daily["treasury_10y"], seed)
    published = {name: path[_WARM_UP:] for name, path in daily.items()}
    published = planted(simulation.plants, published, sessions)
    return _Market(sessions, calendar, published, vix[_WARM_UP:], flow[_WARM_UP:])


def _vx_expiries(market: _Market, last: date) -> list[date]:
    """Expiries of the VX contracts from the first session to the month of a date."""
    first = market.sessions[0]
    every = [vx_expiry(month, market.calendar) for month in months(first, last)]
    return [day for day in every if day >= first]


def _days(simulation: Simulation) -> tuple[list[date], list[date]]:
    """The simulated sessions, and all from the year before them to 400 days after."""
    calendar = [date.fromisoformat(line.split(",", 1)[0]) for line in _calendar(simulation)[1:]]
    past = [day for day in calendar if day <= simulation.end]
    return past[-simulation.sessions :], calendar


@lru_cache(maxsize=2)  # the library takes longer to list the sessions than the market to be made
def _calendar(simulation: Simulation) -> list[str]:
    back = timedelta(days=simulation.sessions * 3 // 2 + 60)
    start = date((simulation.end - back).year - 1, 1, 1)
    return fetch_sessions(start, simulation.end + _AHEAD).decode().splitlines()


def _fetch_calendar(simulation: Simulation) -> bytes:
    """The sessions simulated and those of the 400 days that follow, as ``fetch_sessions`` does."""
    first = _days(simulation)[0][0].isoformat()
    header, *lines = _calendar(simulation)
    return ("\n".join([header, *(line for line in lines if line >= first)]) + "\n").encode()


def _before_decisions(decisions: list[int], count: int) -> Path:
    marked = np.zeros(count)
    for row in decisions:
        marked[max(row - _EVENT_WINDOW, 0) : row] = 1.0
    return marked


def _monthly(market: _Market, simulation: Simulation) -> list[Print]:
    """What is published by the week, month or quarter."""
    sessions, calendar, daily = market.sessions, market.calendar, market.daily
    every = months(sessions[0], simulation.end)
    quarters = [month for month in every if month.month % 3 == 1]
    close, ten_year = daily["spx_close"], daily["treasury_10y"]
    marks = economy.rows_before(every, sessions)
    ends = economy.month_ends(every, sessions, calendar)
    last, seed = simulation.end, simulation.seed
    oil = accounts.oil_by_month(every, sessions, daily["wti_close"])
    real = economy.gdp_real(quarters, calendar, last, seed, simulation.plants)
    return [
        *economy.premium_marks(marks, close, ten_year, market.flow),
        *economy.factors(ends, close, daily["rf_30d"], seed),
        *economy.core_cpi(every, calendar, last, seed),
        *real,
        *accounts.gdp_nominal(real, every, seed),
        *accounts.prices(every, calendar, last, oil, seed),
        *accounts.corporations(quarters, sessions, calendar, daily, seed),
        *accounts.shiller(every, sessions, calendar, daily, market.flow, seed),
        *monetary.bank_reserves(sessions, reserves_left(simulation.plants, sessions), seed),
        *monetary.abroad(every, sessions, calendar, daily, seed),
    ]


def _daily(name: str, days: pl.Series, path: Path) -> pl.DataFrame:
    return pl.DataFrame({"event_date": days, "value": path}).select(
        pl.lit(name).alias("series_id"),
        "event_date",
        "value",
        pl.lit(None, dtype=pl.String).alias("available_at"),
    )


def _printed(name: str, rows: list[Print]) -> pl.DataFrame:
    stamps = [row.available_at.strftime(_INSTANT) if row.available_at else None for row in rows]
    return pl.DataFrame(
        {
            "series_id": pl.Series([name] * len(rows), dtype=pl.String()),
            "event_date": pl.Series([row.event_date for row in rows], dtype=pl.Date()),
            "value": pl.Series([row.value for row in rows], dtype=pl.Float64()),
            "available_at": pl.Series(stamps, dtype=pl.String()),
        }
    )


def _csv(frame: pl.DataFrame) -> bytes:
    return frame.write_csv().encode()

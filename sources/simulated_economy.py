"""Simulated rates, credit, cash flows and the monthly figures that are published with a lag."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from sources.simulated_equity import SESSIONS_PER_YEAR, Tape
from sources.simulated_noise import Path, reverting, ripple, smoothed, stream
from sources.simulated_plants import REVISED_BY, Plant, of_kind
from sources.simulated_schedule import (
    RELEASE_TIME,
    cpi_release,
    gdp_release,
    month_after,
    new_york,
    session_before,
)

GROWTH = 0.05  # five-year growth of cash flows that the premium is solved at
_LOWEST_PREMIUM, _HIGHEST_PREMIUM = 0.036, 0.074


@dataclass(frozen=True)
class Print:
    """One published figure of a monthly or quarterly series; the stamp where the feed has one."""

    series_id: str
    event_date: date
    value: float
    available_at: datetime | None = None


def rates(market: Tape, vix: Path, seed: int, decisions: list[int]) -> dict[str, Path]:
    """Treasury, bill and corporate yields [decimal], rounded to a basis point as published.

    Args:
        market: whose falls send money into Treasuries.
        vix: unrounded VIX; corporate spreads follow its monthly mean.
        seed: of the market.
        decisions: rows of the policy decisions; the bill rate moves by quarters of a point on
            them and hardly at all between.
    """
    count = vix.size
    ten = _ten_year(market, seed)
    wanted = _wanted(ten, seed)
    target = _policy_rate(wanted, decisions)
    bill = target - 0.0004 + ripple(seed, "bill", count, 0.9, 0.0002)
    two = 0.6 * wanted + 0.4 * (ten - 0.002) + ripple(seed, "two year", count, 0.98, 0.0012)
    stress = np.log(smoothed(vix, 15.0) / 16.0)
    own = ripple(seed, "credit", count, 0.99, 0.08)
    aaa = ten + 0.0095 * np.exp(0.45 * stress + own)
    baa = aaa + 0.0085 * np.exp(0.95 * stress + own)
    published = {
        "treasury_10y": ten,
        "treasury_2y": np.maximum(two, 0.0005),
        "rf_30d": np.maximum(bill, 0.0001),
        "baa_yield": baa,
        "aaa_yield": aaa,
    }
    return {name: np.round(values, 4) for name, values in published.items()}


def policy_target(market: Tape, seed: int, decisions: list[int]) -> Path:
    """The middle of the policy rate's range by session [decimal]; arguments as of ``rates``."""
    return _policy_rate(_wanted(_ten_year(market, seed), seed), decisions)


def _wanted(ten_year: Path, seed: int) -> Path:
    slope = 0.011 + ripple(seed, "curve slope", ten_year.size, 0.998, 0.008)
    return np.maximum(smoothed(ten_year, 250.0) - slope, 0.001)


def _ten_year(market: Tape, seed: int) -> Path:
    random = stream(seed, "ten year")
    daily = 0.24 / np.sqrt(SESSIONS_PER_YEAR)
    fall = market.log_return / np.sqrt(market.variance)
    own = random.standard_normal(market.log_return.size)
    shocks = daily * (0.25 * fall + np.sqrt(1 - 0.25**2) * own)
    start = 0.25 * float(random.standard_normal())
    yields: Path = 0.037 * np.exp(reverting(shocks, 1.0 - 0.35 / SESSIONS_PER_YEAR, start))
    return yields


def _policy_rate(wanted: Path, decisions: list[int]) -> Path:
    """The middle of a quarter-point range, moved only by decisions."""
    rows = np.array([0, *decisions])
    chosen: Path = np.floor(wanted[rows] / 0.0025) * 0.0025 + 0.00125
    standing = np.searchsorted(rows, np.arange(wanted.size), side="right") - 1
    return chosen[standing]


def oil(market: Tape, seed: int) -> Path:
    """WTI [US dollars a barrel]: reverting, and falling somewhat with shares."""
    own = stream(seed, "oil").standard_normal(market.log_return.size)
    fall = market.log_return / np.sqrt(market.variance)
    shocks = 0.34 / np.sqrt(SESSIONS_PER_YEAR) * (0.3 * fall + 0.95 * own)
    return np.round(68.0 * np.exp(reverting(shocks, 1.0 - 0.9 / SESSIONS_PER_YEAR)), 2)


def cash_flow(close: Path, ten_year: Path, seed: int) -> Path:
    """Trailing dividends and buybacks [index points]: they follow prices slowly.

    What makes the premium rise as prices fall. Boards are taken to hold the payout within what
    keeps the premium between 3.6 and 7.4 %.
    """
    normal = 0.049 + ripple(seed, "premium", close.size, 0.9985, 0.003)
    usual = np.log(payout_yield(smoothed(ten_year, 60.0), normal) * smoothed(close, 150.0))
    usual += 0.06  # a year's growth of prices, which the smoothing lags by
    low = np.log(payout_yield(ten_year, np.full_like(close, _LOWEST_PREMIUM)) * close)
    high = np.log(payout_yield(ten_year, np.full_like(close, _HIGHEST_PREMIUM)) * close)
    level, path = float(usual[0]), []
    for aim, floor, ceiling in zip(usual.tolist(), low.tolist(), high.tolist(), strict=True):
        level = min(max(level + (aim - level) / 160.0, floor), ceiling)
        path.append(level)
    flows: Path = np.exp(np.array(path))
    return flows


def payout_yield(ten_year: Path, premium: Path) -> Path:
    """Cash flow over price at which the two-stage model returns a premium [decimal].

    Five years at 5 %, then for ever at the 10-year yield; discounted at yield plus premium.

    Source:
        Damodaran, implied equity risk premium (FCFE), as restated in KAT-01 to KAT-03.
    """
    growth = (1.0 + GROWTH) / (1.0 + ten_year + premium)
    early = sum(growth**year for year in range(1, 6))
    late = growth**5 * (1.0 + ten_year) / premium
    result: Path = 1.0 / (early + late)
    return result


def premium(price: Path, ten_year: Path, flow: Path) -> Path:
    """The premium at which the model's value equals the price, by bisection [decimal]."""
    low, high = np.full_like(price, 1e-4), np.full_like(price, 0.4)
    for _ in range(50):
        middle = (low + high) / 2
        is_dear = payout_yield(ten_year, middle) < flow / price
        low, high = np.where(is_dear, middle, low), np.where(is_dear, high, middle)
    return (low + high) / 2


def premium_marks(
    marks: list[tuple[date, int]], close: Path, ten_year: Path, flow: Path
) -> list[Print]:
    """The published premium with the level and yield it was solved at.

    Args:
        marks: each month's first day, and the row of the last session before it.
        close: S&P 500 as published.
        ten_year: yield as published.
        flow: trailing cash flow.
    """
    rows = [row for _, row in marks]
    values = {
        "erp_damodaran_published": np.round(premium(close[rows], ten_year[rows], flow[rows]), 4),
        "spx_at_erp_mark": close[rows],
        "treasury_10y_at_erp_mark": ten_year[rows],
    }
    return [
        Print(name, day, value)
        for name, column in values.items()
        for (day, _), value in zip(marks, column.tolist(), strict=True)
    ]


def factors(ends: list[tuple[date, int]], close: Path, bill: Path, seed: int) -> list[Print]:
    """Fama-French factors of every whole month [decimal].

    Args:
        ends: each month's first day and the row of its last session; the first only opens the
            second month.
        close: S&P 500.
        bill: 30-day rate, annual.
        seed: of the market.
    """
    rows = [row for _, row in ends]
    grown = close[rows][1:] / close[rows][:-1] - 1.0
    random = stream(seed, "factors")
    market = grown + 0.0015 - bill[rows][:-1] / 12 + 0.004 * random.standard_normal(grown.size)
    values = {
        "mkt_excess_return": market,
        "smb_return": 0.15 * market + 0.024 * random.standard_normal(grown.size),
        "hml_return": 0.002 + 0.027 * random.standard_normal(grown.size),
    }
    return [
        Print(name, day, value)
        for name, column in values.items()
        for (day, _), value in zip(ends[1:], np.round(column, 4).tolist(), strict=True)
    ]


def inflation(seed: int, count: int) -> Path:
    """Monthly growth of core prices [logarithm]."""
    return 0.0021 + ripple(seed, "inflation", count, 0.93, 0.0011)


def core_cpi(events: list[date], sessions: list[date], last: date, seed: int) -> list[Print]:
    """Core CPI of each month, published once and revised with each of the next two releases."""
    random = stream(seed, "core cpi")
    pace = inflation(seed, len(events))
    index = 325.0 * np.exp(np.cumsum(pace) - np.sum(pace))
    doubt = np.cumsum(random.standard_normal((len(events), 3)) * 0.0004, axis=1)[:, ::-1]
    values = np.round(index[:, None] * (1.0 + doubt), 3)
    releases = [
        [cpi_release(month_after(event, later), sessions) for later in range(3)] for event in events
    ]
    return vintages("core_cpi", events, values, releases, last)


def gdp_real(
    events: list[date], sessions: list[date], last: date, seed: int, plants: tuple[Plant, ...] = ()
) -> list[Print]:
    """Real GDP of each quarter in three estimates, a month apart, with the planted revisions."""
    random = stream(seed, "gdp")
    growth = 0.0053 + ripple(seed, "growth", len(events), 0.4, 0.005)
    level = 23_900.0 * np.exp(np.cumsum(growth) - np.sum(growth))
    doubt = np.cumsum(random.standard_normal((len(events), 3)) * 0.0008, axis=1)[:, ::-1]
    values = np.round(level[:, None] * (1.0 + doubt), 1)
    releases = [
        [gdp_release(event, estimate, sessions) for estimate in range(3)] for event in events
    ]
    return _revised(vintages("gdp_real", events, values, releases, last), plants)


def _revised(prints: list[Print], plants: tuple[Plant, ...]) -> list[Print]:
    """The estimates with a planted one, and all later ones, of a higher level."""
    for plant in of_kind(plants, "revision"):
        out = new_york(plant.session, RELEASE_TIME)
        event = next((row.event_date for row in prints if row.available_at == out), None)
        firsts = {row.event_date: row.available_at for row in reversed(prints)}
        if event is None or firsts[event] == out:
            plant.refuse("days on which a second or third estimate of GDP comes out")
        prints = [_raised(row) if _is_after(row, event, out) else row for row in prints]
    return prints


def _raised(row: Print) -> Print:
    return replace(row, value=round(row.value * REVISED_BY, 1))


def _is_after(row: Print, event: date, out: datetime) -> bool:
    return row.event_date >= event and row.available_at is not None and row.available_at >= out


def vintages(
    series_id: str, events: list[date], values: Path, releases: list[list[date]], last: date
) -> list[Print]:
    """The figures released up to ``last``, first print and revisions alike."""
    return [
        Print(series_id, event, value, new_york(day, RELEASE_TIME))
        for event, row, days in zip(events, values.tolist(), releases, strict=True)
        for value, day in zip(row, days, strict=True)
        if day <= last
    ]


def rows_before(days: list[date], sessions: list[date]) -> list[tuple[date, int]]:
    """Each date with the row of the last session before it; dates without one are left out."""
    at = {session: row for row, session in enumerate(sessions)}
    return [(day, at[session_before(day, sessions)]) for day in days if day > sessions[0]]


def month_ends(
    days: list[date], sessions: list[date], calendar: list[date]
) -> list[tuple[date, int]]:
    """Each month's first day with the row of its last session; an unfinished month is left out.

    Args:
        days: first days of months.
        sessions: those simulated.
        calendar: those and the ones that follow, by which a month is seen to be over.
    """
    at = {session: row for row, session in enumerate(sessions)}
    lasts = [(day, session_before(month_after(day, 1), calendar)) for day in days]
    return [(day, at[last]) for day, last in lasts if last in at]

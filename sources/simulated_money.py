"""Simulated money: the short end, real yields, investment-grade spreads, reserves and the dollar."""

from datetime import date, timedelta

import numpy as np

from sources.simulated_economy import Print, month_ends, policy_target
from sources.simulated_equity import SESSIONS_PER_YEAR, Tape
from sources.simulated_noise import Path, ripple, smoothed
from sources.simulated_schedule import session_before

NOMINAL_GDP, _NOMINAL_GROWTH = 29_900.0, 0.046  # billions at the end, and a year's growth
_WEDNESDAY = 2
_WEEK = timedelta(weeks=1)
_USUAL_VIX = 16.0


def money(market: Tape, daily: dict[str, Path], seed: int, decisions: list[int]) -> dict[str, Path]:
    """Daily rates and flows [decimal; billions of dollars; index], as published.

    Args:
        market: whose policy rate they follow.
        daily: published yields and VIX.
        seed: of the market.
        decisions: rows of the policy decisions.
    """
    target = policy_target(market, seed, decisions)
    ten, two, bill = daily["treasury_10y"], daily["treasury_2y"], daily["rf_30d"]
    count = ten.size
    stress = np.log(smoothed(daily["vix_close"], 15.0) / _USUAL_VIX)
    inflation = 0.0205 + 0.12 * (smoothed(ten, 60.0) - 0.037) - 0.004 * np.maximum(stress, 0.0)
    real = np.round(ten - inflation - ripple(seed, "breakeven", count, 0.997, 0.0022), 4)
    own = ripple(seed, "investment grade", count, 0.97, 0.0004)
    spread = np.maximum(0.6 * (daily["baa_yield"] - ten) + own, 0.003)
    scarce = 0.0004 * np.maximum(stress, 0.0)
    usage = ripple(seed, "reverse repo", count, 0.996, 0.45)
    three = bill + 0.12 * (two - bill) + ripple(seed, "three months", count, 0.95, 0.0002)
    published = {
        "treasury_3m": np.maximum(three, 0.0001),
        "treasury_real_10y": real,
        "breakeven_10y": ten - real,
        "ig_oas": spread,
        "sofr": np.maximum(target - 0.0004 + scarce + ripple(seed, "sofr", count, 0.8, 0.0003), 0.0001),
        "iorb": target + 0.00025,
    }  # fmt: skip
    usual = 0.018 * nominal_gdp(count) * np.exp(usage)
    return {
        **{name: np.round(values, 4) for name, values in published.items()},
        "reverse_repo": np.round(usual, 3),
        "dollar_broad": _dollar(daily, stress, seed),
    }


def nominal_gdp(count: int) -> Path:
    """What balance sheets are sized by: steady growth to the last session [billions of dollars]."""
    years = np.arange(count - 1, -1, -1) / SESSIONS_PER_YEAR
    path: Path = NOMINAL_GDP * np.exp(-_NOMINAL_GROWTH * years)
    return path


def _dollar(daily: dict[str, Path], stress: Path, seed: int) -> Path:
    """Sought in stress and where two-year yields are high."""
    tide = ripple(seed, "dollar", stress.size, 0.9985, 0.06)
    two = daily["treasury_2y"]
    lean = 2.0 * (two - smoothed(two, 250.0)) + 0.03 * stress
    return np.round(118.0 * np.exp(tide + lean), 4)


def bank_reserves(sessions: list[date], left: Path, seed: int) -> list[Print]:
    """Reserve balances of every Wednesday [millions of dollars].

    Args:
        sessions: those simulated.
        left: share that a planted drain leaves, by session.
        seed: of the market.
    """
    first = sessions[0] + timedelta(days=(_WEDNESDAY - sessions[0].weekday()) % 7)
    days = [first + _WEEK * week for week in range((sessions[-1] - first).days // 7 + 1)]
    rows = np.searchsorted(np.array(sessions), np.array(days), side="right") - 1  # holidays
    usual = 110.0 * nominal_gdp(len(sessions)) * np.exp(
        ripple(seed, "bank reserves", len(sessions), 0.997, 0.06)
    )  # fmt: skip
    values = np.round((usual * left)[rows]).tolist()
    return [Print("bank_reserves", day, value) for day, value in zip(days, values, strict=True)]


def whole_months(
    every: list[date], sessions: list[date], calendar: list[date]
) -> list[tuple[date, int]]:
    """Each month of which all sessions are simulated: its first day and the row of its last one."""
    before = session_before(sessions[0], calendar)
    return [(day, row) for day, row in month_ends(every, sessions, calendar) if before < day]


def monthly_means(
    every: list[date], sessions: list[date], calendar: list[date], path: Path
) -> list[tuple[date, float]]:
    """Each whole month's first day with the mean of a path over its sessions."""
    ends = whole_months(every, sessions, calendar)
    firsts = np.searchsorted(np.array(sessions), np.array([day for day, _ in ends]))
    return [
        (day, float(path[first : row + 1].mean()))
        for (day, row), first in zip(ends, firsts.tolist(), strict=True)
    ]


def abroad(
    every: list[date], sessions: list[date], calendar: list[date], daily: dict[str, Path], seed: int
) -> list[Print]:
    """Monthly three-month rates of three currencies [decimal] and the real dollar [index]."""
    bill = monthly_means(every, sessions, calendar, daily["treasury_3m"])
    dollar = monthly_means(every, sessions, calendar, daily["dollar_broad"])
    days = [day for day, _ in bill]
    home = np.array([value for _, value in bill])
    own = {name: ripple(seed, f"interbank {name}", home.size, 0.97, deviation)
           for name, deviation in (("ea", 0.004), ("jp", 0.001))}  # fmt: skip
    euro: Path = np.maximum(0.55 * home + 0.002 + own["ea"], -0.006)
    yen: Path = np.maximum(0.1 * home - 0.001 + own["jp"], -0.002)
    prices = ripple(seed, "relative prices", home.size, 0.99, 0.02)
    columns: dict[str, Path] = {
        "interbank_3m_us": np.round(home + 0.0018, 4),
        "interbank_3m_ea": np.round(euro, 4),
        "interbank_3m_jp": np.round(yen, 4),
        "reer_broad": np.round(0.9 * np.array([value for _, value in dollar]) * np.exp(prices), 2),
    }
    return [
        Print(name, day, value)
        for name, column in columns.items()
        for day, value in zip(days, column.tolist(), strict=True)
    ]

"""Simulated statistics by quarter and month: prices, nominal output, balance sheets, Shiller's file."""

from datetime import date

import numpy as np

from sources.simulated_economy import Print, inflation, month_ends, vintages
from sources.simulated_money import NOMINAL_GDP, monthly_means, nominal_gdp, whole_months
from sources.simulated_noise import Path, ripple, stream
from sources.simulated_schedule import (
    RELEASE_TIME,
    cpi_release,
    gdp_release,
    month_after,
    new_york,
    session_after,
    z1_release,
)

_SHARES = {  # of a year's nominal output, and the deviation of its own logarithm
    "corporate_debt": (0.47, 0.02),
    "corporate_liquid_assets": (0.24, 0.05),
    "corporate_receivables": (0.18, 0.03),
    "corporate_paper": (0.008, 0.12),
    "corporate_bank_loans": (0.045, 0.06),
    "corporate_other_loans": (0.04, 0.06),
    "corporate_payables": (0.145, 0.03),
    "corporate_taxes": (0.012, 0.10),
}
_EQUITY_PER_POINT = 1.05e4  # millions of dollars of equity for each point of the S&P 500
_CAPE_MONTHS, _REAL_GROWTH = 120, 0.02


def consumer_prices(every: list[date], oil: Path, seed: int) -> Path:
    """The price level of each month [1982-84 = 100], before rounding: core's pace, and oil."""
    own = 0.0004 * stream(seed, "cpi").standard_normal(len(every))
    pace = inflation(seed, len(every)) + 0.02 * np.diff(np.log(oil), prepend=np.log(oil[0])) + own
    level: Path = 318.0 * np.exp(np.cumsum(pace) - np.sum(pace))
    return level


def oil_by_month(every: list[date], sessions: list[date], close: Path) -> Path:
    """Mean price of each month's sessions so far; a month without one has that before it."""
    bounds = np.searchsorted(np.array(sessions), np.array([*every, month_after(every[-1], 1)]))
    means: list[float] = []
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        means.append(float(close[first:last].mean()) if last > first else means[-1])
    return np.array(means)


def prices(
    every: list[date], calendar: list[date], last: date, oil: Path, seed: int
) -> list[Print]:
    """CPI, revised once after ten months, and PPI, revised once after four."""
    level = consumer_prices(every, oil, seed)
    doubt = stream(seed, "cpi revision").standard_normal(len(every)) * 0.0003
    cpi: Path = np.stack([level * (1.0 + doubt), level], axis=1)
    own = ripple(seed, "ppi", len(every), 0.95, 0.006)
    wholesale: Path = 146.0 * (level / 318.0) * (oil / oil[-1]) ** 0.05 * np.exp(own)
    doubt = stream(seed, "ppi revision").standard_normal(len(every)) * 0.0015
    ppi: Path = np.stack([wholesale * (1.0 + doubt), wholesale], axis=1)
    days = [[cpi_release(month_after(day, later), calendar) for later in (0, 10)] for day in every]
    after = [[session_after(cpi_release(month_after(day, later), calendar), calendar)
              for later in (0, 4)] for day in every]  # fmt: skip
    return [
        *vintages("cpi", every, np.round(cpi, 3), days, last),
        *vintages("ppi_final_demand", every, np.round(ppi, 3), after, last),
    ]


def gdp_nominal(real: list[Print], every: list[date], seed: int) -> list[Print]:
    """Nominal GDP of every estimate of real GDP [billions of dollars]: times the price level."""
    pace = inflation(seed, len(every))
    deflator = np.exp(np.cumsum(pace) - np.sum(pace)) * NOMINAL_GDP / 23_900.0
    at = dict(zip(every, deflator.tolist(), strict=True))
    return [
        Print("gdp_nominal", row.event_date, round(row.value * at[row.event_date], 3),
              row.available_at)
        for row in real
    ]  # fmt: skip


def corporations(
    quarters: list[date], sessions: list[date], calendar: list[date],
    daily: dict[str, Path], seed: int,
) -> list[Print]:  # fmt: skip
    """Balance sheets of nonfinancial corporations [millions], cash flow [billions], by quarter.

    Balance sheets come ten weeks after the quarter's end, cash flow with the second estimate.
    """
    lasts = {month_after(quarter, 2): quarter for quarter in quarters}
    ends = [(lasts[day], row) for day, row in month_ends(list(lasts), sessions, calendar)]
    days, rows = [day for day, _ in ends], [row for _, row in ends]
    output = 1_000.0 * nominal_gdp(len(sessions))[rows]
    columns = {
        name: share * output * np.exp(ripple(seed, name, len(days), 0.9, deviation))
        for name, (share, deviation) in _SHARES.items()
    }
    columns["corporate_equity"] = _EQUITY_PER_POINT * daily["spx_close"][rows]
    cash = (
        0.12 * output / 1_000.0 * np.exp(ripple(seed, "corporate_cash_flow", len(days), 0.85, 0.06))
    )
    released = [z1_release(day, calendar) for day in days]
    paid = [gdp_release(day, 1, calendar) for day in days]
    found = [
        print_
        for name, column in columns.items()
        for print_ in _once(name, days, np.round(column), released, sessions[-1])
    ]
    return [*found, *_once("corporate_cash_flow", days, np.round(cash, 3), paid, sessions[-1])]


def _once(
    name: str, days: list[date], values: Path, released: list[date], last: date
) -> list[Print]:  # fmt: skip
    return [
        Print(name, day, value, new_york(out, RELEASE_TIME))
        for day, value, out in zip(days, values.tolist(), released, strict=True)
        if out <= last
    ]


def shiller(
    every: list[date], sessions: list[date], calendar: list[date],
    daily: dict[str, Path], flow: Path, seed: int,
) -> list[Print]:  # fmt: skip
    """Price, dividends, earnings, CPI and CAPE of every whole month, as Shiller's file has them.

    Earnings before the first month, which the ratio's ten years need, are taken to have grown by
    2 % a year in real terms.
    """
    means = monthly_means(every, sessions, calendar, daily["spx_close"])
    days, price = [day for day, _ in means], np.array([value for _, value in means])
    ends = [row for _, row in whole_months(every, sessions, calendar)]
    oil = oil_by_month(every, sessions, daily["wti_close"])
    cpi = consumer_prices(every, oil, seed)[[every.index(day) for day in days]]
    earnings = 1.02 * flow[ends] * np.exp(ripple(seed, "earnings", len(days), 0.96, 0.10))
    real = earnings / cpi
    past = real[0] * np.exp(-_REAL_GROWTH / 12 * np.arange(_CAPE_MONTHS, 0, -1))
    total = np.cumsum(np.concatenate([[0.0], past, real]))
    mean = (total[_CAPE_MONTHS:] - total[:-_CAPE_MONTHS])[1:] / _CAPE_MONTHS
    columns = {
        "shiller_price": np.round(price, 2),
        "shiller_dividend": np.round(0.36 * flow[ends], 2),
        "shiller_earnings": np.round(earnings, 2),
        "shiller_cpi": np.round(cpi, 3),
        "shiller_cape": np.round(price / cpi / mean, 2),
    }
    return [
        Print(name, day, value)
        for name, column in columns.items()
        for day, value in zip(days, column.tolist(), strict=True)
    ]

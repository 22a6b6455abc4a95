"""The series catalogue: every input once, and for each source the feed it comes from.

A series' name is its column's name; unit and plausible range are the column's. A feed says who
publishes it, in which unit, when a value becomes known and how old it may get.
"""

from dataclasses import dataclass
from datetime import time
from typing import Literal

from schemas.columns import COLUMNS
from schemas.model import Column, SchemaError

SOURCES = ("sample", "simulated")

Rule = Literal["after_close", "days_later", "same_month", "next_month", "stamped"]


@dataclass(frozen=True)
class Known:
    """When a value could first be known, as a rule over its event date.

    ``after_close``: ``minutes`` after the close of the event's session, half days included.
    ``days_later``: ``days`` calendar days later, at ``at`` New York time.
    ``same_month`` and ``next_month``: on ``day`` of the event's or the following month, at ``at``.
    ``stamped``: the publisher's own stamp, carried by the row.
    """

    rule: Rule
    minutes: int = 0
    days: int = 0
    day: int = 0
    at: time = time(18, 0)


@dataclass(frozen=True)
class Feed:
    """Where one source gets a series, and how old a value may be before it warns or fails.

    Ages count sessions from the value's event date; beyond ``fail_after`` the value is taken out
    (null), never carried. ``scale`` turns the published unit into the column's.
    """

    source: str
    publisher: str
    remote_id: str
    frequency: Literal["daily", "monthly", "quarterly"]
    known: Known
    warn_after: int
    fail_after: int
    scale: float = 1.0
    revised: str = "never"
    terms: str = ""
    redistributable: bool = False
    note: str = ""


@dataclass(frozen=True)
class Series:
    """One input of the methodology: its name, its core table and its feed per source."""

    id: str
    table: str
    feeds: tuple[Feed, ...]

    @property
    def column(self) -> Column:
        """The series' entry in the column dictionary."""
        return COLUMNS[self.id]

    def feed(self, source: str) -> Feed | None:
        """The feed that a source offers, or none."""
        return next((feed for feed in self.feeds if feed.source == source), None)


_CLOSE = Known("after_close", minutes=20)
_SAME_EVENING = Known("days_later", days=0, at=time(18, 0))
_ERP_DAY = Known("same_month", day=5, at=time(18, 0))
_ARCH_TERMS = "In the wheel of the arch package (NCSA); used where it is installed, not copied"
_DAMODARAN = "Aswath Damodaran, NYU Stern"
_DAMODARAN_TERMS = "Free to use with acknowledgement"


def _arch(
    remote_id: str,
    publisher: str,
    known: Known,
    ages: tuple[int, int],
    scale: float = 1.0,
    note: str = "",
) -> Feed:
    monthly = known.rule == "next_month"
    return Feed(
        "sample",
        publisher,
        f"arch.data.{remote_id}",
        "monthly" if monthly else "daily",
        known,
        *ages,
        scale=scale,
        terms=_ARCH_TERMS,
        note=note,
    )


def _simulated(name: str, known: Known = _CLOSE, ages: tuple[int, int] = (0, 0),
               frequency: Literal["daily", "monthly", "quarterly"] = "daily",
               revised: str = "never") -> Feed:  # fmt: skip
    return Feed("simulated", "VolBrief simulator", name, frequency, known, *ages,
                revised=revised, terms="Made here; no market data", redistributable=True)  # fmt: skip


def _reference(column: str, scale: float, note: str = "") -> Feed:
    return Feed("sample", _DAMODARAN, f"ERPbymonth: {column}", "monthly", _ERP_DAY, 27, 45,
                scale=scale, revised="sometimes corrected", terms=_DAMODARAN_TERMS,
                redistributable=True, note=note)  # fmt: skip


def _index(name: str, remote_id: str | None, publisher: str = "S&P Dow Jones Indices") -> Series:
    sample = () if remote_id is None else (_arch(remote_id, publisher, _CLOSE, (0, 0)),)
    return Series(name, "core_index_daily", (*sample, _simulated(name)))


_INDICES = (
    *(_index(f"spx_{f}", f"sp500: {f.title()}") for f in ("open", "high", "low", "close")),
    *(_index(f"nasdaq_{f}", f"nasdaq: {f.title()}", "Nasdaq")
      for f in ("open", "high", "low", "close")),
    _index("vix_close", "vix: vix", "Cboe"),
    *(_index(f"{name}_close", None, "Cboe")
      for name in ("vix9d", "vix3m", "vix6m", "vix1y", "vvix", "skew")),
)  # fmt: skip

_RATES = (
    Series("treasury_10y", "core_rate_daily", (
        _reference("T.Bond Rate", 0.01, "held between monthly marks"),
        _simulated("treasury_10y", _SAME_EVENING, (1, 5)),
    )),
    Series("treasury_2y", "core_rate_daily", (
        _simulated("treasury_2y", _SAME_EVENING, (1, 5)),
    )),
    Series("rf_30d", "core_rate_daily", (
        _arch("frenchdata: RF", "Kenneth R. French", Known("next_month", day=25), (65, 90),
              0.12, "one-month bill return, percent a month, times twelve"),
        _simulated("rf_30d", _SAME_EVENING, (1, 5)),
    )),
    Series("baa_yield", "core_rate_daily", (
        _arch("default: BAA", "Moody's", Known("next_month", day=5), (50, 70), 0.01,
              "monthly mean of daily yields"),
        _simulated("baa_yield", Known("days_later", days=1), (2, 5)),
    )),
    Series("aaa_yield", "core_rate_daily", (
        _arch("default: AAA", "Moody's", Known("next_month", day=5), (50, 70), 0.01,
              "monthly mean of daily yields"),
        _simulated("aaa_yield", Known("days_later", days=1), (2, 5)),
    )),
)  # fmt: skip

_VALUATION = (
    Series("erp_damodaran_published", "core_valuation_daily", (
        _reference("ERP (T12m)", 0.01),
        _simulated("erp_damodaran_published", _ERP_DAY, (27, 45), "monthly"),
    )),
    Series("spx_at_erp_mark", "core_valuation_daily", (
        _reference("S&P 500", 1.0),
        _simulated("spx_at_erp_mark", _ERP_DAY, (27, 45), "monthly"),
    )),
    Series("treasury_10y_at_erp_mark", "core_valuation_daily", (
        _reference("T.Bond Rate", 0.01),
        _simulated("treasury_10y_at_erp_mark", _ERP_DAY, (27, 45), "monthly"),
    )),
)  # fmt: skip

_FRENCH = Known("next_month", day=25)
_MACRO = (
    Series("core_cpi", "core_macro_daily", (
        _arch("core_cpi: CPILFESL", "BLS", Known("next_month", day=15, at=time(8, 30)), (58, 80),
              note="vintage of December 2018, not first releases"),
        _simulated("core_cpi", Known("stamped"), (58, 80), "monthly", "twice, a month apart"),
    )),
    Series("gdp_real", "core_macro_daily", (
        _simulated("gdp_real", Known("stamped"), (160, 200), "quarterly", "three estimates"),
    )),
    Series("wti_close", "core_macro_daily", (
        _arch("wti: DCOILWTICO", "EIA", Known("days_later", days=7), (8, 15)),
        _simulated("wti_close", Known("days_later", days=7), (8, 15)),
    )),
    *(Series(name, "core_macro_daily", (
        _arch(f"frenchdata: {remote}", "Kenneth R. French", _FRENCH, (65, 90), 0.01),
        _simulated(name, _FRENCH, (65, 90), "monthly"),
    )) for name, remote in (
        ("mkt_excess_return", "Mkt-RF"), ("smb_return", "SMB"), ("hml_return", "HML"))),
)  # fmt: skip

_BREADTH = tuple(
    Series(name, "core_breadth_daily", (_simulated(name),))
    for name in ("nyse_advances", "nyse_declines", "nyse_unchanged")
)

SERIES: tuple[Series, ...] = (*_INDICES, *_RATES, *_VALUATION, *_MACRO, *_BREADTH)


def series(series_id: str) -> Series:
    """One entry of the catalogue.

    Raises:
        SchemaError: no such series; the message lists those there are.
    """
    for entry in SERIES:
        if entry.id == series_id:
            return entry
    raise SchemaError(f"series {series_id!r}: not in the catalogue; it has "
                      f"{', '.join(entry.id for entry in SERIES)}")  # fmt: skip


def series_of(table_name: str) -> tuple[Series, ...]:
    """The series that a core table holds, in catalogue order."""
    return tuple(entry for entry in SERIES if entry.table == table_name)


def offered_by(source: str) -> tuple[Series, ...]:
    """The series that a source offers, in catalogue order."""
    return tuple(entry for entry in SERIES if entry.feed(source) is not None)

"""How the feeds that need no network are declared: the sample's and the simulator's."""

from dataclasses import replace
from datetime import time

from schemas.feed import Feed, Frequency, Known, Series

CLOSE = Known("after_close", minutes=20)
SAME_EVENING = Known("days_later", days=0, at=time(18, 0))
ERP_DAY = Known("months_later", months=0, day=5, at=time(18, 0))
_PUBLISHER, _TERMS = "VolBrief simulator", "Made here; no market data"
_ARCH_TERMS = "In the wheel of the arch package (NCSA); used where it is installed, not copied"


def arch(
    remote_id: str,
    publisher: str,
    known: Known,
    ages: tuple[int, int],
    scale: float = 1.0,
    note: str = "",
) -> Feed:
    """A column of a file in the arch package."""
    return Feed(
        "sample",
        publisher,
        f"arch.data.{remote_id}",
        "monthly" if known.rule == "months_later" else "daily",
        known,
        *ages,
        scale=scale,
        terms=_ARCH_TERMS,
        note=note,
    )


def simulated(name: str, known: Known = CLOSE, ages: tuple[int, int] = (0, 0),
              frequency: Frequency = "daily", revised: str = "never") -> Feed:  # fmt: skip
    """A series of the simulated market."""
    return Feed("simulated", _PUBLISHER, name, frequency, known, *ages,
                revised=revised, terms=_TERMS, redistributable=True)  # fmt: skip


AS_LIVE: frozenset[str] = frozenset({
    "treasury_3m", "treasury_real_10y", "breakeven_10y", "ig_oas", "sofr", "iorb",
    "interbank_3m_us", "interbank_3m_ea", "interbank_3m_jp",
    *(f"shiller_{name}" for name in ("price", "cpi", "cape", "dividend", "earnings")),
    "cpi", "ppi_final_demand", "gdp_nominal", "dollar_broad", "reer_broad", "bank_reserves",
    "reverse_repo",
    *(f"corporate_{name}" for name in (
        "equity", "debt", "liquid_assets", "receivables", "paper", "bank_loans", "other_loans",
        "payables", "taxes", "cash_flow")),
    *(f"{symbol}_close" for symbol in ("vnq", "xlre", "arkk", "iwo", "kre", "xlk", "xlu", "xly")),
    *(f"midas_{name}" for name in ("cancel_to_trade", "odd_lot_rate", "hidden_rate")),
    "spy_close", "spy_volume", "ipo_priced_count", "dex_volume", "mev_payment_mean",
    "mev_block_count", "eth_close",
})  # fmt: skip
"""Simulated series that are published as their live feed is: as often, as late, as old."""


def with_simulated(entry: Series) -> Series:
    """The series with its simulated feed, where that is timed like the preferred live one.

    Delays of the past are the real publisher's and are not simulated.
    """
    if entry.id not in AS_LIVE:
        return entry
    like = next(feed for feed in entry.feeds if feed.source == "live")
    feed = replace(
        like, source="simulated", publisher=_PUBLISHER, remote_id=entry.id, scale=1.0,
        known=replace(like.known, delayed=()), terms=_TERMS, redistributable=True, note="",
        agrees_within=None,
    )  # fmt: skip
    return replace(entry, feeds=(feed, *entry.feeds))


def reference(column: str, scale: float, note: str = "") -> Feed:
    """A column of the premia typed into this package."""
    return Feed("sample", "Aswath Damodaran, NYU Stern", f"ERPbymonth: {column}", "monthly",
                ERP_DAY, 27, 45, scale=scale, revised="sometimes corrected",
                terms="Free to use with acknowledgement", redistributable=True, note=note)  # fmt: skip

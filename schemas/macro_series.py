"""The economy: prices, output, liquidity, balance sheets, exchange rates; and the gauges."""

from dataclasses import replace
from datetime import time

from schemas import live_feeds as live
from schemas import offline_feeds as offline
from schemas.feed import Feed, Known, Series

_MACRO, _GAUGE = "core_macro_daily", "core_gauge_daily"
_FRENCH = Known("months_later", months=1, day=25)
_CPI, _PPI, _CORE_CPI = "CUSR0000SA0", "WPSFD4", "CUSR0000SA0L1E"
_MICHIGAN = "University of Michigan copyright; own use, no redistribution"
_ATTRIBUTION = "Free with attribution"
_COINBASE = "Coinbase copyright; own use, no redistribution"


def _macro(name: str, *feeds: Feed) -> Series:
    return Series(name, _MACRO, feeds)


def _weekly(fred_id: str, known: Known, *, revised: str = "rarely") -> Feed:
    return replace(live.fred(fred_id, known, live.WEEKLY, "weekly"), revised=revised)


def _rewritten(feed: Feed) -> Feed:
    return replace(feed, revised="whole history")


def _balance(name: str, fred_id: str) -> Series:
    return _macro(name, *live.released(fred_id, live.Z1, "quarterly", live.QUARTERLY))


MACRO_SERIES: tuple[Series, ...] = (
    _macro("core_cpi",
           offline.arch("core_cpi: CPILFESL", "BLS",
                        Known("months_later", months=1, day=15, at=time(8, 30)), (58, 80),
                        note="vintage of December 2018, not first releases"),
           offline.simulated("core_cpi", live.STAMPED, (58, 80), "monthly", "twice, a month apart"),
           *live.released("CPILFESL", live.CPI_DAY, "monthly", live.MONTHLY),
           live.bls(_CORE_CPI, live.CPI_DAY)),
    _macro("cpi", *live.released("CPIAUCSL", live.CPI_DAY, "monthly", live.MONTHLY),
           live.bls(_CPI, live.CPI_DAY)),
    _macro("ppi_final_demand", *live.released("PPIFIS", live.PPI_DAY, "monthly", live.MONTHLY),
           live.bls(_PPI, live.PPI_DAY)),
    _macro("gdp_real",
           offline.simulated("gdp_real", live.STAMPED, (160, 200), "quarterly", "three estimates"),
           *live.released("GDPC1", live.GDP_DAY, "quarterly", (160, 200))),
    _macro("gdp_growth", *live.released("A191RL1Q225SBEA", live.GDP_DAY, "quarterly", (160, 200),
                                        0.01)),
    *(_macro(f"{name}_consensus") for name in ("cpi", "core_cpi", "ppi")),  # the user's own alone
    _macro("gdp_nominal", *live.released("GDP", live.GDP_DAY, "quarterly", (160, 200))),
    _macro("nfci", _weekly("NFCI", live.NEXT_WEEK, revised="whole history, weekly")),
    _macro("anfci", _weekly("ANFCI", live.NEXT_WEEK, revised="whole history, weekly")),
    _macro("stlfsi", _weekly("STLFSI4", live.NEXT_WEEK, revised="whole history")),
    _macro("jobless_claims", _weekly("ICSA", live.CLAIMS, revised="the week before")),
    _macro("unemployment", *live.released("UNRATE", live.JOBS_DAY, "monthly", live.MONTHLY, 0.01)),
    _macro("expected_inflation",
           live.fred_rate("MICH", Known("months_later", months=2, day=1), (70, 100), "monthly",
                          terms=_MICHIGAN)),
    _macro("is_recession",
           replace(live.fred("USREC", Known("months_later", months=21, day=1), (480, 540), "monthly"),
                   revised="dated long after: for display, never for a rule")),
    _macro("wti_close",
           offline.arch("wti: DCOILWTICO", "EIA", Known("days_later", days=7), (8, 15)),
           offline.simulated("wti_close", Known("days_later", days=7), (8, 15)),
           live.fred("DCOILWTICO", Known("days_later", days=10), (9, 15))),
    *(_macro(name,
             offline.arch(f"frenchdata: {remote}", "Kenneth R. French", _FRENCH, (65, 90), 0.01),
             offline.simulated(name, _FRENCH, (65, 90), "monthly"))
      for name, remote in (
        ("mkt_excess_return", "Mkt-RF"), ("smb_return", "SMB"), ("hml_return", "HML"))),
    _macro("reer_broad",
           _rewritten(live.gauge(live.BIS, "WS_EER: M.R.B.US",
                                 Known("months_later", months=1, day=25), (60, 90), "monthly",
                                 terms=_ATTRIBUTION)),
           _rewritten(live.fred("RBUSBIS", Known("months_later", months=1, day=27), (60, 90),
                                "monthly", terms=_ATTRIBUTION))),
    _macro("reer_fed", _rewritten(live.fred("RTWEXBGS", Known("months_later", months=1, day=10),
                                            (60, 90), "monthly"))),
    _macro("dollar_broad", live.fred("DTWEXBGS", Known("days_later", days=8, at=time(16, 15)),
                                     (8, 15))),
    _macro("fed_assets", _weekly("WALCL", live.H41)),
    _macro("bank_reserves", _weekly("WRESBAL", live.H41)),
    _macro("treasury_account", _weekly("WTREGEN", live.H41)),
    _macro("reverse_repo", live.fred("RRPONTSYD", ages=(2, 6))),
    _balance("corporate_equity", "NCBEILQ027S"),
    _balance("corporate_debt", "BCNSDODNS"),
    _balance("corporate_liquid_assets", "BOGZ1FL104001005Q"),
    _balance("corporate_receivables", "BOGZ1FL103070005Q"),
    _balance("corporate_paper", "BOGZ1FL103169100Q"),
    _balance("corporate_bank_loans", "BLNECLBSNNCB"),
    _balance("corporate_other_loans", "BOGZ1FL103169005Q"),
    _balance("corporate_payables", "BOGZ1FL103170005Q"),
    _balance("corporate_taxes", "BOGZ1FL103178000Q"),
    _macro("corporate_cash_flow", *live.released("CNCF", live.NIPA, "quarterly", (200, 260))),
)  # fmt: skip

_DAY_AFTER = Known("days_later", days=1, at=time(7, 0))


def _gauge(name: str, publisher: str, known: Known = _DAY_AFTER,
           ages: tuple[int, int] = (3, 10), *, terms: str = "Public domain",
           revised: str = "never") -> Series:  # fmt: skip
    feed = live.gauge(publisher, name, known, ages, terms=terms)
    return Series(name, _GAUGE, (replace(feed, revised=revised),))


_MIDAS = Known("months_later", months=8, day=1)  # two to five months after the quarter's end
_NASDAQ_TERMS = "Undocumented interface; own use"

GAUGE_SERIES: tuple[Series, ...] = (
    *(_gauge(f"edgar_{kind}", live.EDGAR, revised="late filings are added") for kind in (
        "s1_filings", "f1_filings", "amendments", "priced_filings")),
    *(_gauge(name, live.NASDAQ, ages=(10, 30), terms=_NASDAQ_TERMS, revised="dates move")
      for name in ("ipo_priced_count", "ipo_priced_proceeds", "ipo_withdrawn_count")),
    *(_gauge(f"midas_{name}", live.MIDAS, _MIDAS, (190, 260))
      for name in ("cancel_to_trade", "odd_lot_rate", "hidden_rate")),
    *(_gauge(name, live.DEFILLAMA, terms=_ATTRIBUTION, revised="when adapters change")
      for name in ("dex_volume", "defi_tvl")),
    *(_gauge(name, live.RELAYS, terms="Public interface of each relay")
      for name in ("mev_payment_mean", "mev_block_count")),
    Series("eth_close", _GAUGE, (live.fred("CBETHUSD", ages=(3, 10), terms=_COINBASE),)),
)  # fmt: skip

"""The tables of macro releases: windows, surprises, revisions and shifts, and the measures they hold."""

from schemas.columns import columns
from schemas.measure import Measure, NotUsed, measures_of
from schemas.model import Table

MART_GDP_REVISION_DAILY = Table(
    "mart_gdp_revision_daily",
    "Estimates of the newest quarter's GDP as they came, and what such a revision usually is.",
    ("session",),
    columns("session", "gdp_quarter", "gdp_growth_advance", "gdp_growth_newest", "gdp_estimate",
            "gdp_revision", "gdp_mean_abs_revision", "gdp_revision_quarters",
            "sessions_since_gdp_estimate", "is_gdp_revision_large"),
)  # fmt: skip

MART_MACRO_DAILY = Table(
    "mart_macro_daily",
    "Surprises of releases, shifts of rates and the dollar, exchange rate against rates.",
    ("session",),
    columns("session", *(f"{name}_surprise{end}" for name in ("cpi", "core_cpi", "ppi")
                         for end in ("", "_type")),
            "fomc_surprise", "fomc_minutes_surprise", "rate_shift_z", "dollar_shift_z",
            "reer_change_3m", "reer_z", "rate_differential", "rate_differential_basis",
            "rate_differential_z", "rate_differential_3m_z", "reer_rate_divergence",
            "is_reer_rate_divergent", "is_macro_shift"),
)  # fmt: skip

EVENT_TABLES: tuple[Table, ...] = (MART_GDP_REVISION_DAILY, MART_MACRO_DAILY)

_EVENT, _MACRO, _GDP = "core_event_daily", MART_MACRO_DAILY.name, MART_GDP_REVISION_DAILY.name
_INDICES = {"cpi": "cpi", "core_cpi": "core_cpi", "ppi": "ppi_final_demand"}
_SURPRISES = {"cpi": ("E-SURPRISE", "CPI"), "core_cpi": ("E-SURPRISE-CORE", "core CPI"),
              "ppi": ("E-SURPRISE-PPI", "PPI")}  # fmt: skip
_REER = ("reer_broad", "reer_fed")
_RATES = ("treasury_2y", "euro_2y", "japan_2y", "uk_2y", "interbank_3m_us", "interbank_3m_ea",
          "interbank_3m_jp")  # fmt: skip
_GDP_INPUTS = ("gdp_growth", "gdp_real")
_RESOLUTION = ("Lucca and Moench 2015, JF 70; Hu, Pan, Wang and Zhu 2022, JFE 145",
               ("Supports a window in which uncertainty resolves, not that releases distort the cost "
               "of equity"))  # fmt: skip
_BALDUZZI = "Balduzzi, Elton and Green 2001, JFQA 36; AR(3) in place of a consensus"
_NAIVE = (
    "Without a consensus of yours the forecast is statistical and knows less than the market; "
    "the month before is as last known, without the revision that comes with the release"
)
_NO_LINK = "No study found that links it to the timing of VIX hedges"


EVENT_MEASURES: tuple[Measure, ...] = (
    *measures_of(_EVENT, "B", "GATE", (),
         ("E-FOMC", "Sessions to the FOMC decision", "sessions_to_fomc", "7.1",
          "sessions to the next scheduled decision", *_RESOLUTION),
         ("E-CPI", "Sessions to the CPI", "sessions_to_cpi", "7.1",
          "sessions to the next scheduled release", *_RESOLUTION)),
    *measures_of(_EVENT, "B", "GAUGE", (),
         ("E-MINUTES", "Sessions to the FOMC minutes", "sessions_to_fomc_minutes", "7.1",
          "three weeks after each scheduled decision since December 2004", *_RESOLUTION),
         ("E-PPI", "Sessions to the PPI", "sessions_to_ppi", "7.1",
          "sessions to the next scheduled release", *_RESOLUTION),
         ("E-GDP", "Sessions to the GDP release", "sessions_to_gdp", "7.1",
          "sessions to the next scheduled release", *_RESOLUTION),
         ("E-WINDOW", "Event window", "is_in_event_window", "7.1",
          "sessions_to_fomc = 1, or at most 1 since a decision, minutes, CPI, PPI or GDP",
          *_RESOLUTION)),
    *(measure for name, series_id in _INDICES.items() for measure in
      measures_of(_MACRO, "B", "GAUGE", (series_id, f"{name}_consensus"),
          (_SURPRISES[name][0], f"Surprise of the {_SURPRISES[name][1]}", f"{name}_surprise", "7.2",
           "(A - E) / sd_60(A - E)", _BALDUZZI, _NAIVE))),
    *measures_of(_MACRO, "B", "GAUGE", ("treasury_2y",),
         ("E-FOMC-SURPRISE", "Surprise of the FOMC decision", "fomc_surprise", "7.1",
          "treasury_2y on the decision's session less the session before",
          "Kuttner 2001, JME 47, with the two-year yield for futures",
          "A day's change holds all news of the day"),
         ("E-MINUTES-SURPRISE", "Surprise of the FOMC minutes", "fomc_minutes_surprise", "7.1",
          "treasury_2y on the minutes' session less the session before",
          "Kuttner 2001, JME 47, with the two-year yield for futures",
          "A day's change holds all news of the day")),
    *measures_of(_MACRO, "D", "GAUGE", ("treasury_2y",),
         ("E-SHIFT", "Shift of rates", "rate_shift_z", "7.2",
          "(x_t - x_{t-5}) / sd_252(5-day change), x = treasury_2y", "convention", _NO_LINK)),
    *measures_of(_MACRO, "D", "GAUGE", ("dollar_broad",),
         ("E-SHIFT-DOLLAR", "Shift of the dollar", "dollar_shift_z", "7.2",
          "(x_t - x_{t-5}) / sd_252(5-day change), x = dollar_broad", "convention", _NO_LINK)),
    *measures_of(_MACRO, "D", "GAUGE", _REER,
         ("X-REER", "Real effective dollar", "reer_z", "7.4",
          "ln(REER_m / REER_{m-3}) against its previous ten years",
          "BIS broad index, or the Federal Reserve's", _NO_LINK)),
    *measures_of(_MACRO, "D", "GAUGE", _RATES,
         ("X-IRD", "Interest-rate differential", "rate_differential_z", "7.4",
          ("21-session change of US less .5 euro area, .3 Japan, .2 UK, renormalized; 2-year yields "
          "of yours, else 3-month interbank, against ten years"), "OECD; methodology 7.4", _NO_LINK)),
    *measures_of(_MACRO, "D", "GAUGE", (*_REER, *_RATES),
         ("X-DIVG", "Divergence of dollar and rates", "reer_rate_divergence", "7.4",
          "reer_z - rate_differential_3m_z; divergent beyond 1.5", "methodology 7.4", _NO_LINK)),
    *measures_of(_GDP, "B", "GAUGE", _GDP_INPUTS,
         ("E-GDPREV", "Revision of GDP growth", "gdp_revision", "7.3",
          ("newest less first estimate, annual rate; large beyond 2 x its mean absolute size over 40 "
          "quarters"), "BEA, revisions to GDP; ALFRED vintages",
          "Where only levels are known, an annual update moves the quarter before unseen"),
         ("E-GDPREV-LARGE", "Large revision of GDP growth", "is_gdp_revision_large", "7.3",
          "abs(gdp_revision) > 2 * gdp_mean_abs_revision", "BEA, revisions to GDP",
          "No link to the VIX found")),
    *measures_of(_MACRO, "D", "GAUGE", ("treasury_2y", "dollar_broad", *_INDICES.values(), *_GDP_INPUTS,
                                *(f"{name}_consensus" for name in _INDICES)),
         ("E-MACRO", "Macro shift", "is_macro_shift", "12.4",
          ("abs(z_5) > 2 of the 2-year yield or the dollar, or abs(S) > 2 of a fresh CPI or PPI, or a "
          "fresh large GDP revision"), "methodology 12.4", _NO_LINK)),
)  # fmt: skip

EVENT_NOT_USED: tuple[NotUsed, ...] = (
    NotUsed("E-FUTURES", "Rate that fed funds futures imply, change on the day", "7.1",
            "The exchange's settlement prices are not free; the two-year yield stands in."),
    NotUsed("E-PROJECTIONS", "Decisions with economic projections, flagged", "7.1",
            "The projections' dates follow the calendar (every other meeting) and no rule reads them."),
)  # fmt: skip

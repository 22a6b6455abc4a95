"""The columns of macro releases: windows, surprises, revisions and shifts."""

import polars as pl

from schemas.model import Column, Unit
from schemas.quantities import count, date, flag, rate, text, z

_FLOAT = pl.Float64()
_EVENTS = (
    ("fomc_minutes", "FOMC minutes, three weeks after a decision"),
    ("ppi", "PPI release"),
    ("gdp", "GDP release"),
)
_PAST = (("fomc", "FOMC decision"), ("cpi", "CPI release"), *_EVENTS)
_STATISTICS = (("cpi", "CPI"), ("core_cpi", "core CPI"), ("ppi", "PPI of final demand"))

EVENT_COLUMNS: tuple[Column, ...] = (
    *(
        count(f"sessions_to_{name}", f"Sessions to the next {words} then scheduled", Unit.SESSIONS)
        for name, words in _EVENTS
    ),
    *(
        count(f"sessions_since_{name}", f"Sessions since the last {words}; 0 on its own session",
              Unit.SESSIONS)
        for name, words in _PAST
    ),
    flag("is_in_event_window", "Whether the session is in the window of a decision, its minutes, or "
         "a release of CPI, PPI or GDP"),
    *(
        column
        for name, words in _STATISTICS
        for column in (
            z(f"{name}_surprise", f"Newest {words}: month's change less what was expected, in standard "
              "deviations of such errors"),
            text(f"{name}_surprise_type", f"What the {words} was expected to be by: consensus or "
                 "statistical", nullable=True),
        )
    ),
    rate("fomc_surprise", "Change of the 2-year Treasury yield on the last session with a decision",
         ge=-0.03, le=0.03),
    rate("fomc_minutes_surprise", "The same on the last session with minutes", ge=-0.03, le=0.03),
    z("rate_shift_z", "Five sessions' change of the 2-year yield over the year's deviation of it"),
    z("dollar_shift_z", "Five sessions' change of the broad dollar over the year's deviation of it"),
    Column("reer_change_3m", _FLOAT, Unit.DECIMAL, "ln of the real effective dollar over its value "
           "three months before", ge=-0.5, le=0.5),
    z("reer_z", "reer_change_3m against its previous ten years"),
    rate("rate_differential", "US rate less the weighted rate of euro area, Japan and UK: 2-year "
         "yields, or 3-month interbank rates", ge=-0.3, le=0.3),
    text("rate_differential_basis", "The rates it is made from: 2y or 3m, and the areas known",
         nullable=True),
    z("rate_differential_z", "Its change over 21 sessions against the previous ten years"),
    z("rate_differential_3m_z", "Its change over 63 sessions against the previous ten years"),
    z("reer_rate_divergence", "reer_z less rate_differential_3m_z"),
    flag("is_reer_rate_divergent", "Whether the divergence exceeds 1.5 either way"),
    flag("is_macro_shift", "R-13: a shift or a fresh surprise beyond 2, or a large GDP revision"),
    date("gdp_quarter", "First day of the newest quarter with a GDP estimate"),
    rate("gdp_growth_advance", "Its first estimate: real growth, annual rate", ge=-0.6, le=0.6),
    rate("gdp_growth_newest", "Its newest estimate", ge=-0.6, le=0.6),
    count("gdp_estimate", "Which estimate the newest is: 1, 2 or 3", ge=1),
    rate("gdp_revision", "Newest less first estimate, annual rate", ge=-0.3, le=0.3),
    rate("gdp_mean_abs_revision", "Mean absolute revision to that estimate, 40 quarters", ge=0.0, le=0.3),
    count("gdp_revision_quarters", "Complete quarters behind the mean; 40 when full"),
    count("sessions_since_gdp_estimate", "Sessions since the newest estimate became known", Unit.SESSIONS),
    flag("is_gdp_revision_large", "Whether the revision exceeds twice its mean absolute size"),
)  # fmt: skip

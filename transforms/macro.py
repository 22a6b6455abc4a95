"""Surprises, rate and dollar shifts, the real exchange rate against the rate differential."""

import polars as pl

from schemas.core import UNFIT
from schemas.frames import compare, join_one
from transforms.finite import finite
from transforms.macro_surprise import STATISTICS, surprises
from transforms.returns import log_ratio
from transforms.standing import z_score

_SHIFT_SESSIONS = 5
_SHIFT_WINDOW, _SHIFT_LEAST = 252, 76  # 30 % of the window
_MONTH, _QUARTER = 21, 63  # sessions
_WEIGHTS = (0.5, 0.3, 0.2)  # euro area, Japan, United Kingdom
_TWO_YEAR = ("euro_2y", "japan_2y", "uk_2y")
_THREE_MONTH = ("interbank_3m_ea", "interbank_3m_jp")
_DIVERGENT = 1.5
_SHIFT_LARGE = 2.0
_WINDOW_SESSIONS = 1  # a release counts on its own session and the next
_SPREAD_MIN = 1e-12  # relative to the value: below it a spread is rounding noise


def shift_score(value: pl.Expr) -> pl.Expr:
    """How large the last five sessions' change is among those of the year before.

    ``z_5 = (x_t - x_{t-5}) / sd_252(5-day changes)``; the deviation is over the changes that end at
    t-1, so that a shift is not part of its own scale.

    Args:
        value: a level in session order, any unit.

    Returns:
        Score [standard deviations]; null where either end is missing, with fewer than 76 changes,
        and where none of them differed.

    Source:
        Methodology 7.2.
    """
    change = finite(value - value.shift(_SHIFT_SESSIONS))
    spread = change.shift(1).rolling_std(_SHIFT_WINDOW, min_samples=_SHIFT_LEAST)
    return finite(pl.when(spread > _SPREAD_MIN * value.abs()).then(change / spread))


def weighted_rate(names: tuple[str, ...]) -> pl.Expr:
    """Mean of foreign rates [decimal], weighted .5, .3 and .2 and renormalized over those known.

    Args:
        names: columns of the euro area, Japan and the United Kingdom, in this order; a tail may be
            missing.

    Returns:
        Null where none is known.

    Source:
        Methodology 7.4, X-IRD.
    """
    pairs = list(zip(names, _WEIGHTS, strict=False))
    total = pl.sum_horizontal([weight * finite(pl.col(name)) for name, weight in pairs])
    known = pl.sum_horizontal(
        [pl.when(finite(pl.col(name)).is_not_null()).then(weight) for name, weight in pairs]
    )
    return finite(pl.when(known > 0.0).then(total / known))


def macro_daily(
    core_as_known_daily: pl.LazyFrame,
    core_rate_daily: pl.LazyFrame,
    core_macro_daily: pl.LazyFrame,
    core_event_daily: pl.LazyFrame,
    mart_gdp_revision_daily: pl.LazyFrame,
) -> pl.LazyFrame:
    """Surprises of releases, shifts of rates and of the dollar, and whether any is large (R-13)."""
    frame = join_one(
        core_rate_daily.select(
            "session", "treasury_2y", "interbank_3m_us", *_TWO_YEAR, *_THREE_MONTH
        ),
        core_macro_daily.select("session", "dollar_broad"),
        on="session",
    )
    revision = mart_gdp_revision_daily.select(
        "session", "gdp_estimate", "sessions_since_gdp_estimate", "is_gdp_revision_large"
    )
    parts = [revision, *_exchange_rates(core_as_known_daily)]
    parts += [_named(core_as_known_daily, name) for name in STATISTICS]
    parts.append(_fomc_surprises(core_as_known_daily, core_event_daily))
    for part in parts:
        frame = join_one(frame, part, on="session")
    shifted = _scored(_differenced(frame.sort("session")))
    return shifted.with_columns(is_macro_shift=_is_macro_shift()).select(
        "session",
        *(f"{name}_surprise{end}" for name in STATISTICS for end in ("", "_type")),
        "fomc_surprise",
        "fomc_minutes_surprise",
        "rate_shift_z",
        "dollar_shift_z",
        "reer_change_3m",
        "reer_z",
        "rate_differential",
        "rate_differential_basis",
        "rate_differential_z",
        "rate_differential_3m_z",
        "reer_rate_divergence",
        "is_reer_rate_divergent",
        "is_macro_shift",
    )


def _differenced(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The rate differential and what it is made from: two-year yields, or three-month rates."""
    two, three = weighted_rate(_TWO_YEAR), weighted_rate(_THREE_MONTH)
    long = finite(pl.col("treasury_2y") - two)
    short = finite(pl.col("interbank_3m_us") - three)
    basis = pl.when(long.is_not_null()).then(_known("2y", _TWO_YEAR))
    return frame.with_columns(
        rate_differential=pl.coalesce(long, short),
        rate_differential_basis=basis.when(short.is_not_null()).then(_known("3m", _THREE_MONTH)),
    )


def _known(term: str, names: tuple[str, ...]) -> pl.Expr:
    held = [
        pl.when(finite(pl.col(name)).is_not_null()).then(pl.lit(where))
        for name, where in zip(names, ("ea", "jp", "uk"), strict=False)
    ]
    return pl.concat_str(pl.lit(term), *held, separator=" ", ignore_nulls=True)


def _change(sessions: int) -> pl.Expr:
    """Change of the differential; null where it was made from other rates then."""
    value, basis = pl.col("rate_differential"), pl.col("rate_differential_basis")
    return finite(pl.when(basis == basis.shift(sessions)).then(value - value.shift(sessions)))


def _scored(frame: pl.LazyFrame) -> pl.LazyFrame:
    divergence = pl.col("reer_rate_divergence")
    return (
        frame.with_columns(
            reer_change_3m=pl.coalesce("reer_broad_change", "reer_fed_change"),
            change_month=_change(_MONTH),
            change_quarter=_change(_QUARTER),
        )
        .with_columns(
            rate_shift_z=shift_score(pl.col("treasury_2y")),
            dollar_shift_z=shift_score(pl.col("dollar_broad")),
            reer_z=z_score(pl.col("reer_change_3m")),
            rate_differential_z=z_score(pl.col("change_month")),
            rate_differential_3m_z=z_score(pl.col("change_quarter")),
        )
        .with_columns(
            reer_rate_divergence=finite(pl.col("reer_z") - pl.col("rate_differential_3m_z"))
        )
        .with_columns(is_reer_rate_divergent=compare(divergence.abs(), ">", _DIVERGENT))
    )


def _is_macro_shift() -> pl.Expr:
    """R-13's condition; null where no part holds and one is unknown.

    A release counts on the session it becomes known and the next; a first estimate of GDP revises
    nothing.
    """
    shifts = [
        compare(pl.col(name).abs(), ">", _SHIFT_LARGE)
        for name in ("rate_shift_z", "dollar_shift_z")
    ]
    surprised = [
        _in_window(
            compare(pl.col(f"{name}_surprise").abs(), ">", _SHIFT_LARGE), f"{name}_since_release"
        )
        for name in STATISTICS
    ]
    revised = pl.when(pl.col("gdp_estimate") > 1).then(pl.col("is_gdp_revision_large"))
    of_gdp = pl.when(pl.col("gdp_estimate") == 1).then(statement=False).otherwise(revised)
    return pl.any_horizontal(*shifts, *surprised, _in_window(of_gdp, "sessions_since_gdp_estimate"))


def _in_window(outcome: pl.Expr, since: str) -> pl.Expr:
    is_past = compare(pl.col(since), ">", float(_WINDOW_SESSIONS))
    return pl.when(is_past).then(statement=False).otherwise(outcome)


def _named(core_as_known_daily: pl.LazyFrame, name: str) -> pl.LazyFrame:
    return surprises(core_as_known_daily, name).select(
        "session",
        pl.col("surprise").alias(f"{name}_surprise"),
        pl.col("surprise_type").alias(f"{name}_surprise_type"),
        pl.col("since_release").alias(f"{name}_since_release"),
    )


def _fit(core_as_known_daily: pl.LazyFrame, series_id: str) -> pl.LazyFrame:
    """The rows of one series that are fresh and believed."""
    is_fit = ~pl.col("freshness").is_in(UNFIT)
    return core_as_known_daily.filter(is_fit, pl.col("series_id") == series_id).sort("session")


def _exchange_rates(core_as_known_daily: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Log change of each real exchange rate on the month three before, as last known of it.

    A month's last known value is the one that stood before the next month's came, so it was known.
    """
    changes = []
    for name in ("reer_broad", "reer_fed"):
        rows = _fit(core_as_known_daily, name).select("session", "event_date", "value")
        before = rows.group_by("event_date", maintain_order=True).agg(pl.col("value").last())
        before = before.select(pl.col("event_date").dt.offset_by("3mo"), before="value")
        change = log_ratio(pl.col("value"), pl.col("before")).alias(f"{name}_change")
        changes.append(join_one(rows, before, on="event_date", many=True).select("session", change))
    return changes


def _fomc_surprises(
    core_as_known_daily: pl.LazyFrame, core_event_daily: pl.LazyFrame
) -> pl.LazyFrame:
    """Change of the two-year yield on the last session with a decision, and with minutes [decimal].

    The change belongs to the yield's own date, also where it becomes known a session later; it is
    held until the next. Null where the yield of that session or of the one before is missing.
    """
    events = (
        core_event_daily.select("session", "sessions_since_fomc", "sessions_since_fomc_minutes")
        .sort("session")
        .with_row_index("number")
        .rename({"session": "event_date"})
    )
    rows = _fit(core_as_known_daily, "treasury_2y").select("session", "event_date", "value")
    dated = join_one(rows, events, on="event_date", many=True).sort("session")
    number = pl.col("number").cast(pl.Int32)
    is_next = number - number.shift(1) == 1
    change = pl.when(is_next).then(pl.col("value") - pl.col("value").shift(1))
    return dated.select(
        "session",
        *(
            _held(change, f"sessions_since_{kind}").alias(f"{kind}_surprise")
            for kind in ("fomc", "fomc_minutes")
        ),
    )


def _held(change: pl.Expr, since: str) -> pl.Expr:
    """The change on an announcement's own session, held until the next one's, unknown ones too."""
    is_new = pl.col("event_date") != pl.col("event_date").shift(1)
    announced = is_new & (pl.col(since) == 0)
    return finite(pl.when(announced).then(change.fill_null(float("nan"))).forward_fill())

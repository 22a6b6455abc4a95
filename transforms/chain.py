"""The session's option quotes, and what is wrong with each: rows are named, never dropped or mended."""

import polars as pl

from schemas.core import CORE_OPTION_QUOTE
from schemas.frames import join_one, known_by

NEW_YORK = "America/New_York"

_CONTRACT = ["session", "root", "expiry", "strike", "right"]
_SIDE = ["session", "root", "expiry", "right"]
_STRIKES = (0.5, 100_000.0)
_LARGEST = 100_000.0  # index points; no quote or index comes near it
_ABOVE_INDEX = 2.0  # a VIX future can stand well above the VIX, a call on it not above both


def option_quote(core_session: pl.LazyFrame, raw_option_quote: pl.LazyFrame) -> pl.LazyFrame:
    """Each root's newest snapshot that was taken on the session and known by its decision time.

    A session's snapshots are those from its open until the next session's day begins: a body fetched
    at a weekend carries Friday's quotes, one from the small hours before an open no session's. Quotes
    of two times are never mixed within a root, and none is carried to a later session. ``quote_fault``
    is the first of these that holds:

    - ``implausible``: a bid or ask, now null, that is no finite number from 0 to 100,000, or a bid
      above anything the option could be worth (twice the index for a call, the strike for a put);
    - ``expired``: it settles on the session or has before: at the decision it is gone;
    - ``empty``: neither bid nor ask;
    - ``crossed``: the ask below the bid; a locked quote, bid equal to ask, is sound;
    - ``zero_bid``, ``no_ask``: one side only;
    - ``beyond_wings``: sound by itself, but farther out of the money than two strikes in a row
      without a bid, where Cboe's rules stop reading.

    Contracts whose strike is outside what a strike can be are left out: they are no rows.
    """
    rows = _newest(_of_sessions(core_session, raw_option_quote))
    cleaned = rows.with_columns(
        bid=_plausible(pl.col("bid")),
        ask=_plausible(pl.col("ask")),
        underlying=_plausible(pl.col("underlying"), least=1.0),
        bid_found=pl.col("bid"),
        ask_found=pl.col("ask"),
    )
    two_sided = (pl.col("ask") >= pl.col("bid")) & (pl.col("bid") > 0.0)
    mid = pl.when(two_sided).then(0.5 * (pl.col("bid") + pl.col("ask")))
    faulty = cleaned.with_columns(mid=mid, own_fault=_own_fault())
    return _with_wings(faulty).select(list(CORE_OPTION_QUOTE.schema))


def _of_sessions(core_session: pl.LazyFrame, raw: pl.LazyFrame) -> pl.LazyFrame:
    """The quotes with their session, those that its decision did not know left out."""
    sessions = core_session.select("session", "open_at", "next_session", "decision_at")
    # Joined by the snapshot's time, of which there are few, and not row by row.
    times = raw.select("quote_at", "available_at").unique()
    dated = known_by(times, sessions, left_on="quote_at", right_on="open_at")
    day = pl.col("quote_at").dt.convert_time_zone(NEW_YORK).dt.date()
    ours = dated.filter(
        day < pl.col("next_session"), pl.col("available_at") <= pl.col("decision_at")
    ).select("quote_at", "available_at", "session")
    placed = join_one(raw, ours, ["quote_at", "available_at"], many=True)
    return placed.filter(pl.col("session").is_not_null())


def _newest(placed: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of each root's newest snapshot; of one contract twice the one that became known last."""
    newest = pl.col("quote_at").max().over("session", "root")
    kept = placed.filter(
        pl.col("quote_at") == newest,
        pl.col("strike").is_between(*_STRIKES),
        pl.col("right").is_in(["C", "P"]),
    )
    ordered = kept.sort(*_CONTRACT, "available_at")
    return ordered.unique(_CONTRACT, keep="last", maintain_order=True)


def _plausible(value: pl.Expr, *, least: float = 0.0) -> pl.Expr:
    return pl.when(value.is_finite() & value.is_between(least, _LARGEST)).then(value)


def _own_fault() -> pl.Expr:
    """What is wrong with a quote by itself; null where nothing is."""
    bid, ask = pl.col("bid"), pl.col("ask")
    has_bid, has_ask = (bid > 0.0).fill_null(value=False), (ask > 0.0).fill_null(value=False)
    most = pl.when(pl.col("right") == "P").then("strike").otherwise(
        _ABOVE_INDEX * pl.max_horizontal("underlying", "strike")
    )  # fmt: skip
    taken_out = (pl.col("bid_found").is_not_null() & bid.is_null()) | (
        pl.col("ask_found").is_not_null() & ask.is_null()
    )
    return (
        pl.when(taken_out | (bid > most).fill_null(value=False))
        .then(pl.lit("implausible"))
        .when(pl.col("expiry") <= pl.col("session"))
        .then(pl.lit("expired"))
        .when(~has_bid & ~has_ask)
        .then(pl.lit("empty"))
        .when(has_bid & has_ask & (ask < bid))
        .then(pl.lit("crossed"))
        .when(~has_bid)
        .then(pl.lit("zero_bid"))
        .when(~has_ask)
        .then(pl.lit("no_ask"))
    )


def _with_wings(faulty: pl.LazyFrame) -> pl.LazyFrame:
    """The rows in order of the key, with ``quote_fault``.

    Seen from the index outwards. The index stands in for the forward: no strike between the two goes
    without a bid where there is a market at all.
    """
    is_call, strike = pl.col("right") == "C", pl.col("strike")
    outwards = faulty.with_columns(
        outward=pl.when(is_call).then(strike).otherwise(-strike),
        is_out=pl.when(is_call).then(strike >= pl.col("underlying")).otherwise(
            strike <= pl.col("underlying")
        ).fill_null(value=False),
    ).sort(*_SIDE, "outward")  # fmt: skip
    unbid = pl.col("is_out") & ~(pl.col("bid") > 0.0).fill_null(value=False)
    pairs = (unbid & unbid.shift(1).fill_null(value=False)).cast(pl.Int32)
    is_beyond = pl.col("is_out") & (pairs.cum_sum().shift(1).fill_null(0) > 0).over(_SIDE)
    wing = pl.when(is_beyond).then(pl.lit("beyond_wings"))
    return outwards.with_columns(quote_fault=pl.coalesce("own_fault", wing)).sort(_CONTRACT)

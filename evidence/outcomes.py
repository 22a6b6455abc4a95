"""What the market did in the sessions after each close: for reports only, never for a rule.

Source:
    Methodology 6.3, 12.1 and appendix C.
"""

import polars as pl

AHEAD = 21  # sessions
SPIKE = 1.25  # times the VIX of the close

OUTCOMES = ("vix_change", "is_spike", "vol_ahead", "vol_paid", "spx_return")
"""The columns that ``outcomes`` adds, all over the next 21 sessions.

``vix_change`` is ln of the VIX then over the VIX now; ``is_spike`` 1 where the VIX closed at 1.25
times its level or more; ``vol_ahead`` realized volatility [decimal]; ``vol_paid`` the VIX less that
[volatility points]; ``spx_return`` the index's log return.
"""


def outcomes(index: pl.DataFrame) -> pl.DataFrame:
    """What followed each session, null where fewer than 21 sessions did or a close is missing.

    Args:
        index: session, spx_close and vix_close, a row a session.
    """
    vix, spx = pl.col("vix_close"), pl.col("spx_close")
    ahead = [vix.shift(-n) for n in range(1, AHEAD + 1)]
    squares = [(spx.shift(-n) / spx.shift(1 - n)).log() ** 2 for n in range(1, AHEAD + 1)]
    is_whole = pl.all_horizontal(one.is_not_null() for one in (*ahead, *squares))
    made = index.sort("session").select(
        "session",
        vix_change=(vix.shift(-AHEAD) / vix).log(),
        is_spike=(pl.max_horizontal(ahead) >= SPIKE * vix).cast(pl.Float64),
        vol_ahead=(252.0 / AHEAD * pl.sum_horizontal(squares)).sqrt(),
        spx_return=(spx.shift(-AHEAD) / spx).log(),
        is_whole=is_whole & vix.is_not_null(),
        vix_close=vix,
    )
    made = made.with_columns(vol_paid=pl.col("vix_close") - 100.0 * pl.col("vol_ahead"))
    return made.select(
        "session", *(pl.when("is_whole").then(pl.col(name)).alias(name) for name in OUTCOMES)
    )

"""The user's own option chain: a file named ``chain...csv`` in the folder of own files.

Either Cboe's quote table as its page saves it, or a plain table of contracts. Quotes are as strict as
the publisher's: nothing is guessed, a mistake is answered with its line. Whether a quote is sound,
crossed, one-sided, beyond the wings, is judged later and said of its row.
"""

import polars as pl

from sources.cboe_chain import CHAIN_SCHEMA, ROOTS, parse_quote_table
from sources.sheet import headed

PREFIX = "chain"
HEADER = ("quote_at", "root", "expiry", "strike", "right", "bid", "ask", "underlying")

_ROOTS = tuple(root for roots in ROOTS.values() for root in roots)
_INSTANT = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
_KEY = ("quote_at", "root", "expiry", "strike", "right")
_LOWEST, _HIGHEST = 0.5, 100_000.0  # what a strike can be
_MARKS = (b"\n", b"\r\n", b"\xef\xbb\xbf\n", b"\xef\xbb\xbf\r\n")  # the blank top of Cboe's table


def parse_own_chain(payload: bytes, *, file: str) -> pl.LazyFrame:
    """Option quotes of a user's file, one row a contract and instant.

    The plain table's header is ``quote_at,root,expiry,strike,right,bid,ask,underlying``: instants as
    2024-01-05T21:14:59Z, roots SPX, SPXW, VIX or VIXW, dates as 2024-02-16, rights C or P, decimals
    with a point. A bid or ask of zero or nothing is none, as Cboe writes it.

    Args:
        payload: the file's bytes; the last line of a plain table may lack its end.
        file: the file's name.

    Returns:
        The columns of ``CHAIN_SCHEMA``; null is what the file does not have.

    Raises:
        SourceError: another header, a cell that is not of its kind, or a contract twice at one
            instant.
    """
    if payload.startswith(_MARKS):
        return parse_quote_table(payload)
    _, table = headed(payload, HEADER, file=file, cut_is_fatal=False)
    text = {name: table.cells.get_column(name) for name in HEADER}
    table.refuse(~text["root"].is_in(_ROOTS).fill_null(value=False), "root", " or ".join(_ROOTS))
    table.refuse(~text["right"].is_in(["C", "P"]).fill_null(value=False), "right", "C or P")
    shaped = text["quote_at"].set(
        ~text["quote_at"].str.contains(_INSTANT).fill_null(value=False), None
    )
    quote_at = shaped.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False)
    table.refuse(quote_at.is_null(), "quote_at", "a UTC instant as 2024-01-05T21:14:59Z")
    strike, level = table.decimals("strike"), table.decimals("underlying")
    table.refuse(~strike.is_between(_LOWEST, _HIGHEST), "strike", "a strike from 0.5 to 100,000")
    table.refuse(~level.is_between(1.0, _HIGHEST), "underlying", "a level from 1 to 100,000")
    prices = {name: table.decimals(name, blanks=("",)) for name in ("bid", "ask")}
    rows = pl.DataFrame({
        "root": text["root"], "expiry": table.dates("expiry", "%Y-%m-%d"), "strike": strike,
        "right": text["right"], **{name: price.set(price == 0, None) for name, price in prices.items()},
        "quote_at": quote_at.dt.replace_time_zone("UTC"), "underlying": level,
    })  # fmt: skip
    twice = rows.select(pl.struct(_KEY).is_duplicated()).to_series()
    table.refuse(twice, "strike", "each contract once at an instant")
    unstated = [
        pl.lit(None, dtype=CHAIN_SCHEMA[name]).alias(name)
        for name in CHAIN_SCHEMA.names() if name not in rows.columns
    ]  # fmt: skip
    return rows.lazy().with_columns(unstated).select(CHAIN_SCHEMA.names())

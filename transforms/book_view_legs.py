"""The stored legs of books as the arrays that pricing moves: what they are worth is not asked."""

import numpy as np
import polars as pl

from pricing.black import black76_price
from pricing.board import Floats
from pricing.etp import CHANGED, PRODUCTS
from pricing.legs import LegKind, Legs
from pricing.priced_from import PricedFrom
from pricing.smile import DAYS_PER_YEAR

_LEVELS = {level.name.lower(): level.value for level in PricedFrom}
EXPIRED = "expired"

_PRODUCT_DAYS = 3650.0  # a share of a product that rolls never expires
_LEAST_STRIKE = 1e-9
_ANY_VOLATILITY = 0.2  # call less put of one strike is worth the same at every volatility
_LEAST_PRICE = 1e-3  # points; below it a price says nothing of the discount
_DISCOUNTS = (0.5, 1.2)
_BOOK = ["session", "book"]


def held(rows: pl.DataFrame) -> tuple[pl.DataFrame, Legs]:
    """The legs of every book, and which session and book each place of the first axis is.

    A synthetic is a call less a put of its strike. A share of a product is a call on it that is
    struck at next to nothing. What has expired is no leg any more. The discount is what makes the stored mark of an option its price;
    that of the rate where the mark says nothing of it.

    Args:
        rows: of ``mart_book_leg_daily``, with ``rf_30d`` of their session.
    """
    parts = _parts(rows).with_columns(
        book_no=pl.struct(_BOOK).rank("dense") - 1, place=pl.int_range(pl.len()).over(_BOOK)
    )
    books = parts.select(_BOOK).unique(maintain_order=True)
    found = {name: _numbers(parts, name) for name in _COLUMNS}
    found["discount"] = _discounts(found, _numbers(parts, "leg_price"))
    width = int(parts["place"].max() or 0) + 1  # type: ignore[arg-type]  # whole numbers
    at = (parts["book_no"].to_numpy(), parts["place"].to_numpy())
    padded = {name: _padded(values, at, (books.height, width)) for name, values in found.items()}
    codes = {name: padded.pop(name).astype(np.uint8) for name in ("kind", "priced_from")}
    return books, Legs(codes["kind"], priced_from=codes["priced_from"], **padded)


def _parts(rows: pl.DataFrame) -> pl.DataFrame:
    """A row for each place, by session and book, under the names of ``Legs``."""
    is_synthetic = pl.col("instrument") == "synthetic"
    single, forward = rows.filter(~is_synthetic), rows.filter(is_synthetic)
    call = forward.with_columns(
        right=pl.lit("C"), leg_vol=pl.lit(_ANY_VOLATILITY), leg_price=pl.lit(None, pl.Float64)
    )
    put = call.with_columns(
        right=pl.lit("P"), quantity=-pl.col("quantity"), entry_price=pl.col("entry_price") * 0.0
    )
    every = _in_order(pl.concat([single, call, put]))
    is_share = (pl.col("instrument") == "etp") & pl.col("strike").is_null()
    days = pl.when(is_share).then(_PRODUCT_DAYS).otherwise(pl.col("days_to_expiry"))
    years = days / DAYS_PER_YEAR
    rate = pl.when(is_share).then(0.0).otherwise(pl.col("rf_30d").fill_null(0.0))
    return every.select(
        *_BOOK,
        quantity=pl.when(pl.col("fault") == EXPIRED).then(0.0).otherwise("quantity"),
        multiplier="multiplier",
        entry_price="entry_price",
        kind=_kind(),
        right=pl.when(pl.col("right") == "P").then(-1.0).otherwise(1.0),
        strike=pl.when(is_share).then(_LEAST_STRIKE).otherwise(pl.col("strike")),
        years=years,
        forward=pl.col("leg_forward"),
        discount=(-rate * years).exp(),
        volatility=pl.when(is_share).then(_ANY_VOLATILITY).otherwise(pl.col("leg_vol")),
        priced_from=pl.col("priced_from").replace_strict(
            _LEVELS, default=PricedFrom.NOTHING.value, return_dtype=pl.Float64
        ),
        leverage=_leverage(),
        roll_yield=_roll_yield(),
        leg_price=pl.when(~is_share & (pl.col("instrument") != "future")).then("leg_price"),
    )


_COLUMNS = ("kind", "right", "strike", "years", "quantity", "multiplier", "forward", "discount",
            "volatility", "entry_price", "priced_from", "leverage", "roll_yield")  # fmt: skip


def _in_order(parts: pl.DataFrame) -> pl.DataFrame:
    return parts.sort(*_BOOK, "leg_id", "right")


def places_of(rows: pl.DataFrame) -> list[str]:
    """The layer of each place of one book, in the order of ``held``."""
    is_synthetic = pl.col("instrument") == "synthetic"
    twice = [rows.filter(is_synthetic).with_columns(right=pl.lit(right)) for right in ("C", "P")]
    return _in_order(pl.concat([rows.filter(~is_synthetic), *twice]))["book_layer"].to_list()


def _leverage() -> pl.Expr:
    """Of a product, as of the session; one of everything else."""
    day = pl.col("session").cast(pl.Int32)
    factor = pl.lit(1.0)
    for root, one in PRODUCTS.items():
        in_force = pl.when(day < CHANGED).then(one.before).otherwise(one.leverage)
        factor = pl.when(pl.col("root") == root).then(in_force).otherwise(factor)
    return factor


def _roll_yield() -> pl.Expr:
    """What a session earns a product's futures, from what its leg gains by it; none elsewhere."""
    size = pl.col("quantity") * pl.col("multiplier") * pl.col("leg_delta") * pl.col("leg_forward")
    earned = pl.col("roll_down_usd") / (size * _leverage())
    is_product = (pl.col("instrument") == "etp") & earned.is_finite()
    return pl.when(is_product).then(earned).otherwise(0.0)


def _kind() -> pl.Expr:
    is_index = pl.col("root").str.starts_with("SPX")
    return (
        pl.when(pl.col("instrument") == "future")
        .then(float(LegKind.VIX_FUTURE))
        .when(pl.col("instrument") == "etp")
        .then(float(LegKind.ETP_OPTION))
        .when(is_index)
        .then(float(LegKind.INDEX_OPTION))
        .otherwise(float(LegKind.VIX_OPTION))
    )


def _discounts(found: dict[str, Floats], price: Floats) -> Floats:
    """Mark over undiscounted price where both say something, else that of the rate."""
    names = ("forward", "strike", "years", "volatility")
    forward, strike, years, volatility = (found[name] for name in names)
    undiscounted = black76_price(forward, strike, years, volatility, 1.0, found["right"])
    with np.errstate(divide="ignore", invalid="ignore"):  # no mark, no ratio
        implied = price / undiscounted
    low, high = _DISCOUNTS
    is_telling = (price >= _LEAST_PRICE) & (implied >= low) & (implied <= high)
    return np.where(is_telling, implied, found["discount"])


def _padded(values: Floats, at: tuple[Floats, Floats], shape: tuple[int, int]) -> Floats:
    """One row a book; a place without a leg is zero, which has quantity zero and is no leg."""
    full = np.zeros(shape)
    full[at] = values
    return full


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()

"""The user's desk as a dataset: what it holds as rows, what it is worth as terms of the book."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl

from schemas.book import BookTerms
from schemas.raw import RAW_POSITION
from sources.dataset import Dataset
from sources.desk import Desk, load_desk
from sources.desk_positions import Position
from sources.errors import SourceError
from sources.own_file import bytes_of

NAME = "desk"
LARGEST = 1_000_000  # bytes

_LAYERS = {"condor": "IC"}  # the desk's word for the layer, and the book's
_MISSING = (
    "no regular file is there, and the setting VOLBRIEF_DESK names it; put your desk there or name "
    "another file"
)
_RIGHTS = {"call": "C", "put": "P"}
_TRIM_DELTAS = {"steward": 0.18, "promoter": 0.20}  # methodology 3.5 and 11.1
_ADDED = ("retrieved_at", "raw_sha256")
_SCHEMA = pl.Schema(
    {name: dtype for name, dtype in RAW_POSITION.schema.items() if name not in _ADDED}
)

_SOURCES_OF = {"defi": "defillama", "ipo": "nasdaq"}  # what an exposure is watched by


def desk_dataset(path: Path | None) -> Dataset:
    """The desk's file, read anew as a whole each time it changes.

    Args:
        path: the file; null for a desk that was taken away, whose positions are none.
    """
    return Dataset(NAME, RAW_POSITION, parse_desk, partial(_fetch, path), refuses_itself_only=True)


def _fetch(path: Path | None) -> bytes:
    """The file as it is; of one too large a byte more than is accepted, so that it is refused.

    Raises:
        SourceError: it is not there, no regular file, or may not be read.
    """
    if path is None:
        return b""
    return bytes_of(path, LARGEST, _MISSING)


def desk_of(payload: bytes) -> Desk | None:
    """The desk that bytes declare; null for none at all.

    Raises:
        SourceError: too large, not UTF-8, or a mistake in it, each with line, found and accepted.
    """
    if not payload:
        return None
    if len(payload) > LARGEST:
        raise SourceError(
            f"desk: found more than {LARGEST:,} bytes; accepted are {LARGEST:,}; see whether "
            "VOLBRIEF_DESK names the right file"
        )
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise SourceError(
            f"desk: byte {error.start} is not UTF-8; accepted is UTF-8 text; save the file so"
        ) from error
    return load_desk(text, file=NAME)


def parse_desk(payload: bytes) -> pl.LazyFrame:
    """Every leg of the desk: the columns of ``raw_position`` but the provenance.

    Raises:
        SourceError: as ``desk_of``.
    """
    desk = desk_of(payload)
    legs = () if desk is None else desk.positions
    return pl.LazyFrame([_row(leg) for leg in legs], schema=_SCHEMA, orient="row")


def _row(leg: Position) -> dict[str, object]:
    return {
        "leg_id": leg.id,
        "book_layer": _LAYERS.get(leg.layer, leg.layer),
        "instrument": leg.instrument,
        "root": leg.root,
        "right": None if leg.right is None else _RIGHTS[leg.right],
        "strike": leg.strike,
        "expiry": leg.expiry,
        "quantity": float(leg.quantity),
        "multiplier": float(leg.multiplier),
        "entry_session": leg.opened_on,
        "entry_price": leg.entry_price,
        "spot_price": leg.spot,
        "spot_session": leg.spot_on,
    }


def desk_terms(path: Path | None, terms: BookTerms) -> BookTerms:
    """The policy's terms of the book with what the desk says of itself in their place.

    A desk that cannot be read changes nothing here: its book is refused where its bytes are read.

    Args:
        path: the desk's file; null for none.
        terms: of the policy.
    """
    try:
        desk = desk_of(_fetch(path))
    except SourceError:
        return terms
    return terms if desk is None else with_desk(terms, desk)


def asked_by(path: Path | None) -> frozenset[str]:
    """The extra sources that the desk's declared cross-asset exposure calls for; none unread.

    Args:
        path: the desk's file; null for none.
    """
    try:
        desk = desk_of(_fetch(path))
    except SourceError:
        return frozenset()
    exposures = () if desk is None else desk.cross_asset_exposure
    return frozenset(_SOURCES_OF[one] for one in exposures)


def with_desk(terms: BookTerms, desk: Desk) -> BookTerms:
    """Net asset value, condors and every limit as the desk declares them."""
    limits = desk.limits
    return replace(
        terms,
        nav_usd=desk.nav,
        condor_units=desk.condor_units,
        carry_budget=limits.carry_budget,
        coverage_target=limits.coverage_target,
        purchase_cap=limits.max_purchase,
        condor_loss_limit=limits.max_condor_loss,
        second_engine_cost=limits.max_second_engine_cost,
        second_engine_leverage=limits.max_second_engine_leverage,
        margin_limit=limits.max_margin,
        delta_limit=limits.max_delta,
        vega_limit_usd=limits.max_vega_usd,
        trim_delta=_TRIM_DELTAS[desk.profile],
    )

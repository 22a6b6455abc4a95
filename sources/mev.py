"""What block builders paid to proposers, from the data interface of the MEV-Boost relays.

Context for users who declare cross-asset exposure, nothing else: no link to the VIX or the cost of
equity is established. A relay gives its delivered blocks newest first, a page at a time; one block
may be reported by several relays, and relays close without notice, so a mean is that of the relays
asked.

Source:
    Flashbots relay specification, ``/relay/v1/data/bidtraces/proposer_payload_delivered``; public,
    no key, often 429.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

import polars as pl

from schemas.frames import join_one
from sources.json_body import records
from sources.json_rows import entries
from sources.remote import Remote
from sources.sheet import once

RELAYS = {
    "flashbots": "https://boost-relay.flashbots.net",
    "ultrasound": "https://relay.ultrasound.money",
    "agnostic": "https://agnostic-relay.net",
    "aestus": "https://aestus.live",
    "titan": "https://titanrelay.xyz",
}
PAGE = 100  # blocks; more is refused by some relays

DELIVERED_SCHEMA = pl.Schema({
    "block_hash": pl.String(), "slot": pl.Int64(), "slot_at": pl.Datetime("us", "UTC"),
    "value_wei": pl.String(),
})  # fmt: skip

_FILE = "proposer_payload_delivered"
_PATH = f"/relay/v1/data/bidtraces/{_FILE}"
_GENESIS = 1_606_824_023  # seconds: slot 0 of the beacon chain, 2020-12-01 12:00:23 UTC
_SLOT, _HOUR, _DAY = 12, 3_600, 86_400  # seconds
_LAST_SLOT = 200_000_000  # in 2096
_FIRST_OF_DAY = 11  # seconds after midnight, every day: a day is 7,200 slots
_WEI = 1e18  # in one ether
_HASH = "^0x[0-9a-f]{64}$"
_AMOUNT = "^(0|[1-9][0-9]{0,23})$"  # up to a million ether; beyond 2^53, so never through a float


def delivered_request(cursor: int | None, *, relay: str = "") -> Remote:
    """One page of a relay's blocks, newest first.

    Args:
        cursor: the newest slot wanted, itself included; null for the newest there is. For the next
            page ask with the lowest slot of this one: pages that share a slot show that none is
            missing between them.
        relay: one of ``RELAYS``.
    """
    after = () if cursor is None else (("cursor", str(cursor)),)
    return Remote(_PATH, (("limit", str(PAGE)), *after), "json", relay)


def first_cursor(day: date) -> int:
    """Where to begin asking for a day: the slot an hour after its end, so that its end is covered."""
    return (int(_midnight(day).timestamp()) + _DAY + _HOUR - _GENESIS) // _SLOT


def next_cursor(payload: bytes, *, day: date) -> int | None:
    """The cursor of the page after this one, or null where this one reaches before the day.

    Null too where the page is empty, or all of one slot: asking again would give the same page.

    Raises:
        SourceError: as ``parse_delivered``.
    """
    slots = _blocks(payload).get_column("slot").to_list()
    opening = (int(_midnight(day).timestamp()) + _FIRST_OF_DAY - _GENESIS) // _SLOT
    if not slots or slots[0] <= opening or slots[0] == slots[-1]:
        return None
    return int(slots[0])


def parse_delivered(payload: bytes) -> pl.LazyFrame:
    """One row per block of a page: block_hash, slot, slot_at, value_wei; the oldest first.

    Returns:
        ``value_wei`` is the payment as digits [wei]: it is larger than a float holds exactly. A
        relay without such blocks answers with an empty list, which is no rows.

    Raises:
        SourceError: another layout, a hash, slot or value that is none, or one hash with two
            different rows.
    """
    return _blocks(payload).lazy()


def _blocks(payload: bytes) -> pl.DataFrame:
    page = entries(payload, file=_FILE)
    if not page:
        return pl.DataFrame(schema=DELIVERED_SCHEMA)
    table = records(page, ("slot", "block_hash", "value"), file=_FILE, where="page")
    cells = table.cells
    table.refuse(~cells["block_hash"].str.contains(_HASH), "block_hash", "0x and 64 hex digits")
    table.refuse(~cells["value"].str.contains(_AMOUNT), "value", "whole wei as digits, below 10^24")
    slots = table.counts("slot")
    table.refuse(slots > _LAST_SLOT, "slot", f"a slot up to {_LAST_SLOT}")
    blocks = pl.DataFrame(
        {"block_hash": cells["block_hash"], "slot": slots, "value_wei": cells["value"]}
    )
    at = pl.from_epoch(_GENESIS + _SLOT * pl.col("slot"), time_unit="s")
    stamped = at.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("slot_at")
    distinct = once(blocks, ["block_hash"], file=_FILE).sort("slot", "block_hash")
    return distinct.with_columns(stamped).select(DELIVERED_SCHEMA.names())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def daily_payments(pages: Mapping[str, Sequence[pl.LazyFrame]]) -> pl.LazyFrame:
    """Mean payment [ether per block] and number of blocks by UTC date of the slot, oldest first.

    A day is a row only where every relay given covers it: pages that share slots reach, without a
    hole, from its first slot or before to its last slot or after. The running day, a day cut by the
    oldest page and a day with a page missing are no rows; nor is a day without any block. A block
    that several relays report counts once; should they differ, the lowest payment counts.

    Args:
        pages: of each relay asked, as ``parse_delivered`` gives them, in any order.

    Returns:
        series_id ``mev_payment_mean`` or ``mev_block_count``, event_date, value.
    """
    parts = [
        page.with_columns(pl.lit(relay).alias("relay"), pl.lit(place).alias("page"))
        for relay, own in pages.items()
        for place, page in enumerate(own)
    ]
    if not parts:
        return pl.LazyFrame(schema={"series_id": pl.String(), "event_date": pl.Date(),
                                    "value": pl.Float64()})  # fmt: skip
    blocks = pl.concat(parts)
    wei = pl.col("value_wei").cast(pl.Decimal(38, 0))
    daily = (
        blocks.with_columns(wei)
        .group_by("block_hash")
        .agg(pl.col("slot_at").min(), pl.col("value_wei").min())
        .group_by(pl.col("slot_at").dt.date().alias("event_date"))
        .agg(
            pl.len().cast(pl.Float64).alias("mev_block_count"),
            (pl.col("value_wei").sum().cast(pl.Float64) / _WEI).alias("ether"),
        )
        .with_columns((pl.col("ether") / pl.col("mev_block_count")).alias("mev_payment_mean"))
    )
    whole = join_one(daily, _covered(blocks), "event_date")
    kept = whole.filter(pl.col("relays").eq_missing(len(pages)))
    long = kept.unpivot(
        ["mev_payment_mean", "mev_block_count"],
        index="event_date",
        variable_name="series_id",
        value_name="value",
    )
    return long.sort("series_id", "event_date").select("series_id", "event_date", "value")


def _covered(blocks: pl.LazyFrame) -> pl.LazyFrame:
    """By UTC date, how many relays' pages cover it from its first slot to its last."""
    spans = blocks.group_by("relay", "page").agg(
        pl.col("slot_at").min().alias("low"), pl.col("slot_at").max().alias("high")
    )
    ordered = spans.sort("relay", "low", "high")
    reached = pl.col("high").cum_max().shift(1)
    hole = (pl.col("low") > reached).fill_null(value=True)
    stretch = hole.cum_sum().over("relay", order_by=["low", "high"]).alias("stretch")
    opened = pl.col("low") - pl.duration(seconds=_FIRST_OF_DAY)
    closed = pl.col("high") + pl.duration(seconds=1)
    days = (
        ordered.with_columns(stretch)
        .group_by("relay", "stretch")
        .agg(pl.col("low").min(), pl.col("high").max())
        .select(
            "relay",
            pl.date_ranges(
                (opened - pl.duration(microseconds=1)).dt.date() + pl.duration(days=1),
                closed.dt.date() - pl.duration(days=1),
            ).alias("event_date"),
        )
        .explode("event_date")
        .drop_nulls("event_date")
    )
    return days.group_by("event_date").agg(pl.col("relay").n_unique().alias("relays"))

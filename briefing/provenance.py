"""Block 9: what the page was made from, by whom it was published, and what was assumed."""

from collections.abc import Iterable

from briefing import formats
from briefing.back_matter import Provenance, SourceTerms
from briefing.labels import label
from briefing.rows import Rows, as_date, as_float, as_text
from schemas import live_feeds as live
from schemas.feed import Feed
from schemas.series import SERIES

_Key = tuple[str, str]
_HASH_SHOWN = 12
# What a publisher asks to be said. FRED: its API's terms of use, the notice word for word.
_ASKED = {
    live.ALFRED: "This product uses the FRED\u00ae API but is not endorsed or certified by the "
    "Federal Reserve Bank of St. Louis.",
    live.FRED: "FRED, Federal Reserve Bank of St. Louis, carries the series listed under it; each "
    "stays its owner's.",
    live.DAMODARAN: "Implied equity risk premia: Aswath Damodaran, Stern School of Business, New "
    "York University.",
    live.SHILLER: "Long-run S&P Composite data: Robert J. Shiller, Yale University.",
    live.SHILLER_MIRROR: "Long-run S&P Composite data: Robert J. Shiller, Yale University, by the "
    "datasets mirror.",
    live.BLS: "BLS.gov cannot vouch for the data or analyses derived from these data after the "
    "data have been retrieved from BLS.gov.",
    live.BIS: "Effective exchange rates: Bank for International Settlements.",
    live.DEFILLAMA: "On-chain volumes and values: DefiLlama.",
}
# Whose figures another publisher carries, by a word of the feed's terms.
_OWNERS = {
    "Moody's": "Corporate bond yields: Moody's.",
    "ICE Data": "Option-adjusted spreads and yields: ICE Data Indices, LLC, ICE BofA indices.",
    "Michigan": "Expected inflation: University of Michigan, Surveys of Consumers.",
}


def provenance(rows: Rows) -> Provenance:
    """The run's hashes, its publishers with their terms, and the page's assumptions."""
    run = rows.run
    items = (
        ("Run", run.run_id),
        ("Revision", f"r{run.revision}"),
        ("Session", run.session.isoformat()),
        ("Market data", run.source),
        ("Data hash", run.data_hash[:_HASH_SHOWN]),
        ("Policy", f"{run.policy_name} {run.policy_version}"),
        ("Policy hash", run.policy_hash[:_HASH_SHOWN]),
        ("Code version", run.code_version),
        ("Code hash", run.code_hash[:_HASH_SHOWN]),
    )
    return Provenance(
        items=items, sources=_sources(rows), labels=_labels(rows), attributions=_attributions(rows)
    )


def _used(rows: Rows) -> list[tuple[str, Feed]]:
    """The inputs known at this session, in catalogue order, each with the feed it came by."""
    today = rows.at("core_as_known_daily", rows.session)
    publishers = {row["series_id"]: as_text(row["publisher"]) for row in today}
    found = (
        (entry.id, entry.feed_by(rows.run.source, publishers[entry.id]))
        for entry in SERIES
        if entry.id in publishers
    )
    return [(name, feed) for name, feed in found if feed is not None]


def _listed(pairs: Iterable[tuple[_Key, str]]) -> dict[_Key, str]:
    """The inputs of each key as one list, in the order given."""
    by_key: dict[_Key, list[str]] = {}
    for key, name in pairs:
        by_key.setdefault(key, []).append(label(name))
    return {key: ", ".join(names) for key, names in by_key.items()}


def _sources(rows: Rows) -> tuple[SourceTerms, ...]:
    """Each publisher's terms, once per terms: one publisher may carry what others own."""
    listed = _listed(((feed.publisher, feed.terms), name) for name, feed in _used(rows))
    return tuple(
        SourceTerms(publisher=publisher, series=names, terms=terms)
        for (publisher, terms), names in sorted(listed.items(), key=lambda item: item[0][0])
    )


def _attributions(rows: Rows) -> tuple[str, ...]:
    """What publishers ask to be said where their figures are shown."""
    publishers = {feed.publisher for _name, feed in _used(rows)}
    owners = {owner for _name, feed in _used(rows) for owner in _OWNERS if owner in feed.terms}
    asked = (line for name, line in _ASKED.items() if name in publishers)
    owned = (line for name, line in _OWNERS.items() if name in owners)
    return (*asked, *owned) if rows.run.source == "live" else ()


def _labels(rows: Rows) -> tuple[str, ...]:
    cost = rows.one("mart_cost_of_equity_daily", rows.session)
    found = [
        (
            "Availability is reconstructed by stated rules where the publisher stamps no time: a value "
            "counts from when it could first have been known."
        ),
        (
            "ERP calibrated: trailing cash flows are solved so that the model meets the published "
            f"premium of {formats.month(as_date(cost['erp_mark_date']))}, then marked daily at the "
            "S&P 500 close and the 10-year yield."
        ),
        (
            "Premia from options use the VIX in place of a full strip of option prices (a proxy for "
            "the lower bound of Martin, 2017)."
        ),
        (
            "Made for display only: changes since the previous session, distances to a threshold "
            "in its unit, band edges (mean plus or minus 1 and 2 standard deviations), and the "
            "10th to 90th percentile of a year behind the term structure. Every other number is "
            "a table's."
        ),
    ]
    if cost["is_weight_assumed"]:
        equity = formats.percent(as_float(cost["weight_equity"]), 0)
        debt = formats.percent(as_float(cost["weight_debt"]), 0)
        found.append(f"Capital weights are assumed: {equity} equity, {debt} debt.")
    notes = _listed(((feed.publisher, feed.note), name) for name, feed in _used(rows) if feed.note)
    found.extend(f"{names} ({publisher}): {note}." for (publisher, note), names in notes.items())
    if rows.run.source == "simulated":
        found.append("SIMULATED: every market value on this page comes from a seeded generator.")
    return tuple(found)

"""Block 9: what the page was made from, by whom it was published, and what was assumed."""

from briefing import formats
from briefing.labels import label
from briefing.model import Provenance, SourceTerms
from briefing.rows import Rows, as_date, as_float
from schemas.series import SERIES, Feed

_HASH_SHOWN = 12


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
    return Provenance(items=items, sources=_sources(rows), labels=_labels(rows))


def _feeds(rows: Rows) -> list[tuple[str, Feed]]:
    found = ((entry.id, entry.feed(rows.run.source)) for entry in SERIES)
    return [(name, feed) for name, feed in found if feed is not None]


def _sources(rows: Rows) -> tuple[SourceTerms, ...]:
    by_terms: dict[tuple[str, str], list[str]] = {}
    for name, feed in _feeds(rows):
        by_terms.setdefault((feed.publisher, feed.terms), []).append(label(name))
    return tuple(
        SourceTerms(publisher=publisher, series=", ".join(names), terms=terms)
        for (publisher, terms), names in by_terms.items()
    )


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
    for name, feed in _feeds(rows):
        if feed.note:
            found.append(f"{label(name)} ({feed.publisher}): {feed.note}.")
    if rows.run.source == "simulated":
        found.append("SIMULATED: every market value on this page comes from a seeded generator.")
    return tuple(found)

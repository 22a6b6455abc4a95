"""Whose figures a chart is made from, for the line under it."""

from collections.abc import Sequence

from briefing import formats
from briefing.labels import made_from
from briefing.rows import Rows, as_text


def footer(rows: Rows, columns: Sequence[str]) -> str:
    """Whose figures a chart is made from, the publishers by name where the market is live."""
    origin = {"simulated": "SIMULATED data", "live": f"Source: {_origin(rows, columns)}"}.get(
        rows.run.source, f"Source: {rows.run.source}"
    )
    return f"{origin}; to {formats.day(rows.session)}; gaps: no data."


def _origin(rows: Rows, columns: Sequence[str]) -> str:
    inputs = {name for column in columns for name in made_from(column)}
    today = rows.at("core_as_known_daily", rows.session)
    found = (as_text(row["publisher"]) for row in today if row["series_id"] in inputs)
    names = dict.fromkeys(sorted(name.partition(", ")[0] for name in found))
    return ", ".join(names) or "none known"

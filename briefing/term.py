"""The term structure of the VIX indices as a chart."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from briefing import formats
from briefing.labels import label, quantity
from briefing.model import Figure, Line, Point
from briefing.origin import footer
from briefing.rows import Rows, as_float
from schemas.series import offered_by

_YEAR, _HALF_YEAR, _WEEK = 252, 126, 5  # [sessions]
_TENORS = (
    ("vix9d_close", 9), ("vix_close", 30), ("vix3m_close", 93), ("vix6m_close", 184),
    ("vix1y_close", 365),
)  # fmt: skip
_YEAR_BAND = (0.1, 0.9)


def term(rows: Rows) -> Figure:
    """The VIX indices by tenor: today, before, a week ago, and where they were for a year."""
    year = rows.tail("core_index_daily", _YEAR)
    dates: list[date] = year["session"].to_list()
    chosen = [(dates[-1], "Today", "solid", "blue")] if dates else []
    if len(dates) > 1:
        chosen.insert(0, (dates[-2], "Previous", "dashed", "vermillion"))
    if len(dates) > _WEEK:
        chosen.insert(0, (dates[-1 - _WEEK], "Week ago", "dotted", "ochre"))
    tenors = _published(year)
    curves = tuple(
        Line.model_validate({
            "name": name, "style": style, "tone": tone,
            "points": _curve(rows, session, tenors),
        })
        for session, name, style, tone in chosen
    )  # fmt: skip
    band = Line(
        name="10th to 90th", style="outer_band", tone="grey", points=_year_band(year, tenors)
    )
    lines = (*curves, band) if all(point.y is None for point in band.points) else (band, *curves)
    ratio = as_float(rows.one("mart_vol_state_daily", rows.session)["term_ratio_3m"])
    title = f"Term structure: {_slope(ratio)}"
    if ratio is not None:
        title += f", VIX3M / VIX {quantity(ratio, 'term_ratio_3m').text}"
    today = rows.one("core_index_daily", rows.session)
    has_curve = any(today[name] is not None for name, _days in tenors if name != "vix_close")
    return Figure(
        figure_id="term", kind="term", title=title,
        subtitle=f"{_span(tenors if has_curve else _TENORS)}, points, log days; band: 10th to 90th of a year",
        footer=footer(rows, tuple(name for name, _days in tenors)),
        alt=f"{title}. Implied volatility at 9 days to one year: today, the previous session, a "
        "week ago, and the 10th to 90th percentile of the last year.",
        unit="points", panels=("Calendar days",), lines=lines if has_curve else (),
        references=(), table=_curves_table(lines, tenors),
        missing="" if has_curve else f"NO DATA: {_flat(rows)}",
    )  # fmt: skip


def _slope(ratio: float | None) -> str:
    if ratio is None:
        return "unknown today"
    return "contango" if ratio > 1 else "backwardation" if ratio < 1 else "flat"


def _published(year: pl.DataFrame) -> tuple[tuple[str, int], ...]:
    """The tenors with a value in the last year; the others are named in the subtitle, not drawn."""
    return tuple(pair for pair in _TENORS if year[pair[0]].drop_nulls().len())


def _span(tenors: tuple[tuple[str, int], ...]) -> str:
    """From which tenor to which the curve goes, and the tenors that are missing."""
    names = [label(name) for name, _days in tenors]
    missing = [label(name) for name, days in _TENORS if (name, days) not in tenors]
    span = " to ".join(dict.fromkeys((names[0], names[-1]))) if names else "No tenor"
    return f"{span} (no {', '.join(missing)})" if missing else span


def _flat(rows: Rows) -> str:
    """Why there is no curve: the source has none, or has not delivered it."""
    offered = {entry.id for entry in offered_by(rows.run.source)}
    if any(name in offered for name, _days in _TENORS if name != "vix_close"):
        return "no tenor beside the VIX is known today."
    return "this source offers the VIX at 30 days only."


def _curve(rows: Rows, session: date, tenors: Sequence[tuple[str, int]]) -> tuple[Point, ...]:
    row = rows.one("core_index_daily", session)
    return tuple(Point(x=days, y=as_float(row[name])) for name, days in tenors)


def _year_band(year: pl.DataFrame, tenors: Sequence[tuple[str, int]]) -> tuple[Point, ...]:
    """Where each tenor spent four fifths of the last year; null with less than half a year."""
    points = []
    for name, days in tenors:
        known = year[name].drop_nulls()
        low, high = (known.quantile(share, "linear") for share in _YEAR_BAND)
        is_known = len(known) >= _HALF_YEAR
        points.append(Point(x=days, y=low if is_known else None, high=high if is_known else None))
    return tuple(points)


def _curves_table(
    lines: Sequence[Line], tenors: Sequence[tuple[str, int]]
) -> tuple[tuple[str, ...], ...]:
    """Each curve as a row of text, by tenor."""
    heading = ("Curve", *(label(name) for name, _days in tenors))
    body: list[tuple[str, ...]] = []
    for line in lines:
        edges = [("", [point.y for point in line.points])]
        if line.style == "outer_band":
            edges = [("10th percentile", edges[0][1]),
                     ("90th percentile", [point.high for point in line.points])]  # fmt: skip
        body.extend(
            (name or line.name, *(formats.vol_points(value) for value in values))
            for name, values in edges
        )
    return (heading, *body)

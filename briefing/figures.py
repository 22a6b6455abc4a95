"""Block 6: the charts as data. Each title is the finding, each gap a null, each line named."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from briefing import formats
from briefing.axes import axes_of
from briefing.labels import label, quantity
from briefing.model import Figure, Line, Point, Reference
from briefing.origin import footer
from briefing.rows import Rows, as_float, as_int
from briefing.term import term
from schemas.model import Unit

_YEAR, _HALF_YEAR, _TEN_YEARS = 252, 126, 2_520  # [sessions]
_MOST_POINTS = 260  # on half a printed page the eye tells no more apart
_WEEK = 5  # [sessions]
_VIX_HORIZON = 21  # [sessions] the VIX looks 30 calendar days ahead
_PREMIA = ("erp_fcfe_marked", "erp_svix30")


def figures(rows: Rows) -> tuple[Figure, ...]:
    """The page's charts in reading order."""
    return (_cone(rows), _premium(rows), _spread(rows), _macd(rows), _gap(rows), term(rows))


def _line(frame: pl.DataFrame, column: str) -> tuple[Point, ...]:
    pairs = zip(frame["session"], frame[column], strict=True)
    return tuple(Point(x=session, y=value) for session, value in pairs)


def _is_empty(points: Sequence[Point]) -> bool:
    return all(point.y is None for point in points)


def _table(frame: pl.DataFrame, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """What is drawn as text under a heading row, the newest first."""
    newest = frame.reverse()
    heading = ("Session", *(label(name) for name in names))
    body = (
        (row["session"].isoformat(), *(quantity(row[name], name).text for name in names))
        for row in newest.iter_rows(named=True)
    )
    return (heading, *body)


def _missing(lines: Sequence[Line], why: str) -> str:
    return f"NO DATA: {why}" if all(_is_empty(line.points) for line in lines) else ""


def _cone(rows: Rows) -> Figure:
    horizons = rows.at("mart_vol_cone_daily", rows.session)
    xs = [as_int(row["horizon_sessions"]) or 0 for row in horizons]

    def line(column: str, high: str | None = None) -> tuple[Point, ...]:
        return tuple(
            Point(x=x, y=as_float(row[column]), high=None if high is None else as_float(row[high]))
            for x, row in zip(xs, horizons, strict=True)
        )

    implied = as_float(rows.one("mart_vol_state_daily", rows.session)["implied_vol"])
    lines = (
        Line(name="5th to 95th", style="outer_band", tone="grey", points=line("cone_p05", "cone_p95")),
        Line(name="25th to 75th", style="band", tone="grey", points=line("cone_p25", "cone_p75")),
        Line(name="Median", style="dashed", tone="grey", points=line("cone_p50")),
        Line(name="Realized", style="points", tone="blue", points=line("realized_vol_cc")),
        Line(
            name="VIX", style="points", tone="vermillion",
            points=(Point(x=_VIX_HORIZON, y=implied),) if xs else (),
        ),
    )  # fmt: skip
    at_month = next((row for row in horizons if row["horizon_sessions"] == _VIX_HORIZON), None)
    rank = None if at_month is None else as_float(at_month["cone_percentile"])
    title = (
        "Volatility cone: standing unknown"
        if rank is None
        else f"One-month realized volatility: {formats.ordinal(rank)} percentile of its past"
    )
    columns = ("realized_vol_cc", "cone_p05", "cone_p25", "cone_p50", "cone_p75", "cone_p95",
               "cone_percentile")  # fmt: skip
    heading = ("Window", *(label(name) for name in columns))
    body = (
        (str(x), *(quantity(as_float(row[name]), name).text for name in columns))
        for x, row in zip(xs, horizons, strict=True)
    )
    return Figure(
        figure_id="cone", kind="cone", title=title,
        subtitle="About the mean, annualized; bands: overlapping windows, at most ten years",
        footer=footer(rows, ("realized_vol_21d", "implied_vol")),
        alt=f"{title}. Bands of realized volatility by window in sessions, with today's values "
        f"and the VIX at {_VIX_HORIZON} sessions ({formats.percent(implied)}).",
        unit="percent", panels=("Window in sessions",), lines=lines, references=(),
        table=(heading, *body),
        missing=_missing(lines[:4], "the cone needs more sessions than there are."),
    )  # fmt: skip


def _last_of_each(frame: pl.DataFrame, period: str) -> pl.DataFrame:
    """The last session of each week or month, and the newest one."""
    return frame.group_by(pl.col("session").dt.truncate(period), maintain_order=True).agg(
        pl.col("session").last().alias("last_session"), pl.exclude("session").last()
    ).drop("session").rename({"last_session": "session"})  # fmt: skip


def _known(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """The rows from the first known value on: daily where few, else each week's or month's last."""
    known = frame.filter(pl.col(column).is_not_null().cum_max())
    if known.height <= _MOST_POINTS:
        return known
    return _last_of_each(known, "1w" if known.height <= _MOST_POINTS * _WEEK else "1mo")


def _pace(frame: pl.DataFrame) -> str:
    """How far apart the points of a long chart are."""
    step = frame["session"].diff().median()
    if not isinstance(step, timedelta) or step < timedelta(days=_WEEK):
        return "daily"
    return "weekly" if step < timedelta(days=4 * _WEEK) else "monthly"


def _bands(frame: pl.DataFrame, stem: str, panel: int) -> tuple[Line, Line]:
    """One and two standard deviations about the ten-year mean, drawn from the two columns.

    Named in the upper panel only: the lower one repeats them.
    """
    mean, deviation = frame[f"{stem}_mean_10y"], frame[f"{stem}_sd_10y"]
    lines: list[Line] = []
    for name, style, width in (
        ("Mean \u00b1 2 sd", "outer_band", 2.0),
        ("Mean \u00b1 1 sd", "band", 1.0),
    ):
        low, high = mean - width * deviation, mean + width * deviation
        points = tuple(
            Point(x=x, y=bottom, high=top)
            for x, bottom, top in zip(frame["session"], low, high, strict=True)
        )
        lines.append(Line.model_validate(
            {"name": "" if panel else name, "style": style, "tone": "grey", "points": points, "panel": panel}
        ))  # fmt: skip
    return lines[0], lines[1]


def _thresholds(rows: Rows, columns: Sequence[str]) -> set[float]:
    """The limits that today's rules state for these columns."""
    stated = (
        as_float(row["threshold"])
        for row in rows.at("mart_rule_evaluation_daily", rows.session)
        if row["driver_column"] in columns
    )
    return {value for value in stated if value is not None}


def _seed_threshold(rows: Rows) -> tuple[Reference, ...]:
    """The premium that the seed rule asks for, as the policy's own evaluation states it."""
    return tuple(
        Reference(name=f"Policy {formats.percent(value, 1)}", value=value, panel=1)
        for value in sorted(_thresholds(rows, _PREMIA))
    )


def _premium(rows: Rows) -> Figure:
    frame = _known(rows.tail("mart_cost_of_equity_daily", _TEN_YEARS), "coe_f")
    lines = (
        *_bands(frame, "coe_f", 0),
        Line(name="10-year mean", style="dashed", tone="grey", points=_line(frame, "coe_f_mean_10y")),
        Line(name="Cost of equity", style="solid", tone="blue", points=_line(frame, "coe_f")),
        *_bands(frame, "erp_fcfe", 1),
        Line(name="ERP, options", style="dotted", tone="vermillion", panel=1,
             points=_line(frame, "erp_svix30")),
        Line(name="ERP, cash flows", style="solid", tone="green", panel=1,
             points=_line(frame, "erp_fcfe_marked")),
    )  # fmt: skip
    today = rows.one("mart_cost_of_equity_daily", rows.session)
    flows = quantity(as_float(today["erp_fcfe_marked"]), "erp_fcfe_marked").text
    options = quantity(as_float(today["erp_svix30"]), "erp_svix30").text
    cost = quantity(as_float(today["coe_f"]), "coe_f").text
    published = quantity(as_float(today["erp_damodaran_published"]), "erp_damodaran_published").text
    names = ("coe_f", "coe_f_mean_10y", "coe_f_sd_10y", "erp_fcfe_marked", "erp_fcfe_mean_10y",
             "erp_fcfe_sd_10y", "erp_svix30")  # fmt: skip
    title = f"Premium {flows} by cash flows, {options} by options"
    return Figure(
        figure_id="premium", kind="premium", title=title,
        subtitle=f"Cost of equity {cost}; cash-flow premium as published {published}; {_pace(frame)}",
        footer=footer(rows, _PREMIA),
        alt=f"{title}, cost of equity {cost}. Ten-year mean with bands of one and two standard "
        "deviations, and the premium that the policy's rule asks for.",
        unit="percent", panels=("Cost of equity", "Premium"), lines=lines,
        references=_seed_threshold(rows), table=_table(frame, names),
        missing=_missing(lines, "neither premium nor cost of equity is known."),
    )  # fmt: skip


def _beside(difference: float) -> str:
    """A signed difference in words: 2.15 pts above, 0.40 pts below, level with."""
    size = formats.vol_points(abs(difference))
    if size == formats.vol_points(0.0):
        return "level with"
    return f"{size} {'above' if difference > 0 else 'below'}"


def _spread(rows: Rows) -> Figure:
    frame = rows.tail("mart_vol_state_daily", _YEAR)
    lines = (
        Line(name="Realized", style="dashed", tone="blue", points=_line(frame, "realized_vol_21d")),
        Line(name="Implied", style="solid", tone="vermillion", points=_line(frame, "implied_vol")),
    )
    spread = as_float(rows.one("mart_vol_state_daily", rows.session)["vol_spread"])
    if spread is None:
        title = "Implied against realized: unknown today"
    else:
        title = f"Implied is {_beside(spread)} realized"
    return Figure(
        figure_id="spread", kind="spread", title=title,
        subtitle="VIX and 21-session realized volatility, annualized; daily, one year",
        footer=footer(rows, ("implied_vol", "realized_vol_21d")),
        alt=f"{title}. Daily implied and realized volatility over one year.",
        unit="percent", panels=("Annualized",), lines=lines, references=(),
        table=_table(frame, ("implied_vol", "realized_vol_21d", "vol_spread")),
        missing=_missing(lines, "neither the VIX nor realized volatility is known."),
    )  # fmt: skip


def _with_closes(frame: pl.DataFrame, closes: pl.DataFrame) -> pl.DataFrame:
    """The rows with the VIX of their session, null where it is unknown."""
    known = dict(zip(closes["session"], closes["vix_close"], strict=True))
    found = [known.get(session) for session in frame["session"]]
    return frame.with_columns(pl.Series("vix_close", found, dtype=pl.Float64))


def _macd(rows: Rows) -> Figure:
    frame = rows.tail("mart_technical_daily", _HALF_YEAR)
    closes = rows.tail("mart_vol_state_daily", _HALF_YEAR)
    lines = (
        Line(name="20-session mean", style="dashed", tone="grey", points=_line(frame, "vix_sma_20d")),
        Line(name="VIX", style="solid", tone="vermillion", points=_line(closes, "vix_close")),
        Line(name="Histogram", style="bars", tone="grey", points=_line(frame, "vix_macd_hist"), panel=1),
        Line(name="Signal", style="dashed", tone="ochre", points=_line(frame, "vix_macd_signal"), panel=1),
        Line(name="MACD", style="solid", tone="blue", points=_line(frame, "vix_macd"), panel=1),
    )  # fmt: skip
    histogram = as_float(rows.one("mart_technical_daily", rows.session)["vix_macd_hist"])
    if histogram is None:
        title = "MACD of the VIX: unknown today"
    else:
        title = f"MACD of the VIX is {_beside(histogram)} its signal"
    return Figure(
        figure_id="macd", kind="macd", title=title,
        subtitle="VIX with its 20-session mean; MACD 12/26/9 of the VIX; points, 126 sessions",
        footer=footer(rows, ("vix_close",)),
        alt=f"{title}. VIX with its 20-session mean above, MACD, signal and histogram below.",
        unit="points", panels=("VIX, pts", "MACD, pts"), lines=lines, references=(),
        table=_table(
            _with_closes(frame, closes),
            ("vix_close", "vix_sma_20d", "vix_macd", "vix_macd_signal", "vix_macd_hist"),
        ),
        missing=_missing(lines, "the VIX is not known."),
    )  # fmt: skip


_GAPS = ("vol_gap_z", "vol_gap_z_robust")  # the lines of the gap's chart, both in deviations


def _axis_edges(rows: Rows) -> tuple[Reference, ...]:
    """The thresholds on the gap that rules state, and every edge of its bands where it is an axis."""
    edges = {edge for axis in axes_of(rows) if axis.column in _GAPS for edge in axis.edges}
    return tuple(
        Reference(name=f"Policy {formats.number(value, 2, signed=True)}", value=value)
        for value in sorted(_thresholds(rows, _GAPS) | edges)
    )


def _gap(rows: Rows) -> Figure:
    frame = _known(rows.tail("mart_vol_gap_daily", _TEN_YEARS), "vol_gap_z")
    lines = (
        Line(name="Gap (z)", style="solid", tone="blue", points=_line(frame, "vol_gap_z")),
        Line(name="Robust z", style="dotted", tone="ochre", points=_line(frame, "vol_gap_z_robust")),
    )  # fmt: skip
    today = rows.one("mart_vol_gap_daily", rows.session)
    z = as_float(today["vol_gap_z"])
    sessions = as_int(today["vol_gap_window_sessions"])
    title = "Vol-fundamental gap: unknown today"
    if z is not None:
        title = f"Vol-fundamental gap: {formats.quantity(z, Unit.Z)} from its past mean"
    window = formats.count(sessions, "session") if sessions is not None else "window unknown"
    return Figure(
        figure_id="gap", kind="gap", title=title,
        subtitle=f"Log options over cash-flow premium against its past {window}; {_pace(frame)}",
        footer=footer(rows, ("vol_gap_z",)),
        alt=f"{title}. The gap since it is known, ten years at most, with the policy's thresholds.",
        unit="sd", panels=("Standard deviations",), lines=lines, references=_axis_edges(rows),
        table=_table(frame, ("vol_gap_z", "vol_gap_z_robust", "vol_gap_percentile")),
        missing=_missing(lines, "the gap needs three years of both premia."),
    )  # fmt: skip

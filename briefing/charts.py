"""Figures as SVG: the same picture on the page and in print, without a browser."""

import re
from functools import lru_cache
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefing.model import Figure, Line, LineStyle, Point
from briefing.palette import BANDS, INK, PAPER, RULE, TONES

if TYPE_CHECKING:
    import altair as alt

FONTS = Path(__file__).parent.parent / "templates" / "fonts"
MAX_POINTS = 2_500
_FAMILY = "Inter, 'DejaVu Sans', sans-serif"
_WIDTH, _HEIGHT, _BETWEEN = 265, 170, 12  # [px] of a plot without its labels
_CANVAS = 402  # [px] a whole figure: the same for all, so that their letters are of one size
_LETTERS = 11.5  # [px] 7 points in print
_DASHES: dict[LineStyle, list[float]] = {"solid": [1, 0], "dashed": [5, 3], "dotted": [1.5, 2.5]}
_LINE_HEIGHT = 13  # [px] below which two labels would touch
_LONG = 1_500  # [days] beyond which years alone are named
_BARS_OPACITY = 0.55  # one area with steps: a bar each would be 126 elements
_AIR = 0.04  # share of a panel's range kept free above and below
_UNITS = {"percent": "% a year", "points": "Points", "sd": "Standard deviations"}
_ON_CANVAS = re.compile(
    r'width="(?P<width>\d+)" height="(?P<height>\d+)" viewBox="0 0 (?P=width) (?P=height)"'
)
_FORMATS = {"percent": "~%", "points": "~f", "sd": "~f"}


class ChartError(RuntimeError):
    """A figure that must not be drawn."""


def svg(figure: Figure) -> str:
    """The figure as one SVG element with a title and a description; empty where it has no data.

    Raises:
        ChartError: the figure has more points than a page can draw quickly.
    """
    points = sum(len(line.points) for line in figure.lines)
    if points > MAX_POINTS:
        raise ChartError(
            f"figure {figure.figure_id!r}: {points} points; at most {MAX_POINTS} are drawn; "
            "shorten its window"
        )
    if figure.missing:
        return ""
    return _standalone(figure, _engine().vegalite_to_svg(_specification(figure)))


@lru_cache(maxsize=1)
def _engine() -> Any:  # noqa: ANN401 -- a module without types
    import vl_convert  # noqa: PLC0415 -- starts an engine; only drawing pays for it

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert


def _specification(figure: Figure) -> dict[str, Any]:
    """The chart as the engine takes it.

    The rows are put in at the end by name: the library copies every chart at every step, and
    would copy inline rows some twenty times.
    """
    drawn: dict[str, Any] = _chart(figure).to_dict(validate=False)
    rows = {_name(number): _values(line.points) for number, line in enumerate(figure.lines)}
    return {**drawn, "datasets": {**drawn.get("datasets", {}), **rows}}


def _name(number: int) -> str:
    return f"line {number}"


def _standalone(figure: Figure, drawn: str) -> str:
    """Ids made unique to the figure, since several share a page; title and description inside."""
    name = figure.figure_id
    drawn = re.sub(r'\bid="', f'id="{name}-', drawn)
    drawn = re.sub(r"url\(#", f"url(#{name}-", drawn)
    drawn = re.sub(r'href="#', f'href="#{name}-', drawn)
    drawn = _ON_CANVAS.sub(_widened, drawn, count=1)
    words = f"<title>{escape(figure.title)}</title><desc>{escape(figure.alt)}</desc>"
    return re.sub(r"(<svg[^>]*)>", rf'\1 role="img" aria-label="{escape(figure.title)}">', drawn, count=1).replace(
        ">", f">{words}", 1
    )  # fmt: skip


def _widened(head: re.Match[str]) -> str:
    """The drawing's size and view with the figures' common width, where it is narrower."""
    width, height = max(int(head["width"]), _CANVAS), head["height"]
    return f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'


def _chart(figure: Figure) -> "alt.VConcatChart":
    import altair as alt  # noqa: PLC0415 -- half a second that only drawing pays for

    panels = [_panel(figure, panel) for panel in range(len(figure.panels))]
    drawn: alt.VConcatChart = (
        alt.vconcat(*panels, spacing=_BETWEEN)
        .configure(background=PAPER, font=_FAMILY, padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=TONES["grey"],
            labelFontSize=11,
            titleColor=TONES["grey"],
            titleFontSize=11,
            titleFontWeight="normal",
            gridColor=RULE,
            gridOpacity=0.6,
            gridWidth=0.6,
            domainColor=RULE,
            tickColor=RULE,
            tickSize=3,
        )
    )
    return drawn


def _panel(figure: Figure, panel: int) -> "alt.LayerChart | alt.FacetChart":
    import altair as alt  # noqa: PLC0415 -- see above

    numbered = [pair for pair in enumerate(figure.lines) if pair[1].panel == panel]
    lines = [line for _number, line in numbered]
    layers: list[alt.Chart] = [_marks(figure, line, _name(number)) for number, line in numbered]
    layers += [_reference(figure, ref.value) for ref in figure.references if ref.panel == panel]
    layers += _labels(figure, lines, panel)
    drawn: alt.LayerChart | alt.FacetChart = alt.layer(*layers).properties(
        width=_WIDTH, height=_height(figure)
    )
    return drawn


def _height(figure: Figure) -> float:
    """A panel's height [px]: all panels of a figure share one."""
    count = len(figure.panels)
    return (_HEIGHT - _BETWEEN * (count - 1)) / count


def _x(figure: Figure, panel: int) -> "alt.X":
    import altair as alt  # noqa: PLC0415 -- see above

    is_last = panel == len(figure.panels) - 1
    if figure.kind in {"cone", "term"}:
        ticks = [point.x for point in figure.lines[0].points if isinstance(point.x, int)]
        scale = alt.Scale(type="log", nice=False)
        axis = alt.Axis(values=ticks, format="d", grid=False, title=figure.panels[panel])
        return alt.X("x:Q", scale=scale, axis=axis)
    axis = alt.Axis(
        title=None, grid=False, labels=is_last, ticks=is_last, tickCount=4, labelFlush=True, labelOverlap="greedy", labelSeparation=4,
        format="%b %y" if _span(figure) < _LONG else "%Y",
    )  # fmt: skip
    return alt.X("x:T", axis=axis)


def _span(figure: Figure) -> int:
    """How many days a chart over time covers."""
    days = [p.x for line in figure.lines for p in line.points if not isinstance(p.x, int)]
    return (max(days) - min(days)).days if days else 0


def _y(figure: Figure, panel: int, field: str = "y") -> "alt.Y":
    import altair as alt  # noqa: PLC0415 -- see above

    axis = alt.Axis(format=_FORMATS[figure.unit], tickCount=5, title=_axis_title(figure, panel), domain=False)  # fmt: skip
    domain = alt.Scale(domain=list(_domain(figure, panel)), nice=False, zero=False)
    return alt.Y(f"{field}:Q", axis=axis, scale=domain)


def _axis_title(figure: Figure, panel: int) -> str:
    """What the axis measures; a chart over horizons keeps its panel's name for the other axis."""
    return _UNITS[figure.unit] if figure.kind in {"cone", "term"} else figure.panels[panel]


def _domain(figure: Figure, panel: int) -> tuple[float, float]:
    """The heights a panel shows: all that is drawn in it and a little air."""
    lines = [line for line in figure.lines if line.panel == panel]
    values = [v for line in lines for p in line.points for v in (p.y, p.high) if v is not None]
    values += [ref.value for ref in figure.references if ref.panel == panel]
    if any(line.style == "bars" for line in lines):
        values.append(0.0)
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    air = (high - low or abs(high) or 1.0) * _AIR
    return (max(low - air, 0.0) if low >= 0 else low - air), high + air


def _values(points: tuple[Point, ...]) -> list[dict[str, Any]]:
    return [
        {"x": point.x if isinstance(point.x, int) else point.x.isoformat(),
         "y": point.y, "high": point.high}
        for point in points
    ]  # fmt: skip


def _marks(figure: Figure, line: Line, rows: str) -> "alt.Chart":
    import altair as alt  # noqa: PLC0415 -- see above

    tone = TONES[line.tone]
    base = alt.Chart(alt.NamedData(rows))
    drawn: alt.Chart
    if line.style in BANDS:
        drawn = base.mark_area(color=BANDS[line.style], opacity=1).encode(y2="high:Q")
    elif line.style == "bars":
        drawn = base.mark_area(color=tone, opacity=_BARS_OPACITY, interpolate="step", line=False)
    elif line.style == "points":
        shape, size = ("circle", 34) if line.tone == "blue" else ("diamond", 60)
        drawn = base.mark_point(shape=shape, size=size, filled=True, color=tone, opacity=1)
    else:
        drawn = base.mark_line(
            color=tone,
            strokeDash=_DASHES[line.style],
            strokeWidth=1.7 if line.style == "solid" else 1.4,
            point=alt.OverlayMarkDef(color=tone, size=18) if figure.kind == "term" else False,
        )
    placed: alt.Chart = drawn.encode(x=_x(figure, line.panel), y=_y(figure, line.panel))
    return placed


def _reference(figure: Figure, value: float) -> "alt.Chart":
    import altair as alt  # noqa: PLC0415 -- see above

    rule: alt.Chart = (
        alt.Chart({"values": [{"y": value}]})
        .mark_rule(color=INK, strokeDash=[8, 2, 1.5, 2], strokeWidth=1)
        .encode(y=_y(figure, len(figure.panels) - 1))
    )
    return rule


def _labels(figure: Figure, lines: list[Line], panel: int) -> list["alt.Chart"]:
    """Each line's name at its right end, pushed apart where two would touch."""
    ends = [
        (line.name, TONES[line.tone], end)
        for line in lines
        if line.name and len(line.points) > 1 and (end := _last(line)) is not None
    ]
    ends += [(ref.name, INK, ref.value) for ref in figure.references if ref.panel == panel]
    low, high = _domain(figure, panel)
    gap = (high - low) * _LINE_HEIGHT / _height(figure)
    placed = _spread([end for _name, _tone, end in ends], gap, (low, high))
    alone = [line for line in lines if len(line.points) == 1 and _last(line) is not None]
    named = [
        {"y": place, "name": name, "tone": tone}
        for (name, tone, _end), place in zip(ends, placed, strict=True)
    ]
    return [_beside(figure, line) for line in alone] + [_at_end(figure, panel, named)]


def _at_end(figure: Figure, panel: int, named: list[dict[str, Any]]) -> "alt.Chart":
    import altair as alt  # noqa: PLC0415 -- see above

    text: alt.Chart = (
        alt.Chart({"values": named})
        .mark_text(align="left", dx=5, fontSize=_LETTERS, clip=False)
        .encode(y=_y(figure, panel), x=alt.value(_WIDTH), text="name:N",
                color=alt.Color("tone:N", scale=None))
    )  # fmt: skip
    return text


def _beside(figure: Figure, line: Line) -> "alt.Chart":
    """The name of a single mark, next to it."""
    import altair as alt  # noqa: PLC0415 -- see above

    text: alt.Chart = (
        alt.Chart({"values": _values(line.points)})
        .mark_text(align="left", dx=7, dy=-6, fontSize=_LETTERS, color=TONES[line.tone])
        .encode(x=_x(figure, line.panel), y=_y(figure, line.panel), text=alt.value(line.name))
    )
    return text


def _last(line: Line) -> float | None:
    """Where a line's name goes: at its last known value; a band's at its upper edge."""
    for point in reversed(line.points):
        if point.y is not None:
            return point.high if point.high is not None else point.y
    return None


def _spread(wanted: list[float], gap: float, within: tuple[float, float]) -> list[float]:
    """The wanted heights, each at least ``gap`` from its neighbors, their order kept.

    Names are pushed up from below; what would leave the panel at the top pushes back down.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for lower, upper in pairwise(order):
        placed[upper] = max(placed[upper], placed[lower] + gap)
    if order:
        placed[order[-1]] = min(placed[order[-1]], within[1])
    for upper, lower in pairwise(reversed(order)):
        placed[lower] = min(placed[lower], placed[upper] - gap)
    return placed

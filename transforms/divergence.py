"""Bearish divergence of the advance-decline line from the index: a path over confirmed tops.

A top is the highest close among five bars on either side, so that it is known five bars later, and
nothing is dated back. Bars are sessions with a close.

What a missing session of breadth hides is not guessed. The path is walked twice, once with every
unknown taken for the bearish answer and once for the other; where the two differ, the state is
unknown. A top without breadth, or two tops whose order the missing sessions between them could
reverse, are such unknowns.

Source: methodology 6.2.
"""

from dataclasses import dataclass

import numpy as np

from pricing.board import Floats

SIDE = 5  # bars on either side of a top
LOOKBACK = 63
LEAST_SPACING = 10
NEAR = 0.03
PERSISTS = 42  # bars

Values = list[float]


@dataclass(frozen=True)
class Tops:
    """The last two confirmed tops of a bar, places among the bars.

    ``is_bearish`` is None where breadth does not tell; ``fall`` is the line's change from one to the
    other over its range of 63 bars, NaN where unknown.
    """

    first: int
    second: int
    is_bearish: bool | None
    fall: float


def divergence(close: Floats, net: Floats) -> tuple[Floats, Floats, Floats]:
    """The divergence of every session.

    It begins where the last two tops have P2 >= P1, the line at P2 below that at P1, 10 to 63 bars
    between them, and the close is within 3 % of P2, itself at most 63 bars ago; once for two tops.
    It ends where the close is above P2 with the line above that at both tops, or after 42 bars.

    Args:
        close: S&P 500 closes in session order; NaN where unknown [index points].
        net: issues that rose less those that fell; NaN where unknown [count].

    Returns:
        Whether it is on (1 or 0), the tops' fall [ratio], and sessions since it last began; NaN
        where unknown, and the last also before the first.
    """
    bars = np.flatnonzero(np.isfinite(close))
    is_known = np.isfinite(net)
    line = np.where(is_known, np.cumsum(np.where(is_known, net, 0.0)), np.nan)[bars]
    holes = np.cumsum(~is_known)[bars]
    closes = close[bars].tolist()
    tops = _tops(closes, line, holes, np.abs(net)[bars])
    walks = [
        _walk(closes, line.tolist(), tops, bars.tolist(), unknown=unknown)
        for unknown in (False, True)
    ]
    on, since, fall = (np.full(close.size, np.nan) for _ in range(3))
    fall[bars] = [np.nan if pair is None else pair.fall for pair in tops]
    is_told = np.isfinite(line) & np.array([pair is not None for pair in tops], dtype=bool)
    for found, (one, other) in zip((on, since), zip(*walks, strict=True), strict=True):
        found[bars] = np.where(is_told & (one == other), one, np.nan)
    return on, fall, since


def _tops(closes: Values, line: Floats, holes: Floats, size: Floats) -> list[Tops | None]:
    """The last two confirmed tops as known at each bar; None before there are two."""
    found: list[Tops | None] = []
    last: int | None = None
    pair: Tops | None = None
    for bar in range(len(closes)):
        middle = bar - SIDE
        if _is_top(closes, middle):
            if last is not None:
                window = slice(max(bar + 1 - LOOKBACK, 0), bar + 1)
                hidden = _hidden(holes[middle] - holes[last], size[window])
                pair = _compared(closes, line, (last, middle), hidden, _range(line[window]))
            last = middle
        found.append(pair)
    return found


def _is_top(closes: Values, at: int) -> bool:
    """Above the five bars before and not below the five after: of equal closes the first counts."""
    if at < SIDE:
        return False
    return max(closes[at - SIDE : at]) < closes[at] >= max(closes[at + 1 : at + SIDE + 1])


def _hidden(missing: float, size: Floats) -> float:
    """What missing sessions could have added to the line, each as much as the largest known."""
    known = size[np.isfinite(size)]
    if not missing:
        return 0.0
    return float(missing * known.max()) if known.size else np.inf


def _range(line: Floats) -> float:
    known = line[np.isfinite(line)]
    return float(known.max() - known.min()) if known.size else np.nan


def _compared(
    closes: Values, line: Floats, places: tuple[int, int], hidden: float, span: float
) -> Tops:
    first, second = places
    change = float(line[second] - line[first])
    is_told = abs(change) > hidden or (hidden == 0.0 and np.isfinite(change))
    is_shape = closes[second] >= closes[first] and LEAST_SPACING <= second - first <= LOOKBACK
    is_bearish = (change < 0.0 if is_told else None) if is_shape else False
    fall = change / span if is_told and span > 0.0 else np.nan
    return Tops(first, second, is_bearish, fall)


def _walk(
    closes: Values, line: Values, tops: list[Tops | None], sessions: list[int], *, unknown: bool
) -> tuple[Floats, Floats]:
    """State and sessions since its last beginning, every unknown taken for ``unknown``."""
    on, since = np.zeros(len(closes)), np.full(len(closes), -1.0)
    standing: Tops | None = None
    begun: int | None = None
    spent: Tops | None = None
    for bar, pair in enumerate(tops):
        if pair is not None and pair is not spent and _begins(closes, bar, pair, unknown=unknown):
            standing, begun, spent = pair, bar, pair
        if standing is not None and begun is not None:
            is_old = bar - begun >= PERSISTS
            if is_old or _is_confirmed(closes, line, bar, standing, unknown=not unknown):
                standing = None
        on[bar] = standing is not None
        since[bar] = -1.0 if begun is None else sessions[bar] - sessions[begun]
    return on, since


def _begins(closes: Values, bar: int, pair: Tops, *, unknown: bool) -> bool:
    is_bearish = unknown if pair.is_bearish is None else pair.is_bearish
    is_near = abs(closes[bar] / closes[pair.second] - 1.0) <= NEAR
    return is_bearish and is_near and bar - pair.second <= LOOKBACK


def _is_confirmed(closes: Values, line: Values, bar: int, pair: Tops, *, unknown: bool) -> bool:
    """Whether the close is above the tops and the line too."""
    if closes[bar] <= closes[pair.second]:
        return False
    highest = max(line[pair.first], line[pair.second])
    if not np.isfinite(line[bar]) or not np.isfinite(highest):
        return unknown
    return line[bar] > highest

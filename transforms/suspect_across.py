"""Values that are well-formed and wrong, told by the other series of the same session.

The VIX rises because the index falls, its neighbors on the curve move with it, and no two of a
family stand still together. Each limit lies outside what happened from 1990 to 2022; its comment
names the real extreme. The crash of October 1987 is judged by no VIX, for there was none.
"""

from functools import reduce

import polars as pl

from schemas.frames import compare

_SHORT = 5  # sessions behind the usual level of a cross-check

# Pairs along the volatility curve: largest change of the ratio's logarithm against the median of
# five sessions, and largest opposite move against each of the two sessions before.
_PAIRS = (
    ("vix_close", "vix9d_close", 0.55, 0.070),  # 0.42, 0.053
    ("vix_close", "vix3m_close", 0.45, 0.035),  # 0.36 (2018-02-05), 0.017
    ("vix_close", "vix6m_close", 0.70, 0.040),  # 0.57 (2018-02-05), 0.016
    ("vix3m_close", "vix6m_close", 0.27, 0.025),  # 0.21 (2018-02-05), 0.013
    ("vix9d_close", "vix3m_close", 0.95, 0.070),  # 0.76 (2018-02-05), 0.051
)
_CURVE = ("vix9d_close", "vix_close", "vix3m_close", "vix6m_close")
# Neighbors on the Treasury curve: largest opposite move [decimal].
_TENORS = (
    ("treasury_2y", "treasury_10y", 0.0014),  # 0.0007
    ("treasury_2y", "treasury_30y", 0.0014),  # 0.0007
    ("treasury_10y", "treasury_30y", 0.0010),  # 0.0005
    ("rf_30d", "treasury_3m", 0.0040),  # 0.0007; a month's bill has a life of its own
)
# Unchanged to the last digit while the other moved by more than this [logarithm]; the largest such
# move in brackets. VIX3M of 2010-05-06 and 05-10, at 0.28 and 0.13 of the VIX, is believed to be
# the file's: it stood still in the flash crash.
_STILL = (
    ("spx_close", "vix_close", 0.045),  # 0.030 (2008-01-03)
    ("vix_close", "spx_close", 0.025),  # 0.018 (1998-01-20)
    ("vix9d_close", "vix_close", 0.070),  # 0.049
    ("vix3m_close", "vix_close", 0.080),  # 0.040
    ("vix6m_close", "vix_close", 0.100),  # 0.077
    ("vvix_close", "vix_close", 0.080),  # 0.055
)
_VOLATILITY = (*_CURVE, "vvix_close")
_MOST_STILL = 2  # of the family in one session: five times, never three, and never with the S&P 500
_CLOSES = ("spx_close", *_VOLATILITY)
_CROSSED = tuple(dict.fromkeys((*_CLOSES, *(name for *pair, _ in _TENORS for name in pair))))
_ZIGZAG = 0.13  # 0.114 (2012-03-16)
_VIX_JUMP = 0.30  # with the index above the next line: 0.26 (2014-12-31)
_SPX_FALL = -0.010
_VIX_DROP = -0.42  # -0.36 (2018-02-14, 2020-11-06)
_FOLLOWS = 0.25
_SPX_JUMP = 0.075  # 35 sessions moved by more
_SPX_RISE = 0.14  # 0.096 (2008-11-26)
_ANSWER_TO_FALL = 1.2  # what the VIX rose by for each part that the index fell: 1.36 (2008-11-12)
_ANSWER_TO_RISE = 0.45  # 0.54 (2020-03-26)
_SHIFT_SESSIONS = 42
_SHIFT = 0.15  # 0.003 in 1990-2022; a VIX dated a day late has 0.79 in the median


def swapped(first: pl.Expr, second: pl.Expr, most: float) -> pl.Expr:
    """Whether two that go together went apart: columns of one file exchanged (F3, S5).

    Judged against the session before and the one before that, so that the day on which a wrong
    pair is put right is not blamed for it.

    Args:
        first: one series by session; a logarithm where it is a ratio scale.
        second: the other.
        most: the largest move in opposite directions that is believed.

    Returns:
        Boolean, null where a value is missing.
    """
    return compare(_apart(first, second, 1), ">", most) & compare(
        _apart(first, second, 2), ">", most
    )


def zigzag(curve: tuple[pl.Expr, ...]) -> pl.Expr:
    """How far the two middle points of a curve of four stand off its line, to opposite sides.

    A curve bends one way; VIX and VIX3M exchanged make it go up, down and up again, for as long as
    they stay exchanged.

    Args:
        curve: logarithms of VIX9D, VIX, VIX3M and VIX6M.

    Returns:
        The smaller of the two distances [logarithm]; negative for a curve that bends one way.
    """
    first, second, third, fourth = curve
    up, down = second - (first + third) / 2.0, (second + fourth) / 2.0 - third
    return pl.when((up > 0) == (down > 0)).then(pl.min_horizontal(up.abs(), down.abs()))


def shifted(vix: pl.Expr, spx: pl.Expr) -> pl.Expr:
    """How much better a VIX agrees with the index of the session before than with its own.

    The two move against each other on the same day; dates that slipped by one undo it.

    Args:
        vix: logarithm of the VIX by session.
        spx: logarithm of the index.

    Returns:
        Correlation of the moves on the same day less that with the day before, 42 sessions; null
        while one is missing.
    """
    answer, move = vix.diff(), spx.diff()
    same = pl.rolling_corr(answer, move, window_size=_SHIFT_SESSIONS)
    late = pl.rolling_corr(answer, move.shift(), window_size=_SHIFT_SESSIONS)
    return same - late


def crossed(panel: pl.LazyFrame) -> pl.LazyFrame:
    """The reason that the other series of the session give."""
    fit = pl.when(pl.col("freshness") != "fail").then("value")
    wide = (
        panel.filter(pl.col("series_id").is_in(_CROSSED))
        .select("session", "series_id", value=fit)
        .pivot(
            "series_id",
            on_columns=list(_CROSSED),
            index="session",
            values="value",
            aggregate_function=pl.element().item(allow_empty=True),
        )
        .sort("session")
    )
    logs = [pl.col(name).log() for name in _CLOSES]
    judged = wide.with_columns(logs).select("session", **_reasons())
    return judged.unpivot(
        index="session", variable_name="series_id", value_name="crossed"
    ).filter(pl.col("crossed").is_not_null())  # fmt: skip


def _reasons() -> dict[str, pl.Expr]:
    """For each series that is cross-checked its reason; closes are logarithms here."""
    vix, spx = pl.col("vix_close"), pl.col("spx_close")
    is_shifted = compare(shifted(vix, spx), ">", _SHIFT)
    is_kinked = compare(zigzag(tuple(pl.col(name) for name in _CURVE)), ">", _ZIGZAG)
    off, swaps, still = _off_the_curve(), _swaps(is_kinked), _still()
    vix_spike, spx_spike = _spikes(vix, spx)
    spikes = off | {"vix_close": _any([vix_spike, off["vix_close"]]), "spx_close": spx_spike}
    # A spike of the VIX alone kinks the curve as well; VIX3M is not to blame for it.
    is_swapped = is_kinked & ~spikes["vix_close"]
    kinks = {"vix_close": is_swapped, "vix3m_close": is_swapped}
    moved = {"vix_close": is_shifted, "spx_close": is_shifted}
    ordered = ((swaps, "identity"), (spikes, "spike"), (kinks, "identity"), (still, "repeats"),
               (moved, "shifted"))  # fmt: skip
    return {
        name: pl.coalesce(
            [pl.when(rules[name]).then(pl.lit(why)) for rules, why in ordered if name in rules]
        )
        for name in _CROSSED
    }


def _swaps(is_kinked: pl.Expr) -> dict[str, pl.Expr]:
    """For each series whether it moved apart from another; not where a swapped curve is put right."""
    is_put_right = is_kinked.shift().fill_null(value=False)
    found: dict[str, list[pl.Expr]] = {name: [] for name in _CROSSED}
    for first, second, _, most in _PAIRS:
        is_swapped = swapped(pl.col(first), pl.col(second), most) & ~is_put_right
        found[first].append(is_swapped)
        found[second].append(is_swapped)
    for first, second, most in _TENORS:
        is_swapped = swapped(pl.col(first), pl.col(second), most)
        found[first].append(is_swapped)
        found[second].append(is_swapped)
    return {name: _any(rules) for name, rules in found.items() if rules}


def _still() -> dict[str, pl.Expr]:
    """For each close whether it repeats the session before while the others show that it may not."""
    is_still = {name: compare(pl.col(name).diff(), "=", 0.0) for name in _CLOSES}
    count = pl.sum_horizontal([is_still[name].cast(pl.Int32) for name in _VOLATILITY])
    crowd = {
        name: (count > _MOST_STILL) | is_still["spx_close"].fill_null(value=False)
        for name in _VOLATILITY
    } | {"spx_close": count > 0}
    alone = {
        name: compare(pl.col(other).diff().abs(), ">", most).fill_null(value=False)
        for name, other, most in _STILL
    }
    return {name: _any([is_still[name] & (alone[name] | crowd[name])]) for name in _CLOSES}


def _off_the_curve() -> dict[str, pl.Expr]:
    """For each volatility index whether it left another: it, not the other, where it jumped more."""
    left: dict[str, list[pl.Expr]] = {name: [] for name in _CURVE}
    for first, second, most, _ in _PAIRS:
        ratio = pl.col(first) - pl.col(second)
        is_broken = compare((ratio - _usual(ratio, _SHORT, 3)).abs(), ">", most)
        jumped, stayed = (_jump(pl.col(name)).abs() for name in (first, second))
        left[first].append(is_broken & compare(jumped, ">=", stayed))
        left[second].append(is_broken & compare(jumped, "<", stayed))
    return {name: _any(rules) for name, rules in left.items()}


def _spikes(vix: pl.Expr, spx: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """A jump of the VIX that the index does not explain, and one of the index without the VIX (S3)."""
    vix_jump, spx_jump = _jump(vix), _jump(spx)
    joined = _any([_follows(pl.col(name), vix_jump) for name in _CURVE if name != "vix_close"])
    unexplained = compare(vix_jump, ">", _VIX_JUMP) & compare(spx_jump, ">", _SPX_FALL) & ~joined
    is_vix = unexplained | compare(vix_jump, "<", _VIX_DROP)
    fell = compare(spx_jump, "<", -_SPX_JUMP) & compare(vix_jump, "<", -spx_jump * _ANSWER_TO_FALL)
    rose = compare(spx_jump, ">", _SPX_JUMP) & compare(-vix_jump, "<", spx_jump * _ANSWER_TO_RISE)
    is_spx = _any([fell, rose, compare(spx_jump, ">", _SPX_RISE)])
    return is_vix, is_spx


def _follows(other: pl.Expr, vix_jump: pl.Expr) -> pl.Expr:
    """Whether another index of the family jumped with the VIX; in 2018 VIX6M did by two fifths."""
    return compare(_jump(other), ">", vix_jump * _FOLLOWS)


def _any(rules: list[pl.Expr]) -> pl.Expr:
    """Whether a rule says so; what is unknown says nothing."""
    return reduce(lambda one, other: one | other, (rule.fill_null(value=False) for rule in rules))


def _jump(value: pl.Expr) -> pl.Expr:
    """How far a value stands from the median of the five sessions before."""
    return value - _usual(value, _SHORT, 3)


def _usual(value: pl.Expr, events: int, least: int) -> pl.Expr:
    """The median of the values before this one."""
    return value.shift().rolling_median(events, min_samples=least)


def _apart(first: pl.Expr, second: pl.Expr, sessions: int) -> pl.Expr:
    """The smaller of two moves in opposite directions; null where they went the same way."""
    one, other = first - first.shift(sessions), second - second.shift(sessions)
    return pl.when((one > 0) != (other > 0)).then(pl.min_horizontal(one.abs(), other.abs()))

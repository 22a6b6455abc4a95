"""Conditions on whole columns: true, false or unknown at every session, never a guess."""

from collections.abc import Iterable, Mapping

import polars as pl

from policy.book_after import NO, NO_DATA, NOT_EVALUATED, YES
from policy.conditions import (
    READABLE,
    AfterChange,
    BelowBase,
    BelowLastRaise,
    BucketChanged,
    BucketIn,
    Compared,
    Comparison,
    Condition,
    Driver,
    Flagged,
    MatrixMoved,
    MissingInputs,
    NotEvaluated,
    SeedReading,
    SignChanged,
    leaves,
    needed,
    parts,
)
from policy.entries import Axis, Direction
from policy.model import Policy
from schemas.frames import at_least, compare, join_one

AXES = ("row", "column")
MOVE_SESSIONS = 63  # the window of a driver's typical daily move


def drivers(policy: Policy) -> tuple[Driver, ...]:
    """Every column that the policy reads, once, in the order of the tables."""
    wanted = {str(driver): driver for driver in _read(policy)}
    order = [table.name for table in READABLE]
    return tuple(
        sorted(wanted.values(), key=lambda driver: (order.index(driver.table), str(driver)))
    )


def _read(policy: Policy) -> Iterable[Driver]:
    yield policy.axes.row.column
    yield policy.axes.column.column
    yield from policy.required
    for condition in policy.conditions():
        for leaf in leaves(condition):
            if isinstance(leaf, Comparison | Flagged):
                yield leaf.column
            elif isinstance(leaf, Compared):
                yield leaf.column
                yield leaf.than
            elif isinstance(leaf, SignChanged):
                yield leaf.sign_changed


def market_frame(policy: Policy, frames: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row per session: every driver, its typical daily move, and its band on each axis.

    Args:
        policy: says which drivers and which bands.
        frames: the tables read, by name; sessions are those of the first table.

    Returns:
        ``session``, a column per driver named ``table.column`` (null where not finite), its
        typical move ``move table.column``, and ``row`` and ``column``, the band's number.
    """
    wanted = drivers(policy)
    grid = frames[READABLE[0].name].select("session").sort("session", maintain_order=True)
    for table in READABLE:
        held = [driver for driver in wanted if driver.table == table.name]
        if held:
            columns = frames[table.name].select("session", *(_finite(driver) for driver in held))
            grid = join_one(grid, columns, "session")
    moves = [typical_move(driver).alias(f"move {driver}") for driver in wanted]
    return grid.with_columns(
        *moves, band(policy.axes.row).alias("row"), band(policy.axes.column).alias("column")
    )


def _finite(driver: Driver) -> pl.Expr:
    value = pl.col(driver.column.name).cast(pl.Float64)
    return pl.when(value.is_finite()).then(value).alias(str(driver))


def typical_move(driver: Driver) -> pl.Expr:
    """Standard deviation of a driver's daily change over 63 sessions, in the driver's unit.

    Null before 63 changes are known, where nothing moved, for counts of sessions, which only run
    down, and for what is yes or no.
    """
    if not driver.column.dtype.is_float():
        return pl.lit(None, dtype=pl.Float64)
    deviation = pl.col(str(driver)).diff().rolling_std(MOVE_SESSIONS)
    return pl.when(compare(deviation, ">", 0.0)).then(deviation)


def distance(driver: Driver, threshold: pl.Expr | float) -> pl.Expr:
    """How far a driver is from a threshold, in its typical daily moves [ratio]; null as these."""
    return (pl.col(str(driver)) - threshold).abs() / pl.col(f"move {driver}")


def band(axis: Axis) -> pl.Expr:
    """The number of the band that the axis' column falls in, from 0; null where it is unknown.

    An edge belongs to the band above it.
    """
    passed = [compare(pl.col(str(axis.column)), ">=", edge).cast(pl.Int64) for edge in axis.edges]
    total = passed[0]
    for one in passed[1:]:
        total = total + one
    return total


def judged_frame(policy: Policy, market: pl.LazyFrame) -> pl.LazyFrame:
    """The market frame with a Boolean column for every simple condition, null for unknown.

    Each is computed once, in stages, because an expression that repeats its inputs at every level
    of a composite condition grows beyond what a planner likes.
    """
    simple = {_name(leaf): leaf for stated in policy.conditions() for leaf in leaves(stated)}
    events = {name: _event(leaf) for name, leaf in simple.items()}
    market = market.with_columns(
        event.alias(f"event {name}") for name, event in events.items() if event is not None
    )
    market = market.with_columns(
        value.alias(name)
        for name, leaf in simple.items()
        if (value := _simple_truth(leaf, policy)) is not None
    )
    reading = policy.seed.readings[policy.seed.active].when
    return market.with_columns(
        *(_held(axis, policy.persistence.closes).alias(f"{axis} held") for axis in AXES),
        outcome(reading).alias("seed"),
        truth(reading).alias(_name(SeedReading(seed="active"))),
    )


def _held(axis: str, closes: int) -> pl.Expr:
    """Whether the axis' band has stood for that many closes; null where one is unknown."""
    days = [compare(pl.col(axis), "=", pl.col(axis).shift(ago)) for ago in range(max(closes, 1))]
    return at_least(len(days), days)


def _name(leaf: Condition) -> str:
    """The column of a simple condition."""
    return leaf.model_dump_json(by_alias=True)


def _event(leaf: Condition) -> pl.Expr | None:
    """Whether what the condition watches changed at this close; null where either is unknown."""
    match leaf:
        case BucketChanged(changed=axis):
            return compare(pl.col(axis), "!=", pl.col(axis).shift(1))
        case SignChanged(sign_changed=driver):
            sign = pl.col(str(driver)).sign()
            return compare(sign, "!=", sign.shift(1))
        case _:
            return None


def _simple_truth(leaf: Condition, policy: Policy) -> pl.Expr | None:  # noqa: PLR0911  # one line per kind
    """A simple condition over the market frame; none for those that another stage judges."""
    match leaf:
        case Comparison():
            return _latched(leaf)
        case Compared(column=driver, op=op, than=other):
            return compare(pl.col(str(driver)), op, pl.col(str(other)))
        case Flagged(column=driver, is_=wanted):
            return compare(pl.col(str(driver)), "=", float(wanted))
        case BucketIn(axis=axis, bands=bands):
            ids = (policy.axes.row if axis == "row" else policy.axes.column).ids
            return at_least(1, [compare(pl.col(axis), "=", ids.index(one)) for one in bands])
        case BucketChanged(within=sessions) | SignChanged(within=sessions):
            event = pl.col(f"event {_name(leaf)}")
            return at_least(1, [event.shift(ago) for ago in range(sessions + 1)])
        case MissingInputs():
            return at_least(1, [pl.col(str(driver)).is_null() for driver in policy.required])
        case _:
            return None


def _latched(leaf: Comparison) -> pl.Expr:
    """A comparison; with an exit it stays true from the entry until the column is past the exit.

    An unknown close is unknown, and leaves the state to the next known one as it was.
    """
    value = pl.col(str(leaf.column))
    entered = compare(value, leaf.op, leaf.threshold)
    if leaf.exit is None:
        return entered
    kept = compare(value, leaf.op, leaf.exit.in_unit(leaf.column.column.unit))
    turned = pl.when(entered).then(statement=True).when(~kept).then(statement=False)
    state = turned.forward_fill().fill_null(value=False)
    return pl.when(entered.is_not_null()).then(state)


def below_base_column(layer: str) -> str:
    """The walked market's column that says whether a layer stood below its base."""
    return f"{layer} below base"


def truth(condition: Condition, move: Direction = "add") -> pl.Expr:
    """A condition over the judged frame: Boolean, null for unknown and for not evaluated.

    Args:
        condition: any.
        move: the proposal whose book after the change is meant; it is known once the path is.
    """
    if inside := parts(condition):
        return at_least(needed(condition), [truth(part, move) for part in inside])
    match condition:
        case AfterChange(after=check, is_=wanted):
            holds = pl.col(f"{move} {check}")
            return holds if wanted else ~holds
        case MatrixMoved():
            return pl.col("matrix_moved")
        case BelowBase(below_base=layer):
            return pl.col(below_base_column(layer))
        case BelowLastRaise() | NotEvaluated():
            return pl.lit(None, dtype=pl.Boolean)
        case _:
            return pl.col(_name(condition))


def outcome(condition: Condition, move: Direction = "add") -> pl.Expr:
    """A condition's outcome as a code: fired, not fired, no data or not evaluated.

    No data where an input that could have decided is unknown; not evaluated where only what does
    not exist yet could have decided.
    """
    value = truth(condition, move)
    unknown = [
        truth(leaf, move).is_null()
        for leaf in leaves(condition)
        if not isinstance(leaf, NotEvaluated)
    ]
    return coded(value, pl.any_horizontal(unknown) if unknown else pl.lit(value=False))


def coded(value: pl.Expr, lacks_data: pl.Expr) -> pl.Expr:
    """A three-valued truth as an outcome's code; ``lacks_data`` says why a null is one."""
    code = (
        pl.when(value)
        .then(YES)
        .when(value.is_not_null())
        .then(NO)
        .when(lacks_data)
        .then(NO_DATA)
        .otherwise(NOT_EVALUATED)
    )
    return code.cast(pl.Int8)

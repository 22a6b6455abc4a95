"""The path over a frame: arrays out of the market frame, decisions back into it."""

from collections.abc import Callable

import numpy as np
import polars as pl

from policy import path_values as path
from policy.acting import acts_of, came_of, lines, standing_of
from policy.book_after import LAYERS as SIZED
from policy.book_after import MEASURES, NO, YES, Codes, Ints
from policy.conditions import CHECKS, BelowLastRaise
from policy.entries import DIRECTIONS, LAYERS, MAX_MULTIPLIER, SIGNERS, UNIT_LAYERS, LayerId
from policy.evaluate import below_base_column
from policy.model import Policy
from policy.path import walk
from policy.programs import Compiled, bounds_of, offers_of
from schemas.book import BookTerms

# Reasons of the Second Engine's rows, and of a move too small to trade, after the path's own.
REASONS = (
    *path.REASONS,
    "se_off",
    "se_watch",
    "less_than_one_contract",
    "se_review",
    "restructured",
    "review_asked",
    "financing_untested",
)
SE_STATES = ("off", "watch")
_SE_OFF = REASONS.index("se_off")
_TOO_SMALL = REASONS.index("less_than_one_contract")

_WIDE = len(LAYERS)
_VOTES = _WIDE * len(DIRECTIONS) * len(SIGNERS)
_STEPS = pl.Array(pl.Int64(), _WIDE)

# What the path adds to the market frame; the lists hold one element per layer, SE last.
RECORDED: dict[str, pl.DataType] = {
    "steps_cell": _STEPS,
    "steps_target": _STEPS,
    "steps_before": _STEPS,
    "steps_after": _STEPS,
    "units_before": _STEPS,
    "units_after": _STEPS,
    "reason": _STEPS,
    "rises": _STEPS,
    "seeded": _STEPS,
    "quorum": _STEPS,
    "votes_signed": _STEPS,
    "votes_known": _STEPS,
    "wait": _STEPS,
    "gate": _STEPS,
    "votes": pl.Array(pl.Int64(), _VOTES),
    "se": pl.Int64(),
    "held": pl.Int64(),
    "matrix_moved": pl.Boolean(),
    "decider": _STEPS,
    **{below_base_column(layer): pl.Boolean() for layer in UNIT_LAYERS},
    **{f"{move} {name}": pl.Float64() for move in DIRECTIONS for name in MEASURES},
    **{f"{move} {name}": pl.Boolean() for move in DIRECTIONS for name in CHECKS},
}


def recorded(policy: Policy) -> dict[str, pl.DataType]:
    """What the path adds under a policy: ``came`` holds one element per line of its rules."""
    return {**RECORDED, "came": pl.Array(pl.Int64(), len(lines(policy)))}


def predicate_column(policy: Policy, signer: str, direction: str, layer: LayerId) -> str:
    """The market frame's column with a signer's outcome for one layer."""
    predicates = getattr(policy.signers[signer], direction)
    own = layer if getattr(predicates, layer) is not None else "every_layer"
    return f"{signer} {direction} {own}"


def judged_column(number: int) -> str:
    """The market frame's column with the outcome that the programs read at that place."""
    return f"judged {number}"


def recorder(
    policy: Policy, terms: BookTerms, compiled: Compiled
) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """The function that walks a market frame and adds the columns of ``RECORDED``."""
    limits = limits_of(policy, terms, compiled)

    def record(frame: pl.DataFrame) -> pl.DataFrame:
        market = market_of(policy, terms, len(compiled.columns), frame)
        added = _recorded(policy, limits, market, walk(market, limits))
        return frame.with_columns(added).select(*frame.columns, *recorded(policy))

    return record


def limits_of(policy: Policy, terms: BookTerms, compiled: Compiled) -> path.Limits:
    """The policy as numbers: multipliers in steps, signers as positions."""
    cells = [[policy.matrix[row][column] for column in policy.axes.column.ids]
             for row in policy.axes.row.ids]  # fmt: skip
    groups = [[name in group for name in SIGNERS] for group in policy.quorum.mandatory]
    relative = [[isinstance(policy.signers[name].reduce.of(layer), BelowLastRaise)
                 for name in SIGNERS] for layer in LAYERS]  # fmt: skip
    steps = [[[policy.steps(cell.multiplier(layer)) for layer in UNIT_LAYERS] for cell in line]
             for line in cells]  # fmt: skip
    return path.Limits(
        cell=np.array(steps, dtype=np.int64),
        se=np.array([[SE_STATES.index(cell.SE) for cell in line] for line in cells]),
        base=policy.steps(1.0),
        closes=policy.persistence.closes,
        guarded_row=policy.axes.row.ids.index(policy.persistence.guarded_row),
        guarded_add=policy.persistence.guarded_add,
        guarded_reduce=policy.persistence.guarded_reduce,
        cooldown=policy.cooldown.sessions,
        add_exempt=policy.cooldown.exempt == "add",
        reduce_exempt=policy.cooldown.exempt == "reduce",
        quorum_add=policy.quorum.add,
        quorum_reduce=policy.quorum.reduce,
        mandatory=np.array(groups, dtype=np.int8).reshape(-1, len(SIGNERS)),
        never_false=np.array([name in policy.quorum.never_false for name in SIGNERS], np.int8),
        relative=np.array(relative, dtype=np.int8),
        seed_layer=UNIT_LAYERS.index(policy.seed.layer),
        seed_lift=policy.steps(policy.seed.lift_to),
        programs=compiled.programs,
        bounds=bounds_of(terms),
        most=policy.steps(MAX_MULTIPLIER),
        acts=acts_of(policy),
    )


def market_of(policy: Policy, terms: BookTerms, columns: int, frame: pl.DataFrame) -> path.Market:
    """The market frame as arrays, unknown as -1; ``columns`` is how many the programs read."""

    def codes(name: str) -> Codes:
        return frame[name].fill_null(path.UNKNOWN).cast(pl.Int8).to_numpy()

    votes = [
        codes(predicate_column(policy, signer, direction, layer))
        for layer in LAYERS for direction in DIRECTIONS for signer in SIGNERS
    ]  # fmt: skip
    shape = (frame.height, _WIDE, len(DIRECTIONS), len(SIGNERS))
    return path.Market(
        row=codes("row").astype(np.int64),
        column=codes("column").astype(np.int64),
        missing=codes("missing"),
        columns=np.column_stack(
            [
                np.zeros((frame.height, 0), np.int8),
                *(codes(judged_column(k)) for k in range(columns)),
            ]
        ),
        offers=offers_of(policy, terms, frame),
        seed=codes("seed"),
        signed=np.stack(votes, axis=1).reshape(shape) if frame.height else np.zeros(shape, np.int8),
        **standing_of(policy, frame)._asdict(),
    )


def _recorded(
    policy: Policy, limits: path.Limits, market: path.Market, walked: path.Walk
) -> list[pl.Series]:
    known = walked.run > 0
    cell = np.where(known[:, None], limits.cell[market.row, market.column], path.UNKNOWN)
    # The guarded row sells after fewer closes than a cell else needs: what acted has persisted.
    asks = np.isin(walked.reason, (path.CELL_ASKS_LESS, path.CELL_ASKS_MORE))
    acted = (asks & (walked.after != walked.before)).any(axis=1)
    moved = acted | ((walked.run >= limits.closes) & (cell != walked.before).any(axis=1))
    units_before, units_after = _units(policy, walked.before), _units(policy, walked.after)
    idle = (walked.before != walked.after) & (units_before == units_after)
    proposal = _with_se(walked.proposal, path.ADD)
    signed, asked = _counted(walked.signed, proposal)
    columns: dict[str, Ints] = {
        "steps_cell": _with_se(cell, path.UNKNOWN),
        "steps_target": _with_se(walked.target, path.UNKNOWN),
        "steps_before": _with_se(walked.before, path.UNKNOWN),
        "steps_after": _with_se(walked.after, path.UNKNOWN),
        "units_before": _with_se(units_before, 0),
        "units_after": _with_se(units_after, 0),
        "reason": np.column_stack(
            [np.where(idle, _TOO_SMALL, walked.reason), _se_reason(limits, market, walked)]
        ),
        "rises": _with_se((walked.after > walked.before).astype(np.int64), 0),
        "seeded": _with_se(walked.seeded.astype(np.int64), 0),
        "quorum": _with_se(walked.quorum, policy.quorum.se),
        "votes_signed": signed,
        "votes_known": asked,
        "wait": _with_se(walked.wait, 0),
        "gate": _with_se(walked.gate, path.UNKNOWN),
        "decider": _with_se(walked.decider, path.UNKNOWN),
    }
    arrays = [pl.Series(name, values, dtype=_STEPS) for name, values in columns.items()]
    votes = walked.signed.reshape(-1, _VOTES).astype(np.int64)
    return [
        *arrays,
        pl.Series("votes", votes, dtype=RECORDED["votes"]),
        pl.Series("se", walked.se),
        pl.Series("held", walked.run),
        pl.Series("matrix_moved", moved).set(pl.Series(~known), None),
        pl.Series(
            "came",
            came_of(policy, market, walked).astype(np.int64),
            dtype=recorded(policy)["came"],
        ),
        *(
            pl.Series(below_base_column(layer), walked.before[:, number] < limits.base)
            for number, layer in enumerate(UNIT_LAYERS)
        ),
        *_book(walked),
    ]


def _book(walked: path.Walk) -> list[pl.Series]:
    """Measures of the book after what each proposal considers, and whether each check holds."""
    values = [
        pl.Series(f"{move} {name}", walked.book[:, place, number]).fill_nan(None)
        for place, move in enumerate(DIRECTIONS) for number, name in enumerate(MEASURES)
    ]  # fmt: skip
    codes = {
        f"{move} {check}": walked.checks[:, place, number]
        for place, move in enumerate(DIRECTIONS) for number, check in enumerate(CHECKS)
    }  # fmt: skip
    holds = [
        pl.Series(name, code == YES).set(pl.Series(code < NO), None) for name, code in codes.items()
    ]
    return [*values, *holds]


def _with_se(values: Ints, se: int) -> Ints:
    return np.column_stack([values, np.full(len(values), se, dtype=np.int64)])


def _units(policy: Policy, steps: Ints) -> Ints:
    """Contracts of each sized layer at its multiplier."""
    most = int(steps.max(initial=0)) + 1
    table = [[policy.units(layer, step) for step in range(most)] for layer in UNIT_LAYERS]
    return np.array(table, dtype=np.int64)[np.arange(SIZED), steps]


def _counted(signed: Codes, proposal: Ints) -> tuple[Ints, Ints]:
    """Signatures and evaluable signers of each layer's proposal; unknown where it has none."""
    session, layer = np.indices(proposal.shape)
    votes = signed[session, layer, np.maximum(proposal, 0)]
    has = proposal >= 0
    yes = np.where(has, (votes == YES).sum(axis=2), path.UNKNOWN)
    return yes, np.where(has, (votes >= NO).sum(axis=2), path.UNKNOWN)


def _se_reason(limits: path.Limits, market: path.Market, walked: path.Walk) -> Ints:
    """Why the Second Engine is in its state: what is unknown, or the state itself."""
    settled = walked.se == limits.se[market.row, market.column]
    own = np.where(settled, _SE_OFF + walked.se, path.NOT_PERSISTED)
    own = np.where(market.column == path.UNKNOWN, path.COLUMN_UNKNOWN, own)
    own = np.where(market.row == path.UNKNOWN, path.ROW_UNKNOWN, own)
    return np.where(market.missing == YES, path.INPUT_MISSING, own)

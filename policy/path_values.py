"""The values of the decision's path: what it is given, what it decides, and in which words.

Multipliers are whole numbers of steps; unknown is -1; layers are 0..2 (L1, L2, L3) and 3 (SE).
"""

from typing import NamedTuple

from policy.book_after import LAYERS, Bounds, Codes, Floats, Ints, Offers, Programs

SE = LAYERS
UNKNOWN = -1

ADD, REDUCE = 0, 1  # a signer's two proposals

# Reasons, in the order of REASONS.
REASONS = (
    "at_target",
    "required_input_missing",
    "row_unknown",
    "column_unknown",
    "cell_not_persisted",
    "gate_closed",
    "gate_unknown",
    "quorum_not_met",
    "reduction_quorum_not_met",
    "cooldown",
    "cell_asks_more",
    "return_to_base",
    "seed_rule",
    "scaled_to_fit",
    "cell_asks_less",
    "rule_asks_more",
    "rule_asks_less",
    "monetised",
    "held_by_rule",
    "adds_blocked_by_rule",
    "single_family",
    "family_unknown",
    "not_financed",
    "financing_unknown",
)
(
    AT_TARGET, INPUT_MISSING, ROW_UNKNOWN, COLUMN_UNKNOWN, NOT_PERSISTED, GATE_CLOSED,
    GATE_UNKNOWN, QUORUM_NOT_MET, REDUCTION_QUORUM_NOT_MET, COOLDOWN, CELL_ASKS_MORE,
    RETURN_TO_BASE, SEED_RULE, SCALED_TO_FIT, CELL_ASKS_LESS, RULE_ASKS_MORE, RULE_ASKS_LESS,
    MONETISED, HELD_BY_RULE, ADDS_BLOCKED, SINGLE_FAMILY, FAMILY_UNKNOWN, NOT_FINANCED,
    FINANCING_UNKNOWN,
) = range(len(REASONS))  # fmt: skip

# How a rule's action came out of the conflict (methodology 12.5), in the order of CAME.
CAME = (
    "silent",
    "acted",
    "in_force",
    "stopped_by_gate",
    "single_family",
    "family_unknown",
    "axis_unknown",
    "held_by_rule",
    "adds_blocked_by_rule",
    "reducing_comes_first",
    "driver_comes_first",
    "one_step_a_session",
    "gate_closed",
    "gate_unknown",
    "quorum_not_met",
    "cooldown",
    "not_financed",
    "financing_unknown",
)
(
    C_SILENT, C_ACTED, C_IN_FORCE, C_STOPPED, C_SINGLE_FAMILY, C_FAMILY_UNKNOWN, C_AXIS_UNKNOWN,
    C_HELD, C_ADDS_BLOCKED, C_REDUCING_FIRST, C_DRIVER_FIRST, C_ONE_STEP, C_GATE_CLOSED,
    C_GATE_UNKNOWN, C_QUORUM, C_COOLDOWN, C_NOT_FINANCED, C_FINANCING_UNKNOWN,
) = range(len(CAME))  # fmt: skip
# What keeps a rule that fired from acting, besides other rules.
OPEN, STOPPED, OF_ONE_FAMILY, OF_FAMILY_UNKNOWN = range(4)


class Market(NamedTuple):
    """What each session shows, one element per session."""

    row: Ints  # band of the row axis, -1 unknown
    column: Ints  # band of the column axis, -1 unknown
    missing: Codes  # 1 where a required input is missing
    columns: Codes  # outcome by session of each condition that gates and signers read off columns
    offers: Offers  # what could be traded
    seed: Codes  # the active reading: outcome
    signed: Codes  # outcome by session, layer (with SE), proposal and signer
    fired: Codes  # outcome of each acting rule, its layers' own standing apart
    curb: Codes  # by session and acting rule: open, stopped, or of one family
    hold: Ints  # by session and layer: the acting rule that keeps it, -1 for none
    block: Ints  # the same: the acting rule that lets nothing be added


class Acts(NamedTuple):
    """What the acting rules do to the layers, by rule and layer."""

    steps: Ints  # up or down while the rule is on
    refresh: Codes  # 1: back up to the base
    share: Floats  # sold once in each episode; 0 for nothing
    payer: Ints  # the layer that pays for an add, -1 for none
    below: Ints  # by rule: the layer that is to stand below its base, -1 for none
    driver: Codes  # by rule: 1 for a driver, 0 for a modifier
    moves: Codes  # by rule: 1 where it moves any layer


class Limits(NamedTuple):
    """What the policy fixes."""

    cell: Ints  # steps asked, by row, column and layer
    se: Ints  # the Second Engine's state, by row and column
    base: int  # 1.00 in steps
    closes: int
    guarded_row: int
    guarded_add: int
    guarded_reduce: int
    cooldown: int
    add_exempt: bool
    reduce_exempt: bool
    quorum_add: int
    quorum_reduce: int
    mandatory: Codes  # by group and signer: 1 where the signer is of the group
    never_false: Codes  # by signer
    relative: (
        Codes  # by layer (with SE) and signer: 1 where a reduction is judged by the last raise
    )
    seed_layer: int
    seed_lift: int  # steps
    programs: Programs  # gates of the hedges, and signers that judge the book after a change
    bounds: Bounds  # of the book's measures
    most: int  # steps that no multiplier exceeds
    acts: Acts


class Walk(NamedTuple):
    """What the pass decides: by session and layer, but for the last five by session."""

    before: Ints
    after: Ints
    target: Ints
    reason: Ints
    seeded: Codes  # 1 where the seed rule asks, not the cell
    quorum: Ints
    proposal: Ints  # ADD, REDUCE or -1: the move considered
    wait: Ints  # sessions until an opposite move is allowed
    signed: Codes  # as in Market, the relative reductions filled in
    gate: Ints  # the gate that blocks or scales an add, -1 for none
    book: Floats  # measures of the book after what each proposal considers, by session
    checks: Codes  # their outcomes, by session and proposal
    is_considered: Codes  # 1 where any layer considers the proposal, by session and proposal
    se: Ints  # state in force, -1 before the first persisted cell
    run: Ints  # closes the cell has held, 0 where it is unknown
    came: Codes  # by session, rule (the acting ones, the matrix, the seed rule) and layer
    decider: Ints  # by session and layer: the rule that decided, then the gate of one family
    fired: Codes  # by session and acting rule: its outcome, the layers' own standing regarded


class Held(NamedTuple):
    """How many closes today's cell and today's row have held; 0 where unknown."""

    cell: int
    row: int


class Last(NamedTuple):
    """A layer's last move: 1 up, -1 down, 0 none yet, and how many sessions ago."""

    direction: int
    ago: int


class Asked(NamedTuple):
    """What is asked of a layer today, from where, and whether it has been asked long enough."""

    current: int
    wanted: int
    seeded: bool
    persisted: bool


class Outcome(NamedTuple):
    """What becomes of it: ``judged`` the steps whose book was judged, as they were for none."""

    target: int
    after: int
    reason: int
    quorum: int
    proposal: int
    judged: int
    gate: int = UNKNOWN


class Winner(NamedTuple):
    """What is left of the rules' claims on a layer: the rule to act, or why none is."""

    rule: int  # -1 where none acts
    direction: int
    wanted: int
    reason: int  # unknown where a rule acts
    decider: int


class Past(NamedTuple):
    """What the pass remembers of the layers' moves."""

    direction: Ints  # of each layer's last move, 0 before the first
    moved_at: Ints  # its session
    raised_row: Ints  # the row of each layer's last raise, SE's of its state; -1 for none


class Memory(NamedTuple):
    """What the pass remembers of the acting rules, by rule and layer."""

    granted: Ints  # steps moved in the episode
    sold: Codes  # 1 where the episode's share was sold
    offset: Ints  # by layer: the sum of what was granted


class Today(NamedTuple):
    """A session of the pass: what is known before any layer moves, and what already moved."""

    market: Market
    limits: Limits
    t: int
    steps: Ints  # of each layer, moved so far
    memory: Memory
    fired: Codes  # of each acting rule
    came: Codes  # by rule and layer, to be filled in
    is_busy: bool  # whether an acting rule that moves something is on

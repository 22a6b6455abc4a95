"""The briefing as a value: everything the page and its JSON say, and nothing else."""

from datetime import date
from typing import Literal

from briefing.back_matter import Appendix, Disclaimer, Provenance
from briefing.block import Block

SCHEMA_VERSION: Literal["1.0"] = "1.0"

PageState = Literal["complete", "degraded", "withheld"]
Outcome = Literal["fired", "not_fired", "no_data", "not_evaluated"]
CellState = Literal["ok", "late", "stale", "suspect", "no_data", "not_offered"]
FigureKind = Literal["cone", "premium", "spread", "macd", "term", "gap"]
LineStyle = Literal["solid", "dashed", "dotted", "points", "bars", "band", "outer_band"]


class Quantity(Block):
    """A stored value, its unit as declared, and its text on the page."""

    value: float | None
    unit: str
    text: str


class Header(Block):
    """Which session the page describes, when that was known, and what it is for."""

    policy_text: str
    title: str
    session: date
    session_text: str
    close_text: str
    known_by_et: str
    known_by_utc: str
    open_text: str
    source: str
    source_text: str
    is_simulated: bool
    run_id: str
    revision: int


class Status(Block):
    """Block 0: the state of the page in a word, a sentence and its reasons.

    ``detail`` is the sentence without its leading word, for where the word stands beside it.
    """

    state: PageState
    word: str
    sentence: str
    detail: str
    reasons: tuple[str, ...]


class Verdict(Block):
    """Block 1: what the policy maps today's rules to, in one sentence."""

    sentence: str
    evaluable: str


class Level(Block):
    """A measure today beside the session before and its own ten years."""

    group: Literal["market", "premium"]
    label: str
    column: str
    today: Quantity
    before: Quantity
    change: str
    percentile: str


class Changes(Block):
    """Block 2: what differs from the previous session, and what the levels' numbers rest on."""

    since: str
    sentences: tuple[str, ...]
    levels: tuple[Level, ...]
    notes: tuple[str, ...]


class Tally(Block):
    """How many signers said what to the move that a layer's rules consider."""

    asked: str
    fired: int
    not_fired: int
    no_data: int
    not_evaluated: int


class Layer(Block):
    """A row of block 3: one layer, from what to what, why, and what would change it."""

    layer_id: str
    name: str
    instrument: str
    target: str
    action: str
    action_word: str
    units_before: Quantity
    units_after: Quantity
    multiplier_before: Quantity
    multiplier_after: Quantity
    is_changed: bool
    rule_id: str
    why: str
    tally: Tally | None
    flip: str
    cost: str


class Layers(Block):
    """Block 3: the layers under the policy in force."""

    heading: str
    rows: tuple[Layer, ...]
    note: str


class Clause(Block):
    """One condition of a rule: value, comparison, threshold and date, and how far it is."""

    text: str
    distance: str
    outcome: Outcome


class Rule(Block):
    """One rule at this session, as a sentence with the numbers of each condition."""

    rule_id: str
    title: str
    condition: str
    sentence: str
    role: str
    grade: str
    value: Quantity
    threshold: str
    reason: str
    clauses: tuple[Clause, ...]
    outcome: Outcome
    evidence: str


class SignerVote(Block):
    """What one signer says to an add and to a reduction, layer by layer."""

    signer_id: str
    title: str
    votes: tuple[tuple[str, Outcome], ...]
    add_when: str
    reduce_when: str
    evidence: str


class Signers(Block):
    """The signers' table and each layer's count against its quorum.

    ``asked`` names the columns, one per layer, of the moves that the rules consider.
    """

    columns: tuple[str, ...]
    asked: tuple[str, ...]
    rows: tuple[SignerVote, ...]
    sentences: tuple[str, ...]


class MatrixCell(Block):
    """A cell of the policy's matrix."""

    text: str
    label: str
    is_today: bool


class MatrixRow(Block):
    """A row of the policy's matrix."""

    label: str
    cells: tuple[MatrixCell, ...]


class Matrix(Block):
    """The policy's matrix with today's cell marked."""

    caption: str
    row_axis: str
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    today: str


class Gates(Block):
    """Block 4: gates, drivers, the seed rule's readings, signers and matrix."""

    gates: tuple[Rule, ...]
    drivers: tuple[Rule, ...]
    seeds: tuple[Rule, ...]
    tests: tuple[Rule, ...]
    signers: Signers
    matrix: Matrix


class BookFigure(Block):
    """A measure of the book, its text, and the weakest source that took part in its value."""

    label: str
    text: str
    values: tuple[Quantity, ...]
    priced_from: str


class BookScenario(Block):
    """What the book would gain at once from a move of the index, a cell for each of the VIX."""

    label: str
    gains: tuple[Quantity, ...]
    priced_from: tuple[str, ...]


class Book(Block):
    """Block 5: the position, in its fixed place even where there is none.

    ``name`` is desk, model or empty for no book; ``columns`` head the cells of ``scenarios``.
    """

    name: Literal["desk", "model", ""]
    sentence: str
    priced_from: str
    figures: tuple[BookFigure, ...]
    columns: tuple[str, ...]
    scenarios: tuple[BookScenario, ...]
    notes: tuple[str, ...]


class Point(Block):
    """One point of a line, or of a band where ``high`` is given."""

    x: date | int
    y: float | None
    high: float | None = None


class Line(Block):
    """A line, band or set of marks of a figure; ``panel`` counts from the top."""

    name: str
    style: LineStyle
    tone: Literal["blue", "vermillion", "green", "ochre", "grey"]
    points: tuple[Point, ...]
    panel: int = 0


class Reference(Block):
    """A horizontal line at a stated value."""

    name: str
    value: float
    panel: int = 0


class Figure(Block):
    """A chart as data: finding, definition, lines, source; ``missing`` says why it is empty."""

    figure_id: str
    kind: FigureKind
    title: str
    subtitle: str
    footer: str
    alt: str
    unit: Literal["percent", "points", "sd"]
    panels: tuple[str, ...]
    lines: tuple[Line, ...]
    references: tuple[Reference, ...]
    table: tuple[tuple[str, ...], ...]
    missing: str


class Event(Block):
    """A scheduled announcement of block 7 and how far away it is."""

    name: str
    sessions: Quantity
    sentence: str
    is_near: bool


class QualityCell(Block):
    """One used input of block 8: publisher, observation date, knowledge time, age and state."""

    series_id: str
    label: str
    publisher: str
    state: CellState
    word: str
    age: str
    event_date: str
    known_at: str
    sentence: str


class Collected(Block):
    """Inputs that no measure uses and that share publisher, dates, age and state."""

    series: tuple[str, ...]
    labels: str
    publisher: str
    event_date: str
    known_at: str
    age: str
    state: CellState
    word: str


class Quality(Block):
    """Block 8: the used inputs, failures first, the others, and the checks of the run.

    ``collected`` is printed in block 10. ``not_offered`` names used inputs that the source lacks.
    """

    summary: str
    cells: tuple[QualityCell, ...]
    collected: tuple[Collected, ...]
    not_offered: tuple[str, ...]
    notes: tuple[str, ...]
    checks: str
    breaches: tuple[str, ...]


class Briefing(Block):
    """The whole page in the order it is read."""

    schema_version: Literal["1.0"]
    header: Header
    status: Status
    verdict: Verdict
    changes: Changes
    layers: Layers
    gates: Gates
    book: Book
    figures: tuple[Figure, ...]
    calendar: tuple[Event, ...]
    quality: Quality
    provenance: Provenance
    appendix: Appendix
    disclaimer: Disclaimer

"""Blocks 9 to 11 as values: where the page comes from, the appendix, the disclaimer."""

from briefing.block import Block


class SourceTerms(Block):
    """A publisher of block 9, what it supplied and on which terms."""

    publisher: str
    series: str
    terms: str


class Provenance(Block):
    """Block 9: what the page was made from, and every assumption in it."""

    items: tuple[tuple[str, str], ...]
    sources: tuple[SourceTerms, ...]
    labels: tuple[str, ...]
    attributions: tuple[str, ...]


class MeasureLine(Block):
    """A declared measure as it stands at the session, and what supports it."""

    measure_id: str
    term: str
    value: str
    formula: str
    source: str
    grade: str
    role: str
    used_by: tuple[str, ...]
    caution: str
    column: str


class Appendix(Block):
    """Block 10: every measure, what is not used and why, words explained, the hashes in full."""

    measures: tuple[MeasureLine, ...]
    not_used: tuple[tuple[str, str], ...]
    glossary: tuple[tuple[str, str], ...]
    hashes: tuple[tuple[str, str], ...]


class Disclaimer(Block):
    """Block 11, and its short form for the foot of every page."""

    short: str
    paragraphs: tuple[str, ...]

"""What the simulated briefing says, word for word; a change detector, not a proof."""

from collections.abc import Callable, Iterator

from briefing.model import Briefing, Rule


def _rule(rule: Rule) -> Iterator[str]:
    yield f"{rule.rule_id} [{rule.outcome}] {rule.sentence}"
    yield from (f"  - [{clause.outcome}] {clause.text}" for clause in rule.clauses)


def _lines(page: Briefing) -> Iterator[str]:
    yield f"# {page.header.title} · {page.header.session_text}"
    yield page.status.sentence
    yield from page.status.reasons
    yield f"\n# Verdict\n{page.verdict.sentence}\n{page.verdict.evaluable}"
    yield f"\n# Changes since {page.changes.since}"
    yield from page.changes.sentences
    for level in page.changes.levels:
        cells = (level.label, level.before.text, level.today.text, level.change, level.percentile)
        yield " | ".join(cells)
    yield from page.changes.notes
    yield f"\n# {page.layers.heading}"
    for layer in page.layers.rows:
        yield f"{layer.layer_id} {layer.name}: {layer.action_word}, {layer.why}"
        yield f"  {layer.units_before.text} to {layer.units_after.text} contracts; {layer.flip}"
    yield page.layers.note
    for name in ("gates", "drivers", "seeds", "tests"):
        yield f"\n# {name.capitalize()}"
        for rule in getattr(page.gates, name):
            yield from _rule(rule)
    yield "\n# Signers"
    yield from page.gates.signers.sentences
    yield f"\n# Matrix\n{page.gates.matrix.today}"
    yield f"\n# Book\n{page.book.sentence}"
    yield from (f"{one.label}: {one.text} ({one.priced_from})" for one in page.book.figures)
    yield " | ".join(("Gain at once", *page.book.columns))
    for row in page.book.scenarios:
        cells = zip(row.gains, row.priced_from, strict=True)
        yield " | ".join((row.label, *(f"{gain.text} ({by})" for gain, by in cells)))
    yield from page.book.notes
    yield "\n# Figures"
    yield from (f"{one.figure_id}: {one.missing or one.title}" for one in page.figures)
    yield "\n# Calendar and inputs"
    yield from (event.sentence for event in page.calendar)
    yield page.quality.summary


def test_briefing_says_the_same(
    simulated_briefing: Briefing, assert_golden: Callable[[str, str], None]
) -> None:
    """Status, verdict, changes, layers and rules of the page are those last read by a person."""
    assert_golden("briefing_simulated.txt", "\n".join(_lines(simulated_briefing)) + "\n")


def test_golden_page_is_whole(simulated_briefing: Briefing) -> None:
    """The page under the golden text is one that a reader would get: complete, with its charts."""
    assert simulated_briefing.status.state == "complete"
    assert not any(figure.missing for figure in simulated_briefing.figures)


def test_page_prints_what_was_banded(
    simulated_briefing: Briefing, longer_window_briefing: Briefing
) -> None:
    """A policy that bands another window prints that window's value, wherever it names the axis."""
    window = "63-session realized volatility"
    assert not any(window in layer.why for layer in simulated_briefing.layers.rows)
    assert any(window in layer.why for layer in longer_window_briefing.layers.rows)
    matrix = next(rule for rule in longer_window_briefing.gates.drivers if rule.rule_id == "R-01")
    assert matrix.clauses[1].text.startswith(window)


def test_gap_chart_has_the_policy_s_edges(simulated_briefing: Briefing) -> None:
    """The edges drawn are the steward's own."""
    gap = next(one for one in simulated_briefing.figures if one.figure_id == "gap")
    assert [line.name for line in gap.references] == [
        "Policy \N{MINUS SIGN}0.50", "Policy +0.50", "Policy +1.50",
    ]  # fmt: skip

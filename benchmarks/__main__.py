"""`make bench`: every figure a ratio, as a table on stdout and in benchmarks/results.md."""

import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import checks, history, inputs, morning, stages, start_up
from benchmarks import pricing as option_pricing
from benchmarks.measure import ROOT, Figure, say

_HOW = (
    "Each figure is a ratio of medians taken in turn in one run; lower is better unless the goal "
    "says at least. What was tried: docs/adr/0011-what-a-run-waits-for.md."
)
_RESULTS = ROOT / "benchmarks" / "results.md"


def main() -> None:
    """Measure everything and write it down."""
    with tempfile.TemporaryDirectory(prefix="volbrief-bench-") as name:
        folder = Path(name)
        say("morning run, with and without orchestrator")
        runs = morning.figures(folder / "sample")
        say("start-up")  # after the morning, so that `status` finds a warehouse
        start = start_up.figures(folder / "sample")
        say("stages, HTML and PDF")
        page, shares = stages.figures(folder / "stages")
        say("checks")
        judged = checks.figures(folder / "sample")
        say("full history")
        rebuilt = history.figures(folder / "history")
        say("files of the live market, and vintages")
        read = inputs.figures(folder / "inputs")
        say("option pricing")
        priced = option_pricing.figures(folder / "pricing")
        say("runs after 1, 10 and 35 years")
        grown = morning.growth(folder / "grown")
    text = report([*rebuilt, *runs, *grown, *read, *priced, *page, *judged, *start], shares)
    _RESULTS.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def report(figures: list[Figure], shares: dict[str, float]) -> str:
    """The figures as Markdown, first those with goals by number, then where a run's time goes."""
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench`, {os.cpu_count()} cores, Python {platform.python_version()}. {_HOW}",
        "",
        "| goal | work | against | ratio | wanted | |",
        "|---|---|---|---:|---:|---|",
        *(_row(figure) for figure in figures),
        "",
        "Peers that are no dependency of ours (TA-Lib, QuantStats) are not measured here.",
        "",
        "## Where a run's time goes",
        "",
        "One process, everything compiled, sample market, no orchestrator.",
        "",
        "| stage | share |",
        "|---|---:|",
        *(f"| {name} | {share:.1f} % |" for name, share in shares.items()),
    ]
    return "\n".join(lines) + "\n"


def _row(figure: Figure) -> str:
    sign = "≥" if figure.at_least else "≤"
    wanted = "" if figure.limit is None else f"{sign} {figure.limit:g}"
    return (
        f"| {figure.goal} | {figure.work} | {figure.against} | {figure.ratio:.3g} | {wanted} "
        f"| {figure.verdict} |"
    )


if __name__ == "__main__":
    main()

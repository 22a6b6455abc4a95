"""Where one run's time goes, stage by stage, and the page against its renderers alone.

Run as a program it makes one run in its own process and prints each stage's share.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.measure import Figure, child, environment, seconds
from briefing import context, measures, render
from expectations import run as checking
from flows import collect, pages, rebuild
from flows.intake import take_in
from flows.materialize import materialize
from flows.plan import Plan, Wish, plan_of
from flows.settings import load_settings
from flows.stages import Built
from policy.decide import decision_step
from schemas.catalogue import TABLES
from transforms.offer_steps import offer_steps
from transforms.steps import steps
from warehouse.store import Store

_LARGEST_HTML = 1_500_000
_REPEATS = 2


def figures(folder: Path) -> tuple[list[Figure], dict[str, float]]:
    """P7, and the share of each stage in a run [percent]."""
    variables = environment(folder)
    found = [
        json.loads(child(("-m", "benchmarks.stages"), variables).output) for _ in range(_REPEATS)
    ]
    walls = {name: median(one["walls"][name] for one in found) for name in found[0]["walls"]}
    pdf = median(one["pdf"] / one["bare_pdf"] for one in found)
    total = sum(walls.values())
    page = [
        Figure("P7", "PDF, tagged, dated and with its address guard", "WeasyPrint's own time on that page", pdf, 1.5),
        Figure("P7", "HTML with all charts, size", "1.5 MB", found[0]["bytes"] / _LARGEST_HTML, 1),
        Figure("P7", "all charts and the HTML", "that page's PDF", walls["charts and html"] / walls["pdf"]),
    ]  # fmt: skip
    return page, {name: 100.0 * wall / total for name, wall in walls.items()}


class Clock:
    """Seconds by stage, in the order they were begun."""

    def __init__(self) -> None:
        self.walls: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a block under a name."""
        start = perf_counter()
        yield
        self.walls[name] = self.walls.get(name, 0.0) + perf_counter() - start


def main() -> None:
    """One run of the sample, everything imported beforehand as its own stage."""
    clock = Clock()
    with clock.stage("import checks and renderers"):
        checking.preload()
        render.preload()
    with clock.stage("plan"):
        plan = plan_of(Wish(source="sample"), load_settings())
        plan.data.mkdir(parents=True, exist_ok=True)
    with clock.stage("fetch"):
        collect.collect(plan)
    built = _warehouse(plan, clock)
    page = _page(plan, built, clock)
    bare = seconds(lambda: _bare_pdf(page))
    pdf = seconds(lambda: render.pdf(page, built.run_id, built.session))
    found = {"walls": clock.walls, "bytes": len(page.encode()), "pdf": pdf, "bare_pdf": bare}
    sys.stdout.write(json.dumps(found))


def _warehouse(plan: Plan, clock: Clock) -> Built:
    policy = plan.rules
    layers = {"core": "build core", "mart": "build mart"}
    with clock.stage("open and commit"):
        store = Store.open(plan.warehouse)
        store.create(tuple(TABLES.values()))
    with store, store.transaction():
        with clock.stage("append raw"):
            take_in(plan, store)
        for step in steps(plan.source):
            with clock.stage(layers[step.outputs[0].layer]):
                materialize(store, [step])
        with clock.stage("decide"):
            materialize(store, [*offer_steps(plan.book), decision_step(policy, plan.book)])
        with clock.stage("name the run"):
            built = rebuild._identified(plan, store)  # noqa: SLF001 -- the stage itself
        with clock.stage("check"):
            results = rebuild._checked(plan, store, built)  # noqa: SLF001 -- likewise
            rebuild._keep(store, results, built.run_id)  # noqa: SLF001 -- likewise
    return built


def _page(plan: Plan, built: Built, clock: Clock) -> str:
    with clock.stage("read for the page"), Store.open(plan.warehouse, read_only=True) as store:
        frames = {
            name: store.frame(TABLES[name], since=built.session, until=built.session)
            for name in measures.home_tables()
        }
        frames |= {name: store.frame(TABLES[name]) for name in context.TABLES}
    with clock.stage("context"):
        briefing = context.briefing_of(frames, pages._run_info(plan, built))  # noqa: SLF001 -- likewise
    with clock.stage("charts and html"):
        page = render.html(briefing)
    with clock.stage("json"):
        text = render.json_text(briefing)
    with clock.stage("pdf"):
        pdf = render.pdf(page, built.run_id, built.session)
    staging = plan.staging(built.run_id)
    staging.mkdir(parents=True, exist_ok=True)
    (staging / "briefing.html").write_text(page, encoding="utf-8")
    (staging / "briefing.json").write_text(text, encoding="utf-8")
    (staging / "briefing.pdf").write_bytes(pdf)
    with clock.stage("publish"):
        pages.publish_pages(plan, built)
    return page


def _bare_pdf(page: str) -> None:
    import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415 -- loads system libraries

    weasyprint.HTML(string=page).write_pdf()


if __name__ == "__main__":
    main()

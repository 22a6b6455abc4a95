"""From a committed warehouse to published pages, or to the notice that there are none."""

from briefing import context, measures, render
from briefing.model import Briefing
from briefing.run import Refusal, RunInfo
from expectations.run import CheckResult
from flows import identity
from flows.outcome import ExitCode, Outcome, Stop
from flows.plan import Plan
from flows.policy_text import policy_text
from flows.progress import report
from flows.stages import Built
from schemas.catalogue import TABLES
from schemas.ops import OPS_RUN
from warehouse import publish as publishing
from warehouse.durable import write_whole
from warehouse.store import Store

_MOST_FAILURES = 12


def wants_pdf(plan: Plan) -> bool:
    """Whether this run makes a PDF: it was asked for and its system libraries are there."""
    return plan.want_pdf and render.pdf_available() is None


def render_pages(plan: Plan, built: Built) -> None:
    """Write the pages of a committed run to its staging folder."""
    with Store.open(plan.warehouse, read_only=True, wait_seconds=plan.lock_wait) as store:
        frames = {
            name: store.frame(TABLES[name], since=built.session, until=built.session)
            for name in measures.home_tables()
        }
        frames |= {name: store.frame(TABLES[name]) for name in context.TABLES}
    briefing = context.briefing_of(frames, _run_info(plan, built))
    staging = plan.staging(built.run_id)
    publishing.discard(staging)  # what an interrupted run left
    page = render.html(briefing)
    write_whole(staging / "briefing.html", page.encode())
    write_whole(staging / "briefing.json", render.json_text(briefing).encode())
    if wants_pdf(plan):
        report("render the PDF")
        write_whole(staging / "briefing.pdf", render.pdf(page, built.run_id, built.session))


def _run_info(plan: Plan, built: Built) -> RunInfo:
    policy = plan.rules
    return RunInfo(
        run_id=built.run_id,
        session=built.session,
        source=plan.source,
        policy_name=policy.name,
        policy_version=policy.version,
        policy_hash=policy.hash,
        data_hash=built.data_hash,
        code_hash=identity.code_hash(),
        code_version=identity.code_version(),
        revision=publishing.revision_of(plan.out, built.session, built.run_id),
        text=policy_text(policy),
    )


def publish_pages(plan: Plan, built: Built) -> Outcome:
    """Make the staged pages visible in one step, and note the run in the warehouse."""
    staging = plan.staging(built.run_id)
    artefacts = {path.name: path.read_bytes() for path in sorted(staging.iterdir())}
    status = Briefing.model_validate_json(artefacts["briefing.json"]).status
    publication = publishing.publish(plan.out, built.run_id, built.session, artefacts)
    policy = plan.rules
    with Store.open(plan.warehouse, wait_seconds=plan.lock_wait) as store:
        store.put(
            OPS_RUN,
            {
                "run_id": built.run_id,
                "session": built.session,
                "source": plan.source,
                "policy_name": policy.name,
                "policy_hash": policy.hash,
                "data_hash": built.data_hash,
                "code_hash": identity.code_hash(),
                "state": status.state,
                "revision": publication.revision,
            },
        )
    publishing.discard(staging)
    folder = plan.out / built.session.isoformat()
    missing = render.pdf_available() if plan.want_pdf else None
    return Outcome(
        state=status.state,
        message=f"{built.session}: {status.sentence}",
        session=built.session,
        run_id=built.run_id,
        revision=publication.revision,
        files={name.partition(".")[2]: folder / name for name in sorted(artefacts)},
        notes=() if missing is None else (missing,),
    )


def refusal(plan: Plan, built: Built, refused: list[CheckResult]) -> Stop:
    """Write the notice of a refused run; the stop that tells the user where it is."""
    failures = tuple(
        f"{one.table_name}: {one.check_id}: found {one.observed}, accepted {one.expected}"
        for one in refused[:_MOST_FAILURES]
    )
    notice = Refusal(
        session=built.session,
        source=plan.source,
        run_id=built.run_id,
        headline=f"{len(refused)} checks failed on what the policy needs",
        failures=failures,
        inputs=tuple(sorted({one.table_name for one in refused})),
        what_to_do=(
            "Hold the current overlay and review by hand.",
            f"Look at the rows: volbrief table ops_check_result --source {plan.source}",
            "Mend or wait for the input, then run again.",
        ),
    )
    path = publishing.failure_notice(plan.out, built.session, render.refusal_html(notice))
    return Stop(
        f"{built.session}: refused by {len(refused)} checks, first {failures[0]}; nothing new is "
        f"published, the notice is {path}",
        ExitCode.REFUSED,
    )

"""From archived bytes to a committed warehouse: parse, check, build, decide, check."""

from dataclasses import replace
from datetime import date

from expectations.run import CheckResult, CheckRun, as_frame, validate
from flows import identity, pages
from flows.intake import take_in
from flows.materialize import materialize
from flows.outcome import ExitCode, Stop
from flows.plan import Plan
from flows.progress import report
from flows.stages import Built, datasets
from flows.steps import every_step
from schemas.catalogue import TABLES
from schemas.core import CORE_SESSION, CORE_TABLES
from schemas.mart import MART_TABLES
from schemas.model import Table
from schemas.ops import OPS_ARRIVAL, OPS_CHECK_RESULT
from schemas.raw import RAW_POSITION, RAW_TABLES
from schemas.step import Step
from sources import desk_dataset
from warehouse.store import Store


def rebuild(plan: Plan) -> Built:
    """Everything between the bytes and the page, in one transaction.

    Raises:
        Stop: a check refused the run (its results are kept and a notice is written, nothing else
            changes), the session is outside the data, or an input breaks its contract.
    """
    with Store.open(plan.warehouse, wait_seconds=plan.lock_wait) as store:
        return _rebuilt(plan, store)


def _rebuilt(plan: Plan, store: Store) -> Built:
    store.create(tuple(TABLES.values()))
    results: list[CheckResult] = []
    try:
        with store.transaction():
            refusals = take_in(plan, store)
            materialize(store, derivations(plan))
            built = replace(_identified(plan, store), refusals=tuple(refusals))
            results += _checked(plan, store, built)
            refused = [result for result in results if result.is_refusal]
            if refused:
                raise pages.refusal(plan, built, refused)
            _keep(store, results, built.run_id)
    except Stop as stop:
        if stop.code is ExitCode.REFUSED:
            _keep(store, results, results[0].run_id)
        raise
    return built


def derivations(plan: Plan) -> tuple[Step, ...]:
    """Everything made from the raw tables, in order: measures, the decision, the books."""
    return every_step(plan.source, plan.rules, plan.book)


def _identified(plan: Plan, store: Store) -> Built:
    session = _session(plan, store)
    data_hash = store.data_hash(store.decision_at(session))
    form = "with pdf" if pages.wants_pdf(plan) else "without pdf"
    parts = (plan.source, data_hash, plan.rules.hash, identity.code_hash(), form, _desk(store))
    return Built(session, identity.run_id(session, *parts), data_hash)


def _desk(store: Store) -> str:
    """Hash of the newest desk, read or refused: its worth and its refusal stand on the page too."""
    mine = [
        row for row in store.frame(OPS_ARRIVAL).to_dicts() if row["dataset"] == desk_dataset.NAME
    ]
    return str(mine[-1]["raw_sha256"]) if mine else ""


def _session(plan: Plan, store: Store) -> date:
    """The session to describe: the one asked for, or the last that has every required input."""
    required = plan.rules.required_inputs
    needed = ", ".join(required)
    covered = store.coverage(required)
    if covered is None:
        raise Stop(f"source {plan.source} has no session with all of {needed}", ExitCode.UNMET)
    first, last = covered
    if plan.as_of is None:
        return last
    if not first <= plan.as_of <= last:
        raise Stop(
            f"{plan.as_of} is outside the data: source {plan.source} has {needed} from {first} "
            f"to {last}; choose a session in between",
            ExitCode.UNMET,
        )
    return plan.as_of


def _checked(plan: Plan, store: Store, built: Built) -> list[CheckResult]:
    run = CheckRun(built.run_id, plan.source, built.session, frozenset(plan.rules.required_inputs))
    sessions = store.frame(CORE_SESSION)
    results: list[CheckResult] = []
    for table in _fed(plan):
        report(f"check {table.name}")
        results += validate(table, store.frame(table), run=run, sessions=sessions)
    return results


def _fed(plan: Plan) -> list[Table]:
    """The tables that the source can fill: what it never offers is empty, which is no fault."""
    raw = {one.table.name for one in datasets(plan).values() if one.table is not None}
    unfed = {table.name for table in RAW_TABLES} - raw
    lacking = unfed - {RAW_POSITION.name}  # without a desk there is the model's book
    unfed |= {
        table.name
        for step in derivations(plan)
        if any(table.name in lacking for table in step.inputs)
        for table in step.outputs
    }
    return [t for t in (*RAW_TABLES, *CORE_TABLES, *MART_TABLES) if t.name not in unfed]


def _keep(store: Store, results: list[CheckResult], run_id: str) -> None:
    store.replace_rows(OPS_CHECK_RESULT, as_frame(results), "run_id", run_id)

"""Build tables by their steps; free of the orchestrator and shared by every flow."""

from collections.abc import Iterable

from flows.progress import report
from schemas.ops import OPS_GARCH_FIT
from schemas.step import Step
from transforms import kept_fits
from warehouse.store import Store


def materialize(store: Store, steps: Iterable[Step]) -> dict[str, int]:
    """Rebuild the full history of every output table, in order, within the open transaction.

    There is no incremental mode: a daily run and a recomputation both rebuild everything, so a
    day is the last row of the history by construction. Only the fits of GARCH models, which take
    seconds, are kept from run to run, by the returns that they were made on.

    Returns:
        Rows per table.
    """
    rows: dict[str, int] = {}
    kept_fits.give(store.frame(OPS_GARCH_FIT))
    for step in steps:
        report(f"build {', '.join(table.name for table in step.outputs)}")
        built = step.build(*(store.read(table) for table in step.inputs))
        frames = built if isinstance(built, tuple) else (built,)
        rows |= store.replace(step.outputs, frames)
    store.append(OPS_GARCH_FIT, kept_fits.kept())
    return rows

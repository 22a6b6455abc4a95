"""Build tables by their steps; free of the orchestrator and shared by every flow."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from flows.progress import report
from schemas.model import Table
from schemas.ops import OPS_GARCH_FIT
from schemas.step import Step
from transforms import kept_fits
from warehouse.store import Store, computed

if TYPE_CHECKING:
    from polars import DataFrame  # passed on, never looked into here


def in_memory(
    store: Store, steps: Sequence[Step], wanted: Collection[Table]
) -> "dict[str, DataFrame]":
    """What steps would make of the stored tables: nothing is written.

    Args:
        store: the warehouse.
        steps: in order; a later one may read what an earlier one made.
        wanted: outputs of the last step that are to be had; of the others all are.

    Returns:
        Rows by table name.
    """
    made: dict[str, DataFrame] = {}
    for step in steps:
        built = step.build(*(made[one.name].lazy() if one.name in made else store.read(one)
                             for one in step.inputs))  # fmt: skip
        frames = built if isinstance(built, tuple) else (built,)
        pairs = [(table, frame) for table, frame in zip(step.outputs, frames, strict=True)
                 if step is not steps[-1] or table in wanted]  # fmt: skip
        rows = computed(*(table.conform(frame) for table, frame in pairs))
        made |= {table.name: row for (table, _), row in zip(pairs, rows, strict=True)}
    return made


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

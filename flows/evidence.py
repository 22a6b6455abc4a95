"""The command `evidence`: what followed each signal, from the warehouse to a page of Markdown."""

from pathlib import Path

from flows.faults import as_stops
from flows.inspect import warehouse_of
from flows.outcome import ExitCode, Stop
from flows.progress import report
from flows.settings import known_source, load_settings
from schemas.mart import MART_HEDGE_DECISION_DAILY
from warehouse.durable import write_whole


def evidence_text(source: str | None) -> str:
    """The evidence on the history that a warehouse holds, as Markdown.

    Raises:
        Stop: no warehouse yet, or no session in it.
    """
    from evidence.report import markdown
    from evidence.study import TABLES, study

    name = known_source(source or load_settings().source)
    with as_stops(), warehouse_of(source) as store:
        if store.bounds(MART_HEDGE_DECISION_DAILY) is None:
            raise Stop("no session is decided yet: make one with volbrief run", ExitCode.UNMET)
        report("read the history")
        frames = {table.name: store.frame(table) for table in TABLES}
    report("compare what followed")
    return markdown(study(frames, name))


def write_evidence(source: str | None, path: Path) -> None:
    """Write the evidence to a file, whole or not at all.

    Raises:
        Stop: as ``evidence_text``, or the folder is not there.
    """
    if not path.parent.is_dir():
        raise Stop(f"--out is {path}: there is no folder {path.parent}; make it", ExitCode.CONFIG)
    write_whole(path, evidence_text(source).encode())

"""The `volbrief` command: each command is one call, and says how it ended by its exit code."""

import json
import os
import sys
import traceback
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Annotated, NoReturn

import typer

from flows.outcome import ExitCode, Stop

app = typer.Typer(
    name="volbrief",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="By rules and never by mood: what the VIX hedge layers over an SPX iron condor should be, "
    "and why. Educational; not investment advice.",
)

Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="session to describe [YYYY-MM-DD]"),
]
Source = Annotated[str | None, typer.Option(help="market data: sample or simulated")]
AsJson = Annotated[bool, typer.Option("--json", help="machine-readable output on stdout")]


class Format(StrEnum):
    """How a table is written out."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@app.command()
def run(
    day: Day = None,
    source: Source = None,
    policy: Annotated[str | None, typer.Option(help="name or path of a policy")] = None,
    out: Annotated[Path | None, typer.Option(help="folder of the pages")] = None,
    *,
    as_json: AsJson = False,
    no_pdf: Annotated[
        bool, typer.Option("--no-pdf", help="HTML and JSON only; a revision of its own")
    ] = False,
    no_orchestrator: Annotated[
        bool, typer.Option("--no-orchestrator", help="the same work without Prefect")
    ] = False,
) -> None:
    """Make the briefing of a session: by default the last one that the source has."""
    from flows.brief import brief
    from flows.plan import Wish
    from flows.progress import shown_on_terminal

    wish = Wish(_day(day), source, policy, out, want_pdf=not no_pdf)
    with shown_on_terminal():
        outcome = brief(wish, orchestrated=not no_orchestrator)
    for note in outcome.notes:
        typer.echo(note, err=True)
    if as_json:
        typer.echo(json.dumps(outcome.as_json(), indent=2))
    else:
        typer.echo(outcome.message, err=True)
        for path in outcome.files.values():
            typer.echo(path)
    raise typer.Exit(outcome.code)


@app.command()
def explain(
    layer: Annotated[str, typer.Argument(help="L1, L2, L3 or SE (short, mid and long also)")],
    day: Day = None,
    source: Source = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a layer's decision down to the raw bytes it came from."""
    from flows.inspect import explanation

    typer.echo(explanation(layer, _day(day), source, as_json=as_json))


@app.command()
def table(
    name: Annotated[str, typer.Argument(help="a declared table; see docs/data-dictionary.md")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first session")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="last session")
    ] = None,
    source: Source = None,
    form: Annotated[Format, typer.Option("--format")] = Format.CSV,
) -> None:
    """Write a table to stdout."""
    from flows.inspect import exported

    payload = exported(name, _day(since), _day(until), source, form.value)
    sys.stdout.buffer.write(payload)
    sys.stdout.buffer.flush()


@app.command()
def status(source: Source = None, *, as_json: AsJson = False) -> None:
    """Say what was published last, and what the warehouse holds."""
    from flows.inspect import status_text

    typer.echo(status_text(source, as_json=as_json))


@app.command()
def doctor(*, as_json: AsJson = False) -> None:
    """Check what a run needs on this machine; each failure comes with its mend."""
    from flows.doctor import examine, report

    findings = examine()
    typer.echo(report(findings, as_json=as_json))
    if any(finding.is_failure for finding in findings):
        raise typer.Exit(ExitCode.CONFIG)


def _day(stamp: datetime | None) -> date | None:
    return None if stamp is None else stamp.date()


def main() -> NoReturn:
    """Run the command; a stop is one sentence on stderr and an exit code that means something."""
    sys.excepthook = _bug
    try:
        # Not app(): that would put its own hook in place of ours.
        typer.main.get_command(app)(standalone_mode=True)
    except Stop as stop:
        typer.echo(f"volbrief: {stop}", err=True)
        sys.exit(stop.code)
    sys.exit(ExitCode.COMPLETE)


def _bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw ends with its traceback and the exit code of a bug."""
    traceback.print_exception(kind, error, trace)
    typer.echo(
        "volbrief: this is a bug in VolBrief; volbrief status says what is published", err=True
    )
    os._exit(ExitCode.BUG)

"""The `volbrief` command: each command is one call, and says how it ended by its exit code."""

import atexit
import json
import os
import shutil
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

sources_app = typer.Typer(invoke_without_command=True)
app.add_typer(sources_app, name="sources")
desk_app = typer.Typer(no_args_is_help=True, help="Your desk: worth, positions, limits.")
app.add_typer(desk_app, name="desk")
policy_app = typer.Typer(no_args_is_help=True, help="Policies: checked, shown, compared.")
app.add_typer(policy_app, name="policy")

Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="session to describe [YYYY-MM-DD]"),
]
Source = Annotated[str | None, typer.Option(help="market data: sample, simulated or live")]
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
    offline: Annotated[
        bool, typer.Option("--offline", help="ask no publisher, use what is in the archive")
    ] = False,
) -> None:
    """Make the briefing of a session: by default the last one that the source has."""
    from flows.brief import brief
    from flows.plan import Wish
    from flows.progress import shown_on_terminal

    wish = Wish(_day(day), source, policy, out, not no_pdf, offline)
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
    layer: Annotated[
        str,
        typer.Argument(
            help="L1, L2, L3 or SE (short, mid and long also); with --why-unknown also the column "
            "of a measure or an input"
        ),
    ],
    day: Day = None,
    source: Source = None,
    *,
    as_json: AsJson = False,
    unknown: Annotated[
        bool, typer.Option("--why-unknown", help="the causes of what is unknown instead")
    ] = False,
    what_if: Annotated[
        str | None,
        typer.Option(
            "--what-if",
            help="decide again with these columns so at that session, such as erp=6.4,rv=15 "
            "[display units]",
        ),
    ] = None,
    flip: Annotated[
        bool, typer.Option("--flip", help="how far each driver is from another recommendation")
    ] = False,
) -> None:
    """Show a layer's decision down to the raw bytes it came from, or why something is unknown.

    Or what it would be with other measures, or what would flip it.
    """
    if unknown + flip + (what_if is not None) > 1:
        raise typer.BadParameter("--why-unknown, --what-if and --flip: give one of them")
    if what_if is not None or flip:
        from flows.whatif import answer

        typer.echo(answer(layer, _day(day), source, what_if, as_json=as_json))
        return
    from flows.inspect import explanation, why_unknown

    if unknown:
        typer.echo(why_unknown(layer, _day(day), source, as_json=as_json))
        return
    typer.echo(explanation(layer, _day(day), source, as_json=as_json))


@app.command()
def book(
    day: Day = None,
    source: Source = None,
    which: Annotated[
        str | None, typer.Option("--book", help="model or desk; default: yours where there is one")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show the options book: legs, Greeks, break-evens, scenarios, the weeks ahead."""
    from flows.book import book_report

    typer.echo(book_report(_day(day), source, which, as_json=as_json))


@app.command()
def table(
    name: Annotated[str, typer.Argument(help="a declared table; see docs/data-dictionary.md")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first session")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="last session")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="what was known when this session was decided"
        ),
    ] = None,
    source: Source = None,
    form: Annotated[Format, typer.Option("--format")] = Format.CSV,
) -> None:
    """Write a table to stdout."""
    from flows.inspect import Rows, exported

    payload = exported(name, Rows(_day(since), _day(until), _day(as_of)), source, form.value)
    sys.stdout.buffer.write(payload)
    sys.stdout.buffer.flush()


@app.command()
def evidence(
    source: Source = None,
    out: Annotated[
        Path | None, typer.Option(help="write it to this file instead of stdout")
    ] = None,
) -> None:
    """Show how often each signal fired, and what followed against any session."""
    from flows.evidence import evidence_text, write_evidence
    from flows.progress import shown_on_terminal

    with shown_on_terminal():
        if out is not None:
            write_evidence(source, out)
            return
        page = evidence_text(source)
    typer.echo(page)


@app.command()
def status(source: Source = None, *, as_json: AsJson = False) -> None:
    """Say what was published last, and what the warehouse holds."""
    from flows.inspect import status_text

    typer.echo(status_text(source, as_json=as_json))


@app.command()
def fetch(
    source: Source = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="how far back [YYYY-MM-DD]"),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Ask the publishers and archive what they have, without making a page."""
    from flows.archive import fetch as fetched
    from flows.archive import fetch_code, fetch_text
    from flows.progress import shown_on_terminal

    with shown_on_terminal():
        collected = fetched(source, _day(since))
    typer.echo(fetch_text(collected, as_json=as_json))
    raise typer.Exit(fetch_code(collected))


@app.command()
def rebuild(source: Source = None, *, as_json: AsJson = False) -> None:
    """Make the warehouse anew from the archive, without the network."""
    from flows.archive import rebuild_warehouse, rebuilt_text
    from flows.progress import shown_on_terminal

    with shown_on_terminal():
        rebuilt = rebuild_warehouse(source)
    typer.echo(rebuilt_text(rebuilt, as_json=as_json))


@sources_app.callback()
def sources(context: typer.Context, source: Source = None, *, as_json: AsJson = False) -> None:
    """List every input: publisher, terms, last observation, last fetch, age and state."""
    if context.invoked_subcommand is not None:
        return
    from flows.inputs import inputs
    from flows.inputs_text import shown

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    typer.echo(shown(inputs(source), as_json=as_json, width=width))


@sources_app.command("check")
def sources_check(
    file: Annotated[Path, typer.Argument(help="a publisher's file, your own CSV or a desk.yaml")],
    *,
    as_json: AsJson = False,
) -> None:
    """Explain what a file is, and whether it would be accepted."""
    from flows.check import check_file

    checked = check_file(file)
    typer.echo(checked.text(as_json=as_json))
    raise typer.Exit(checked.code)


@sources_app.command("accept")
def sources_accept(
    dataset: Annotated[str, typer.Argument(help="a file's dataset, as volbrief sources names it")],
    source: Source = None,
) -> None:
    """Accept an archived file that was refused because it restates history."""
    from flows.acceptance import accept

    typer.echo(accept(dataset, source))


@desk_app.command("check")
def desk_check(
    file: Annotated[Path | None, typer.Argument(help="default: the setting VOLBRIEF_DESK")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a desk file means, or what is wrong with it."""
    from flows.check import check_desk

    typer.echo(check_desk(file, as_json=as_json))


@policy_app.command("lint")
def policy_lint(
    files: Annotated[
        list[str] | None, typer.Argument(help="names or paths; default: every built-in policy")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong with a policy file, and what in it is hardly meant."""
    from flows.policy import lint_report

    text, code = lint_report(files or [], as_json=as_json)
    typer.echo(text)
    raise typer.Exit(code)


@policy_app.command("show")
def policy_show(
    name: Annotated[
        str | None, typer.Argument(help="name or path; default: the setting VOLBRIEF_POLICY")
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="is it in force then [YYYY-MM-DD]"),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a policy's rules, matrix, quorum and limits."""
    from flows.policy import show_report

    width = shutil.get_terminal_size((100, 24)).columns
    typer.echo(show_report(name, _day(day), width, as_json=as_json))


@policy_app.command("diff")
def policy_diff(
    a: Annotated[str, typer.Argument(help="name or path of a policy")],
    b: Annotated[str, typer.Argument(help="name or path of another")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="first session")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="last session")
    ] = None,
    source: Source = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two policies: in the text, and over a span in the decisions."""
    from flows.policy import Span, diff_report
    from flows.progress import shown_on_terminal

    span = Span(_day(since), _day(until)) if since or until else None
    with shown_on_terminal():
        told = diff_report((a, b), span, source, as_json=as_json)
    typer.echo(told)


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
    atexit.register(_exit_as_bug)  # first in, last out: what others started is ended before
    code = ExitCode.COMPLETE
    try:
        # Not app(): that would put its own hook in place of ours.
        typer.main.get_command(app)(standalone_mode=True)
    except Stop as stop:
        typer.echo("\n".join((f"volbrief: {stop}", *stop.notes)), err=True)
        code = stop.code
    # Out here the stop is gone, and with it the frames that would keep the database's handles.
    sys.exit(code)


_ended_by_bug: list[BaseException] = []


def _bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw ends with its traceback and the exit code of a bug."""
    traceback.print_exception(kind, error, trace)
    typer.echo(
        "volbrief: this is a bug in VolBrief; volbrief status says what is published", err=True
    )
    _ended_by_bug.append(error)


def _exit_as_bug() -> None:
    if _ended_by_bug:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ExitCode.BUG)

"""What a command costs before it does anything, against an interpreter that does nothing."""

from functools import partial
from pathlib import Path

from benchmarks.measure import CLI, Figure, child, environment, interleaved

_REPEATS = 7
_HEAVY = ("great_expectations", "prefect", "pandas", "scipy", "weasyprint", "altair", "polars", "duckdb")  # fmt: skip


def figures(folder: Path) -> list[Figure]:
    """P10, and what `status` adds: it reads the warehouse, so it may load that and no more."""
    variables = environment(folder)
    commands = {
        "nothing": ("-c", "pass"),
        "help": ("-c", CLI, "--help"),
        "status": ("-c", CLI, "status"),
        "typer": ("-c", "import typer"),
    }
    taken = interleaved(
        {name: partial(_wall, words, variables) for name, words in commands.items()}, _REPEATS
    )
    loaded = child(("-c", _asked("--help")), variables).output.split()
    return [
        Figure("P10", "volbrief --help", "python -c pass", taken["help"] / taken["nothing"], 10),
        Figure("P10", "volbrief --help", "importing its command-line library alone",
               taken["help"] / taken["typer"]),
        Figure("P10", "data libraries that --help imports", f"of {len(_HEAVY)} heavy ones",
               len(loaded) / len(_HEAVY), 0),
        Figure("P10", "volbrief status", "python -c pass", taken["status"] / taken["nothing"]),
    ]  # fmt: skip


def _wall(words: tuple[str, ...], variables: dict[str, str]) -> float:
    return child(words, variables).wall


def _asked(command: str) -> str:
    """A program that runs a command and then prints which heavy libraries it loaded."""
    return (
        "import contextlib, io, sys\n"
        f"sys.argv = ['volbrief', {command!r}]\n"
        "from flows.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "    main()\n"
        f"print(*[name for name in {_HEAVY!r} if name in sys.modules])\n"
    )

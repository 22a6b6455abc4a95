"""Text tables of the folder, read by the names of their columns."""

from collections.abc import Iterable


class ReplayError(ValueError):
    """A file of the folder that is not what its name says, or a folder that is none."""


def table(payload: bytes, *names: str) -> list[tuple[str, ...]]:
    """The named columns of a table with a header, row by row, as text.

    Raises:
        ReplayError: not UTF-8, a column missing, or a row that is narrower than the header.
    """
    first, *rows = lines(payload)
    header = first.replace('"', "").split(",")
    missing = [name for name in names if name not in header]
    if missing:
        raise ReplayError(
            f"header is {first[:120]!r}; accepted is one with {', '.join(missing)}; compare the "
            "file with its SOURCE.md"
        )
    places = [header.index(name) for name in names]
    found = []
    for number, row in enumerate(rows, 2):
        cells = row.split(",")
        if len(cells) < len(header):
            raise ReplayError(
                f"line {number} is {row[:120]!r}; accepted are {len(header)} cells; copy the file "
                "again"
            )
        found.append(tuple(cells[place] for place in places))
    return found


def header_of(payload: bytes) -> list[str]:
    """The column names of a table."""
    return lines(payload)[0].replace('"', "").split(",")


def lines(payload: bytes) -> list[str]:
    """The lines of a text file without their ends, and without blank last lines.

    Raises:
        ReplayError: not UTF-8, or nothing in it.
    """
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReplayError(
            f"not UTF-8 text ({error}); accepted is a text table; copy the file again"
        ) from error
    every = text.rstrip("\r\n").splitlines()
    if not every:
        raise ReplayError("an empty file; accepted is a header with rows; copy the file again")
    return every


def body(rows: Iterable[str]) -> bytes:
    """Lines as a publisher sends them: each with its end."""
    return "".join(f"{row}\n" for row in rows).encode()

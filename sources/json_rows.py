"""JSON bodies that are a list, and the numbers in them: as strict as ``json_body``."""

from sources.errors import SourceError
from sources.json_body import Json, document

LARGEST = 1e18  # no figure of these publishers comes near it


def entries(payload: bytes, *, file: str) -> list[Json]:
    """The list that a body holds, which may be empty.

    ``json_body`` reads objects; a list is put into one, so that names twice, ``NaN`` and hostile
    nesting are refused here as there.

    Raises:
        SourceError: not JSON, or something else than a list.
    """
    body = payload.removeprefix(b"\xef\xbb\xbf").strip()
    if not (body.startswith(b"[") and body.endswith(b"]")):
        raise SourceError(
            f"{file}: not a JSON list, it begins {body[:60]!r} and ends {body[-20:]!r}; accepted is "
            "one whole list; fetch it again or compare with the publisher's page"
        )
    held = document(b'{"rows":' + body + b"}", file=file)
    rows = held["rows"]
    if len(held) != 1 or not isinstance(rows, list):
        raise SourceError(
            f"{file}: more than a list, with the names {list(held)[1:3]}; accepted is one whole "
            "list; fetch it again or compare with the publisher's page"
        )
    return rows


def number(found: Json, *, file: str, where: str) -> float | None:
    """A finite number that is not negative; null where the publisher writes null.

    Raises:
        SourceError: text, a truth value, something negative or beyond any figure published here.
    """
    if found is None:
        return None
    if isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= LARGEST:
        return float(found)
    raise SourceError(
        f"{file}: {where} is {str(found)[:60]!r}; accepted is a number from 0 to {LARGEST:g}, or "
        "null for none; fetch it again or compare with the publisher's page"
    )


def whole(found: Json, *, file: str, where: str) -> int:
    """A whole number.

    Raises:
        SourceError: anything else, ``1.0`` and ``true`` too.
    """
    if type(found) is int and abs(found) <= LARGEST:
        return found
    raise SourceError(
        f"{file}: {where} is {str(found)[:60]!r}; accepted is a whole number; fetch it again or "
        "compare with the publisher's page"
    )

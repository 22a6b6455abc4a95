"""Whether bytes are what was asked for: whole, decoded under a cap, and of the kind expected.

A block page with status 200 has no rows and raises nothing in a CSV reader; a compressed body of a
megabyte may hold a gigabyte. Both stop here, before any reader sees them.
"""

import io
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from sources.errors import SourceError
from sources.request import MIB, Kind

_RATIO = 200  # times a body may grow when inflated; option chains grow about 20 times
_MEMBERS = 1000  # files in one zip
_NAME = 255  # characters of a file name in a zip
_GZIP = 31  # zlib's word for a gzip header and checksum
_ENCRYPTED = 0x1
# What the zip reader raises on damaged files; it wraps few of them in an error of its own.
_DAMAGE = (
    EOFError, LookupError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_BOM = b"\xef\xbb\xbf"
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_BEGINS = {
    "json": ((b"{", b"["), "'{' or '['"),
    "xml": ((b"<",), "'<'"),
    "html": ((b"<",), "'<'"),
    "xls": ((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), "an OLE workbook's first bytes"),
    "xlsx": ((b"PK\x03\x04",), "a zip's first bytes"),
    "zip": ((b"PK\x03\x04",), "a zip's first bytes"),
}
_PAGE = (b"<!doctype html", b"<html")
_FEWEST_LINES = 2  # a header and a row


def decoded(body: bytes, encoding: str, *, place: str, cap: int) -> bytes:
    """A body without its transfer compression, which nobody asked for.

    Args:
        body: as sent.
        encoding: its ``Content-Encoding``.
        place: what messages call the answer.
        cap: the largest content [bytes].

    Raises:
        SourceError: an encoding beside gzip; damaged, cut short, or larger than the cap or than a
            body of its size honestly is.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise SourceError(
            f"{place}: body is encoded as {encoding[:40]!r}; accepted are identity and gzip; see "
            "what stands between here and the publisher"
        )
    limit = min(cap, max(MIB, _RATIO * len(body)))
    inflater = zlib.decompressobj(_GZIP)
    try:
        content = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise SourceError(
            f"{place}: body is said to be gzip and is damaged ({error}); fetch it again",
            is_temporary=True,
        ) from error
    if len(content) > limit:
        raise SourceError(
            f"{place}: {len(body):,} bytes of gzip hold more than {limit:,}; refused; see what "
            "replaced the file"
        )
    if not inflater.eof or inflater.unused_data:
        raise SourceError(
            f"{place}: body is not one whole gzip stream; fetch it again", is_temporary=True
        )
    return content


def accept(payload: bytes, kind: Kind, content_type: str, *, place: str) -> None:
    """Refuse bytes that are not of the kind a dataset expects.

    Raises:
        SourceError: nothing, a page where a file was expected, or another kind's first bytes. An
            empty answer may be filled later; the others are final.
    """
    start = payload[:512].removeprefix(_BOM).lstrip()
    if not start:
        raise SourceError(
            f"{place}: the answer is empty ({len(payload):,} bytes); accepted is a {kind} file; "
            "fetch it again",
            is_temporary=True,
        )
    is_page = start.lower().startswith(_PAGE) or "html" in content_type.lower()
    if is_page and kind != "html":
        raise SourceError(
            f"{place}: the answer is a page ({content_type[:80]!r}, begins {start[:60]!r}); "
            f"accepted is a {kind} file; open the address in a browser: a sign-in or block page "
            "stands before it"
        )
    if kind in ("csv", "text"):
        _accept_text(payload, start, kind, place=place)
        return
    signs, accepted = _BEGINS[kind]
    if not start.startswith(signs):
        raise SourceError(
            f"{place}: the answer begins {start[:60]!r}; accepted for {kind} is {accepted}; see "
            "what replaced the file"
        )


def _accept_text(payload: bytes, start: bytes, kind: Kind, *, place: str) -> None:
    if b"\0" in start or start.startswith(_PACKED) or start.startswith((b"<", b"{")):
        raise SourceError(
            f"{place}: the answer begins {start[:60]!r}; accepted for {kind} is plain text, not "
            "packed; see what replaced the file"
        )
    if kind == "csv" and _lines(payload) < _FEWEST_LINES:
        raise SourceError(
            f"{place}: the answer is one line, {start[:60]!r}; accepted is a header and at least "
            "one row; fetch it again",
            is_temporary=True,
        )


def _lines(payload: bytes) -> int:
    return sum(1 for line in payload.splitlines() if line.strip())


def accept_unmarked_end(payload: bytes, kind: Kind, *, least_rows: int, place: str) -> None:
    """Refuse a body that may have been cut, where the server marked its end by closing alone.

    Cut inside its last figure such a body is a well-formed file with another number.

    Raises:
        SourceError: the content does not end as its kind does, or has fewer lines than the copy
            at hand.
    """
    end = payload[-4096:].rstrip()
    ends = {
        "csv": payload.endswith(b"\n"),
        "text": payload.endswith(b"\n"),
        "json": end.endswith(b"]" if payload.lstrip().startswith(b"[") else b"}"),
        "xml": end.endswith(b">"),
        "html": end.lower().endswith(b"</html>"),
    }
    lines = _lines(payload) if kind in ("csv", "text") else least_rows
    if not ends.get(kind, True) or lines < least_rows:
        raise SourceError(
            f"{place}: the server marked no end and the answer ends {payload[-40:]!r} after "
            f"{lines:,} lines; accepted is a {kind} file to its end with at least {least_rows:,} "
            "lines; it was cut on the way: fetch it again",
            is_temporary=True,
        )


def members(payload: bytes, *, place: str, limit: int) -> dict[str, bytes]:
    """The files of a zip by name, at most ``limit`` bytes of them in all; nothing is written.

    Raises:
        SourceError: not a whole zip; encrypted; more than the limit or than an honest file of its
            size holds; a name that leads out of a folder; a packed file inside.
    """
    cap = min(limit, max(MIB, _RATIO * len(payload)))
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as box:
            entries = [entry for entry in box.infolist() if not entry.is_dir()]
            _accept_entries(entries, place=place)
            for entry in entries:
                with box.open(entry) as stream:
                    content = stream.read(cap + 1)
                cap -= len(content)
                _accept_member(entry.filename, content, left=cap, place=place)
                files[entry.filename] = content
    except SourceError:
        raise
    except _DAMAGE as error:
        raise SourceError(
            f"{place}: not a whole zip file ({error}); fetch it again", is_temporary=True
        ) from error
    return files


def _accept_entries(entries: list[zipfile.ZipInfo], *, place: str) -> None:
    names = [entry.filename for entry in entries]
    fault = next((name for name in names if not _is_plain(name)), None)
    if fault is not None:
        raise SourceError(
            f"{place}: holds a file named {fault[:80]!r}; accepted are names inside one folder; "
            "see what replaced the file"
        )
    if not 1 <= len(names) <= _MEMBERS or len(set(names)) < len(names):
        raise SourceError(
            f"{place}: holds {len(names):,} files, {len(set(names)):,} of different names; "
            f"accepted are 1 to {_MEMBERS:,}, each named once; see what replaced the file"
        )
    for entry in entries:
        packing = entry.compress_type
        if entry.flag_bits & _ENCRYPTED or packing not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise SourceError(
                f"{place}: {entry.filename!r} is encrypted or packed by method {packing}; accepted "
                "are stored and deflated files; see what replaced the file"
            )


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        name.isprintable()
        and len(name) <= _NAME
        and not path.is_absolute()
        and ".." not in path.parts
        and not any(sign in name for sign in "\\:")
    )


def _accept_member(name: str, content: bytes, *, left: int, place: str) -> None:
    if left < 0:
        raise SourceError(
            f"{place}: {name!r} takes the content beyond its cap; refused; see what replaced the "
            "file"
        )
    if content.startswith(_PACKED):
        raise SourceError(
            f"{place}: {name!r} is itself packed; accepted are plain files inside; see what "
            "replaced the file"
        )

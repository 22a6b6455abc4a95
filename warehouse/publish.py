"""Publishing: a briefing is visible whole or not at all, and what was published stays.

``out/runs/<run_id>/`` holds each publication; ``out/<session>`` and ``out/latest`` are relative
links to the run of that session that was published last, and to that of the newest session. A
publication cut short is finished by running it again.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.durable import check_name, explained, sync_folder, writable, write_new, write_whole
from warehouse.errors import StoreError

__all__ = [
    "Publication",
    "discard",
    "failure_notice",
    "publish",
    "revision_of",
    "verify",
    "writable",
]

_ARTEFACT = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Publication:
    """A published run: its folder, its number among its session's, and whether it is new."""

    folder: Path
    revision: int
    is_new: bool


@dataclass(frozen=True)
class _Manifest:
    run_id: str
    session: date
    revision: int
    artefacts: Mapping[str, str]


def publish(out: Path, run_id: str, session: date, artefacts: Mapping[str, bytes]) -> Publication:
    """Make a run's files visible in one step, then let the links follow.

    Publishing the same bytes again touches nothing but a link that another run of the session
    had taken. ``out/latest`` never goes back to an older session.

    Args:
        out: the folder of all publications.
        run_id: the run's name; the same name promises the same bytes.
        session: the session described.
        artefacts: file name to content.

    Raises:
        StoreError: the run was published before with other bytes, a name that cannot be a
            file's, or a folder that cannot be written.
    """
    check_name(run_id, "run")
    hashes = {_checked(name): _sha256(payload) for name, payload in sorted(artefacts.items())}
    with explained(out):
        published = _published(out)
        folder = out / "runs" / run_id
        earlier = published.get(run_id)
        if earlier is None:
            revision = _revision(published, session, run_id)
            manifest = _Manifest(run_id, session, revision, hashes)
            _place(folder, manifest, artefacts)
            published[run_id] = manifest
        else:
            revision = earlier.revision
            _same(folder, earlier, hashes, session)
        _link(out, published, run_id)
    return Publication(folder, revision, is_new=earlier is None)


def revision_of(out: Path, session: date, run_id: str) -> int:
    """Which page of its session a run is: 1 + the runs of the session published before it.

    A run that is published already keeps its number.
    """
    with explained(out):
        return _revision(_published(out), session, run_id)


def failure_notice(out: Path, session: date, html: str) -> Path:
    """Write the notice that a session's run was refused, as ``out/refused/<session>.html``.

    It stands apart, so that it neither replaces a good page nor passes for a briefing; the links
    stay where they are. The last refusal of a session replaces the one before.
    """
    path = out / "refused" / f"{session.isoformat()}.html"
    write_whole(path, html.encode())
    return path


def discard(staging: Path) -> None:
    """Remove a staging folder and what is in it; one that is not there is no error."""
    with explained(staging):
        if staging.exists():
            shutil.rmtree(staging)


def verify(out: Path) -> tuple[str, ...]:
    """Hash every published file again; one sentence for each that differs, none when whole."""
    with explained(out):
        return tuple(
            f"{out / 'runs' / run_id / name} is missing or was altered since it was published"
            for run_id, manifest in sorted(_published(out).items())
            for name, expected in manifest.artefacts.items()
            if _hash_of(out / "runs" / run_id / name) != expected
        )


def _checked(name: str) -> str:
    if not _ARTEFACT.fullmatch(name) or name == _MANIFEST:
        raise StoreError(
            f"artefact {name[:80]!r} cannot be published: use a-z, 0-9, '.', '-' and '_', at most"
            f" 64, and not {_MANIFEST}"
        )
    return name


def _sha256(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _hash_of(path: Path) -> str:
    return _sha256(path.read_bytes()) if path.is_file() else ""


def _published(out: Path) -> dict[str, _Manifest]:
    """Every whole publication; unfinished ones begin with a dot."""
    runs = out / "runs"
    if not runs.is_dir():
        return {}
    folders = [path for path in sorted(runs.iterdir()) if not path.name.startswith(".")]
    return {path.name: _manifest(path) for path in folders if path.is_dir()}


def _manifest(folder: Path) -> _Manifest:
    path = folder / _MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        session = date.fromisoformat(content["session"])
        run_id, revision = str(content["run_id"]), int(content["revision"])
        return _Manifest(run_id, session, revision, dict(content["artefacts"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} cannot be read ({error}): restore it from a copy, or move {folder} away",
            reason="file",
        ) from error


def _revision(published: Mapping[str, _Manifest], session: date, run_id: str) -> int:
    if run_id in published:
        return published[run_id].revision
    # Not a count: a run that someone moved away must not give its number to another.
    numbers = [one.revision for one in published.values() if one.session == session]
    return max(numbers, default=0) + 1


def _same(folder: Path, earlier: _Manifest, hashes: Mapping[str, str], session: date) -> None:
    found = {name: _hash_of(folder / name) for name in earlier.artefacts}
    names = sorted({*found, *hashes})
    if other := [name for name in names if found.get(name) != hashes.get(name)]:
        raise StoreError(
            f"run {folder.name} is published in {folder} with other bytes in {', '.join(other)}:"
            " the same run must give the same page; move that folder away to publish again"
        )
    if earlier.session != session:
        raise StoreError(
            f"run {folder.name} is published for session {earlier.session}, not {session}"
        )


def _place(folder: Path, manifest: _Manifest, artefacts: Mapping[str, bytes]) -> None:
    partial = folder.with_name(f".{folder.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    for name, payload in sorted(artefacts.items()):
        write_new(partial / name, payload)
    content = {
        "artefacts": dict(manifest.artefacts),
        "revision": manifest.revision,
        "run_id": manifest.run_id,
        "session": manifest.session.isoformat(),
    }
    write_new(partial / _MANIFEST, json.dumps(content, indent=1, sort_keys=True).encode())
    sync_folder(partial)
    os.replace(partial, folder)  # noqa: PTH105 - one name for the step that tests interrupt
    sync_folder(folder.parent)


def _link(out: Path, published: Mapping[str, _Manifest], run_id: str) -> None:
    """The session's link follows the run asked for; ``latest`` never to an older session."""
    session = published[run_id].session
    _point(out / session.isoformat(), f"runs/{run_id}")
    if session == max(one.session for one in published.values()):
        _point(out / "latest", f"runs/{run_id}")


def _point(link: Path, target: str) -> None:
    if link.is_symlink() and str(link.readlink()) == target:
        return
    partial = link.with_name(f".{link.name}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    os.replace(partial, link)  # noqa: PTH105 - one name for the step that tests interrupt
    sync_folder(link.parent)

"""The raw archive: every payload as it arrived, named by its hash, never changed."""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from warehouse.durable import check_name, explained, write_whole
from warehouse.errors import StoreError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ARRIVAL = re.compile(r"([0-9]{8}T[0-9]{12}Z)-([0-9a-f]{64})\.json")
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Snapshot:
    """One arrival: these bytes for this dataset, and when they came in place of others.

    ``is_accepted`` marks the same bytes once more: a person accepted, at that time, what they say.
    """

    dataset_name: str
    sha256: str
    path: Path
    is_new: bool
    retrieved_at: datetime
    is_accepted: bool = False


@dataclass(frozen=True)
class Visit:
    """The last time a dataset was asked for, and what came of it.

    Attributes:
        at: when, UTC.
        outcome: ``new``, ``unchanged`` or ``failed``.
        message: why it failed; empty where it did not.
        etag: the server's tag of the copy at hand, for the next question.
        last_modified: the server's date of it.
    """

    at: datetime
    outcome: str
    message: str = ""
    etag: str | None = None
    last_modified: str | None = None


class Snapshots:
    """The archive under one folder.

    ``objects/`` holds bytes, ``arrivals/`` when which of them came for a dataset, ``accepted/`` when
    a person accepted which of them, ``visits/`` when each was last asked for. Bytes equal to the newest of their dataset are no arrival, so that a
    rerun on unchanged input brings no new rows.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(
        self,
        dataset_name: str,
        payload: bytes,
        retrieved_at: datetime,
        origin: str,
        *,
        terms: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Snapshot:
        """Archive a payload before anybody parses it.

        Args:
            dataset_name: the dataset it was fetched for.
            payload: the bytes as published.
            retrieved_at: when they arrived, with a time zone.
            origin: where from; of an address the user name, query and fragment are dropped,
                because keys travel there.
            terms: the publisher's terms of use.
            headers: what the server said of the file.

        Raises:
            StoreError: a name that cannot be a file's, a time without zone, an archived file
                that was altered, or a folder that cannot be written.
        """
        folder = self._root / "arrivals" / check_name(dataset_name, "dataset")
        if retrieved_at.tzinfo is None:
            raise StoreError(f"{dataset_name}: retrieved_at {retrieved_at} has no time zone")
        sha256 = hashlib.sha256(payload).hexdigest()
        with explained(self._root):
            path = self._object(sha256)
            if path.exists():
                self.get(sha256)
            else:
                write_whole(path, payload)
            newest = self.newest(dataset_name)
            if newest is not None and newest.sha256 == sha256:
                return newest
            arrived_at = _after(self._last(dataset_name), retrieved_at.astimezone(UTC))
            record = {
                "dataset": dataset_name,
                "origin": _without_secrets(origin),
                "retrieved_at": arrived_at.isoformat(),
                "sha256": sha256,
                "size": len(payload),
                "terms": terms,
                "headers": dict(headers or {}),
            }
            sidecar = folder / f"{arrived_at.strftime(_STAMP)}-{sha256}.json"
            write_whole(sidecar, json.dumps(record, indent=1, sort_keys=True).encode())
        return Snapshot(dataset_name, sha256, path, is_new=True, retrieved_at=arrived_at)

    def get(self, sha256: str) -> bytes:
        """The archived bytes of this hash.

        Raises:
            StoreError: no such bytes, or they no longer have this hash.
        """
        path = self._object(sha256)
        with explained(path):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(descriptor, "rb") as file:
                payload = file.read()
        if (found := hashlib.sha256(payload).hexdigest()) != sha256:
            raise StoreError(
                f"archived {path} was altered: its hash is {found}; restore it from a copy, or"
                " move it away and fetch again",
                reason="file",
            )
        return payload

    def newest(self, dataset_name: str) -> Snapshot | None:
        """The arrival of a dataset that came last; null when none did."""
        return next(iter(self._of(self._root / "arrivals" / dataset_name, last=True)), None)

    def arrivals(self) -> tuple[Snapshot, ...]:
        """Every arrival and acceptance in the order they came: what a rebuild reads."""
        folders = [*self._root.glob("arrivals/*"), *self._root.glob("accepted/*")]
        found = [one for folder in sorted(folders) for one in self._of(folder)]
        return tuple(sorted(found, key=lambda one: (one.retrieved_at, one.dataset_name)))

    def accept(self, arrival: Snapshot, at: datetime) -> Snapshot:
        """Note durably that a person accepted an arrival; it then counts from that time.

        Raises:
            StoreError: a folder that cannot be written.
        """
        name, sha256 = arrival.dataset_name, arrival.sha256
        folder = self._root / "accepted" / check_name(name, "dataset")
        accepted_at = _after(self._last(name), at.astimezone(UTC))
        record = {"dataset": name, "sha256": sha256, "accepted_at": accepted_at.isoformat()}
        with explained(folder):
            write_whole(folder / f"{accepted_at.strftime(_STAMP)}-{sha256}.json",
                        json.dumps(record, indent=1, sort_keys=True).encode())  # fmt: skip
        return Snapshot(name, sha256, arrival.path, is_new=False, retrieved_at=accepted_at,
                        is_accepted=True)  # fmt: skip

    def confirm(self, dataset_name: str, at: datetime) -> None:
        """Note durably that a dataset's newest bytes were found again: nothing newer was out.

        Raises:
            StoreError: a folder that cannot be written.
        """
        if (last := self._last(dataset_name)) is not None:
            path = self._seen(dataset_name, last.retrieved_at)
            with explained(path):
                write_whole(path, at.astimezone(UTC).isoformat().encode())

    def seen_at(self, dataset_name: str, retrieved_at: datetime) -> datetime:
        """When the bytes that came at a time were last known to be the newest, UTC."""
        try:
            text = self._seen(dataset_name, retrieved_at).read_text(encoding="utf-8")
            return max(retrieved_at, datetime.fromisoformat(text))
        except (OSError, ValueError):
            return retrieved_at  # never found again, or the note is damaged: the time they came

    def note(self, dataset_name: str, visit: Visit) -> None:
        """Remember how asking for a dataset ended, in place of the time before.

        Raises:
            StoreError: a name that cannot be a file's, or a folder that cannot be written.
        """
        path = self._root / "visits" / f"{check_name(dataset_name, 'dataset')}.json"
        record = {**visit.__dict__, "at": visit.at.astimezone(UTC).isoformat()}
        with explained(path):
            write_whole(path, json.dumps(record, indent=1, sort_keys=True).encode())

    def visit(self, dataset_name: str) -> Visit | None:
        """How asking for a dataset ended last; null where it never was, or the note is damaged."""
        path = self._root / "visits" / f"{dataset_name}.json"
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            return Visit(**{**record, "at": datetime.fromisoformat(record["at"])})
        except (OSError, ValueError, KeyError, TypeError):
            return None  # a note about the network, not data: asking again writes it anew

    def _object(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise StoreError(f"{sha256[:80]!r} is not a SHA-256: 64 hex digits in lower case")
        return self._root / "objects" / sha256[:2] / sha256

    def _seen(self, dataset_name: str, retrieved_at: datetime) -> Path:
        folder = self._root / "arrivals" / check_name(dataset_name, "dataset")
        return folder / f"{retrieved_at.strftime(_STAMP)}.seen"

    def _last(self, dataset_name: str) -> Snapshot | None:
        """The last arrival or acceptance of a dataset; null when there is none."""
        both = [
            one
            for kind in ("arrivals", "accepted")
            for one in self._of(self._root / kind / dataset_name, last=True)
        ]
        return max(both, key=lambda one: one.retrieved_at, default=None)

    def _of(self, folder: Path, *, last: bool = False) -> list[Snapshot]:
        """What a folder's names say, oldest first; or the last of them alone."""
        names = sorted(path.name for path in folder.glob("[0-9]*.json"))
        matches = (found for name in reversed(names) if (found := _ARRIVAL.fullmatch(name)))
        named = list(islice(matches, 1)) if last else list(matches)[::-1]
        return [
            Snapshot(
                folder.name,
                name[2],
                self._object(name[2]),
                is_new=False,
                retrieved_at=datetime.strptime(name[1], _STAMP).replace(tzinfo=UTC),
                is_accepted=folder.parent.name == "accepted",
            )
            for name in named
        ]


def _after(newest: Snapshot | None, arrived_at: datetime) -> datetime:
    """The time of an arrival: after the one before, whatever a clock that was set back says."""
    if newest is None or arrived_at > newest.retrieved_at:
        return arrived_at
    return newest.retrieved_at + timedelta(microseconds=1)


def _without_secrets(origin: str) -> str:
    if "://" not in origin:
        return origin
    parts = urlsplit(origin)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))

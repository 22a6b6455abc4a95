"""The raw archive: every payload as it arrived, named by its hash, never changed."""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from warehouse.durable import check_name, explained, write_whole
from warehouse.errors import StoreError

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Snapshot:
    """One arrival: these bytes for this dataset, and when they came for the first time."""

    dataset_name: str
    sha256: str
    path: Path
    is_new: bool
    retrieved_at: datetime


class Snapshots:
    """The archive under one folder: ``objects/`` holds bytes, ``arrivals/`` what they are.

    The same bytes for the same dataset are one arrival and keep the time of the first, so that a
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
    ) -> Snapshot:
        """Archive a payload before anybody parses it.

        Args:
            dataset_name: the dataset it was fetched for.
            payload: the bytes as published.
            retrieved_at: when they arrived, with a time zone.
            origin: where from; of an address the user name, query and fragment are dropped,
                because keys travel there.
            terms: the publisher's terms of use.

        Raises:
            StoreError: a name that cannot be a file's, a time without zone, an archived file
                that was altered, or a folder that cannot be written.
        """
        folder = self._root / "arrivals" / check_name(dataset_name, "dataset")
        if retrieved_at.tzinfo is None:
            raise StoreError(f"{dataset_name}: retrieved_at {retrieved_at} has no time zone")
        arrived_at = retrieved_at.astimezone(UTC)
        sha256 = hashlib.sha256(payload).hexdigest()
        sidecar = folder / f"{sha256}.json"
        with explained(self._root):
            path = self._object(sha256)
            if path.exists():
                self.get(sha256)
            else:
                write_whole(path, payload)
            if sidecar.exists():
                return self._arrival(sidecar)
            record = {
                "dataset": dataset_name,
                "origin": _without_secrets(origin),
                "retrieved_at": arrived_at.isoformat(),
                "sha256": sha256,
                "size": len(payload),
                "terms": terms,
            }
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

    def arrivals(self) -> tuple[Snapshot, ...]:
        """Every arrival in the order of first retrieval: what a rebuild reads.

        Raises:
            StoreError: a record that cannot be read.
        """
        records = sorted((self._root / "arrivals").glob("*/*.json"))
        found = [self._arrival(path) for path in records if not path.name.startswith(".")]
        return tuple(sorted(found, key=lambda one: (one.retrieved_at, one.dataset_name)))

    def _object(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise StoreError(f"{sha256[:80]!r} is not a SHA-256: 64 hex digits in lower case")
        return self._root / "objects" / sha256[:2] / sha256

    def _arrival(self, sidecar: Path) -> Snapshot:
        try:
            record = json.loads(sidecar.read_text(encoding="utf-8"))
            dataset_name, sha256 = str(record["dataset"]), str(record["sha256"])
            retrieved_at = datetime.fromisoformat(record["retrieved_at"])
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"archive record {sidecar} cannot be read ({error}): restore it from a copy, or"
                " move it away and fetch again",
                reason="file",
            ) from error
        return Snapshot(
            dataset_name, sha256, self._object(sha256), is_new=False, retrieved_at=retrieved_at
        )


def _without_secrets(origin: str) -> str:
    if "://" not in origin:
        return origin
    parts = urlsplit(origin)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))

"""What a run is made from, as hashes: the same inputs, policy and code bear the same run id."""

import hashlib
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_ROOMS = (
    "schemas", "pricing", "sources", "warehouse", "expectations", "transforms", "policy",
    "briefing", "templates", "flows",
)  # fmt: skip
_CODE = {".py", ".j2", ".css", ".csv", ".woff2", ".ttf"}


@cache
def code_hash() -> str:
    """SHA-256 over the program's own files and the lock of its dependencies."""
    files = [ROOT / "requirements.lock"]
    for room in _ROOMS:
        files += sorted(p for p in (ROOT / room).rglob("*") if p.suffix in _CODE)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def code_version() -> str:
    """The program's version."""
    return version("volbrief")


def run_id(session: date, *parts: str) -> str:
    """Name of a run: its session and a hash over everything the page depends on."""
    content = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{session.isoformat()}-{content[:12]}"

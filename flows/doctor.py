"""What a run needs on this machine: each finding with its mend."""

import json
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flows.identity import ROOT
from flows.outcome import Stop
from flows.server import orchestrator_address
from flows.settings import Settings, load_settings
from schemas.series import SOURCES

_PACKAGES = (
    "prefect", "fastapi", "sqlalchemy", "duckdb", "polars", "great-expectations", "jinja2",
    "weasyprint", "altair", "vl-convert-python", "pandas", "numpy", "scipy", "arch",
    "exchange-calendars",
)  # fmt: skip
_NEEDED_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found and, where it is wrong, what to do."""

    name: str
    found: str
    mend: str = ""
    is_failure: bool = False


def examine() -> list[Finding]:
    """Look at versions, fonts, the PDF's libraries, folders, disk and the orchestrator."""
    return [
        Finding("python", platform.python_version(), *_python_mend()),
        *(_package(name) for name in _PACKAGES),
        _pdf(),
        _fonts(),
        _bytecode(),
        *_folders(),
        _orchestrator(),
    ]


def _python_mend() -> tuple[str, bool]:
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    return ("", False) if fits else ("use Python 3.11, 3.12 or 3.13", True)


def _package(name: str) -> Finding:
    try:
        found = version(name)
    except PackageNotFoundError:
        return Finding(name, "missing", "run make setup", is_failure=True)
    locked = _locked(name)
    if locked and found not in locked:
        return Finding(name, found, f"the lock says {' or '.join(locked)}: run make setup")
    return Finding(name, found)


def _locked(name: str) -> list[str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return [
        line.split("==")[1].split()[0].strip("; \\")
        for line in lines
        if line.lower().startswith(f"{name}==")
    ]


def _pdf() -> Finding:
    from briefing.render import pdf_available

    reason = pdf_available()
    return Finding("pdf", "available") if reason is None else Finding("pdf", "skipped", reason)


def _fonts() -> Finding:
    fonts = sorted(path.name for path in (ROOT / "templates" / "fonts").glob("*.woff2"))
    if not fonts:
        return Finding("fonts", "missing", "restore templates/fonts from git", is_failure=True)
    return Finding("fonts", f"{len(fonts)} bundled")


def _bytecode() -> Finding:
    from importlib.util import find_spec

    spec = find_spec("great_expectations")
    if spec is not None and spec.cached is not None and Path(spec.cached).exists():
        return Finding("bytecode", "compiled")
    return Finding("bytecode", "missing", "every start re-parses everything: run make setup")


def _folders() -> list[Finding]:
    try:
        settings = load_settings()
    except Stop as stop:
        return [Finding("settings", "refused", str(stop), is_failure=True)]
    folders = (("out", settings.out), ("data", settings.data))
    return [*(_folder(name, path) for name, path in folders), *_kept(settings)]


def _kept(settings: Settings) -> list[Finding]:
    """Whether what was published and noted is still what it was."""
    from warehouse.errors import StoreError
    from warehouse.ledger import Ledger
    from warehouse.publish import verify

    findings = []
    try:
        altered = verify(settings.out)
        for source in SOURCES:
            Ledger(settings.folder(source) / "ledger.jsonl").verify()
    except StoreError as error:
        findings.append(Finding("kept files", "damaged", str(error), is_failure=True))
    else:
        mend = "; ".join(altered)
        found = f"{len(altered)} altered" if altered else "pages and ledgers as written"
        findings.append(Finding("kept files", found, mend, is_failure=bool(altered)))
    return findings


def _folder(name: str, path: Path) -> Finding:
    from warehouse.errors import StoreError
    from warehouse.publish import writable

    try:
        writable(path)
    except StoreError as error:
        return Finding(name, str(path), str(error), is_failure=True)
    there = next(
        folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists()
    )
    free = shutil.disk_usage(there).free
    mend = "" if free > _NEEDED_BYTES else "less than 500 MB free: make room"
    return Finding(name, f"{path}, {free / 1e9:.1f} GB free", mend, is_failure=bool(mend))


def _orchestrator() -> Finding:
    address = orchestrator_address()
    if address is None:
        return Finding("orchestrator", "ephemeral: each run starts its own server")
    local = any(host in address for host in ("127.0.0.1", "localhost", "[::1]"))
    mend = "" if local else "the server is not on this machine: it needs authentication and TLS"
    return Finding("orchestrator", address, mend)


def report(findings: list[Finding], *, as_json: bool) -> str:
    """The findings as text, or as JSON."""
    if as_json:
        return json.dumps([asdict(finding) for finding in findings], indent=2)
    lines = []
    for finding in findings:
        mark = "FAIL" if finding.is_failure else "note" if finding.mend else "ok"
        lines.append(f"{mark:5}{finding.name:22}{finding.found}")
        if finding.mend:
            lines.append(f"{'':5}{'':22}-> {finding.mend}")
    return "\n".join(lines)

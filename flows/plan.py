"""What a run is asked to do, checked before anything is touched."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flows import clock
from flows.faults import as_stops
from flows.outcome import ExitCode, Stop
from flows.settings import Settings, known_source
from policy.model import Policy, load, names
from schemas.book import BookTerms
from sources.calendar import is_session, nearest_sessions
from sources.desk_dataset import asked_by, desk_terms
from sources.errors import SourceError
from sources.live_choices import EXTRA, Live
from sources.publishers import publishers
from sources.simulated import Simulation
from warehouse.errors import StoreError
from warehouse.publish import writable

# Several times what a run has been seen to write: a full disk is found before it starts.
_DATA_BYTES = 200_000_000
_OUT_BYTES = 10_000_000


@dataclass(frozen=True)
class Plan:
    """One run: the session to describe (None: the last one the source has), on what, to where.

    ``rules`` is the policy as it was read when the plan was made: a file edited during the run
    cannot put one policy's words over another's decision. ``desk`` is the user's file, null for
    none, and so are ``answers``; ``book`` are the policy's terms of the book with the desk's own in their place.
    """

    as_of: date | None
    source: str
    policy: str
    rules: Policy
    out: Path
    data: Path
    simulation: Simulation
    live: Live | None = None
    want_pdf: bool = True
    is_offline: bool = False
    lock_wait: float = 0.0
    authorities: Path | None = None
    desk: Path | None = None
    answers: Path | None = None
    book: BookTerms = field(default_factory=BookTerms)

    @property
    def warehouse(self) -> Path:
        """The database file; each source has its own, so that markets never mix."""
        return self.data / "volbrief.duckdb"

    @property
    def archive(self) -> Path:
        """Folder of the raw bytes."""
        return self.data / "raw"

    @property
    def ledger(self) -> Path:
        """The run ledger."""
        return self.data / "ledger.jsonl"

    def staging(self, run_id: str) -> Path:
        """Where a run's pages wait until they are whole."""
        return self.data / "staging" / run_id


@dataclass(frozen=True)
class Wish:
    """What the user typed; None leaves the setting in force."""

    as_of: date | None = None
    source: str | None = None
    policy: str | None = None
    out: Path | None = None
    want_pdf: bool = True
    is_offline: bool = False
    since: date | None = None


def plan_of(wish: Wish, settings: Settings) -> Plan:
    """The checked plan of a run.

    Raises:
        Stop: unknown source or policy, malformed policy, a date that is no session, a folder
            that cannot be written; one sentence each, before anything is touched.
    """
    source = known_source(wish.source or settings.source)
    policy = wish.policy or settings.policy
    rules = _known_policy(policy)
    if wish.as_of is not None:
        refuse_closed_day(wish.as_of)
    desk = _desk(settings)
    plan = Plan(
        as_of=wish.as_of,
        source=source,
        policy=policy,
        rules=rules,
        out=wish.out or settings.out,
        data=settings.folder(source),
        simulation=_simulation(settings),
        live=_live(wish, settings, desk) if source == "live" else None,
        want_pdf=wish.want_pdf,
        is_offline=wish.is_offline,
        lock_wait=settings.lock_wait,
        authorities=settings.authorities,
        desk=desk,
        answers=_answers(settings),
        book=desk_terms(desk, rules.book_terms),
    )
    _writable(plan.data, _DATA_BYTES, "VOLBRIEF_DATA")
    _writable(plan.out, _OUT_BYTES, "--out or VOLBRIEF_OUT")
    return plan


def _known_policy(name: str) -> Policy:
    if name not in names() and not Path(name).is_file():
        raise Stop(
            f"policy {name!r} is unknown; there are {', '.join(names())}, or give the path of a "
            "policy file",
            ExitCode.UNMET,
        )
    with as_stops():
        return load(name)


def _desk(settings: Settings) -> Path | None:
    """The user's desk; none where nobody named a file and the usual one is not there."""
    if settings.desk.is_file():
        return settings.desk
    if "desk" in settings.model_fields_set:
        raise Stop(
            f"settings: VOLBRIEF_DESK is {str(settings.desk)!r}, where no file is: copy "
            "docs/desk.example.yaml to it, or name the file",
            ExitCode.CONFIG,
        )
    return None


def _answers(settings: Settings) -> Path | None:
    """The user's answers; none where nobody named a file and the usual one is not there."""
    path = settings.answers or settings.desk.parent / "answers.csv"
    if path.is_file():
        return path
    if settings.answers is not None:
        raise Stop(
            f"settings: VOLBRIEF_ANSWERS is {str(path)!r}, where no file is: make one as in "
            "docs/how-to/record-your-answers.md, or name the file",
            ExitCode.CONFIG,
        )
    return None


def refuse_closed_day(day: date) -> None:
    """Refuse a day on which the exchange does not trade.

    Raises:
        Stop: not a session; the nearest ones are named.
    """
    try:
        if is_session(day):
            return
        before, after = nearest_sessions(day)
    except SourceError as error:
        raise Stop(str(error), ExitCode.UNMET) from error
    raise Stop(
        f"{day:%A} {day} is not a session of the exchange; the nearest are {before} and {after}",
        ExitCode.UNMET,
    )


def _live(wish: Wish, settings: Settings, desk: Path | None) -> Live:
    if unknown := sorted(set(settings.extra_sources) - set(EXTRA)):
        raise Stop(
            f"settings: VOLBRIEF_EXTRA_SOURCES has {', '.join(unknown)}; there are "
            f"{', '.join(EXTRA)}",
            ExitCode.CONFIG,
        )
    choices = Live(
        today=clock.new_york_day(),
        asked=wish.as_of,
        since=wish.since,
        base_urls=settings.base_urls,
        fred_key=settings.fred_api_key,
        bls_key=settings.bls_api_key,
        contact=settings.contact,
        extra=frozenset(settings.extra_sources) | asked_by(desk),
        own=settings.own,
    )
    try:
        publishers(settings.base_urls, settings.contact)
    except SourceError as error:
        raise Stop(str(error), ExitCode.CONFIG) from error
    return choices


def _simulation(settings: Settings) -> Simulation:
    try:
        return Simulation(
            sessions=settings.simulated_sessions,
            end=settings.simulated_end,
            seed=settings.simulated_seed,
        )
    except SourceError as error:
        raise Stop(str(error), ExitCode.CONFIG) from error


def _writable(folder: Path, need_bytes: int, chosen_by: str) -> None:
    try:
        writable(folder, need_bytes)
    except StoreError as error:
        raise Stop(f"{error}; or choose another folder by {chosen_by}", ExitCode.CONFIG) from error

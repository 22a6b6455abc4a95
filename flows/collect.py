"""From publishers and this machine into the raw archive; nothing is parsed here."""

from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

from flows import clock
from flows.outcome import ExitCode, Stop
from flows.plan import Plan
from flows.progress import counted, report
from flows.stages import datasets
from sources.dataset import Dataset, Link
from sources.errors import SourceError
from sources.http import Client, Outcome
from sources.request import Request, Response
from warehouse.snapshots import Snapshots, Visit

_CLOCK_WARNS, _CLOCK_REFUSES = 120.0, 600.0  # seconds between this clock and the publishers'
_FEWEST_CLOCKS = 2  # publishers that must agree before this machine's clock is doubted


@dataclass(frozen=True)
class Problem:
    """A file that could not be had: whose it is, and why in a sentence that says what to do."""

    publisher: str
    dataset: str
    message: str

    def __str__(self) -> str:
        """The sentence behind the file's name, where it is about one."""
        return f"{self.dataset}: {self.message}" if self.dataset else self.message


@dataclass(frozen=True)
class Collected:
    """What asking came to: how many files are new, and which could not be had.

    ``asked`` counts the files that publishers were asked for; those of this machine are none.
    """

    new: int
    unchanged: int
    problems: tuple[Problem, ...]
    asked: int = 0

    @property
    def failed(self) -> int:
        """How many files could not be had."""
        return sum(bool(problem.dataset) for problem in self.problems)

    def as_json(self) -> dict[str, int]:
        """What the ledger notes: counts only, since messages may be long."""
        return {"new": self.new, "unchanged": self.unchanged, "failed": len(self.problems)}


def collect(plan: Plan) -> Collected:
    """Archive what the source has now; a publisher that fails stops no other.

    Raises:
        Stop: this machine's clock is far from the publishers'.
        SourceError: a file that should be on this machine is not.
        StoreError: the archive cannot be written.
    """
    asking = _Asking(plan)
    every = tuple(datasets(plan).values())
    asking.take(tuple(one for one in every if one.is_local))
    if not plan.is_offline:
        asking.ask([(one, one.where) for one in every if isinstance(one.where, Request)])
        asking.ask(asking.linked(every))
        asking.warn_of_clock()
    return Collected(asking.new, asking.unchanged, tuple(asking.problems), asking.asked)


class _Asking:
    """One round of questions: archives each answer as it comes and remembers how it went."""

    def __init__(self, plan: Plan) -> None:
        self._archive = Snapshots(plan.archive)
        self._client = Client(authorities=plan.authorities)
        self._source = plan.source
        self._offsets: dict[str, float] = {}
        self._waiting: list[tuple[Dataset, Outcome]] = []
        self.new = 0
        self.unchanged = 0
        self.asked = 0
        self.problems: list[Problem] = []

    def take(self, local: tuple[Dataset, ...]) -> None:
        """Archive the files of this machine."""
        for dataset in local:
            report(f"read {dataset.name}")
            if dataset.fetch is not None:
                self._keep(dataset, dataset.fetch(), f"{self._source}: {dataset.name}")

    def ask(self, wanted: list[tuple[Dataset, Request]]) -> None:
        """Ask publishers side by side; what a publisher no longer changes is not asked for twice."""
        due = [(one, request) for one, request in wanted if not self._is_settled(one)]
        requests = [self._conditional(one, request) for one, request in due]
        self.asked += len(due)
        by_request = {id(request): one for request, (one, _) in zip(requests, due, strict=True)}
        with counted("fetch", len(requests)) as done:

            def told(request: Request, outcome: Outcome) -> None:
                dataset = by_request[id(request)]
                self._waiting.append((dataset, outcome))
                if not isinstance(outcome, SourceError):
                    self._compare_clock(request.publisher.name, dict(outcome.headers_kept))
                if self._clock_is_judged():
                    self._archive_waiting()
                done(dataset.name)

            self._client.fetch_all(requests, told)
            self._archive_waiting()

    def linked(self, every: tuple[Dataset, ...]) -> list[tuple[Dataset, Request]]:
        """The files whose address stands on a page that is in the archive."""
        found = []
        for dataset in every:
            if not isinstance(dataset.where, Link):
                continue
            page = self._archive.newest(dataset.where.page)
            if page is None:
                continue  # the page's own failure is told
            try:
                found.append((dataset, dataset.where.find(self._archive.get(page.sha256))))
            except SourceError as error:
                self.asked += 1
                self._failed(dataset, error)
        return found

    def warn_of_clock(self) -> None:
        """Tell where publishers agree that this machine's clock is off."""
        if self._clock_is_off_by() > _CLOCK_WARNS:
            self.problems.append(Problem("this machine", "", f"{self._clock_said()}: set it"))

    def _archive_waiting(self) -> None:
        """Archive what came, once the clock that stamps it has been compared with the publishers'.

        Stamped by a clock that is behind, a revision would count as known before it was.
        """
        if self._clock_is_off_by() > _CLOCK_REFUSES:
            raise Stop(
                f"{self._clock_said()}; accepted are 600 s; set the clock and run again",
                ExitCode.CONFIG,
            )
        while self._waiting:
            self._archived(*self._waiting.pop(0))

    def _clock_is_judged(self) -> bool:
        """Whether a publisher's clock is near this one, or two agree that it is far."""
        offsets = sorted(self._offsets.values())
        near = any(abs(one) <= _CLOCK_REFUSES for one in offsets)
        return near or any(after - before <= _CLOCK_WARNS for before, after in pairwise(offsets))

    def _clock_is_off_by(self) -> float:
        """The least distance to a publisher's clock, where several agree [seconds]."""
        offsets = [abs(one) for one in self._offsets.values()]
        several = len(offsets) >= _FEWEST_CLOCKS and self._clock_is_judged()
        return min(offsets) if several else 0.0

    def _clock_said(self) -> str:
        off = median(self._offsets.values())
        way = "behind" if off > 0 else "ahead of"
        return f"this machine's clock is {abs(off):.0f} s {way} {len(self._offsets)} publishers'"

    def _is_settled(self, dataset: Dataset) -> bool:
        return dataset.is_final and self._archive.newest(dataset.name) is not None

    def _conditional(self, dataset: Dataset, request: Request) -> Request:
        """The request for news only, where there is a copy that the server named."""
        held, visit = self._archive.newest(dataset.name), self._archive.visit(dataset.name)
        if held is None:
            return request
        lines = self._archive.get(held.sha256).count(b"\n")
        if visit is None or request.body is not None:
            return replace(request, least_rows=lines)
        return replace(
            request, least_rows=lines, etag=visit.etag, last_modified=visit.last_modified
        )

    def _archived(self, dataset: Dataset, outcome: Outcome) -> None:
        if isinstance(outcome, SourceError):
            self._failed(dataset, outcome)
            return
        headers = dict(outcome.headers_kept)
        if not isinstance(outcome, Response):
            self.unchanged += 1
            self._archive.confirm(dataset.name, clock.now())
            visit = self._archive.visit(dataset.name) or Visit(clock.now(), "unchanged")
            self._archive.note(
                dataset.name, replace(visit, at=clock.now(), outcome="unchanged", message="")
            )
            return
        self._keep(dataset, outcome.payload, outcome.url_without_secrets, headers)

    def _keep(
        self, dataset: Dataset, payload: bytes, origin: str, headers: dict[str, str] | None = None
    ) -> None:
        kept = self._archive.put(
            dataset.name, payload, clock.now(), origin, terms=dataset.terms, headers=headers
        )
        self.new += kept.is_new
        self.unchanged += not kept.is_new
        if dataset.publisher and not kept.is_new:
            self._archive.confirm(dataset.name, clock.now())
        if not dataset.is_local:
            told = headers or {}
            outcome = "new" if kept.is_new else "unchanged"
            visit = Visit(clock.now(), outcome, "", told.get("etag"), told.get("last-modified"))
            self._archive.note(dataset.name, visit)

    def _failed(self, dataset: Dataset, error: SourceError) -> None:
        where = dataset.where
        asked = where.publisher.name if isinstance(where, Request) else dataset.publisher
        self.problems.append(Problem(asked, dataset.name, str(error)))
        visit = self._archive.visit(dataset.name) or Visit(clock.now(), "failed")
        self._archive.note(
            dataset.name, replace(visit, at=clock.now(), outcome="failed", message=str(error))
        )

    def _compare_clock(self, publisher: str, headers: dict[str, str]) -> None:
        """Note how far a publisher's clock is; an answer out of a cache says when it was made."""
        if "age" in headers:
            return
        try:
            told = parsedate_to_datetime(headers.get("date", ""))
            self._offsets[publisher] = (told - clock.now()).total_seconds()
        except (ValueError, TypeError):
            return

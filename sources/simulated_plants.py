"""Events planted in a simulated market, so that a signal can be seen to fire on a known session.

A plant changes the series it must and no other; without plants the market is what it is.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NoReturn, get_args

import numpy as np

from sources.errors import SourceError
from sources.simulated_noise import Path

Kind = Literal["divergence", "steepening", "revision", "contraction", "drain", "parity"]
KINDS: tuple[Kind, ...] = get_args(Kind)

REVISED_BY = (
    1.009  # of real GDP: 3.6 points of annualized growth; published revisions are ten times less
)
DEAR_CALL = 6.0  # index points above what put-call parity allows

_CONFIRMED = 5  # sessions after a high until it is known as one
_NARROWING = 10  # sessions up to the high: two highs are never nearer to each other
_NARROWER = 0.35  # of all issues
_STEEPER, _STEEP_SESSIONS = 0.10, 10  # logarithm per 30 days of a contract's life
_FALL, _RECOVERY = 0.11, 20.0
_CONTRACTING = ("vnq_close", "xlre_close", "arkk_close", "iwo_close", "kre_close")
_DRAINED = 21.0  # sessions until half of it is back
_WIDER_CREDIT, _DEARER_CASH = 0.008, 0.0035  # decimal
_LESS_REPO, _LESS_RESERVES = 0.5, 0.08


@dataclass(frozen=True)
class Plant:
    """One planted event: what kind, and the session at whose decision its signal is due.

    ``divergence``: five sessions after a high of the S&P 500 that is above the high before it; in
    the ten sessions up to the high more issues fall than would have. Breadth counts only.

    ``steepening``: on the session VX futures rise the more, the longer they run, for two weeks.

    ``revision``: the second or third estimate of real GDP that is published on the session raises
    the level of that quarter and of all that follow; nominal GDP goes with it.

    ``contraction``: on the session the funds of sectors that volatility hurts fall by a tenth.

    ``drain``: on the session before, since such figures are published a session late, credit
    spreads widen, overnight cash becomes dear, reverse repurchases and bank reserves fall.

    ``parity``: in the option chain of the last session one call is dearer than parity allows.
    """

    kind: Kind
    session: date

    def __post_init__(self) -> None:
        """Refuse a kind that there is not."""
        if self.kind not in KINDS:
            raise SourceError(
                f"plant: kind is {self.kind!r}; accepted are {', '.join(KINDS)}; name one of them"
            )

    def row(self, sessions: list[date], first: int = 0) -> int:
        """The row of the session among those simulated.

        Args:
            sessions: those simulated, in order.
            first: how many must have gone before.

        Raises:
            SourceError: not one of them, or too few before it.
        """
        if self.session not in sessions[first:]:
            self.refuse(f"the sessions from {sessions[first]} to {sessions[-1]}")
        return sessions.index(self.session)

    def refuse(self, accepted: str) -> NoReturn:
        """Stop because the event cannot be planted on that session.

        Raises:
            SourceError: always.
        """
        raise SourceError(
            f"plant: session of the {self.kind} is {self.session}; accepted are {accepted}; choose "
            "one of them"
        )


def of_kind(plants: tuple[Plant, ...], kind: Kind) -> tuple[Plant, ...]:
    """The plants of one kind."""
    return tuple(plant for plant in plants if plant.kind == kind)


def planted(
    plants: tuple[Plant, ...], daily: dict[str, Path], sessions: list[date]
) -> dict[str, Path]:
    """The daily paths with what was planted in them; a path without a plant is itself.

    Args:
        plants: of any kind; those of other series change nothing here.
        daily: paths as published, one value a session.
        sessions: the simulated sessions.

    Raises:
        SourceError: a plant on a session that cannot bear it.
    """
    changed = dict(daily)
    for plant in of_kind(plants, "divergence"):
        changed |= _narrowed(changed, plant.row(sessions, _NARROWING + _CONFIRMED))
    for plant in of_kind(plants, "contraction"):
        level = 1.0 - _FALL * _waning(len(sessions), plant.row(sessions), _RECOVERY)
        changed |= {name: np.round(changed[name] * level, 2) for name in _CONTRACTING}
    for plant in of_kind(plants, "drain"):
        changed |= _drained(changed, _waning(len(sessions), plant.row(sessions, 1) - 1, _DRAINED))
    return changed


def reserves_left(plants: tuple[Plant, ...], sessions: list[date]) -> Path:
    """What a drain leaves of bank reserves, by session; 1 without one."""
    left = np.ones(len(sessions))
    for plant in of_kind(plants, "drain"):
        left *= 1.0 - _LESS_RESERVES * _waning(len(sessions), plant.row(sessions, 1) - 1, _DRAINED)
    return left


def steepening(plants: tuple[Plant, ...], sessions: list[date]) -> Path:
    """What is added to the futures curve, by session [logarithm per 30 days]; 0 without a plant."""
    added = np.zeros(len(sessions))
    for plant in of_kind(plants, "steepening"):
        row = plant.row(sessions)
        added[row : row + _STEEP_SESSIONS] = _STEEPER
    return added


def _narrowed(daily: dict[str, Path], row: int) -> dict[str, Path]:
    high = row - _CONFIRMED
    rows = slice(high - _NARROWING + 1, high + 1)
    advances, declines = daily["nyse_advances"].copy(), daily["nyse_declines"].copy()
    moved = np.minimum(np.round(_NARROWER * (advances + declines)[rows] / 2), advances[rows] - 1)
    advances[rows] -= moved
    declines[rows] += moved
    return {"nyse_advances": advances, "nyse_declines": declines}


def _drained(daily: dict[str, Path], share: Path) -> dict[str, Path]:
    return {
        "ig_oas": np.round(daily["ig_oas"] + _WIDER_CREDIT * share, 4),
        "sofr": np.round(daily["sofr"] + _DEARER_CASH * share, 4),
        "reverse_repo": np.round(daily["reverse_repo"] * (1.0 - _LESS_REPO * share), 3),
    }


def _waning(count: int, row: int, half_life: float) -> Path:
    """0 before a row, 1 on it, and half of it each half-life after."""
    after = np.arange(count) - row
    share: Path = np.where(after < 0, 0.0, 0.5 ** (np.maximum(after, 0) / half_life))
    return share

"""How a policy is refused: one exception, and one sentence that says where and what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import PydanticCustomError


class PolicyError(ValueError):
    """A policy cannot be used; the message names file, line, key, found, accepted and remedy."""


def refusal(
    accepted: str, advice: str, *, found: object = None, at: tuple[str | int, ...] = ()
) -> PydanticCustomError:
    """What a validator raises when it refuses a value.

    Args:
        accepted: what would have been accepted.
        advice: what to do about it.
        found: what is there; nothing means the value that was being validated.
        at: the key refused, relative to the entry being validated.
    """
    context = {"accepted": accepted, "advice": advice, "found": found, "at": at}
    return PydanticCustomError("policy", "refused", context)


def nearest(word: object, accepted: Iterable[str]) -> str:
    """Advice for a misspelt word: the closest of the accepted ones, or to choose one of them."""
    close = get_close_matches(str(word), list(accepted), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else "use one of these"

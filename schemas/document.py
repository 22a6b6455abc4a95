"""A YAML file as plain values that remember their lines, and how a value in it is refused.

What each file accepts, and which exception refuses it, is its reader's own: a policy's, a desk's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import yaml
from pydantic_core import PydanticCustomError

At = tuple[str | int, ...]

REFUSED = "refused"  # the type of the errors that ``refusal`` makes
_LONGEST_WORD = 80  # characters of a word that is compared with the accepted ones


@dataclass(frozen=True)
class Document:
    """The values of a file, and the line of every key and item."""

    name: str
    values: object
    lines: dict[At, int]

    def located(self, path: At) -> tuple[At, int]:
        """The part of a path that exists in the file, and its line.

        Elements that the file does not have, such as a missing key, are left out.
        """
        found: At = ()
        for element in path:
            if (*found, element) in self.lines:
                found = (*found, element)
        return found, self.lines[found]


def read(loader: yaml.SafeLoader, lines: dict[At, int]) -> object:
    """The values of a loader's one document; null for an empty file.

    Args:
        loader: decides what is a number and what is refused; disposed of by the caller.
        lines: gets the line of every key and item, also of those before a mistake.

    Raises:
        yaml.MarkedYAMLError: a key written twice or no text, or what the loader refuses.
    """
    node = loader.get_single_node()
    return None if node is None else _value(loader, node, (), lines)


def marked(problem: str, mark: yaml.error.Mark) -> yaml.MarkedYAMLError:
    """An error of YAML's own kind at a place in the file."""
    return yaml.constructor.ConstructorError(None, None, problem, mark)


def line_of(error: yaml.MarkedYAMLError) -> int:
    """The line that an error speaks of, from 1."""
    mark = error.problem_mark or error.context_mark
    return 1 if mark is None else mark.line + 1


def _value(loader: yaml.SafeLoader, node: yaml.Node, path: At, lines: dict[At, int]) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for number, item in enumerate(node.value):
            lines[(*path, number)] = item.start_mark.line + 1
            items.append(_value(loader, item, (*path, number), lines))
        return items
    return loader.construct_object(node)


def _mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, path: At, lines: dict[At, int]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise marked("a key that is itself a list or a mapping", key_node.start_mark)
        key = str(key_node.value)
        if key in values:
            first = lines[(*path, key)]
            raise marked(
                f"key {dotted((*path, key))!r} a second time (first on line {first})",
                key_node.start_mark,
            )
        lines[(*path, key)] = key_node.start_mark.line + 1
        values[key] = _value(loader, value_node, (*path, key), lines)
    return values


def dotted(path: At) -> str:
    """A path as a reader writes it: ``matrix.B1.R2``, ``positions[3]``, items counted from 1."""
    text = ""
    for element in path:
        if isinstance(element, int):
            text += f"[{element + 1}]"
        else:
            text += f".{element}" if text else element
    return text or "(the whole file)"


def refusal(
    accepted: str, advice: str, *, found: object = None, at: At = ()
) -> PydanticCustomError:
    """What a validator raises when it refuses a value.

    Args:
        accepted: what would have been accepted.
        advice: what to do about it.
        found: what is there; nothing means the value that was being validated.
        at: the key refused, relative to the entry being validated.
    """
    context = {"accepted": accepted, "advice": advice, "found": found, "at": at}
    return PydanticCustomError(REFUSED, "refused", context)


def nearest(word: object, accepted: Iterable[str]) -> str:
    """Advice for a misspelt word: the closest of the accepted ones, or to choose one of them."""
    close = get_close_matches(str(word)[:_LONGEST_WORD], list(accepted), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else "use one of these"

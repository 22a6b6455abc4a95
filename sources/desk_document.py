"""The user's own file as plain values that remember their lines, and mistakes told by these."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from operator import itemgetter
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from sources.errors import SourceError

At = tuple[str | int, ...]

_LARGEST = 256 * 1024  # characters; a thousand legs need about half of it
_DEEPEST = 12
_LONGEST_SHOWN = 80
_MOST_TOLD = 20  # mistakes in one message
_WHOLE = r"[-+]?(?:0|[1-9][0-9]*(?:_[0-9]{3})*)"
# YAML 1.1 reads 010 as eight and 1:30 as ninety; here neither is a number.
_NUMBERS = (
    ("tag:yaml.org,2002:int", re.compile(rf"^{_WHOLE}$")),
    ("tag:yaml.org,2002:float",
     re.compile(rf"^(?:{_WHOLE}\.[0-9]+(?:[eE][-+]?[0-9]+)?|{_WHOLE}[eE][-+]?[0-9]+)$")),
)  # fmt: skip
_PLAIN = ("null", "timestamp")


class _Loader(yaml.SafeLoader):
    """YAML without anchors, aliases (bombs), tags and deep nesting; numbers are decimal."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse what plain values do not need; compose everything else as usual."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # stubs lack it
        for has, what in (
            (isinstance(event, yaml.AliasEvent), "an alias (*name); write the value out"),
            (getattr(event, "anchor", None), "an anchor (&name); leave it away"),
            (getattr(event, "tag", None), "a tag (!name); leave it away"),
            (self.depth >= _DEEPEST, f"more than {_DEEPEST} levels inside one another"),
        ):
            if has:
                raise _marked(what, event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


_BOOLEAN = ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"))
_Loader.yaml_implicit_resolvers = {
    first: [
        *((tag, pattern)
          for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(first, [])
          if tag.removeprefix("tag:yaml.org,2002:") in _PLAIN),
        *(_NUMBERS if first in "+-0123456789" and first else ()),
        *((_BOOLEAN,) if first in ("t", "f") else ()),
    ]
    for first in {*yaml.SafeLoader.yaml_implicit_resolvers, *"+-0123456789tf"}
}  # fmt: skip


def _marked(problem: str, mark: yaml.error.Mark) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, mark)


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


def parse_document(text: str, *, file: str) -> Document:
    """A YAML text as values with lines.

    Raises:
        SourceError: not YAML or too large; a key written twice; an anchor, an alias, a tag; an
            impossible number or date.
    """
    if len(text) > _LARGEST:
        raise SourceError(
            f"{file}: found {len(text):,} characters; accepted are {_LARGEST:,}; see whether it "
            "is the right file"
        )
    lines: dict[At, int] = {(): 1}
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            values = None if node is None else _value(loader, node, (), lines)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise _refused(file, line, error.problem or error.context) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refused(file, line, f"the character {chr(error.character)!r}") from error
    return Document(file, values, lines)


def _refused(file: str, line: int, found: str | None) -> SourceError:
    return SourceError(
        f"{file}, line {line}: found {found}; accepted is plain YAML of keys, lists, texts, "
        "numbers and dates; correct the line"
    )


def _value(loader: _Loader, node: yaml.Node, path: At, lines: dict[At, int]) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for number, item in enumerate(node.value):
            lines[(*path, number)] = item.start_mark.line + 1
            items.append(_value(loader, item, (*path, number), lines))
        return items
    try:
        return loader.construct_object(node)
    except (ValueError, OverflowError) as error:  # 2024-02-30; a number of 5,000 digits
        raise _marked(f"{_shown(node.value)} ({error})", node.start_mark) from error


def _mapping(
    loader: _Loader, node: yaml.MappingNode, path: At, lines: dict[At, int]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _marked("a key that is itself a list or a mapping", key_node.start_mark)
        key = str(key_node.value)
        if key in values:
            first = lines[(*path, key)]
            raise _marked(
                f"key {dotted((*path, key))!r} a second time (first on line {first})",
                key_node.start_mark,
            )
        lines[(*path, key)] = key_node.start_mark.line + 1
        values[key] = _value(loader, value_node, (*path, key), lines)
    return values


def dotted(path: At) -> str:
    """A path as a reader writes it: ``positions[3].strike``, items counted from 1."""
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
    return PydanticCustomError("desk", "refused", context)


def nearest(word: object, accepted: Iterable[str]) -> str:
    """Advice for a misspelt word: the closest of the accepted ones, or to choose one of them."""
    close = get_close_matches(str(word)[:_LONGEST_SHOWN], list(accepted), n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else "use one of these"


class Entry(BaseModel):
    """A part of the user's file: frozen, and no key but the declared ones."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown_keys(cls, values: object) -> object:
        """Name a misspelt key and the one that was probably meant."""
        accepted = list(cls.model_fields)
        for key in values if isinstance(values, dict) else ():
            if key not in accepted:
                raise refusal(", ".join(accepted), nearest(key, accepted),
                              found=f"key {_shown(key)}", at=(key,))  # fmt: skip
        return values


def refused(document: Document, error: ValidationError) -> SourceError:
    """Every mistake of a file in a sentence with its line and key."""
    sentences = sorted(
        (_sentence(document, detail) for detail in error.errors()), key=itemgetter(0)
    )
    told = list(dict.fromkeys(text for _, text in sentences))
    more = len(told) - _MOST_TOLD
    kept = [*told[:_MOST_TOLD], *([f"... and {more:,} more"] if more > 0 else [])]
    return SourceError("\n".join(kept))


def _sentence(document: Document, detail: ErrorDetails) -> tuple[int, str]:
    path, line = document.located((*detail["loc"], *detail.get("ctx", {}).get("at", ())))
    return line, f"{document.name}, line {line}, key {dotted(path)}: {_told(detail)}"


def _told(detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    if detail["type"] == "desk":
        found = context["found"] if context["found"] is not None else _shown(detail["input"])
        return f"found {found}; accepted: {context['accepted']}; {context['advice']}"
    if detail["type"] == "missing":
        key = detail["loc"][-1]
        return f"found no key {key!r}; accepted: an entry with it; add {key!r}"
    advice = "correct the value"
    if detail["type"] == "literal_error":
        words = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        advice = nearest(detail["input"], words)
    if detail["type"] in ("model_type", "dict_type"):
        return f"found {_shown(detail['input'])}; accepted: keys with values; see the example"
    message = detail["msg"][:1].lower() + detail["msg"][1:]
    return f"found {_shown(detail['input'])}; accepted: {message}; {advice}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"

"""The user's own file as plain values that remember their lines, and mistakes told by these."""

import re
from operator import itemgetter
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from schemas.document import REFUSED, At, Document, dotted, line_of, marked, nearest, read, refusal
from sources.errors import SourceError

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
                raise marked(what, event.start_mark)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:  # noqa: FBT001, FBT002  # YAML's own
        """A value; what no number or date can be is refused at its place."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:  # 2024-02-30; a number of 5,000 digits
            raise marked(f"{_shown(node.value)} ({error})", node.start_mark) from error


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
            values = read(loader, lines)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        raise _refused(file, line_of(error), error.problem or error.context) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refused(file, line, f"the character {chr(error.character)!r}") from error
    return Document(file, values, lines)


def _refused(file: str, line: int, found: str | None) -> SourceError:
    return SourceError(
        f"{file}, line {line}: found {found}; accepted is plain YAML of keys, lists, texts, "
        "numbers and dates; correct the line"
    )


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
    if detail["type"] == REFUSED:
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

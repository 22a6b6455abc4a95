"""A policy file as plain values that remember their lines; everything clever in YAML is refused."""

import re
from dataclasses import dataclass

import yaml

from policy.errors import PolicyError

Path = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """YAML without aliases (bombs), tags, and ``yes, no, on, off`` (``off`` is a state here).

    Whole numbers are decimal: 010 is not 8, and 1:30 is not 90.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias and a tag; compose everything else as usual."""
        event = self.peek_event()  # type: ignore[no-untyped-call]  # stubs lack it
        found = None
        if isinstance(event, yaml.AliasEvent):
            found = "an alias (*name), which is not accepted; write the value out"
        elif getattr(event, "tag", None):
            found = "a tag (!name), which is not accepted; leave it away"
        if found is not None:
            raise yaml.constructor.ConstructorError(None, None, found, event.start_mark)
        return super().compose_node(parent, index)


_WHOLE = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, _WHOLE if tag.endswith("int") else pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:merge")
        or (tag.endswith("bool") and first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Document:
    """The values of a file, and the line of every key and item."""

    name: str
    values: object
    lines: dict[Path, int]

    def located(self, path: Path) -> tuple[Path, int]:
        """The part of a path that exists in the file, and its line.

        Elements that the file does not have, such as a missing key, are left out.
        """
        found: Path = ()
        for element in path:
            if (*found, element) in self.lines:
                found = (*found, element)
        return found, self.lines[found]


def parse(name: str, text: str) -> Document:
    """A policy file's text as values with lines.

    Raises:
        PolicyError: not YAML, a key written twice, an alias, a tag or an impossible number.
    """
    loader = _Loader(text)
    lines: dict[Path, int] = {(): 1}
    try:
        node = loader.get_single_node()
        values = None if node is None else _value(loader, node, (), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        raise _refused(name, line, f"found {error.problem or error.context}") from error
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        line = max(lines.values())
        raise _refused(name, line, f"found {error}") from error
    finally:
        loader.dispose()
    return Document(name, values, lines)


def _refused(name: str, line: int, found: str) -> PolicyError:
    return PolicyError(
        f"{name}, line {line}: {found}; accepted is plain YAML of keys, lists, texts and numbers; "
        "correct the line."
    )


def _value(loader: _Loader, node: yaml.Node, path: Path, lines: dict[Path, int]) -> object:
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
    loader: _Loader, node: yaml.MappingNode, path: Path, lines: dict[Path, int]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in values:
            first = lines[(*path, key)]
            raise yaml.constructor.ConstructorError(
                None, None, f"key {dotted((*path, key))!r} a second time (first on line {first})",
                key_node.start_mark,
            )  # fmt: skip
        lines[(*path, key)] = line
        values[key] = _value(loader, value_node, (*path, key), lines)
    return values


def dotted(path: Path) -> str:
    """A path as a reader writes it: ``matrix.B1.R2``, items counted from 1."""
    text = ""
    for element in path:
        if isinstance(element, int):
            text += f"[{element + 1}]"
        else:
            text += f".{element}" if text else element
    return text or "(the whole file)"

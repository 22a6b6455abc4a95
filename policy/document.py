"""What a policy file may be written in: plain YAML; everything clever in it is refused."""

import re

import yaml

from policy.errors import PolicyError
from schemas.document import At, Document, line_of, marked, read


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
            raise marked(found, event.start_mark)
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


def parse(name: str, text: str) -> Document:
    """A policy file's text as values with lines.

    Raises:
        PolicyError: not YAML, a key written twice, an alias, a tag or an impossible number.
    """
    loader = _Loader(text)
    lines: dict[At, int] = {(): 1}
    try:
        values = read(loader, lines)
    except yaml.MarkedYAMLError as error:
        raise _refused(name, line_of(error), f"found {error.problem or error.context}") from error
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

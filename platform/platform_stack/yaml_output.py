"""Manifests and values as YAML that every parser reads the same way."""

from __future__ import annotations

import re
from functools import lru_cache
from io import StringIO
from typing import Any

import yaml
from yaml import CSafeDumper, MappingNode, ScalarNode, SequenceNode

HEADER = "# Made by platform-stack synth: edit apps/ instead.\n"

# PyYAML writes YAML 1.1; Kubernetes, Helm and Argo CD read it with go-yaml. These look like text to the one
# and like a number or a bool to the other (https://yaml.org/type/bool.html, https://yaml.org/spec/1.2.2/#10214).
_AMBIGUOUS = re.compile(
    r"[yYnN]|[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|0[obxOBX][0-9a-fA-F_]+"
)


_TEXT, _MAP, _LIST = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq"))


class _Dumper(CSafeDumper):
    """libyaml's emitter; no aliases.

    Half of PyYAML's time goes to finding a method and a tag for each value, so the nodes of text, maps and
    lists are made here; all others are made by PyYAML. The bytes are the same.
    """

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True

    def represent_data(self, data: Any) -> yaml.Node:  # noqa: ANN401  whatever YAML can hold
        """Return the node of a value."""
        kind = type(data)
        if kind is str:
            return ScalarNode(_TEXT, data, None, None, _style(data))
        if kind is dict:
            pairs = [(self.represent_data(key), self.represent_data(value)) for key, value in data.items()]
            return MappingNode(_MAP, pairs, None, None, flow_style=False)
        if kind is list:
            return SequenceNode(
                _LIST, [self.represent_data(item) for item in data], None, None, flow_style=False
            )
        return super().represent_data(data)

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: tuple[bool, bool]) -> str:  # noqa: ANN401  as in PyYAML
        """Return the tag that a reader would guess; libyaml asks it twice for each scalar."""
        if kind is ScalarNode:
            return _plain_tag(value) if implicit[0] else _TEXT
        return _MAP if kind is MappingNode else _LIST


@lru_cache(maxsize=1 << 15)
def _plain_tag(text: str) -> str:
    tag: str = _RESOLVER.resolve(ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # PyYAML's stubs
    return tag


@lru_cache(maxsize=1 << 15)
def _style(text: str) -> str | None:
    """Return how text is written: as a block, quoted, or as YAML 1.1 would have it."""
    if "\n" in text:
        return "|"
    if text and text[0] in "0123456789+-.yYnN" and _AMBIGUOUS.fullmatch(text):
        return "'"
    return None


_RESOLVER = yaml.resolver.Resolver()


def to_yaml(*documents: Any) -> bytes:  # noqa: ANN401  whatever YAML can hold
    """Return the documents as UTF-8 YAML with a header line; keys keep their order.

    Raises:
        yaml.YAMLError: something in a document is neither map, list, text, number, bool nor null.

    """
    stream = StringIO()
    dumper = _Dumper(
        stream,
        default_flow_style=False,
        sort_keys=False,
        width=110,
        allow_unicode=True,
        explicit_start=len(documents) > 1,
    )
    try:
        dumper.open()
        for document in documents:
            dumper.serialize(dumper.represent_data(document))
        dumper.close()
    finally:
        dumper.dispose()
    return (HEADER + stream.getvalue()).encode()

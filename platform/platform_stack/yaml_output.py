"""Manifests and values as YAML that every parser reads the same way."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml
from yaml import CSafeDumper, MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

HEADER = "# Made by platform-stack synth: edit apps/ instead.\n"

_WIDTH = 110

# PyYAML writes YAML 1.1; Kubernetes, Helm and Argo CD read it with go-yaml. These look like text to the one
# and like a number or a bool to the other (https://yaml.org/type/bool.html, https://yaml.org/spec/1.2.2/#10214).
_AMBIGUOUS = re.compile(
    r"[yYnN]|[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|0[obxOBX][0-9a-fA-F_]+"
)

_TAG = "tag:yaml.org,2002:"


class _Dumper(CSafeDumper):
    """libyaml's emitter, with nodes made the short way.

    PyYAML looks up a function for each value and keeps track of repeated ones for aliases; that is most of the
    time of a large tree, and manifests are plain data without aliases.
    """

    def represent(self, data: object) -> None:
        """Emit one document; what is not plain data goes to PyYAML, which knows or refuses it."""
        self.serialize(self._node(data))

    def _node(self, data: object) -> Node:
        if isinstance(data, str):
            return _text(data)
        if isinstance(data, dict):
            pairs = [(self._node(key), self._node(value)) for key, value in data.items()]
            return MappingNode(f"{_TAG}map", pairs, flow_style=False)
        if isinstance(data, list | tuple):
            return SequenceNode(f"{_TAG}seq", [self._node(item) for item in data], flow_style=False)
        return self.represent_data(data)

    def ignore_aliases(self, data: object) -> bool:
        """Write a repeated value out each time."""
        del data
        return True

    def resolve(self, kind: type[Node], value: object, implicit: tuple[bool, bool]) -> str:
        """Return how a reader would take a value; the emitter asks twice for each."""
        if kind is ScalarNode:
            return _resolve_text(str(value), implicit)
        return f"{_TAG}map" if kind is MappingNode else f"{_TAG}seq"


_RESOLVER = Resolver()


@lru_cache(maxsize=1 << 14)  # the same few texts come again and again
def _resolve_text(text: str, implicit: tuple[bool, bool]) -> str:
    return str(_RESOLVER.resolve(ScalarNode, text, implicit))  # type: ignore[no-untyped-call] # PyYAML's stubs leave it out


def _text(text: str) -> ScalarNode:
    style = None
    if "\n" in text:
        style = "|"
    elif text and text[0] in "0123456789+-.yYnN" and _AMBIGUOUS.fullmatch(text):
        style = "'"
    return ScalarNode(f"{_TAG}str", text, style=style)


def to_yaml(*documents: Any) -> bytes:  # noqa: ANN401  whatever YAML can hold
    """Return the documents as UTF-8 YAML with a header line; keys keep their order.

    Raises:
        yaml.YAMLError: something in a document is neither map, list, text, number, bool nor null.

    """
    body = yaml.dump_all(
        documents,
        Dumper=_Dumper,
        sort_keys=False,
        width=_WIDTH,
        allow_unicode=True,
        explicit_start=len(documents) > 1,
    )
    return (HEADER + body).encode()

"""Collect the structs that kinds need, with each property's annotation as it will be written.

The names of classes and keywords are those of `cdk8s import`.
The schema says what jsii's Python does not: the values of an enum, whether a number is an integer,
and whether a free-form value is an object.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from platform_stack.bindings.documents import Node, child
from platform_stack.errors import fail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platform_stack.bindings.jsii_source import JsiiModule

_SIMPLE = {"builtins.str": "str", "builtins.bool": "bool", "datetime.datetime": "str"}
_CDK8S_METADATA = ".ApiObjectMetadata"
_NAME = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Field:
    """A struct's field: its keyword in Python, its name in the manifest, its annotation without `| None`."""

    keyword: str
    name: str
    annotation: str
    required: bool


class Structs:
    """The structs that are reached from the kinds that were read, by name.

    `kinds` maps the source's struct of a kind's properties to the name of the kind's class.
    """

    def __init__(self, source: JsiiModule, kinds: Mapping[str, str]) -> None:
        """Start with no struct."""
        self.fields: dict[str, tuple[Field, ...]] = {}
        self._source = source
        self._kinds = kinds
        self._definitions: Node = {}

    def read_kind(self, name: str, schema: Node) -> tuple[Field, ...]:
        """Read the fields of a kind, and into `fields` every struct they need.

        Raises:
            PlatformError: the source and the schema do not fit each other.

        """
        self._definitions = child(schema, "definitions")
        return self._read(name, schema)

    def _read(self, name: str, schema: Node) -> tuple[Field, ...]:
        properties = child(schema, "properties")
        result: list[Field] = []
        for item in self._source.structs[name]:
            if item.field not in properties:
                fail(
                    f"{name}.{item.keyword}",
                    found=f"no {item.field} in the schema",
                    expected=f"one of {', '.join(sorted(properties))}",
                    hint="the source and the schema must be of one version",
                )
            node = self._resolve(child(properties, item.field))
            annotation = self._annotation(item.annotation, node)
            result.append(Field(item.keyword, item.field, annotation, item.required))
        return tuple(result)

    def _resolve(self, node: Node) -> Node:
        reference = node.get("$ref")
        if isinstance(reference, str):
            return child(self._definitions, reference.rpartition("/")[2])
        return node

    def _annotation(self, expression: ast.expr, node: Node) -> str:
        if isinstance(expression, ast.Constant):  # a forward reference
            return self._named(str(expression.value), node)
        if not isinstance(expression, ast.Subscript):
            return self._simple(ast.unparse(expression), node)
        outer = ast.unparse(expression.value)
        inner = expression.slice.elts if isinstance(expression.slice, ast.Tuple) else [expression.slice]
        if outer == "typing.Sequence":
            return f"Sequence[{self._annotation(inner[0], self._resolve(child(node, 'items')))}]"
        if outer == "typing.Mapping":
            value = self._resolve(child(node, "additionalProperties"))
            return f"Mapping[str, {self._annotation(inner[1], value)}]"
        # What is left is Union: a struct, or a dict of its fields. The struct stands first.
        return self._annotation(inner[0], node)

    def _simple(self, name: str, node: Node) -> str:
        if name == "jsii.Number":
            return "int" if node.get("type") == "integer" else "float"
        if name == "typing.Any":
            return "Mapping[str, object]" if node.get("type") == "object" else "object"
        return _SIMPLE[name]

    def _named(self, name: str, node: Node) -> str:
        if name.endswith(_CDK8S_METADATA):
            return "ObjectMeta"
        if name in self._kinds:
            return self._kinds[name]
        if name in self._source.enums:
            values = cast("list[object]", node.get("enum", []))
            return f"Literal[{', '.join(_literal(value) for value in values)}]"
        if name in self._source.wrappers:
            return self._wrapper(name, node)
        if name not in self.fields:
            self.fields[name] = ()  # before it is read: a struct may hold itself
            self.fields[name] = self._read(name, node)
        return name

    def _wrapper(self, name: str, node: Node) -> str:
        if node.get("x-kubernetes-int-or-string"):
            return "IntOrString"
        if name == "Quantity":
            return name
        return " | ".join(sorted({self._annotation(item, node) for item in self._source.wrappers[name]}))


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def merged(
    fields: Mapping[str, tuple[Field, ...]],
) -> tuple[dict[str, tuple[Field, ...]], dict[str, str]]:
    """Merge structs that have the same fields: the classes that stay, and the alias of each other name.

    cdk8s makes one struct a place, so that the sources of an Application, of its list of sources and of an
    ApplicationSet's template are three types; merged they are one, and each place takes it.
    Of equal structs the one with the shortest name stays; the first in alphabet of those.
    """
    aliases: dict[str, str] = {}
    # Merging two structs can make those that hold them equal: again, until a pass merges none.
    while True:
        merged_before = len(aliases)
        kept: dict[tuple[Field, ...], str] = {}
        for name in sorted(fields.keys() - aliases.keys(), key=lambda item: (len(item), item)):
            canonical = tuple(_renamed(field, aliases) for field in fields[name])
            first = kept.setdefault(canonical, name)
            if first != name:
                aliases[name] = first
        if len(aliases) == merged_before:
            classes = {name: canonical for canonical, name in kept.items()}
            return classes, {name: _last(name, aliases) for name in aliases}


def _renamed(field: Field, aliases: Mapping[str, str]) -> Field:
    annotation = _NAME.sub(lambda match: _last(match[0], aliases), field.annotation)
    return Field(field.keyword, field.name, annotation, field.required)


def _last(name: str, aliases: Mapping[str, str]) -> str:
    while name in aliases:
        name = aliases[name]
    return name

"""The schema of one kind, as it is written to `schemas/`: made from a CRD or from Kubernetes' OpenAPI file.

Upstream prose is taken out; types, names, defaults, enums, patterns and CEL rules stay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from platform_stack.errors import fail

if TYPE_CHECKING:
    from pathlib import Path

Node: TypeAlias = Mapping[str, object]
"""A JSON schema, or a part of one."""

_PROSE = frozenset({"description", "example", "examples", "externalDocs", "title"})
_NAMED = frozenset({"definitions", "patternProperties", "properties"})
_VERBATIM = frozenset({"default", "enum", "required"})


@dataclass(frozen=True, slots=True)
class Document:
    """A kind's identity and its schema.

    `group` is empty for the core group; `scope` is "Namespaced" or "Cluster".
    A core kind's schema refers to its own `definitions`; a custom resource's holds everything in place.
    """

    group: str
    version: str
    kind: str
    plural: str
    scope: str
    schema: Node

    @property
    def api_version(self) -> str:
        """The manifest's apiVersion: group and version, or the version alone for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def file_name(self) -> str:
        """The file below `schemas/`: group, or "core", and kind."""
        return f"{self.group or 'core'}.{self.kind}.json"

    def write(self, folder: Path) -> None:
        """Write the document below `folder`, the same bytes for the same content."""
        content = {
            "group": self.group,
            "version": self.version,
            "kind": self.kind,
            "plural": self.plural,
            "scope": self.scope,
            "schema": self.schema,
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        (folder / self.file_name).write_text(f"{text}\n", encoding="utf-8")


def child(node: Node, *keys: str) -> Node:
    """Step into a schema by keys; an absent key or one that holds no mapping gives an empty schema."""
    for key in keys:
        value = node.get(key)
        node = cast("Node", value) if isinstance(value, Mapping) else {}
    return node


def without_prose(node: Node) -> dict[str, object]:
    """Copy a schema without descriptions, titles, examples and the messages of CEL rules."""
    result: dict[str, object] = {}
    for key, value in node.items():
        if key in _PROSE:
            continue
        if key in _NAMED and isinstance(value, Mapping):
            result[key] = {name: without_prose(item) for name, item in value.items()}
        elif key == "x-kubernetes-validations" and isinstance(value, list):
            result[key] = [_rule(item) for item in value]
        elif key in _VERBATIM:
            result[key] = value
        elif isinstance(value, Mapping):
            result[key] = without_prose(value)
        elif isinstance(value, list):
            result[key] = [without_prose(item) if isinstance(item, Mapping) else item for item in value]
        else:
            result[key] = value
    return result


def _rule(rule: Node) -> dict[str, object]:
    return {key: value for key, value in rule.items() if key not in {"message", "messageExpression"}}


def pruned(schema: Node, keep: Mapping[str, tuple[str, ...]], where: str) -> dict[str, object]:
    """Copy a schema with only the properties that `keep` names at each of its paths.

    `where` names the kind in errors.

    Raises:
        PlatformError: a path or a property is not in the schema.

    """
    result = cast("dict[str, object]", json.loads(json.dumps(schema)))
    for path, names in keep.items():
        node: Node = result
        for step in path.split("."):
            node = child(node, "properties", step.removesuffix("[]"))
            node = child(node, "items") if step.endswith("[]") else node
        properties = cast("dict[str, object]", child(node, "properties"))
        if missing := sorted(set(names) - set(properties)):
            fail(
                f"{where}: {path}",
                found=f"no property {', '.join(missing)}",
                expected=f"one of {', '.join(sorted(properties)) or 'nothing: there is no such path'}",
                hint="the upstream schema changed: correct `keep` in kinds.py",
            )
        for name in set(properties) - set(names):
            del properties[name]
        required = node.get("required")
        if isinstance(required, list):
            required[:] = [name for name in required if name in names]
    return result

"""Make documents of the kinds that Kubernetes itself serves, from its OpenAPI (swagger 2.0) file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from platform_stack.bindings.documents import Document, Node, child, without_prose
from platform_stack.errors import fail

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from platform_stack.bindings.kinds import CoreKind

OBJECT_META = "ObjectMeta"
"""The pseudo kind whose document holds the schema of every object's metadata, which CRDs leave open."""

_META_DEFINITION = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_PREFIX = "#/definitions/"

# Quantity is written as a string in the file, though the API takes numbers too; IntOrString likewise.
_SCALARS: dict[str, Node] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"anyOf": [{"type": "number"}, {"type": "string"}]},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
        "anyOf": [{"type": "integer"}, {"type": "string"}],
        "x-kubernetes-int-or-string": True,
    },
}


def documents(path: Path, kinds: Iterable[CoreKind]) -> list[Document]:
    """Make the documents of the kinds, and that of ObjectMeta, from the OpenAPI file at `path`.

    Raises:
        PlatformError: a kind is not in the file.

    """
    swagger = cast("Node", json.loads(path.read_text(encoding="utf-8")))
    definitions = child(swagger, "definitions")
    names = {_gvk(item): name for name, definition in definitions.items() for item in _gvks(definition)}
    resources = _resources(child(swagger, "paths"))
    result = [
        Document("", "v1", OBJECT_META, "", "", _schema(_META_DEFINITION, definitions)),
    ]
    for kind in kinds:
        key = (kind.group, kind.version, kind.name)
        if key not in names or key not in resources:
            fail(
                str(path),
                found=f"no {kind.name} {kind.version} in {kind.group or 'the core group'}",
                expected="a definition and a path that creates one",
                hint="correct the kind in kinds.py, or name the OpenAPI file of the cluster's version",
            )
        plural, scope = resources[key]
        schema = _schema(names[key], definitions)
        result.append(Document(kind.group, kind.version, kind.name, plural, scope, schema))
    return result


def _gvks(definition: object) -> list[Node]:
    value = cast("Node", definition).get("x-kubernetes-group-version-kind", [])
    # A kind of its own has one; the options and events that every group shares have many.
    return cast("list[Node]", value) if isinstance(value, list) and len(value) == 1 else []


def _gvk(item: Node) -> tuple[str, str, str]:
    return str(item["group"]), str(item["version"]), str(item["kind"])


def _resources(paths: Node) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Map group, version and kind to plural and scope, read from the paths that create an object."""
    result: dict[tuple[str, str, str], tuple[str, str]] = {}
    for path in paths:
        item = child(paths, path, "post", "x-kubernetes-group-version-kind")
        plural = path.rpartition("/")[2]
        if item and "{name}" not in path:
            scope = "Namespaced" if "/namespaces/{namespace}/" in path else "Cluster"
            result.setdefault(_gvk(item), (plural, scope))
    return result


def _schema(name: str, definitions: Node) -> Node:
    """Copy a definition and the closure of those it refers to, without prose."""
    closure: dict[str, object] = {}
    open_names = [name]
    while open_names:
        current = open_names.pop()
        if current not in closure:
            closure[current] = _definition(current, child(definitions, current))
            open_names.extend(_references(closure[current]))
    schema = cast("dict[str, object]", closure.pop(name))
    return {**schema, "definitions": dict(sorted(closure.items()))}


def _definition(name: str, definition: Node) -> Node:
    if name in _SCALARS:
        return _SCALARS[name]
    result = without_prose(definition)
    if result.get("type") == "object" and "properties" not in result:
        result["x-kubernetes-preserve-unknown-fields"] = True
    return result


def _references(value: object) -> list[str]:
    if isinstance(value, Mapping):
        own = [str(value["$ref"]).removeprefix(_PREFIX)] if isinstance(value.get("$ref"), str) else []
        return own + [name for item in value.values() for name in _references(item)]
    if isinstance(value, list):
        return [name for item in value for name in _references(item)]
    return []

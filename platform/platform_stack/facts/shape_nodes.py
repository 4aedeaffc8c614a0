"""The pieces of a shape: what one value may be, as a JSON Schema node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Schema: TypeAlias = dict[str, Any]

ValuePath: TypeAlias = tuple[str, ...]
"""Where a value is: ``("server", "replicas")`` is ``.Values.server.replicas``."""

SCALARS = frozenset({"boolean", "integer", "number", "string"})

RESOURCE_FIELDS = frozenset({"claims", "limits", "requests"})
"""The fields of a container's ``resources``."""

_NUMBER_OR_NAME = frozenset({"containerPort", "maxSurge", "maxUnavailable", "minAvailable", "targetPort"})
"""Fields that Kubernetes takes as a number or as a string (a percentage, a port's name)."""

_TYPE_ORDER = ("array", "boolean", "integer", "number", "object", "string", "null")


def anything() -> Schema:
    """Give the node of a value of which nothing is known."""
    return {}


def of_types(types: frozenset[str]) -> Schema:
    """Give the node of a value of these JSON types, or null, by which helm deletes a key."""
    return {"type": [name for name in _TYPE_ORDER if name in types or name == "null"]}


def of_default(key: str, default: object) -> Schema:
    """Give the node of a value that is not a mapping, from its default.

    A string may be any scalar, since templates print it; a boolean or an integer must be one.
    """
    match default:
        case None:
            return anything()
        case bool():
            return of_types(frozenset({"boolean"}))
        case int() if key not in _NUMBER_OR_NAME:
            return of_types(frozenset({"number"}))
        case int() | float():  # a fraction may be a version, which "1.10" needs quotes for
            return of_types(frozenset({"number", "string"}))
        case list():
            return of_types(frozenset({"array"}))
        case _:
            return of_types(frozenset({"boolean", "number", "string"}))


def mapping(properties: Mapping[str, Schema], *, closed: bool) -> Schema:
    """Give the node of a mapping with these keys; ``closed`` says that there are no others."""
    node: Schema = of_types(frozenset({"object"}))
    if properties:
        node["properties"] = dict(properties)
    if closed:
        node["additionalProperties"] = False
    return node


def container_resources() -> Schema:
    """Give the node of a container's ``resources``, which charts print whole but Kubernetes names."""
    fields = {"claims": "array", "limits": "object", "requests": "object"}
    return mapping({name: of_types(frozenset({kind})) for name, kind in fields.items()}, closed=True)


class UpstreamSchema:
    """A node of a chart's own values.schema.json: its types and the names below it.

    Descriptions, defaults, patterns and limits are upstream's, and helm checks them; they are left out.
    """

    def __init__(self, node: object, root: Mapping[str, Any]) -> None:
        """Take a node of a schema document, whose root resolves its references."""
        self._root = root
        self._node = self._resolve(node)

    def types(self) -> frozenset[str] | None:
        """Give the JSON types that are allowed, or None if the schema does not say."""
        declared = self._node.get("type")
        if isinstance(declared, str):
            return frozenset({declared})
        if isinstance(declared, list):
            return frozenset(declared)
        alternatives = [child.types() for child in self._alternatives()]
        if alternatives and None not in alternatives:
            return frozenset().union(*(types for types in alternatives if types is not None))
        return frozenset({"object"}) if "properties" in self._node else None

    def enum(self) -> list[Any] | None:
        """Give the values that are allowed, or None if the schema does not list them."""
        values = self._node.get("enum")
        return list(values) if isinstance(values, list) else None

    def has_alternatives(self) -> bool:
        """Say whether it is one of several schemas, of which the names of one say little."""
        return bool(self._alternatives())

    def closed(self) -> bool | None:
        """Say whether other names are refused (True) or allowed (False); None if it does not say."""
        additional = self._node.get("additionalProperties")
        if additional is None:
            return False if self._node.get("patternProperties") else None
        return additional is False

    def children(self) -> dict[str, UpstreamSchema]:
        """Give the named properties."""
        properties = self._node.get("properties") or {}
        return {str(name): UpstreamSchema(node, self._root) for name, node in properties.items()}

    def _alternatives(self) -> list[UpstreamSchema]:
        return [
            UpstreamSchema(node, self._root)
            for keyword in ("anyOf", "oneOf")
            for node in self._node.get(keyword) or []
        ]

    def _resolve(self, node: object) -> Mapping[str, Any]:
        """Follow references inside the document; one elsewhere says nothing."""
        seen: set[str] = set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen or not reference.startswith("#"):
                return {}
            seen.add(reference)
            node = self._root
            for part in reference[1:].split("/")[1:]:
                name = part.replace("~1", "/").replace("~0", "~")
                node = node.get(name) if isinstance(node, dict) else None
        return node if isinstance(node, dict) else {}

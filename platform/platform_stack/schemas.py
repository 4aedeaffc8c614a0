"""Check manifests against the API's own schemas, strictly: a field the API does not know is an error.

The schemas are those that `make imports` wrote beside the typed bindings: of custom resources from their
CRDs, of core kinds from Kubernetes' OpenAPI file. CEL rules (x-kubernetes-validations) are not evaluated, nor
are the checks that only an API server's admission makes.
This module is for tests and the lab: importing it costs the import of jsonschema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias, cast

from jsonschema import Draft4Validator  # OpenAPI 3.0 and CRDs are written in draft 4's terms

from platform_stack.errors import did_you_mean
from platform_stack.kubernetes import is_custom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema.exceptions import ValidationError

Node: TypeAlias = Mapping[str, object]
"""A JSON schema, or a part of one."""

_OBJECT_META = "ObjectMeta"
_INT_OR_STRING: list[Node] = [{"type": "integer"}, {"type": "string"}]
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_NAMED = ("definitions", "properties")
_LONGEST_VALUE = 80

# Kubernetes matches patterns with Go's RE2. These are the ones that Python's re does not take as they are, or
# that take it exponential time on a value that does not match, where an atomic group finds the same.
_PYTHON_PATTERNS = {
    r"^(?i)(abort|warn)?$": r"(?i)^(abort|warn)?$",
    r"^([-a-zA-Z0-9_*]+[.]?)+$": r"^(?>[-a-zA-Z0-9_*]+[.]?)+$",
    r"^([-a-zA-Z0-9_]+[.]?)+$": r"^(?>[-a-zA-Z0-9_]+[.]?)+$",
    r"^(\*?\*\.)?([-a-zA-Z0-9_]+\.?)+$": r"^(\*?\*\.)?(?>[-a-zA-Z0-9_]+\.?)+$",
    r"^\PC*$": r"^[^\x00-\x1f\x7f-\x9f]*$",  # of Unicode's category "other", the control characters
}


@dataclass(frozen=True, slots=True)
class KindSchema:
    """A kind's identity and its schema as upstream wrote it, without prose.

    Attributes:
        group: the API group; empty for the core group.
        version: the version that the schema is of, such as "v1".
        kind: the kind's name.
        plural: the name in URLs and in RBAC rules.
        scope: "Namespaced" or "Cluster".
        schema: a CRD's openAPIV3Schema, or a core kind's definition with the `definitions` it refers to.

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


def kinds() -> list[tuple[str, str]]:
    """List the group and kind of every schema, sorted."""
    return sorted(key for key in _files() if key[1] != _OBJECT_META)


def find(group: str, kind: str) -> KindSchema | None:
    """Return the schema of a kind, or None where `make imports` made none."""
    if kind == _OBJECT_META or (group, kind) not in _files():
        return None
    return _read(group, kind)


def validate(manifest: Node) -> list[str]:
    """Check a manifest and return what is wrong with it, each with its JSON path; empty when nothing is.

    A null in metadata or anywhere in a core kind is no error: the API server reads it as an absent field.
    Errors are unknown fields (unless the schema takes any), wrong types, missing required fields without a
    default, values outside an enum, pattern or range, a missing name, and a kind or version without schema.
    """
    api_version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return [f"$: found apiVersion {api_version!r} and kind {kind!r}; expected both as text"]
    group = api_version.rpartition("/")[0]
    label = f"{api_version} {kind}"
    known = find(group, kind)
    if known is None:
        entry = f"Kind({kind!r}, …) in the group {group!r}" if "." in group else f"{group!r}, {kind!r}"
        table = "integrations/custom_kinds.py" if is_custom(api_version) else "bindings/kinds.py"
        return [f"{label}: no schema; add {entry} to platform_stack/{table} and run `make imports`"]
    if known.api_version != api_version:
        return [f"{label}: no schema of this version; there is one of {known.api_version}"]
    metadata = manifest.get("metadata")
    names = cast("Node", metadata) if isinstance(metadata, Mapping) else {}
    place = "/".join(str(names[key]) for key in ("namespace", "name") if key in names)
    found = set(_messages(_validator(group, kind).iter_errors(_decoded(manifest, known))))
    if not names.keys() & {"name", "generateName"}:
        found.add("$.metadata.name: missing; every object needs a name")
    return [f"{label} {place}: {message}" if place else f"{label}: {message}" for message in sorted(found)]


@cache
def _files() -> dict[tuple[str, str], str]:
    """Map group and kind to the name of the schema's file."""
    result: dict[tuple[str, str], str] = {}
    for entry in resources.files("platform_stack_imports").joinpath("schemas").iterdir():
        group, _, kind = entry.name.removesuffix(".json").rpartition(".")
        result["" if group == "core" else group, kind] = entry.name
    return result


@cache
def _read(group: str, kind: str) -> KindSchema:
    path = resources.files("platform_stack_imports").joinpath("schemas", _files()[group, kind])
    return KindSchema(**json.loads(path.read_text(encoding="utf-8")))


@cache
def _validator(group: str, kind: str) -> Draft4Validator:
    schema = _closed(_read(group, kind).schema)
    if "definitions" not in schema:  # a CRD, which leaves metadata to Kubernetes
        meta = _closed(_read("", _OBJECT_META).schema)
        definitions = {**cast("Node", meta["definitions"]), _OBJECT_META: meta}
        own = cast("Node", _read(group, kind).schema["properties"]).get("metadata", {})
        metadata = {"allOf": [own, {"$ref": f"#/definitions/{_OBJECT_META}"}]}
        properties = cast("Node", schema["properties"])
        schema |= {"definitions": definitions, "properties": {**properties, "metadata": metadata}}
    return Draft4Validator(schema)


def _closed(node: Node) -> dict[str, object]:
    """Copy a schema so that plain JSON schema validation is as strict as Kubernetes' structural schemas.

    What stands in allOf, anyOf, oneOf and not only adds conditions there; it is copied as it is.
    """
    result = dict(node)
    for key in _NAMED:
        if isinstance(named := node.get(key), Mapping):
            result[key] = {name: _closed(item) for name, item in named.items()}
    for key in ("additionalProperties", "items"):
        if isinstance(inner := node.get(key), Mapping):
            result[key] = _closed(inner)
    if isinstance(pattern := node.get("pattern"), str):
        result["pattern"] = _PYTHON_PATTERNS.get(pattern, pattern)
    if node.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
        result.setdefault("anyOf", _INT_OR_STRING)
    is_object = node.get("type") == "object" or "properties" in node
    if is_object and not node.get(_PRESERVE):
        result.setdefault("additionalProperties", False)
    if isinstance(properties := node.get("properties"), Mapping):
        defaulted = {name for name, item in properties.items() if "default" in item}
        required = [name for name in cast("list[str]", node.get("required", [])) if name not in defaulted]
        result.pop("required", None)
        result |= {"required": required} if required else {}
    if node.get("nullable") and "type" in result:
        result["type"] = [result["type"], "null"]
    return result


def _decoded(manifest: Node, known: KindSchema) -> Node:
    """Leave out the nulls that an API server does not see once it has decoded the manifest."""
    if "definitions" in known.schema:
        return cast("Node", _without_nulls(manifest))
    return {key: _without_nulls(item) if key == "metadata" else item for key, item in manifest.items()}


def _without_nulls(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _messages(errors: Iterator[ValidationError]) -> Iterator[str]:
    for error in errors:
        if error.validator == "additionalProperties":
            yield from _unknown_fields(error)
        elif error.validator == "required":
            # jsonschema reports each missing field by itself, but says its name only in a sentence.
            missing = set(cast("list[str]", error.validator_value)) - cast("Node", error.instance).keys()
            yield from (f"{_path(error)}.{name}: missing; the field is required" for name in missing)
        else:
            yield f"{_path(error)}: found {_shown(error.instance)}; expected {_expected(error)}"


def _unknown_fields(error: ValidationError) -> Iterator[str]:
    known = cast("Node", cast("Node", error.schema).get("properties", {}))
    for name in cast("Node", error.instance).keys() - known.keys():
        yield f"{_path(error)}.{name}: unknown field; {did_you_mean(name, known) or 'no field is known here'}"


def _path(error: ValidationError) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    return "$" + "".join(steps)


def _shown(value: object) -> str:
    text = json.dumps(value, default=repr)
    text = text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
    return f"{text} ({type(value).__name__})"


def _expected(error: ValidationError) -> str:
    value = cast("object", error.validator_value)
    if error.validator in ("anyOf", "oneOf") and isinstance(value, Sequence):
        types = [str(item["type"]) for item in value if isinstance(item, Mapping) and "type" in item]
        return (
            " or ".join(types) if len(types) == len(value) else f"one of {len(value)} forms: {_shown(value)}"
        )
    if error.validator == "type":
        return " or ".join(value) if isinstance(value, list) else str(value)
    if error.validator == "enum" and isinstance(value, Sequence):
        return f"one of {', '.join(str(item) for item in value)}"
    return f"{error.validator} {value}"

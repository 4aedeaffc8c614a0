"""The facts of one chart release, and the JSON file that keeps them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from platform_stack.facts.errors import FactsError

if TYPE_CHECKING:
    from pathlib import Path

Manifest: TypeAlias = dict[str, Any]
"""A Kubernetes object as plain data."""


@dataclass(frozen=True, slots=True)
class CustomResource:
    """A kind that a chart's CustomResourceDefinition brings.

    ``scope`` is ``Namespaced`` or ``Cluster``; ``versions`` are the served ones, in the definition's order.
    """

    group: str
    kind: str
    plural: str
    scope: str
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a chart makes with one profile's values.

    ``values_digest`` is ``values_digest(version, values)`` of the values it was rendered with;
    ``objects`` are skeletons (see ``skeleton``), without the CustomResourceDefinitions;
    ``without_namespace`` names those, as "Kind name", that the chart leaves to whoever applies them: helm
    puts them into the release's namespace, Argo CD into that of the Application's destination.
    """

    values_digest: str
    objects: tuple[Manifest, ...]
    without_namespace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartFacts:
    """What is recorded of one chart at one version.

    ``values`` is a JSON Schema of the chart's values (see ``shape``); ``profiles`` maps a profile's name,
    such as ``laptop``, to what the chart makes with that profile's values; ``reads`` says which metrics its
    rules and dashboards read, of all profiles together (see ``integrations.promql``).
    """

    chart: str
    repository: str
    version: str
    app_version: str
    custom_resource_definitions: tuple[CustomResource, ...]
    values: Mapping[str, Any]
    profiles: Mapping[str, Rendered]
    reads: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)


def values_digest(version: str, values: Mapping[str, Any]) -> str:
    """Give the digest by which stale facts are found: ``sha256:`` and 64 hexadecimal digits.

    It covers the chart's version and the values, as canonical JSON, so neither the order of keys nor the
    type of a mapping changes it.

    Raises:
        TypeError: a value is no JSON data.
        ValueError: a number is not finite.

    """
    canonical = _canonical({"values": values, "version": version})
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def read(path: Path) -> ChartFacts:
    """Read the facts of one release.

    Raises:
        FactsError: the file is missing, is not JSON, or lacks a field or has one of another type.

    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _from_document(document)
    except FileNotFoundError as error:
        raise _damaged(path, "no such file") from error
    except UnicodeDecodeError as error:
        raise _damaged(path, f"no UTF-8 text ({error})") from error
    except json.JSONDecodeError as error:
        raise _damaged(path, f"no JSON ({error})") from error
    except _FieldError as error:
        raise _damaged(path, str(error)) from error


def write(path: Path, facts: ChartFacts) -> None:
    """Write the facts of one release, and the folders above it, as UTF-8 JSON with sorted keys.

    What fits on a line is on one, so that a diff shows what changed and the file stays small. ``read``
    gives back what was written; the same facts always give the same bytes.

    Raises:
        TypeError: a value is no JSON data.
        ValueError: a number is not finite.

    """
    # Through JSON once, so that any mapping and any tuple is what the file will hold.
    document = json.loads(_canonical(_to_document(facts)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_lines(document, 0) + "\n", encoding="utf-8", newline="\n")


_LINE_LENGTH = 110


def _canonical(value: object) -> str:
    """Give a value as JSON that does not depend on the order of keys or the type of a mapping."""
    return json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        default=_plain_mapping,
    )


def _lines(value: object, depth: int, taken: int = 0) -> str:
    """Give JSON on one line if it fits there, else one line or more for each item, indented by 1.

    ``taken`` is the length of what is before it on its line, beside the indent.
    """
    line = json.dumps(value, ensure_ascii=False)
    if depth + taken + len(line) < _LINE_LENGTH or not isinstance(value, dict | list) or not value:
        return line
    margin = "\n" + " " * (depth + 1)
    if isinstance(value, dict):
        brackets = "{}"
        names = [json.dumps(key, ensure_ascii=False) + ": " for key in value]
        items = [
            name + _lines(item, depth + 1, len(name))
            for name, item in zip(names, value.values(), strict=True)
        ]
    else:
        brackets = "[]"
        items = [_lines(item, depth + 1) for item in value]
    return f"{brackets[0]}{margin}{f',{margin}'.join(items)}\n{' ' * depth}{brackets[1]}"


class _FieldError(Exception):
    """A field of a facts file that is missing or of another type."""


def _damaged(path: Path, found: str) -> FactsError:
    return FactsError(
        path,
        found=found,
        expected="the recorded facts of a chart release, as JSON",
        hint="record it again: make facts CHARTS=DIR",
    )


def _plain_mapping(value: object) -> dict[Any, Any]:
    """Let ``json`` take every Mapping, not only ``dict``."""
    if isinstance(value, Mapping):
        return dict(value)
    message = f"found a value of type {type(value).__name__}, expected JSON data"
    raise TypeError(message)


def _to_document(facts: ChartFacts) -> dict[str, Any]:
    return {
        "app_version": facts.app_version,
        "chart": facts.chart,
        "custom_resource_definitions": [
            {
                "group": crd.group,
                "kind": crd.kind,
                "plural": crd.plural,
                "scope": crd.scope,
                "versions": list(crd.versions),
            }
            for crd in facts.custom_resource_definitions
        ],
        "profiles": {
            name: {
                "objects": list(rendered.objects),
                "values": rendered.values_digest,
                "without_namespace": list(rendered.without_namespace),
            }
            for name, rendered in facts.profiles.items()
        },
        "reads": facts.reads,
        "repository": facts.repository,
        "values": facts.values,
        "version": facts.version,
    }


def _from_document(document: object) -> ChartFacts:
    return ChartFacts(
        chart=_text(document, "chart"),
        repository=_text(document, "repository"),
        version=_text(document, "version"),
        app_version=_text(document, "app_version"),
        custom_resource_definitions=tuple(
            CustomResource(
                group=_text(crd, "group"),
                kind=_text(crd, "kind"),
                plural=_text(crd, "plural"),
                scope=_text(crd, "scope"),
                versions=tuple(_list(crd, "versions")),
            )
            for crd in _list(document, "custom_resource_definitions")
        ),
        values=_mapping(document, "values"),
        profiles={
            name: Rendered(
                values_digest=_text(rendered, "values"),
                objects=tuple(_list(rendered, "objects")),
                without_namespace=tuple(_list(rendered, "without_namespace")),
            )
            for name, rendered in _mapping(document, "profiles").items()
        },
        reads=_mapping(document, "reads"),
    )


def _text(document: object, key: str) -> str:
    value = _field(document, key)
    if isinstance(value, str):
        return value
    raise _wrong_type(key, value, "a string")


def _list(document: object, key: str) -> list[Any]:
    value = _field(document, key)
    if isinstance(value, list):
        return value
    raise _wrong_type(key, value, "a list")


def _mapping(document: object, key: str) -> dict[str, Any]:
    value = _field(document, key)
    if isinstance(value, dict):
        return value
    raise _wrong_type(key, value, "a mapping")


def _field(document: object, key: str) -> object:
    if isinstance(document, dict) and key in document:
        return document[key]
    message = f"no field {key!r}"
    raise _FieldError(message)


def _wrong_type(key: str, value: object, expected: str) -> _FieldError:
    return _FieldError(f"field {key!r} is a {type(value).__name__}, not {expected}")

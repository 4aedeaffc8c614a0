"""Which values a chart takes: a JSON Schema of names and types, made from the chart itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.facts import yaml_reading
from platform_stack.facts.commented_keys import commented_keys
from platform_stack.facts.errors import FactsError
from platform_stack.facts.shape_nodes import (
    RESOURCE_FIELDS,
    SCALARS,
    Schema,
    UpstreamSchema,
    ValuePath,
    anything,
    container_resources,
    mapping,
    of_default,
    of_types,
)
from platform_stack.facts.source import ChartSource, read_chart
from platform_stack.facts.template_usage import Usage, template_usage

if TYPE_CHECKING:
    from pathlib import Path

_WRAPPED_DEFAULTS = "_internal_defaults_do_not_set"
"""Some charts keep their defaults under this key and merge them into the top in a template: `base` of `istio`."""


def record_shape(chart_path: Path) -> Schema:
    """Make the shape of a chart's values, its subcharts' among them.

    Known names are those of values.yaml, of its comments, of values.schema.json and those that templates
    read. A mapping is free-form if a template uses it whole, if it is empty by default, or if a key of it
    has a dot or a slash; any other refuses unknown names. ``global`` takes any name.

    Returns:
        A JSON Schema (draft 2020-12) with ``type``, ``properties``, ``additionalProperties`` and ``enum``
        alone. null is allowed everywhere: helm deletes the key.

    Raises:
        FactsError: the chart is damaged.

    """
    chart = read_chart(chart_path)
    known = _Known(template_usage(chart))
    defaults = _collect(chart, (), known)
    root = _node((), defaults, known)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "type": "object"}


@dataclass(slots=True)
class _Known:
    """All that is known of the values of a chart, by path from its top."""

    usage: Usage
    names: dict[ValuePath, set[str]] = field(default_factory=dict)
    """Names below a path that have no default."""
    schemas: dict[ValuePath, UpstreamSchema] = field(default_factory=dict)
    charts: set[ValuePath] = field(default_factory=set)
    """The paths whose mapping is a chart's values."""

    def add(self, path: ValuePath) -> None:
        """Make the last name of a path known, and those above it."""
        for length in range(1, len(path) + 1):
            self.names.setdefault(path[: length - 1], set()).add(path[length - 1])


def _collect(chart: ChartSource, prefix: ValuePath, known: _Known) -> dict[str, Any]:
    """Gather what a chart and its subcharts say; give the defaults, a parent's over its subcharts'."""
    defaults, comments = _read_values(chart)
    known.charts.add(prefix)
    for path in comments:
        known.add((*prefix, *path))
    if not prefix:
        for path in known.usage.read:
            known.add(path)
    if chart.values_schema is not None:
        known.schemas[prefix] = UpstreamSchema(chart.values_schema, chart.values_schema)
    for dependency in chart.dependencies:
        for condition in str(dependency.get("condition") or "").split(","):
            if condition.strip():
                known.add((*prefix, *condition.strip().split(".")))
        if dependency.get("tags"):
            known.add((*prefix, "tags"))
    merged: dict[str, Any] = {}
    for key, subchart in chart.subchart_keys().items():
        merged[key] = _collect(subchart, (*prefix, key), known)
        # helm hands a parent's globals down, so those that a subchart knows may be set at the top.
        merged = _merge(merged, {"global": merged[key].get("global") or {}})
    return _merge(merged, defaults)


def _read_values(chart: ChartSource) -> tuple[dict[str, Any], set[ValuePath]]:
    """Give values.yaml and the paths of the keys in its comments."""
    try:
        values = yaml_reading.load(chart.values_text) or {}
        comments = commented_keys(chart.values_text)
    except yaml.YAMLError as error:
        raise FactsError(
            chart.path / "values.yaml",
            found=f"no YAML ({error})",
            expected="a mapping",
            hint="pull the chart again",
        ) from error
    wrapped = values.pop(_WRAPPED_DEFAULTS, None)
    if isinstance(wrapped, dict):
        values = _merge(wrapped, values)
        comments = {path[1:] if path[0] == _WRAPPED_DEFAULTS else path for path in comments} - {()}
    return values, comments


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merge mappings deeply; what is above wins."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        merged[key] = _merge(under, value) if both else value  # type: ignore[arg-type] # both says so
    return merged


_MISSING = object()


def _node(path: ValuePath, default: object, known: _Known, schema: UpstreamSchema | None = None) -> Schema:
    """Make the node of one path."""
    if path in known.charts:
        return _chart_node(path, default, known, schema)
    if path in known.usage.type_tested:
        return anything()
    declared = schema.types() if schema is not None else None
    only_object = declared is not None and declared <= {"object", "null"}
    also_object = declared is not None and "object" in declared and not only_object
    if only_object or (isinstance(default, Mapping) and not also_object):
        # A schema that does not take the chart's own default says nothing.
        believed = schema if declared is None or only_object else None
        return _mapping_node(path, default if isinstance(default, Mapping) else {}, known, believed)
    if schema is not None and declared is not None:
        node = of_types(declared)
        enum = schema.enum()
        if enum is not None and declared - {"null"} <= SCALARS:
            node["enum"] = [*enum, *([] if None in enum else [None])]
        return node
    return _default_node(path, default, known)


def _default_node(path: ValuePath, default: object, known: _Known) -> Schema:
    """Make the node of a value that no schema describes and that is no mapping by default."""
    if default is _MISSING or path in known.names:  # in names: a template reads something below it
        return anything()
    if isinstance(default, str) and path in known.usage.whole:  # more than a string is meant to work
        return anything()
    return of_default(path[-1], default)


def _chart_node(
    path: ValuePath, default: object, known: _Known, parent_schema: UpstreamSchema | None
) -> Schema:
    """Make the node of a chart's values, the top or a subchart's: always closed."""
    schema = known.schemas.get(path, parent_schema)
    defaults = default if isinstance(default, Mapping) else {}
    properties = _properties(path, defaults, known, schema)
    own_names = properties["global"].get("properties", {}) if "global" in properties else {}
    properties["global"] = mapping(own_names, closed=False)
    return mapping(properties, closed=True)


def _mapping_node(
    path: ValuePath, default: Mapping[str, Any], known: _Known, schema: UpstreamSchema | None
) -> Schema:
    """Make the node of a mapping: closed if its names are known, else with those that templates read."""
    if path[-1] == "resources" and default.keys() <= RESOURCE_FIELDS:
        return container_resources()
    upstream = schema.closed() if schema is not None else None
    names_known = bool(default) or bool(schema and schema.children())
    dotted = any("." in str(key) or "/" in str(key) for key in default)
    whole = path in known.usage.whole
    alternatives = schema is not None and schema.has_alternatives()
    free = not names_known or dotted or whole or alternatives or upstream is False
    if upstream is True or not free:
        return mapping(_properties(path, default, known, schema), closed=True)
    read = {
        key: value
        for key, value in default.items()
        if isinstance(value, bool) and (*path, key) in known.usage.read
    }
    return mapping(
        {key: _node((*path, key), value, known) for key, value in sorted(read.items())}, closed=False
    )


def _properties(
    path: ValuePath, default: Mapping[str, Any], known: _Known, schema: UpstreamSchema | None
) -> dict[str, Schema]:
    declared = schema.children() if schema is not None else {}
    names = {str(key) for key in default} | declared.keys()
    if schema is None or schema.closed() is not True:
        names |= known.names.get(path, set())
    return {
        name: _node((*path, name), default.get(name, _MISSING), known, declared.get(name))
        for name in sorted(names)
    }

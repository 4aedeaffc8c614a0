from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from platform_stack.facts import FactsError, yaml_reading
from platform_stack.facts.check import check_values
from platform_stack.facts.shape import record_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    WriteChart = Callable[..., Path]

VALUES = """\
# Description of the chart
# default: none
replicas: 1
debug: false
host: ""
unset:
hosts: []
labels: {}
resources:
  limits:
    cpu: 1
image:
  repository: example
  tag: latest
  # digest: sha256:…
  #pullPolicy: Always
# nameOverride: other
printed:
  a: 1
piped:
  a: 1
inner:
  kept: 1
  enabled: true
ranged:
  one: {size: 1}
dotted:
  server.port: 1
  other: 2
included:
  config: {known: 1}
  size: 1
either:
  known: 1
switch:
  auto: true
  targetPort: 80
  tlsMinVersion: 1.3
"""
TEMPLATES = {
    "templates/_helpers.tpl": """\
{{/* a comment with {{ braces }} */}}
{{- define "demo.config" -}}
{{- with .part.config }}{{ toYaml . | nindent 2 }}{{ end }}
size: {{ .part.size }}
{{- end -}}
{{- define "demo.list" -}}{{ range . }}{{ . }}{{ end }}{{- end -}}
""",
    "templates/all.yaml": """\
replicas: {{ .Values.replicas }}
{{ toYaml .Values.printed | nindent 2 }}
{{ .Values.piped | toYaml }}
{{- $inner := .Values.inner }}
{{- if $inner.enabled }}{{ omit $inner "enabled" | toYaml }}{{ end }}
{{- range $name, $each := .Values.ranged }}{{ $name }}: {{ $each.size }}{{ end }}
{{ include "demo.config" (dict "part" .Values.included "root" $) }}
{{- if .Values.undocumented.flag }}x: "{{ .Values.image.flavour | default "none" }}"{{ end }}
{{- with (.Values.either | default (dict "known" 1)) }}{{ .known }}{{ end }}
{{- if not (kindIs "invalid" .Values.switch.auto) }}auto: true{{ end }}
""",
}


@pytest.fixture(scope="module")
def shape(tmp_path_factory: pytest.TempPathFactory, write_chart: WriteChart) -> dict[str, Any]:
    return record_shape(write_chart(tmp_path_factory.mktemp("charts") / "demo", VALUES, files=TEMPLATES))


def problems(shape: Mapping[str, Any], values: str) -> list[str]:
    return [str(problem) for problem in check_values(shape, yaml_reading.load(values))]


def test_the_charts_own_values_are_fine(shape: dict[str, Any]) -> None:
    assert problems(shape, VALUES) == []


@pytest.mark.parametrize(
    "values",
    [
        "replicas: 3",
        "replicas: null",
        "host: example.org",
        "host: 5",
        "host: true",
        "unset: {any: [thing]}",
        "hosts: [a, {b: c}]",
        "labels: {any.name/here: x}",
        "image: {digest: sha256:abc, pullPolicy: Never, flavour: sweet}",
        "nameOverride: mine",
        "printed: {other: 1}",
        "piped: {other: 1}",
        "inner: {other: 1, enabled: false}",
        "ranged: {two: {anything: 1}}",
        "dotted: {third.key: x}",
        "included: {config: {other: 1}}",
        "undocumented: {flag: 1}",
        "resources: {requests: {cpu: 5m, example.org/gpu: 1}, claims: []}",
        "switch: {targetPort: http, tlsMinVersion: '1.2'}",
        "global: {anything: 1}",
    ],
)
def test_normal_values_are_fine(shape: dict[str, Any], values: str) -> None:
    assert problems(shape, values) == []


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ("replcas: 3", "replcas: found unknown key 'replcas', expected one of the"),
        ("replicas: three", "replicas: found string 'three', expected number"),
        ("replicas: '3'", "replicas: found string '3', expected number"),
        ("replicas: true", "replicas: found boolean true, expected number"),
        ("debug: 'yes'", "debug: found string 'yes', expected boolean"),
        ("debug: 1", "debug: found number 1, expected boolean"),
        ("host: [a]", "host: found array of 1, expected boolean or number or string"),
        ("host: {a: b}", "host: found object, expected boolean or number or string"),
        ("hosts: a", "hosts: found string 'a', expected array"),
        ("labels: a", "labels: found string 'a', expected object"),
        ("image: example:latest", "image: found string 'example:latest', expected object"),
        ("image: {tga: '1'}", "image.tga: found unknown key 'tga', expected one of "),
        ("image: {tag: {a: 1}}", "image.tag: found object, expected boolean or number or string"),
        ("included: {sise: 1}", "included.sise: found unknown key 'sise', expected one of config, size"),
        ("inner: {enabled: sure}", "inner.enabled: found string 'sure', expected boolean"),
        ("either: {unknown: 1}", "either.unknown: found unknown key 'unknown', expected one of known"),
        (
            "resources: {request: {}}",
            "resources.request: found unknown key 'request', expected one of claims",
        ),
        ("switch: {auto: 3}", "switch.auto: found number 3, expected boolean"),
    ],
)
def test_wrong_values_are_found(shape: dict[str, Any], values: str, problem: str) -> None:
    (found,) = problems(shape, values)
    assert found.startswith(problem)


def test_no_text_of_the_chart_is_recorded(shape: dict[str, Any]) -> None:
    text = json.dumps(shape)
    assert "Description" not in text
    assert "latest" not in text
    assert "sha256" not in text


def test_prose_before_a_colon_is_no_key(shape: dict[str, Any]) -> None:
    assert "default" not in shape["properties"]


def test_a_subchart_has_its_values_under_its_alias(tmp_path: Path, write_chart: WriteChart) -> None:
    chart = write_chart(
        tmp_path / "demo",
        "kid:\n  size: 2\nkid-on: true\n",
        metadata="dependencies: [{name: child, version: 1.2.3, alias: kid, condition: kid.enabled}]\n",
    )
    write_chart(
        chart / "charts" / "child",
        "size: 1\nextra: {}\nglobal:\n  region: ''\n",
        name="child",
        files={
            "templates/a.yaml": "{{ toYaml .Values.extra }} {{ .Values.global.zone }} {{ .Values.colour }}"
        },
    )
    shape = record_shape(chart)
    fine = "kid: {size: 3, extra: {a: 1}, enabled: false, colour: red, global: {a: 1}}\nglobal: {zone: b}"
    assert problems(shape, fine) == []
    assert problems(shape, "kid: {sise: 3}")[0].endswith("did you mean 'size'?")
    assert problems(shape, "child: {size: 3}")[0].startswith("child: found unknown key 'child'")
    assert problems(shape, "size: 3")[0].startswith("size: found unknown key 'size'")
    assert problems(shape, "global: {region: [eu]}")[0].startswith("global.region: found array")


def test_the_charts_own_schema_gives_names_and_types(tmp_path: Path, write_chart: WriteChart) -> None:
    schema = {
        "$defs": {"level": {"type": "string", "enum": ["info", "debug"], "description": "How much."}},
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "level": {"$ref": "#/$defs/level"},
            "port": {"type": ["integer", "string"]},
            "hidden": {"type": "object", "properties": {"a": {"type": "boolean"}}},
            "mixed": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"a": {}}}]},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    chart = write_chart(
        tmp_path / "demo",
        "level: info\nport: 80\nmixed: ''\nlabels: {}\n",
        files={"values.schema.json": json.dumps(schema)},
    )
    shape = record_shape(chart)
    fine = "level: debug\nport: http\nhidden: {a: true}\nmixed: {b: 1}\nlabels: {any: x}"
    assert problems(shape, fine) == []
    assert problems(shape, "level: null") == []
    assert problems(shape, "level: loud") == ["level: found 'loud', expected one of 'info', 'debug'"]
    assert problems(shape, "port: 1.5") == ["port: found number 1.5, expected integer or string"]
    assert problems(shape, "hidden: {b: true}")[0].startswith("hidden.b: found unknown key")
    assert problems(shape, "mixed: 3") == ["mixed: found number 3, expected object or string"]
    assert "How much." not in json.dumps(shape)


def test_a_schema_that_refuses_the_defaults_is_not_believed(tmp_path: Path, write_chart: WriteChart) -> None:
    schema = {"properties": {"image": {"type": "string"}}}
    chart = write_chart(
        tmp_path / "demo", "image: {tag: x}\n", files={"values.schema.json": json.dumps(schema)}
    )
    assert problems(record_shape(chart), "image: {tag: y}") == []


def test_defaults_that_a_template_unwraps_are_at_the_top(tmp_path: Path, write_chart: WriteChart) -> None:
    chart = write_chart(
        tmp_path / "demo", "_internal_defaults_do_not_set:\n  pilot:\n    size: 1\n    # zone: x\n"
    )
    assert problems(record_shape(chart), "pilot: {size: 2, zone: y}") == []
    assert problems(record_shape(chart), "pilot: {sizes: 2}")[0].endswith("did you mean 'size'?")


def test_keys_below_a_value_that_is_a_string_by_default_are_left_alone(
    tmp_path: Path, write_chart: WriteChart
) -> None:
    chart = write_chart(
        tmp_path / "demo",
        "image: ''\naffinity: ''\n",
        files={
            "templates/a.yaml": '{{ .Values.image.tag }}{{ if eq (typeOf .Values.affinity) "string" }}'
            "{{ tpl .Values.affinity . }}{{ else }}{{ toYaml .Values.affinity }}{{ end }}"
        },
    )
    assert problems(record_shape(chart), "image: {tag: x}\naffinity: {nodeAffinity: {}}") == []


def test_a_template_that_is_none_is_an_error(tmp_path: Path, write_chart: WriteChart) -> None:
    chart = write_chart(tmp_path / "demo", files={"templates/a.yaml": "a\n{{ if }}"})
    with pytest.raises(FactsError, match=r"templates/a\.yaml(.|\n)*no operand"):
        record_shape(chart)


def test_values_that_are_no_yaml_are_an_error(tmp_path: Path, write_chart: WriteChart) -> None:
    with pytest.raises(FactsError, match=r"values\.yaml(.|\n)*no YAML"):
        record_shape(write_chart(tmp_path / "demo", "a: [1\n"))


def test_a_shape_is_deterministic(tmp_path: Path, write_chart: WriteChart) -> None:
    chart = write_chart(tmp_path / "demo", VALUES, files=TEMPLATES)
    assert json.dumps(record_shape(chart)) == json.dumps(record_shape(chart))

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack.facts.source import read_chart
from platform_stack.facts.template_usage import Usage, template_usage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def usage_of(tmp_path: Path, write_chart: Callable[..., Path]) -> Callable[[str], Usage]:
    def usage(template: str) -> Usage:
        return template_usage(
            read_chart(write_chart(tmp_path / "demo", files={"templates/a.yaml": template}))
        )

    return usage


WHOLE = {
    "argument": "{{ toYaml .Values.a.b }}",
    "pipe": "{{ .Values.a.b | toJson | quote }}",
    "with": "{{ with .Values.a.b }}{{ toYaml . }}{{ end }}",
    "nested with": "{{ with .Values.a }}{{ with .b }}{{ toYaml . }}{{ end }}{{ end }}",
    "variable": "{{ $a := .Values.a }}{{ toYaml $a.b }}",
    "assignment": "{{ $a := dict }}{{ if .Values.x }}{{ $a = .Values.a.b }}{{ end }}{{ toYaml $a }}",
    "range": "{{ range $k, $v := .Values.a.b }}{{ $k }}{{ end }}",
    "default": "{{ .Values.x | default .Values.a.b | toYaml }}",
    "or": "{{ with or .Values.x .Values.a.b }}{{ toYaml . }}{{ end }}",
    "merge": "{{ mergeOverwrite (deepCopy .Values.x) .Values.a.b | toYaml }}",
    "omit": '{{ omit .Values.a.b "c" | toYaml }}',
    "dig": '{{ dig "b" (dict) .Values.a | toYaml }}',
    "index": '{{ index .Values "a" "b" | toYaml }}',
    "computed key": "{{ get .Values.a.b .Release.Name }}",
    "include": '{{ define "f" }}{{ toYaml .b }}{{ end }}{{ include "f" .Values.a }}',
    "include with a dict": '{{ define "f" }}{{ toYaml .v.b }}{{ end }}{{ include "f" (dict "v" .Values.a) }}',
    "include with a list": '{{ define "f" }}{{ range . }}{{ toYaml . }}{{ end }}{{ end }}'
    '{{ include "f" (list .Values.a.b) }}',
    "set": '{{ $d := dict }}{{ $_ := set $d "v" .Values.a.b }}{{ toYaml $d.v }}',
    "template": '{{ define "f" }}{{ toYaml .Values.a.b }}{{ end }}{{ template "f" $ }}',
    "computed name": '{{ include (printf "f.%s" .Release.Name) .Values.a.b }}',
    "defined for a computed name": '{{ define "f.x" }}{{ toYaml .Values.a.b }}{{ end }}',
    "else": "{{ if .Values.x }}{{ else if .Values.y }}{{ else }}{{ toYaml .Values.a.b }}{{ end }}",
    "recursion": '{{ define "f" }}{{ toYaml .b }}{{ include "f" .c }}{{ end }}{{ include "f" .Values.a }}',
}


@pytest.mark.parametrize("template", WHOLE.values(), ids=WHOLE.keys())
def test_a_value_that_is_used_whole_is_found(usage_of: Callable[[str], Usage], template: str) -> None:
    usage = usage_of(template)
    assert ("a", "b") in usage.whole
    assert ("a",) not in usage.whole


@pytest.mark.parametrize(
    "template",
    [
        "{{ .Values.a.b.c }}",
        "{{ if .Values.a.b }}{{ .Values.a.b.c | quote }}{{ end }}",
        "{{ with .Values.a.b }}{{ .c }}{{ end }}",
        '{{ if hasKey .Values.a.b "c" }}x{{ end }}',
        "{{ toYaml .Values }}",
        '{{ define "f" }}{{ .b.c }}{{ end }}{{ include "f" .Values.a }}',
    ],
)
def test_reading_a_key_is_no_use_of_the_whole(usage_of: Callable[[str], Usage], template: str) -> None:
    assert usage_of(template).whole == set()


def test_read_paths_are_found(usage_of: Callable[[str], Usage]) -> None:
    usage = usage_of('{{ with .Values.a }}{{ .b.c }}{{ $.Values.d }}{{ end }}{{ hasKey .Values.e "f" }}')
    assert usage.read == {("a",), ("a", "b"), ("a", "b", "c"), ("d",), ("e",), ("e", "f")}


def test_type_tests_are_found_but_not_those_for_null(usage_of: Callable[[str], Usage]) -> None:
    usage = usage_of('{{ typeIs "string" .Values.a }}{{ kindIs "invalid" .Values.b }}{{ kindOf .Values.c }}')
    assert usage.type_tested == {("a",), ("c",)}


def test_a_subchart_reads_below_its_key_and_the_global_values(
    tmp_path: Path, write_chart: Callable[..., Path]
) -> None:
    chart = write_chart(
        tmp_path / "demo", files={"templates/a.yaml": '{{ include "child.name" .Subcharts.child }}'}
    )
    template = '{{ define "child.name" }}{{ .Values.name }}{{ .Values.global.zone }}{{ end }}'
    write_chart(chart / "charts" / "child", name="child", files={"templates/_helpers.tpl": template})
    read = template_usage(read_chart(chart)).read
    assert {("child", "name"), ("global", "zone")} <= read
    assert ("child", "global", "zone") not in read

"""The recorder with a helm of the test's own, which prints what it is told and notes its arguments."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from platform_stack.facts import ChartFacts, CustomResource, FactsError, values_digest
from platform_stack.facts.recorder import record
from platform_stack.facts.render import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OUTPUT = """\
---
# Source: demo/templates/a.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: zones.example.io}
spec:
  group: example.io
  scope: Cluster
  names: {kind: Zone, plural: zones}
  versions: [{name: v1, served: true}, {name: v1alpha1, served: false}]
---
apiVersion: v1
kind: Service
metadata: {name: b}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: a, namespace: z}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleList
items:
  - {metadata: {name: second}, rules: []}
  - {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: first}, rules: []}
---
apiVersion: v1
kind: Pod
metadata: {name: test, annotations: {helm.sh/hook: "test"}}
---
apiVersion: example.io/v1
kind: Zone
metadata: {name: here, namespace: ignored}
spec: {size: 1}
---
"""


@pytest.fixture
def fake_helm(tmp_path: Path) -> Callable[..., Path]:
    def write(output: str, *, error: str = "", code: int = 0) -> Path:
        (tmp_path / "output.yaml").write_text(output, encoding="utf-8")
        (tmp_path / "error.txt").write_text(error, encoding="utf-8")
        helm = tmp_path / "helm"
        helm.write_text(
            "#!/bin/sh\n"
            f'for argument in "$@"; do echo "$argument" >> {tmp_path}/arguments.txt; done\n'
            f'while [ "$1" != --values ]; do shift; done; cat "$2" > {tmp_path}/values.json\n'
            f"cat {tmp_path}/output.yaml; cat {tmp_path}/error.txt >&2; exit {code}\n",
            encoding="utf-8",
        )
        helm.chmod(0o755)
        return helm

    return write


def record_demo(helm: Path, charts: Path, values_by_profile: dict[str, dict[str, Any]]) -> ChartFacts:
    return record(
        helm,
        charts,
        application="demo-application",
        chart="demo",
        repository="https://charts.example",
        version="1.2.3",
        release="demo-release",
        namespace="demo-namespace",
        values_by_profile=values_by_profile,
        api_versions=["monitoring.coreos.com/v1"],
    )


def test_a_release_is_recorded(
    tmp_path: Path, write_chart: Callable[..., Path], fake_helm: Callable[..., Path]
) -> None:
    write_chart(tmp_path / "charts" / "demo", "replicas: 1\n")
    profiles = {"laptop": {"replicas": 1}, "ha": {"replicas": 3}}
    facts = record_demo(fake_helm(OUTPUT), tmp_path / "charts", profiles)
    assert (facts.chart, facts.version, facts.app_version) == ("demo", "1.2.3", "9.9")
    assert facts.repository == "https://charts.example"
    assert facts.custom_resource_definitions == (
        CustomResource("example.io", "Zone", "zones", "Cluster", ("v1",)),
    )
    assert facts.values["properties"]["replicas"] == {"type": ["number", "null"]}
    assert {name: each.values_digest for name, each in facts.profiles.items()} == {
        name: values_digest("1.2.3", values) for name, values in profiles.items()
    }
    names = [
        (each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"])
        for each in facts.profiles["ha"].objects
    ]
    assert names == [
        ("Role", "demo-namespace", "first"),
        ("Role", "demo-namespace", "second"),
        ("Service", "demo-namespace", "b"),
        ("Service", "z", "a"),
        ("Zone", None, "here"),
    ]


def test_helm_is_told_all_that_matters(
    tmp_path: Path, write_chart: Callable[..., Path], fake_helm: Callable[..., Path]
) -> None:
    chart = write_chart(tmp_path / "charts" / "demo")
    record_demo(fake_helm(""), tmp_path / "charts", {"laptop": {"größe": [1]}})
    arguments = (tmp_path / "arguments.txt").read_text(encoding="utf-8").splitlines()
    assert arguments[:3] == ["template", "demo-release", str(chart)]
    assert "--include-crds" in arguments
    flags = dict(itertools.pairwise(arguments))
    assert flags["--namespace"] == "demo-namespace"
    assert flags["--kube-version"].startswith("1.34.")
    assert flags["--api-versions"] == "monitoring.coreos.com/v1"
    assert json.loads((tmp_path / "values.json").read_text(encoding="utf-8")) == {"größe": [1]}


def test_helms_own_message_is_in_the_error(
    tmp_path: Path, write_chart: Callable[..., Path], fake_helm: Callable[..., Path]
) -> None:
    chart = write_chart(tmp_path / "charts" / "demo")
    helm = fake_helm("", error="Error: replicas is required", code=1)
    with pytest.raises(FactsError) as raised:
        render(helm, chart, release="r", namespace="n", values={}, api_versions=[])
    assert "exit code 1: Error: replicas is required" in str(raised.value)
    assert str(chart) in str(raised.value)


def test_a_helm_that_is_not_there_is_an_error(tmp_path: Path, write_chart: Callable[..., Path]) -> None:
    write_chart(tmp_path / "charts" / "demo")
    with pytest.raises(FactsError, match="no command that can be run"):
        record_demo(tmp_path / "no-helm", tmp_path / "charts", {"laptop": {}})


def test_output_that_is_no_manifest_is_an_error(
    tmp_path: Path, write_chart: Callable[..., Path], fake_helm: Callable[..., Path]
) -> None:
    write_chart(tmp_path / "charts" / "demo")
    with pytest.raises(FactsError, match="no Kubernetes object"):
        record_demo(fake_helm("just text"), tmp_path / "charts", {"laptop": {}})


def test_a_release_without_a_profile_is_an_error(tmp_path: Path, fake_helm: Callable[..., Path]) -> None:
    with pytest.raises(FactsError, match="demo-application/demo-release"):
        record_demo(fake_helm(""), tmp_path, {})

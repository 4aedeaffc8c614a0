"""The real helm, named by the environment variable HELM, with a chart of the test's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from platform_stack.facts import FactsError, read, write
from platform_stack.facts.recorder import record
from platform_stack.facts.render import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.helm

FILES = {
    "crds/zones.yaml": """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: zones.example.io}
spec:
  group: example.io
  scope: Cluster
  names: {kind: Zone, plural: zones}
  versions: [{name: v1, served: true}]
""",
    "templates/all.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}
spec:
  replicas: {{ required "replicas is required" .Values.replicas }}
  template:
    spec:
      containers: [{name: web, image: "example.io/web:{{ .Chart.AppVersion }}"}]
      securityContext: {{ toYaml .Values.securityContext | nindent 8 }}
{{- if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: {{ .Release.Name }}}
spec: {selector: {}, endpoints: [{port: http}]}
{{- end }}
{{- if semverCompare ">=1.34.0-0" .Capabilities.KubeVersion.Version }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: recent}
{{- end }}
""",
}
VALUES = "replicas:\nsecurityContext: {}\n"


@pytest.fixture
def helm() -> str:
    return os.environ["HELM"]


@pytest.fixture(params=["folder", "package"])
def chart(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    write_chart: Callable[..., Path],
    package: Callable[[Path, Path], Path],
) -> Path:
    folder = write_chart(tmp_path / request.param / "demo", VALUES, files=FILES)
    if request.param == "folder":
        return folder
    archive = tmp_path / "charts" / "demo-1.2.3.tgz"
    archive.parent.mkdir()
    return package(folder, archive)


def test_a_chart_is_rendered_for_the_cluster(helm: str, chart: Path) -> None:
    manifests = render(
        helm,
        chart,
        release="web",
        namespace="site",
        values={"replicas": 2, "securityContext": {"runAsUser": 1000000000}},
        api_versions=["monitoring.coreos.com/v1"],
    )
    assert {each["kind"] for each in manifests} == {
        "CustomResourceDefinition",
        "Deployment",
        "ServiceMonitor",
        "ConfigMap",
    }
    (deployment,) = (each for each in manifests if each["kind"] == "Deployment")
    assert deployment["metadata"] == {"name": "web", "namespace": "site"}
    pod = deployment["spec"]["template"]["spec"]
    assert pod["containers"][0]["image"] == "example.io/web:9.9"
    assert pod["securityContext"]["runAsUser"] == 1000000000


def test_helms_refusal_is_an_error_with_its_message(helm: str, chart: Path) -> None:
    with pytest.raises(FactsError, match="replicas is required"):
        render(helm, chart, release="web", namespace="site", values={}, api_versions=[])


def test_a_recorded_release_survives_its_file(helm: str, chart: Path, tmp_path: Path) -> None:
    facts = record(
        helm,
        chart.parent,
        application="site",
        chart="demo",
        repository="https://charts.example",
        version="1.2.3",
        release="web",
        namespace="site",
        values_by_profile={"laptop": {"replicas": 1}, "ha": {"replicas": 3}},
        api_versions=[],
    )
    write(tmp_path / "web.json", facts)
    assert read(tmp_path / "web.json") == facts
    assert [crd.kind for crd in facts.custom_resource_definitions] == ["Zone"]
    replicas = {
        profile: [each["spec"]["replicas"] for each in rendered.objects if each["kind"] == "Deployment"]
        for profile, rendered in facts.profiles.items()
    }
    assert replicas == {"laptop": [1], "ha": [3]}

"""Snapshots of Argo CD's objects, one YAML file each."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
import yaml
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from platform_stack import (
    Application,
    ArgoCd,
    Chart,
    Cluster,
    Namespace,
    Platform,
    Repository,
    RuntimeWorkload,
    Synchronization,
    Tenant,
)
from platform_stack.constructs.namespaces import namespace
from platform_stack.integrations.argo_cd import applications as argocd
from platform_stack.integrations.argo_cd import projects as project
from platform_stack.schemas import validate
from platform_stack.synth import synthesize
from platform_stack.typed import ApiObject, to_manifest
from platform_stack.yaml_output import HEADER, to_yaml

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


class YamlFile(SingleFileSnapshotExtension):
    file_extension = "yaml"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(YamlFile)


CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform", revision="v1")
WEB = Application(
    name="web",
    namespaces=(Namespace(name="web"),),
    charts=(
        Chart(repository="https://charts.example.test", name="podinfo", version="6.9.2"),
        Chart(
            repository="oci://registry.example.test/charts", name="cache", version="1.0.0", release="redis"
        ),
    ),
)
MANUAL = dataclasses.replace(WEB, sync=Synchronization(manual=lambda _cluster: "its nodes have no iSCSI"))


def text(item: ApiObject) -> str:
    manifest = to_manifest(item)
    assert validate(manifest) == []
    return to_yaml(manifest).decode().removeprefix(HEADER)


def test_application(snapshot: SnapshotAssertion) -> None:
    assert text(argocd.application(WEB, CLUSTER)) == snapshot


def test_application_that_is_manual(snapshot: SnapshotAssertion) -> None:
    assert text(argocd.application(MANUAL, CLUSTER)) == snapshot


def test_application_of_the_bootstrap_layer(snapshot: SnapshotAssertion) -> None:
    assert text(argocd.application(WEB, CLUSTER, wave=-2)) == snapshot


def test_application_set(snapshot: SnapshotAssertion) -> None:
    assert text(argocd.application_set(WEB, CLUSTER, wave=3)) == snapshot


def test_application_set_that_is_manual(snapshot: SnapshotAssertion) -> None:
    assert text(argocd.application_set(MANUAL, CLUSTER, wave=3)) == snapshot


def test_app_project(snapshot: SnapshotAssertion) -> None:
    found = project.footprint(
        [
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "web"}},
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": "kube-system"}},
            {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "a"}},
        ],
        complete=True,
    )
    assert text(project.app_project(WEB, CLUSTER, found)) == snapshot


def test_argo_cd_may_show_what_workloads_make() -> None:
    jobs = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "a", "namespace": "web"}}
    operated = RuntimeWorkload(
        name="b", namespace="web", kind="StatefulSet", labels={}, ports={}, cpu="1m", memory="1Mi"
    )
    found = project.footprint([jobs], [operated], complete=True)
    kinds = {("batch", "CronJob"), ("batch", "Job"), ("apps", "StatefulSet"), ("", "Pod")}
    assert found.namespaced_kinds == kinds
    nothing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "web"}}
    assert project.footprint([nothing], complete=True).namespaced_kinds == {("", "ConfigMap")}


def test_app_project_of_a_chart_without_facts_allows_no_cluster_scoped_kind() -> None:
    found = project.footprint([], complete=False)
    spec = to_manifest(project.app_project(WEB, CLUSTER, found))["spec"]
    assert isinstance(spec, dict)
    assert spec["clusterResourceWhitelist"] == []
    assert spec["namespaceResourceWhitelist"] == [{"group": "*", "kind": "*"}]


def test_root(snapshot: SnapshotAssertion) -> None:
    documents = [text(project.root_project(CLUSTER)), text(argocd.root_application(CLUSTER))]
    assert "---\n".join(documents) == snapshot


def test_a_mirror_replaces_every_chart_repository() -> None:
    mirrored = dataclasses.replace(CLUSTER, chart_mirror="https://mirror.example.test/charts")
    sources = yaml.safe_load(text(argocd.application(WEB, mirrored)))["spec"]["sources"]
    assert {source["repoURL"] for source in sources if "chart" in source} == {
        "https://mirror.example.test/charts"
    }


@pytest.mark.parametrize(
    "spec",
    [
        Namespace(name="web"),
        Namespace(name="node-monitoring", pod_security="privileged", because="reads the node's files"),
        Namespace(name="kube-system", pod_security="privileged", because="the network", existing=True),
    ],
    ids=["restricted", "privileged", "existing"],
)
def test_namespace(spec: Namespace, snapshot: SnapshotAssertion) -> None:
    assert text(namespace(spec, WEB)) == snapshot


def test_argo_cd_lives_where_its_cluster_says() -> None:
    elsewhere = dataclasses.replace(CLUSTER, argo_cd=ArgoCd(namespace="argo-cd", root="everything"))
    argo = Application(name="argo-cd", namespaces=(Namespace(name="argo-cd"),))
    web = Application(name="web", namespaces=(Namespace(name="web"),))
    platform = Platform(bootstrap=(argo,), applications=(web,), clusters=(elsewhere,))
    (made,) = synthesize(platform)

    found = {
        f"{item['kind']} {item['metadata']['name']}": item
        for path, content in made.files.items()
        if path.endswith(".yaml")
        for item in yaml.safe_load_all(content)
        if str(item.get("apiVersion", "")).startswith("argoproj.io/")
    }
    assert {"Application everything", "AppProject everything", "ApplicationSet web"} <= found.keys()
    assert {item["metadata"]["namespace"] for item in found.values()} == {"argo-cd"}
    root = found["Application everything"]["spec"]
    assert (root["project"], root["destination"]["namespace"]) == ("everything", "argo-cd")
    (destination,) = found["AppProject everything"]["spec"]["destinations"]
    assert destination["namespace"] == "argo-cd"
    environment = made.files["bootstrap/cluster.env"].decode()
    assert "ARGO_CD_NAMESPACE=argo-cd\nROOT=everything\n" in environment
    own = Repository(name="site", url="https://git.example.test/site")
    shop = Tenant(name="shop", group="shop", contact="shop@example.test", repositories=(own,))
    for item in (
        argocd.tenant_application(shop, own, elsewhere, 1),
        project.tenant_project(shop, platform, elsewhere),
    ):
        assert "namespace: argo-cd\n" in text(item)
    others = re.compile(rb"\bargocd\b(?!\.argoproj\.io)")
    assert [path for path, content in made.files.items() if others.search(content)] == []

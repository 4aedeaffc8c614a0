"""The App and the Chart: any cdk8s construct may be among the plain manifests."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import cdk8s
import cdk8s_plus_33 as kplus
import pytest
import yaml

from platform_stack import Application, Context, Namespace, Platform, PlatformError, SyncWave
from platform_stack.constructs import ManifestApp, ManifestChart
from platform_stack.synth import synthesize
from platform_stack_imports.k8s import ConfigMap, ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "plain"}}


def test_typed_and_plain_objects_become_manifests() -> None:
    chart = ManifestChart(ManifestApp(), "c")
    chart.add(ConfigMap(metadata=ObjectMeta(name="typed"), data={"a": "b"}))
    chart.add(PLAIN, wave=SyncWave.AFTER_CHART)
    assert cdk8s.Testing.synth(chart) == [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "typed"}, "data": {"a": "b"}},
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "plain", "annotations": {"argocd.argoproj.io/sync-wave": "10"}},
        },
    ]


def test_a_wave_leaves_other_annotations_and_the_given_object_alone() -> None:
    chart = ManifestChart(ManifestApp(), "c")
    given: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "annotations": {"x": "y"}},
    }
    added = chart.add(given, wave=3)
    assert added["metadata"]["annotations"] == {"x": "y", "argocd.argoproj.io/sync-wave": "3"}
    assert given["metadata"]["annotations"] == {"x": "y"}


@pytest.mark.parametrize("broken", [{}, {"kind": "A"}, {"apiVersion": "v1", "kind": "A", "metadata": None}])
def test_what_is_no_object_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(PlatformError, match="apiVersion, kind and metadata"):
        ManifestChart(ManifestApp(), "c").add(broken)


def test_a_construct_is_not_added_twice() -> None:
    chart = ManifestChart(ManifestApp(), "c")
    construct = cdk8s.ApiObject(chart, "o", api_version="v1", kind="ConfigMap")
    with pytest.raises(PlatformError, match="in its chart already"):
        chart.add(construct)  # type: ignore[arg-type]  # what a user without mypy writes


def with_manifests(
    platform: Platform, manifests: Callable[[ManifestChart, Context], None]
) -> dict[str, bytes]:
    web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests)
    return synthesize(dataclasses.replace(platform, applications=(web,)))[0].files


def test_any_cdk8s_construct_may_be_added(platform: Platform) -> None:
    def manifests(chart: ManifestChart, _context: Context) -> None:
        chart.add(PLAIN)
        container = kplus.ContainerProps(image="nginx:1.29.0", port_number=8080)
        kplus.Deployment(chart, "web", containers=[container]).expose_via_service()

    files = with_manifests(platform, manifests)
    kinds = sorted(
        path.split("/")[-1].split(".")[0] for path in files if path.startswith("apps/web/manifests")
    )
    assert sorted(set(kinds) - {"NetworkPolicy"}) == ["ConfigMap", "Deployment", "Namespace", "Service"]
    (path,) = [path for path in files if "/Deployment." in path]
    deployment = yaml.safe_load(files[path])
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.29.0"
    assert deployment["metadata"]["namespace"] == "web"


def test_the_order_of_dependencies_of_foreign_constructs_is_kept() -> None:
    app = ManifestApp()
    chart = ManifestChart(app, "c")
    late = cdk8s.ApiObject(chart, "late", api_version="v1", kind="ConfigMap")
    early = cdk8s.ApiObject(chart, "early", api_version="v1", kind="Secret")
    late.add_dependency(early)
    ((_, manifests),) = app.charts_with_manifests()
    assert [item["kind"] for item in manifests] == ["Secret", "ConfigMap"]


def test_objects_of_the_same_kind_and_name_in_two_namespaces_get_files_of_their_own(
    platform: Platform,
) -> None:
    def manifests(chart: ManifestChart, _context: Context) -> None:
        for name in ("one", "two"):
            chart.add(
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "same", "namespace": name}}
            )

    web = Application(
        name="web", namespaces=(Namespace(name="one"), Namespace(name="two")), manifests=manifests
    )
    files = synthesize(dataclasses.replace(platform, applications=(web,)))[0].files
    assert {path for path in files if "ConfigMap" in path} == {
        "apps/web/manifests/ConfigMap.one.same.yaml",
        "apps/web/manifests/ConfigMap.two.same.yaml",
    }

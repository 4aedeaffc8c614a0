"""What the applications of this platform are measured, shown and missed by, beyond what any must be."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

from apps.__main__ import PLATFORM
from apps.istio.monitoring import OF_THE_PLATFORM
from apps.prometheus.grafana import ROLE_OF_GROUP, grafana_values, single_sign_on
from apps.prometheus.values import AS_WRITTEN, prometheus_values
from apps.shared.endpoints import PROMETHEUS
from platform_stack import Tenant
from platform_stack.integrations.grafana import DASHBOARD_LABEL
from platform_stack.integrations.prometheus import down
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import reference_context
from tests.promql.asked import read
from tests.scraping import alert_names, expressions, jobs, manifests, of_kind, scrapes, workloads

if TYPE_CHECKING:
    from platform_stack import Profile


NOT_SCRAPED = {("kube-system/cilium", 9964): "envoy-metrics"}
"""Ports for metrics that nobody reads: no rule or dashboard asks for those of Cilium's Envoy."""


@pytest.mark.parametrize("profile", PROFILES)
def test_every_port_for_metrics_is_scraped(profile: Profile) -> None:
    scraped = {(name, port) for name, found in scrapes(profile).items() for _, port in found}
    named = {
        (f"{pods.namespace}/{pods.name}", number): name
        for pods in workloads(profile)
        for name, number in pods.ports.items()
        if re.search("metrics|prom|monitoring", name)
    }
    assert len(named) > 20
    assert {place: name for place, name in named.items() if place not in scraped} == NOT_SCRAPED


@pytest.mark.parametrize("profile", PROFILES)
def test_every_workload_has_an_alert_that_says_it_is_down(profile: Profile) -> None:
    alerted = expressions(profile)
    silent = {
        name: scraped_as
        for name, scraped_as in jobs(profile).items()
        if scraped_as and not any(down("", job).expr in alerted for job in scraped_as)
    }
    # Prometheus cannot miss itself: of the alert that always fires, the receiver misses the silence.
    assert {job for scraped_as in silent.values() for job in scraped_as} == {PROMETHEUS.name}
    assert "Watchdog" in alert_names(profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_application_has_a_dashboard(profile: Profile) -> None:
    shown = {
        name
        for name, objects in manifests(profile).items()
        for item in objects
        if item["kind"] == "ConfigMap"
        and DASHBOARD_LABEL.items() <= item["metadata"].get("labels", {}).items()
    }
    assert {member.name for member in PLATFORM.members} - shown == set()


@pytest.mark.parametrize("profile", PROFILES)
def test_lokis_dashboards_are_those_that_show_something(profile: Profile) -> None:
    """A new one must be looked at: those that are left out ask for containers and components that are not there."""
    shown = {
        key
        for item in manifests(profile)["loki"]
        if DASHBOARD_LABEL.items() <= item["metadata"].get("labels", {}).items()
        for key in item["data"]
    }
    assert shown == {
        "alloy.json",
        *(
            f"loki-{one}.json"
            for one in ("chunks", "deletion", "logs", "operational", "reads", "retention", "writes")
        ),
    }


def test_grafana_gets_every_data_source_and_their_links_lead_to_one_another() -> None:
    context = reference_context(PLATFORM, PROFILES[0])
    provisioned = grafana_values(context)["datasources"]["datasources.yaml"]["datasources"]
    assert {one["url"] for one in provisioned} == {one.service.url for one in context.data_sources}
    uids = [one["uid"] for one in provisioned]
    assert len(set(uids)) == len(uids)
    assert sum(one.get("isDefault", False) for one in provisioned) == 1
    links = {value for key, value in leaves(provisioned) if key == "datasourceUid"}
    assert links
    assert links <= set(uids)


def test_no_dollar_that_grafana_would_take_for_an_environment_variable() -> None:
    context = reference_context(PLATFORM, PROFILES[0])
    texts = [value for source in context.data_sources for _, value in leaves(source.settings)]
    dollars = [text for text in texts if isinstance(text, str) and "$" in text]
    assert dollars
    assert [text for text in dollars if "$" in text.replace("$$", "")] == []


def leaves(value: object, key: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from leaves(item, name)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item, key)
    else:
        yield key, value


def test_single_sign_on_asks_for_the_strongest_role_first_and_lets_nobody_in_without_one() -> None:
    settings = single_sign_on({"client_id": "grafana"})["auth.generic_oauth"]
    roles = re.findall(r"'(Admin|Editor|Viewer)'", settings["role_attribute_path"])
    assert roles == ["Admin", "Editor", "Viewer"] == list(ROLE_OF_GROUP.values())
    assert settings["role_attribute_strict"] is True
    assert settings["client_id"] == "grafana"


@pytest.mark.parametrize("profile", PROFILES)
def test_the_platforms_monitors_and_rules_are_taken_as_they_are_written(profile: Profile) -> None:
    monitored = of_kind(profile, "PodMonitor", "PrometheusRule", "ServiceMonitor")
    assert {item["metadata"]["namespace"] for item in monitored} == set(AS_WRITTEN)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_application_speaks_for_the_platform_through_its_sidecar(profile: Profile) -> None:
    """What rules of the platform read and sidecars may say is asked for by its job."""
    dropped = re.compile(OF_THE_PLATFORM)
    by_job = {"process_start_time_seconds", "rest_client_requests_total", "up"}
    found = {
        name
        for where, metrics in read(profile).items()
        if where.startswith("PrometheusRule ") and where != "PrometheusRule podinfo podinfo"
        for name in metrics
        if not dropped.fullmatch(name)
    }
    assert found == by_job
    for name in by_job:
        asked = [expr for expr in expressions(profile) if re.search(rf"\b{name}\b", expr)]
        assert all(re.search(rf"\b{name}{{[^}}]*job=", expr) for expr in asked)
    assert not any(
        map(dropped.fullmatch, ("istio_requests_total", "envoy_cluster_upstream_cx_active", "redis_up"))
    )


def test_a_tenants_monitors_and_rules_are_kept_to_its_namespace() -> None:
    tenant = Tenant(
        name="shop", group="shop-team", contact="shop@example.test", namespaces=("shop", "velero")
    )
    others = tuple(one for one in PLATFORM.applications if one.name != "velero")
    context = reference_context(
        dataclasses.replace(PLATFORM, applications=others, tenants=(tenant,)), PROFILES[0]
    )
    spec = prometheus_values(context)["prometheus"]["prometheusSpec"]
    assert spec["enforcedNamespaceLabel"] == "namespace"
    excluded = {one["namespace"] for one in spec["excludedFromEnforcement"]}
    assert excluded == set(AS_WRITTEN) - {"velero"}

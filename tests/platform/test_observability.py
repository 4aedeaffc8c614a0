"""Everything that runs is measured, shown and missed when it is gone: over all members, from the recorded facts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from apps.prometheus.grafana import ROLE_OF_GROUP, grafana_values, single_sign_on
from apps.shared.endpoints import PROMETHEUS
from platform_stack.constructs import ManifestApp, ManifestChart
from platform_stack.integrations.grafana import DASHBOARD_LABEL
from platform_stack.integrations.prometheus import down
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import reference_context, releases

if TYPE_CHECKING:
    from platform_stack import Profile

Manifest = dict[str, Any]

WITHOUT_METRICS = {
    "longhorn-system/longhorn-driver-deployer": "it makes other workloads, then waits",
    "longhorn-system/longhorn-ui": "a web server of static pages, without an exporter",
}
"""Workloads that have no endpoint to scrape, each with the reason; kube-state-metrics sees them all the same."""
NOT_SCRAPED = {("kube-system/cilium", 9964): "envoy-metrics"}
"""Ports for metrics that nobody reads: no rule or dashboard asks for those of Cilium's Envoy."""
SEEN_BY_KUBE_STATE_METRICS = "KubeDeploymentReplicasMismatch"


@dataclass(frozen=True)
class Pods:
    """The pods of a workload: who they are, and what they say of their ports."""

    name: str
    namespace: str
    labels: Mapping[str, str]
    ports: Mapping[str, int]
    """By name; a port without one is known by its number."""

    def number(self, port: str | int) -> int | None:
        """Return a port's number, or None where the pods say of no such port."""
        return self.ports.get(str(port)) or next((one for one in self.ports.values() if one == port), None)


@cache
def manifests(profile: Profile) -> Mapping[str, list[Manifest]]:
    """Return all objects of each application: what its charts make, and its own."""
    context = reference_context(PLATFORM, profile)
    found: dict[str, list[Manifest]] = {member.name: [] for member in PLATFORM.members}
    app = ManifestApp()
    for member in PLATFORM.members:
        chart = ManifestChart(app, member.name)
        if member.manifests:
            member.manifests(chart, context)
        found[member.name] += chart.manifests
    for release in releases(PLATFORM, context):
        found[release.application.name] += release.objects
    return found


def of_kind(profile: Profile, *kinds: str) -> Iterator[Manifest]:
    for objects in manifests(profile).values():
        yield from (item for item in objects if item["kind"] in kinds)


def workloads(profile: Profile) -> Iterator[Pods]:
    """Yield what runs all the time; whether a Job has failed is kube-state-metrics' business."""
    for item in of_kind(profile, "DaemonSet", "Deployment", "StatefulSet"):
        template = item["spec"]["template"]
        inits = template["spec"].get("initContainers", [])
        sidecars = [container for container in inits if container.get("restartPolicy") == "Always"]
        ports = [
            port
            for container in template["spec"]["containers"] + sidecars
            for port in container.get("ports", [])
        ]
        yield Pods(
            name=item["metadata"]["name"],
            namespace=item["metadata"]["namespace"],
            labels=template["metadata"]["labels"],
            ports={port.get("name", str(port["containerPort"])): port["containerPort"] for port in ports},
        )
    context = reference_context(PLATFORM, profile)
    for member in PLATFORM.members:
        for made in member.run_time.workloads(context):
            if made.ports:  # an injected sidecar is no workload of its own
                yield Pods(made.name, made.namespace, made.labels, made.ports)


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items()
    return wanted <= labels.items() and all(
        {
            "In": labels.get(rule["key"]) in rule.get("values", []),
            "NotIn": labels.get(rule["key"]) not in rule.get("values", []),
            "Exists": rule["key"] in labels,
            "DoesNotExist": rule["key"] not in labels,
        }[rule["operator"]]
        for rule in selector.get("matchExpressions", [])
    )


def in_reach(monitor: Manifest, namespace: str) -> bool:
    selector = monitor["spec"].get("namespaceSelector", {})
    names = selector.get("matchNames") or [monitor["metadata"]["namespace"]]
    return bool(selector.get("any")) or namespace in names


def final_job(job: str, endpoint: Mapping[str, Any]) -> str:
    """Return a job's name after the relabelings, of which only additions to the name are understood."""
    for rule in endpoint.get("relabelings", []):
        if rule.get("targetLabel") == "job":
            assert rule["sourceLabels"] == ["job"], rule
            assert "regex" not in rule, rule
            job = rule["replacement"].replace("${1}", "$1").replace("$1", job)
    return job


def jobs_by_service(monitor: Manifest, service: Manifest, pods: Pods) -> Iterator[tuple[str, int]]:
    """Yield the jobs under which a ServiceMonitor scrapes these pods through this Service, each with its port."""
    labels = service["metadata"].get("labels", {})
    selector = service["spec"].get("selector")
    if not (
        selector
        and selector.items() <= pods.labels.items()
        and service["metadata"]["namespace"] == pods.namespace
        and in_reach(monitor, pods.namespace)
        and selects(monitor["spec"]["selector"], labels)
    ):
        return
    targets = {port.get("name"): port.get("targetPort", port["port"]) for port in service["spec"]["ports"]}
    job = labels.get(monitor["spec"].get("jobLabel")) or service["metadata"]["name"]
    for endpoint in monitor["spec"]["endpoints"]:
        if "port" in endpoint:
            target = targets.get(endpoint["port"])
            found = (
                target if isinstance(target, int) else pods.ports.get(str(target))
            )  # a number needs no name
        else:
            found = pods.number(endpoint["targetPort"])
        if found:
            yield final_job(job, endpoint), found


def jobs_by_pod(monitor: Manifest, pods: Pods) -> Iterator[tuple[str, int]]:
    """Yield the jobs under which a PodMonitor scrapes these pods, each with its port."""
    if in_reach(monitor, pods.namespace) and selects(monitor["spec"]["selector"], pods.labels):
        metadata = monitor["metadata"]
        job = (
            pods.labels.get(monitor["spec"].get("jobLabel")) or f"{metadata['namespace']}/{metadata['name']}"
        )
        for endpoint in monitor["spec"]["podMetricsEndpoints"]:
            port = endpoint.get("port") or endpoint.get("portNumber") or endpoint.get("targetPort")
            if found := pods.number(port):
                yield final_job(job, endpoint), found


@cache
def scrapes(profile: Profile) -> Mapping[str, set[tuple[str, int]]]:
    """Return for each workload, as namespace/name, the jobs under which Prometheus scrapes its pods, and the ports."""
    services = list(of_kind(profile, "Service"))
    by_service = list(of_kind(profile, "ServiceMonitor"))
    by_pod = list(of_kind(profile, "PodMonitor"))
    return {
        f"{pods.namespace}/{pods.name}": {
            *(
                scrape
                for monitor in by_service
                for service in services
                for scrape in jobs_by_service(monitor, service, pods)
            ),
            *(scrape for monitor in by_pod for scrape in jobs_by_pod(monitor, pods)),
        }
        for pods in workloads(profile)
    }


def jobs(profile: Profile) -> Mapping[str, set[str]]:
    """Return for each workload, as namespace/name, the jobs under which Prometheus scrapes its pods."""
    return {name: {job for job, _ in found} for name, found in scrapes(profile).items()}


def expressions(profile: Profile) -> set[str]:
    """Return what the platform's own alerts ask; the charts' are recorded by name only."""
    return {
        rule["expr"]
        for item in of_kind(profile, "PrometheusRule")
        for group in item["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule and "expr" in rule
    }


def alert_names(profile: Profile) -> set[str]:
    return {
        rule["alert"]
        for item in of_kind(profile, "PrometheusRule")
        for group in item["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }


@pytest.mark.parametrize("profile", PROFILES)
def test_every_workload_is_scraped(profile: Profile) -> None:
    found = jobs(profile)
    assert len(found) > 10
    assert {name for name, scraped_as in found.items() if not scraped_as} == WITHOUT_METRICS.keys() & found
    assert SEEN_BY_KUBE_STATE_METRICS in alert_names(profile)


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
def test_no_alert_waits_for_a_job_that_does_not_exist(profile: Profile) -> None:
    """Such an alert would fire from the first day."""
    template = re.escape(down("", "JOB").expr).replace("JOB", '([^"]+)')
    alerted = {match[1] for expr in expressions(profile) if (match := re.fullmatch(template, expr))}
    assert alerted
    assert alerted <= {job for scraped_as in jobs(profile).values() for job in scraped_as}


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


@pytest.mark.parametrize("profile", PROFILES)
def test_the_platforms_own_dashboards_and_alerts_have_names_of_their_own(profile: Profile) -> None:
    dashboards = [
        json.loads(text)["uid"]
        for item in of_kind(profile, "ConfigMap")
        if DASHBOARD_LABEL.items() <= item["metadata"].get("labels", {}).items()
        for text in item["data"].values()
        if text  # a chart's is recorded without its text
    ]
    own = [
        rule["alert"]
        for item in of_kind(profile, "PrometheusRule")
        for group in item["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule and "expr" in rule
    ]
    assert dashboards
    assert [name for name, count in Counter(dashboards + own).items() if count > 1] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_data_sources_and_routes_lead_to_services_that_exist(profile: Profile) -> None:
    existing = {
        (item["metadata"]["namespace"], item["metadata"]["name"], port["port"])
        for item in of_kind(profile, "Service")
        for port in item["spec"]["ports"]
    }
    targets = [
        *(source.service for member in PLATFORM.members for source in member.data_sources),
        *(route.service for member in PLATFORM.members for route in member.routes),
    ]
    assert [one for one in targets if (one.namespace, one.name, one.port) not in existing] == []


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

"""What Prometheus scrapes of the platform in apps/, and what is asked of it: from the recorded facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.described import made

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack import Profile


Manifest = dict[str, Any]


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


def manifests(profile: Profile) -> Mapping[str, Sequence[Manifest]]:
    """Return all objects of each application: what its charts make, and its own."""
    return made(profile).estate.objects


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
    for found in made(profile).estate.runtime_workloads.values():
        for one in found:
            if one.ports:  # an injected sidecar is no workload of its own
                yield Pods(one.name, one.namespace, one.labels, one.ports)


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

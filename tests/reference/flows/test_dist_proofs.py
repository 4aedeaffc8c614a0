"""The real dist/, asked by what its objects and values name: who must be reached is, who must not is not.

Unlike test_dist.py this looks nothing up by the declared flows: monitors, webhooks, data sources and addresses are
read from the manifests and the values, and followed to pods by Kubernetes' own rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.flows.dist import STRANGER, made, oracle, pod, workloads
from tests.flows.peers import Address, Entity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack import Profile
    from platform_stack.network.pods import Workload

Target = tuple["Workload", int]


def objects(profile: Profile, *kinds: str) -> Iterator[dict[str, Any]]:
    result, *_ = made(profile)
    return (item for items in result.objects.values() for item in items if item["kind"] in kinds)


def values(profile: Profile, path: str) -> dict[str, Any]:
    result, *_ = made(profile)
    loaded: dict[str, Any] = yaml.safe_load(result.files[path])
    return loaded


def named(profile: Profile, name: str) -> Workload:
    (found,) = [one for one in workloads(profile) if one.name == name]
    return found


def everybody(profile: Profile) -> list[Workload]:
    """Return every workload, those on the node's network too."""
    _, _, inventory, _ = made(profile)
    return list(inventory.all())


def selected(profile: Profile, namespace: str, labels: dict[str, str]) -> list[Workload]:
    return [
        one
        for one in everybody(profile)
        if one.namespace == namespace and labels.items() <= dict(one.labels).items()
    ]


def behind(profile: Profile, namespace: str, name: str, port: int | str) -> list[Target]:
    """Follow a Service's port, a number or a name, to pods and their ports."""
    result = []
    for service in objects(profile, "Service"):
        if (service["metadata"]["namespace"], service["metadata"]["name"]) == (namespace, name):
            for entry in service["spec"]["ports"]:
                if port in (entry["port"], entry.get("name")):
                    target = entry.get("targetPort", entry["port"])
                    for one in selected(profile, namespace, service["spec"]["selector"]):
                        number = target if isinstance(target, int) else dict(one.ports)[target]
                        result.append((one, number))
    return result


def at(profile: Profile, url: str) -> list[Target]:
    """Follow an address inside the cluster, `<service>.<namespace>.svc:<port>` with or without a scheme."""
    parts = urlsplit(url if "//" in url else f"//{url}")
    assert parts.hostname is not None
    name, namespace, *_ = parts.hostname.split(".")
    return behind(profile, namespace, name, parts.port or 80)


def scrape_targets(profile: Profile) -> Iterator[Target]:
    for monitor in objects(profile, "ServiceMonitor", "PodMonitor"):
        spec = monitor["spec"]
        wanted = spec.get("namespaceSelector", {})
        namespaces = wanted.get("matchNames", [monitor["metadata"]["namespace"]])
        labels = spec["selector"].get("matchLabels", {})
        for endpoint in spec.get("podMetricsEndpoints", ()):
            for namespace in namespaces:
                for one in selected(profile, namespace, labels):
                    yield one, dict(one.ports)[endpoint["port"]]
        for service in objects(profile, "Service"):
            metadata = service["metadata"]
            if (
                not (wanted.get("any") or metadata["namespace"] in namespaces)
                or not labels.items() <= metadata.get("labels", {}).items()
                or any(excluded(rule, metadata.get("labels", {})) for rule in expressions(spec["selector"]))
            ):
                continue
            for endpoint in spec.get("endpoints", ()):
                if "port" in endpoint:
                    yield from behind(profile, metadata["namespace"], metadata["name"], endpoint["port"])
                    continue
                for one in selected(profile, metadata["namespace"], service["spec"]["selector"]):
                    port = endpoint["targetPort"]
                    yield one, port if isinstance(port, int) else dict(one.ports)[port]


def expressions(selector: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = selector.get("matchExpressions", [])
    return found


def excluded(rule: dict[str, Any], labels: dict[str, str]) -> bool:
    assert rule["operator"] in ("In", "NotIn", "DoesNotExist")  # those in use
    if rule["operator"] == "DoesNotExist":
        return rule["key"] in labels
    inside: bool = labels.get(rule["key"]) in rule["values"]
    wanted: bool = rule["operator"] == "In"
    return inside != wanted


def reaches(profile: Profile, source: Workload, target: Target) -> bool:
    workload, port = target
    to = Entity("remote-node") if workload.host_network else pod(workload)
    return oracle(profile).allows(pod(source), to, port)


def test_prometheus_reaches_every_scrape_target(profile: Profile) -> None:
    prometheus = named(profile, "prometheus-kps")
    targets = set(scrape_targets(profile)) - {(prometheus, 9090), (prometheus, 8080)}  # itself
    assert len(targets) > 25
    assert [(one.name, port) for one, port in targets if not reaches(profile, prometheus, (one, port))] == []


def test_grafana_reaches_every_data_source(profile: Profile) -> None:
    stack = values(profile, "apps/prometheus/values/kube-prometheus-stack.yaml")
    sources = stack["grafana"]["datasources"]["datasources.yaml"]["datasources"]
    assert len(sources) == 5
    for source in sources:
        targets = at(profile, source["url"])
        assert targets, source["name"]
        assert all(reaches(profile, named(profile, "grafana"), target) for target in targets), source["name"]


def test_the_api_server_reaches_every_webhook(profile: Profile) -> None:
    services = [
        webhook["clientConfig"]["service"]
        for item in objects(profile, "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
        for webhook in item.get("webhooks", ())
    ]
    assert len(services) > 8
    for service in services:
        targets = behind(profile, service["namespace"], service["name"], service.get("port", 443))
        assert targets, service
        for target, port in targets:
            assert oracle(profile).allows(Entity("kube-apiserver"), pod(target), port), (target.name, port)


def test_the_gateway_reaches_the_service_of_every_route(profile: Profile) -> None:
    found = [
        (item["metadata"]["namespace"], path["backend"]["service"])
        for item in objects(profile, "Ingress")
        for rule in item["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]
    assert len(found) >= 5
    for namespace, service in found:
        for target in behind(profile, namespace, service["name"], service["port"]["number"]):
            assert reaches(profile, named(profile, "kong"), target), service


def test_jaeger_reaches_its_bridge_and_both_reach_tempo(profile: Profile) -> None:
    config = values(profile, "apps/tracing/values/jaeger.yaml")["userconfig"]
    storage = config["extensions"]["jaeger_storage"]["backends"]["tempo"]["grpc"]
    for address in (storage["endpoint"], storage["writer"]["endpoint"]):
        (target,) = at(profile, address)
        assert reaches(profile, named(profile, "jaeger"), target), address
    (tempo,) = selected(profile, "tracing", {"app.kubernetes.io/name": "tempo"})
    assert reaches(profile, named(profile, "jaeger-tempo-bridge"), (tempo, 3200))


def test_velero_reaches_its_store(profile: Profile) -> None:
    (location,) = values(profile, "apps/velero/values/velero.yaml")["configuration"]["backupStorageLocation"]
    (store,) = at(profile, location["config"]["s3Url"])
    for name in ("velero", "node-agent"):
        assert reaches(profile, named(profile, name), store), name


@pytest.mark.parametrize(
    ("source", "target", "port"),
    [
        ("kong", "vault", 8201),
        ("prometheus-kps", "vault", 8201),
        ("argocd-server", "vault", 8200),
        ("grafana", "vault", 8200),
        ("tempo", "jaeger-tempo-bridge", 17271),
        ("grafana", "jaeger-tempo-bridge", 17271),
        ("kong", "jaeger-tempo-bridge", 17271),
        ("prometheus-kps", "jaeger-tempo-bridge", 17271),
        ("kong", "dns-etcd", 2379),
        ("grafana", "dns-etcd", 2379),
        ("grafana", "seaweedfs-all-in-one", 8333),
        ("kong", "seaweedfs-all-in-one", 8333),
        ("alloy", "prometheus-kps", 9090),
        ("kong", "loki", 3100),
        ("kong", "argocd-repo-server", 8081),
        ("falco", "loki", 3100),
    ],
)
def test_pairs_that_must_be_refused(profile: Profile, source: str, target: str, port: int) -> None:
    wanted = named(profile, target)
    assert port in wanted.numbers  # else it would be refused for no reason
    assert not reaches(profile, named(profile, source), (wanted, port))
    assert not oracle(profile).allows(STRANGER, pod(wanted), port)
    assert not oracle(profile).allows(Address("203.0.113.7"), pod(wanted), port)


def test_only_argo_cd_reaches_any_address(profile: Profile) -> None:
    assert {
        one.name
        for one in workloads(profile)
        for port in (22, 80, 443, 8080)
        if oracle(profile).allows(pod(one), Address("203.0.113.7"), port)
    } == {"argocd-repo-server"}

"""The real dist/: what was declared is reachable, and nothing else is."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import pytest

from apps.__main__ import PLATFORM
from apps.kyverno.registries import REGISTRY_HOSTS
from platform_stack import Context
from platform_stack.estate import Estate
from platform_stack.model.cluster import PROFILES
from platform_stack.model.flow import ANY_PORT
from platform_stack.model.flow import Entity as Declared
from platform_stack.network.pods import DNS, Inventory, Workload
from platform_stack.synth import Synthesized, synthesize
from tests.flows.oracle import Oracle
from tests.flows.peers import Address, DnsName, Entity, Pod

if TYPE_CHECKING:
    from platform_stack import Profile
    from platform_stack.network.resolve import ResolvedFlow


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> Profile:
    value: Profile = request.param
    return value


STRANGER = Pod("tenant", "stranger", {"app": "stranger"}, {})
POLICIES = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")


@functools.cache
def made(profile: Profile) -> tuple[Synthesized, Context, Inventory, list[ResolvedFlow]]:
    (cluster,) = PLATFORM.clusters
    changed = dataclasses.replace(cluster, profile=profile, iscsi=profile == "ha")
    platform = dataclasses.replace(PLATFORM, clusters=(changed,))
    (result,) = synthesize(platform)
    context = Context(platform, changed)
    objects = {
        name: [item for item in items if item["kind"] not in POLICIES]
        for name, items in result.objects.items()
    }
    estate = Estate(context, objects)
    return result, context, estate.inventory, list(estate.flows)


def pod(workload: Workload) -> Pod:
    return Pod(workload.namespace, workload.name, dict(workload.labels), dict(workload.ports))


@functools.cache
def oracle(profile: Profile) -> Oracle:
    result, _, _, _ = made(profile)
    everything: list[dict[str, Any]] = [item for items in result.objects.values() for item in items]
    namespaces = {
        item["metadata"]["name"]: item["metadata"].get("labels", {})
        for item in everything
        if item["kind"] == "Namespace"
    }
    return Oracle(
        [item for item in everything if item["kind"] in POLICIES],
        [*(pod(workload) for workload in workloads(profile)), pod(DNS), STRANGER],
        {**namespaces, STRANGER.namespace: {}},
    )


def workloads(profile: Profile) -> list[Workload]:
    _, _, inventory, _ = made(profile)
    return [workload for workload in inventory.all() if not workload.host_network]


def declared(profile: Profile, source: Workload, target: Workload, port: int) -> bool:
    """Whether a flow between the two was declared or derived."""
    _, _, _, flows = made(profile)
    return any(
        port in (flow.port, flow.port or port)
        and matches(flow.source, source)
        and matches(flow.target, target)
        for flow in flows
        if flow.protocol == "TCP" and flow.port in (port, ANY_PORT)
    )


def matches(peer: object, workload: Workload) -> bool:
    if peer is Declared.MESH:
        return workload.mesh
    return isinstance(peer, Workload) and (
        peer == workload or (not peer.selector and peer.namespace == workload.namespace)
    )


def test_between_pods_what_is_declared_is_reachable_and_nothing_else(profile: Profile) -> None:
    wrong = []
    judge = oracle(profile)
    for source in workloads(profile):
        for target in workloads(profile):
            if source == target and source.selector == target.selector and not target.numbers:
                continue
            for port in {*target.numbers, 15020, 15021, 8125}:
                if source == target:
                    continue  # a pod always reaches itself
                allowed = judge.allows(pod(source), pod(target), port)
                if allowed != declared(profile, source, target, port):
                    wrong.append(
                        f"{source.name} -> {target.name}:{port} is {'allowed' if allowed else 'refused'}"
                    )
    assert wrong == []


def test_every_pod_reaches_cluster_dns(profile: Profile) -> None:
    dns = pod(DNS)
    for workload in workloads(profile):
        assert oracle(profile).allows(pod(workload), dns, 53, "UDP"), workload.name


def test_the_api_server_reaches_every_webhook_and_only_webhooks(profile: Profile) -> None:
    _, _, _, flows = made(profile)
    webhooks = {
        (flow.target, flow.port)
        for flow in flows
        if flow.source is Declared.API_SERVER and isinstance(flow.target, Workload)
    }
    assert len(webhooks) >= 8
    for workload in workloads(profile):
        for port in workload.numbers:
            expected = (workload, port) in webhooks or any(
                flow.source is Declared.WORLD and flow.target == workload and flow.port == port
                for flow in flows
            )
            assert oracle(profile).allows(Entity("remote-node"), pod(workload), port) == expected, (
                workload.name,
                port,
            )


BLOBS = {
    "docker.io": (
        "registry-1.docker.io",
        "auth.docker.io",
        "production.cloudflare.docker.com",
        "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
    ),
    "ghcr.io": ("ghcr.io", "pkg-containers.githubusercontent.com"),
    "quay.io": ("quay.io", "cdn.quay.io", "cdn03.quay.io"),
    "reg.kyverno.io": ("reg.kyverno.io", "ghcr.io"),
    "registry.k8s.io": (
        "registry.k8s.io",
        "europe-west3-docker.pkg.dev",
        "us-central1-docker.pkg.dev",
        "prod-registry-k8s-io-eu-central-1.s3.dualstack.eu-central-1.amazonaws.com",
        "767373bbdcb8270361b96548387bf2a9ad0d48758c35-eu-west-2.s3.dualstack.eu-west-2.amazonaws.com",
    ),
}
"""Hosts that each registry is known to send clients to, as they are, not as patterns.

Sources: apps/kyverno/registries.py.
"""

NOT_A_REGISTRY = (
    "example.r2.cloudflarestorage.com",
    "else.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
    "bucket.s3.dualstack.eu-central-1.amazonaws.com",
    "storage.pkg.dev",
    "docker.io",
)


def test_image_verification_reaches_what_its_registries_send_it_to(profile: Profile) -> None:
    (kyverno,) = [one for one in workloads(profile) if one.name == "kyverno-admission-controller"]
    asked = oracle(profile)
    hosts = {host for hosts in BLOBS.values() for host in hosts}
    assert set(BLOBS) == set(REGISTRY_HOSTS)
    assert {host for host in hosts if not asked.allows(pod(kyverno), DnsName(host), 443)} == set()
    assert {name for name in NOT_A_REGISTRY if asked.allows(pod(kyverno), DnsName(name), 443)} == set()


@pytest.mark.parametrize("port", [443, 22])
def test_argo_cd_reaches_any_git_and_chart_repository(profile: Profile, port: int) -> None:
    (repo_server,) = [one for one in workloads(profile) if one.name == "argocd-repo-server"]
    assert oracle(profile).allows(pod(repo_server), Address("203.0.113.7"), port)
    assert oracle(profile).allows(pod(repo_server), DnsName("git.example.test"), port)


def test_the_internet_reaches_the_gateway_and_the_dns_server_only(profile: Profile) -> None:
    reached = {
        workload.name
        for workload in workloads(profile)
        for port in workload.numbers
        for protocol in ("TCP", "UDP")
        if oracle(profile).allows(Address("203.0.113.7"), pod(workload), port, protocol)
    }
    assert reached == {"kong", "platform-dns"}


def test_a_stranger_reaches_nothing(profile: Profile) -> None:
    judge = oracle(profile)
    for workload in workloads(profile):
        for port in workload.numbers:
            assert not judge.allows(STRANGER, pod(workload), port), (workload.name, port)


@pytest.mark.parametrize(
    ("source", "target", "port"),
    [
        ("jaeger", "jaeger-tempo-bridge", 17271),
        ("velero", "seaweedfs-all-in-one", 8333),
        ("grafana", "loki", 3100),
    ],
)
def test_pairs_that_must_reach_each_other(profile: Profile, source: str, target: str, port: int) -> None:
    by_name = {workload.name: workload for workload in workloads(profile)}
    assert oracle(profile).allows(pod(by_name[source]), pod(by_name[target]), port)


def test_only_jaeger_reaches_its_bridge(profile: Profile) -> None:
    by_name = {workload.name: workload for workload in workloads(profile)}
    bridge = pod(by_name["jaeger-tempo-bridge"])
    assert [one.name for one in workloads(profile) if oracle(profile).allows(pod(one), bridge, 17271)] in (
        ["jaeger"],
        ["jaeger", "jaeger-tempo-bridge"],
    )

"""The network of dist/: who of the applications must reach whom, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.kyverno.registries import REGISTRY_HOSTS
from tests.flows.dist import oracle, pod, workloads
from tests.flows.peers import Address, DnsName
from tests.flows.registries import BLOBS, NOT_A_REGISTRY

if TYPE_CHECKING:
    from platform_stack import Profile


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

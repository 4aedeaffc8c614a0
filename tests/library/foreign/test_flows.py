"""What the foreign platforms declare is reachable, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack.model.flow import ANY_PORT
from platform_stack.model.flow import Entity as Declared
from platform_stack.network.pods import DNS, Workload
from tests.flows.peers import Address, DnsName, Entity, Peer
from tests.library.foreign.made import NAMES, STRANGER, connections, inventory, made, oracle, pod, workloads
from tests.library.foreign.shop import PAYMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

each = pytest.mark.parametrize("name", NAMES)

SOMEWHERE = Address("203.0.113.7")
API_SERVER: dict[str, Peer] = {"calico": Address("172.18.0.2"), "envoy": Entity("kube-apiserver")}
"""The API server as the policies of each see it: by its address, or as what it is."""


def pairs(name: str) -> Iterator[tuple[Workload, Workload]]:
    found = workloads(name)
    yield from ((source, target) for source in found for target in found if source != target)


@each
def test_between_pods_what_is_declared_is_reachable_and_nothing_else(name: str) -> None:
    declared = connections(made(name))
    assert all(port != ANY_PORT for _, _, port in declared)
    ports = {port for _, _, port in declared} | {9}
    wrong = [
        oracle(name).explain(pod(source), pod(target), port)
        for source, target in pairs(name)
        for port in ports
        if oracle(name).allows(pod(source), pod(target), port) != ((source, target, port) in declared)
    ]
    assert wrong == []


def test_the_scraper_reaches_what_a_monitor_selects() -> None:
    scraped = {
        (target.name, port)
        for source, target, port in connections(made("calico"))
        if source.name == "vmagent-main"
    }
    assert {("shop", 9797), ("ingress-nginx-controller", 10254), ("vmsingle-main", 8428)} <= scraped
    assert {name for name, _ in scraped} >= {"external-secrets", "argo-cd-argocd-server"}


@each
def test_the_gateway_reaches_what_it_routes_to(name: str) -> None:
    gateway = {"calico": "ingress-nginx-controller", "envoy": "public-proxy"}[name]
    reached = {target.name for source, target, _ in connections(made(name)) if source.name == gateway}
    assert {"shop", "argo-cd-argocd-server"} <= reached


@each
def test_every_pod_reaches_cluster_dns(name: str) -> None:
    assert all(oracle(name).allows(pod(one), pod(DNS), 53, "UDP") for one in workloads(name))


@each
def test_the_api_server_is_reached_by_those_who_say_so(name: str) -> None:
    declared = {flow.source for flow in made(name).flows if flow.target is Declared.API_SERVER}
    reached = {one for one in workloads(name) if oracle(name).allows(pod(one), API_SERVER[name], 6443)}
    assert {one.name for one in reached} == {
        one.name for one in declared if isinstance(one, Workload) and not one.host_network
    }
    assert "shop" in {one.name for one in reached}


@each
def test_the_api_server_reaches_webhooks_and_no_other_port_that_nobody_exposes(name: str) -> None:
    flows = made(name).flows
    webhooks = {
        (flow.target, flow.port)
        for flow in flows
        if flow.source is Declared.API_SERVER and isinstance(flow.target, Workload)
    }
    exposed = {(flow.target, flow.port) for flow in flows if flow.source is Declared.WORLD}
    assert {target.name for target, _ in webhooks} == {
        {"calico": "external-secrets-webhook", "envoy": "cert-manager-webhook"}[name]
    }
    for one in workloads(name):
        for port in one.numbers:
            expected = (one, port) in webhooks | exposed
            assert oracle(name).allows(API_SERVER[name], pod(one), port) == expected, (one.name, port)


@each
def test_the_world_reaches_the_gateway_alone(name: str) -> None:
    reached = {
        one.name
        for one in workloads(name)
        for port in {*one.numbers, 9}
        if oracle(name).allows(SOMEWHERE, pod(one), port)
    }
    assert reached == {{"calico": "ingress-nginx-controller", "envoy": "public-proxy"}[name]}


@each
def test_argo_cd_reaches_any_git(name: str) -> None:
    (repo_server,) = [one for one in workloads(name) if one.name == "argo-cd-argocd-repo-server"]
    for port in (443, 22):
        assert oracle(name).allows(pod(repo_server), SOMEWHERE, port)
    assert not oracle(name).allows(pod(repo_server), SOMEWHERE, 80)


@each
def test_a_stranger_reaches_nothing(name: str) -> None:
    assert [
        (one.name, port)
        for one in workloads(name)
        for port in {*one.numbers, 9}
        if oracle(name).allows(STRANGER, pod(one), port)
    ] == []


def test_a_name_is_reached_by_its_name_where_the_network_knows_names() -> None:
    (shop,) = [one for one in inventory("envoy").all() if one.name == "shop"]
    assert oracle("envoy").allows(pod(shop), DnsName(PAYMENTS), 443)
    assert not oracle("envoy").allows(pod(shop), DnsName("elsewhere.example"), 443)
    assert not oracle("envoy").allows(pod(shop), SOMEWHERE, 443)

"""On a network that knows NetworkPolicies only: a pair is reachable if and only if a flow between the two was declared.

What it cannot say is an error, or is opened as wide as it was declared.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from platform_stack import Application, Cluster, Context, Namespace, Platform, PlatformError, Tenant
from platform_stack.checks.contradictions import encrypted, nothing_encrypts
from platform_stack.estate import Estate
from platform_stack.integrations.cilium import network_engine
from platform_stack.model.flow import (
    Entity,
    Flow,
    Names,
    Networks,
    Pods,
    Wider,
    reaches_names,
    uses_api_server,
    within,
)
from platform_stack.model.network import NetworkEngine
from platform_stack.network.policies import policies
from platform_stack.network.table import rows
from platform_stack.synth import synthesize
from tests.flows.oracle import Oracle
from tests.flows.peers import Address, Pod
from tests.flows.platforms import (
    ADDRESSES,
    GIT,
    HUB,
    NETWORK,
    PLAIN,
    PORTS,
    Made,
    always,
    assert_between_pods,
    deployment,
    platforms,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from platform_stack.constructs import ManifestChart
    from platform_stack.facts import Manifest

OTHER = Pod("web", "other", {"app": "other"}, {}, "10.244.7.7")


@settings(max_examples=150)
@given(platforms(plain=True))
def test_between_pods(made: Made) -> None:
    assert_between_pods(made)


@settings(max_examples=150)
@given(platforms(plain=True))
def test_to_and_from_outside(made: Made) -> None:
    judge = made.oracle()
    for workload, pod in made.pods.items():
        for port in PORTS:
            into = {
                source for source, target, number in made.declared if (target, number) == (workload, port)
            }
            # What comes to a LoadBalancer may arrive from a node's address.
            assert judge.allows(ADDRESSES[Entity.WORLD], pod, port) == (Entity.WORLD in into)
            for entity in (Entity.NODES, Entity.API_SERVER):
                assert judge.allows(ADDRESSES[entity], pod, port) == bool(into & {entity, Entity.WORLD})
            out = {target for source, target, number in made.declared if (source, number) == (workload, port)}
            for entity in (Entity.NODES, Entity.API_SERVER):
                assert judge.allows(pod, ADDRESSES[entity], port) == (entity in out)
            # The names of GIT are opened as the world, those of HUB as a network.
            world = bool(out & {Entity.WORLD, GIT})
            assert judge.allows(pod, ADDRESSES[Entity.WORLD], port) == world
            assert judge.allows(pod, ADDRESSES[NETWORK], port) == (world or NETWORK in out)
            assert judge.allows(pod, ADDRESSES[HUB], port) == (world or HUB in out)


@given(platforms(plain=True))
def test_nothing_but_network_policies_is_made(made: Made) -> None:
    assert {policy["kind"] for policy in made.policies()} == {"NetworkPolicy"}


def estate(*flows: Flow, cluster: Cluster = PLAIN, roles: Sequence[NetworkEngine] = ()) -> Estate:
    web = Application(
        name="web", namespaces=(Namespace(name="web"),), flows=always(flows), roles=tuple(roles)
    )
    platform = Platform(applications=(web,), clusters=(cluster,))
    objects = {"web": [deployment("web", "web"), deployment("web", "other")]}
    return Estate(Context(platform, cluster), objects)


def made(*flows: Flow, cluster: Cluster = PLAIN) -> list[Manifest]:
    return [policy for _, policy, _ in policies(estate(*flows, cluster=cluster))]


def reached(port: int, flow: Flow, *addresses: str, cluster: Cluster = PLAIN) -> set[str]:
    pod = Pod("web", "web", {"app": "web"}, {}, "10.244.7.6")
    judge = Oracle(made(flow, cluster=cluster), [pod, OTHER], {"web": {}})
    return {address for address in addresses if judge.allows(pod, Address(address), port)}


def to(*networks: str) -> Flow:
    return Flow(source=Pods(workloads=("web",)), target=Networks(networks), ports=(80,), because="asks it")


def test_a_network_around_the_cluster_is_what_is_outside_of_it() -> None:
    cluster = Cluster(
        name="lan", repo_url="https://git.example.test/p", node_networks=("10.1.0.0/16", "10.1.0.0/24")
    )
    found = reached(
        80, to("10.0.0.0/8"), "10.2.0.1", "10.1.0.1", "10.244.0.9", "10.96.0.1", "11.0.0.1", cluster=cluster
    )
    assert found == {"10.2.0.1"}


def test_a_network_among_the_nodes_is_what_it_says() -> None:
    assert reached(80, to("172.18.0.7/32"), "172.18.0.7", "172.18.0.8") == {"172.18.0.7"}


@pytest.mark.parametrize("network", ["10.244.3.0/24", "10.244.0.0/16", "10.96.0.1/32"])
def test_a_network_of_pods_or_services_is_refused(network: str) -> None:
    with pytest.raises(PlatformError, match="addresses of the cluster's own pods or Services"):
        made(to(network))


def test_a_network_of_another_version_of_the_protocol_has_nothing_left_out() -> None:
    (block,) = [one for one in made(to("2001:db8::/32")) if "networks" in one["metadata"]["name"]]
    assert block["spec"]["egress"][0]["to"] == [{"ipBlock": {"cidr": "2001:db8::/32"}}]


def test_hosts_by_name_are_refused() -> None:
    found = estate(reaches_names("git.example.test", because="pulls from there")).resolution.findings
    (finding,) = found
    assert "flows: 'pulls from there'" in finding.where
    assert finding.found == "git.example.test: hosts by name, which no policy of this network can say"
    assert 'wider=Wider(because="…")' in finding.hint


def test_what_is_opened_wider_says_so() -> None:
    flow = reaches_names(
        "git.example.test",
        because="pulls from there",
        source=("web",),
        wider=Wider(because="its addresses change"),
    )
    (row,) = rows(estate(flow).flows)
    assert row.target == "git.example.test, opened as the world"
    assert row.because == "pulls from there; wider than meant because its addresses change"
    (policy,) = [
        one for one in made(flow) if one["metadata"]["name"] == "egress-web-to-hosts-git-example-test"
    ]
    assert policy["metadata"]["annotations"] == {
        "platform-stack.io/allows": "443/TCP pulls from there; wider than meant because its addresses change (web)"
    }


def test_an_engine_that_can_say_names_opens_nothing_wider() -> None:
    flow = reaches_names("git.example.test", because="pulls", wider=Wider(because="its addresses change"))
    found = estate(flow, roles=(network_engine(),)).flows
    assert {one.target for one in found} == {Names(("git.example.test",))}


def test_addresses_that_the_cluster_does_not_declare_are_asked_for_at_once() -> None:
    bare = Cluster(name="bare", repo_url="https://git.example.test/p")
    probe = Flow(source=Entity.NODES, target=Pods(), ports=(80,), because="asks how it is")
    with pytest.raises(PlatformError) as raised:
        made(uses_api_server(), probe, cluster=bare)
    api_server, nodes = sorted(raised.value.findings, key=lambda one: one.where)
    assert api_server.where.endswith("cluster 'bare': api_server_networks")
    assert (
        api_server.found == "none, and flows with the API server: calls the Kubernetes API (web), and 1 more"
    )
    assert nodes.where.endswith("cluster 'bare': node_networks")
    assert 'node_networks=("192.0.2.7/32",)' in nodes.hint


@pytest.mark.parametrize(
    ("roles", "protection", "told", "refused"),
    [
        ((), "none", 1, 0),
        ((NetworkEngine(),), "none", 1, 0),
        ((NetworkEngine(encryption="IPsec"),), "IPsec", 0, 0),
        ((network_engine(),), "WireGuard", 0, 0),
        ((network_engine(encryption=None),), "none", 1, 0),
    ],
)
def test_protection_is_what_the_network_gives(
    roles: tuple[NetworkEngine, ...], protection: str, told: int, refused: int
) -> None:
    found = estate(within("other", ports=(80,), because="asks it", source=("web",)), roles=roles)
    assert [flow.protection for flow in found.flows] == [protection]
    assert len(list(nothing_encrypts(found))) == told
    assert len(list(encrypted(found))) == refused


def test_a_cluster_may_say_why_nothing_need_be_encrypted() -> None:
    trusted = Cluster(
        name="one", repo_url="https://git.example.test/p", plaintext_because="all nodes are one machine"
    )
    flow = within("other", ports=(80,), because="asks it", source=("web",))
    assert list(nothing_encrypts(estate(flow, cluster=trusted))) == []


def test_a_flow_with_the_mesh_where_there_is_none() -> None:
    def flow(*, optional: bool) -> Flow:
        return Flow(source=Entity.MESH, target=Pods(), ports=(80,), because="asks it", optional=optional)

    (finding,) = estate(flow(optional=False)).resolution.findings
    assert finding.found == "a flow with the mesh, and no application has the role Mesh"
    assert estate(flow(optional=True)).resolution.findings == ()
    assert estate(flow(optional=True)).flows == ()


def adds_web(chart: ManifestChart, _context: Context) -> None:
    chart.add(deployment("web", "web"))


def test_the_readme_says_what_the_network_cannot(tmp_path: Path) -> None:
    cluster = dataclasses.replace(PLAIN, plaintext_because="all nodes are one machine")
    flows = (
        reaches_names("git.example.test", because="pulls", wider=Wider(because="its addresses change")),
        Flow(source=Entity.NODES, target=Pods(), ports=(80,), because="asks how it is"),
    )
    web = Application(
        name="web",
        namespaces=(Namespace(name="web"),),
        flows=always(flows),
        manifests=adds_web,
    )
    team = Tenant(name="team", group="team", contact="team")
    platform = Platform(
        applications=(web,), tenants=(team,), clusters=(cluster,), facts=tmp_path, secrets=tmp_path
    )
    (result,) = synthesize(platform)
    assert result.warnings == ()
    readme = result.files["README.md"].decode()
    for said in (
        "Protection between nodes: TLS 1, none 1.",
        "Nothing encrypts between nodes: all nodes are one machine.",
        "Policies mean nodes by address: `172.18.0.0/24`.",
        "| git.example.test, opened as the world | web/web | pulls; wider than meant because its addresses change |",
        # There is no mesh, not even for tenants.
        "| namespace | owner | Pod Security | because |\n|---|---|---|---|\n",
    ):
        assert said in readme
    kinds = {item["kind"] for items in result.objects.values() for item in items}
    assert kinds == {"Deployment", "Namespace", "NetworkPolicy", "Role", "RoleBinding"}
    namespaces = [item for item in result.objects["tenant-team"] if item["kind"] == "Namespace"]
    assert not any("istio-injection" in item["metadata"]["labels"] for item in namespaces)

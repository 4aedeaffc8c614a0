"""A tenant reaches its own pods, traces and what is outside, as declared, and opens nothing else.

Whatever a tenant declares: it is refused at synth, or an oracle that knows only the manifests sees the same
platform as without it.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_stack import (
    Application,
    Cluster,
    Context,
    Namespace,
    Platform,
    PlatformError,
    Repository,
    Role,
    Route,
    Service,
    Sidecar,
    Tenant,
    TraceCollector,
)
from platform_stack.checks.tenants import within_the_tenant
from platform_stack.estate import Estate
from platform_stack.integrations.cilium import network_engine
from platform_stack.integrations.istio import mesh
from platform_stack.integrations.kong import gateway
from platform_stack.model.flow import Entity, Everything, Flow, Names, Networks, Pods, sends_traces
from platform_stack.network.policies import policies
from tests.flows.oracle import Oracle
from tests.flows.peers import Address, DnsName, Pod
from tests.flows.peers import Entity as Identity

CLUSTER = Cluster(name="test", repo_url="https://git.example.test/platform")
PORTS = (80, 4317, 8200, 8201, 15012)
GATEWAY_PORT = 80

WORKLOADS = {
    "vault": ("vault",),
    "tracing": ("tempo", "bridge"),
    "kong": ("kong",),
    "istio": ("istiod",),
    "tenant-shop": ("web", "database"),
    "tenant-books": ("web",),
}
ROLES: dict[str, tuple[Role, ...]] = {
    "kong": (gateway(),),
    "tracing": (TraceCollector(workloads=("tempo",)),),
    "vault": (network_engine(),),
    "istio": (mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi")),),
}
MESHED = {"tenant-shop", "tenant-books"}
STRANGER = Pod("books", "from-a-repository", {"app": "anything"}, {})
"""A pod that no manifest of the platform shows."""


def namespace_of(application: str) -> str:
    return application.removeprefix("tenant-")


def deployment(namespace: str, name: str) -> dict[str, Any]:
    labels = {"app": name}
    container = {"name": "main", "ports": [{"containerPort": port, "name": f"p{port}"} for port in PORTS]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


PODS = {
    (application, name): Pod(namespace_of(application), name, {"app": name}, {f"p{p}": p for p in PORTS})
    for application, names in WORKLOADS.items()
    for name in names
} | {("tenant-books", "stranger"): STRANGER}


def context(*flows: Flow, vaults: tuple[Flow, ...] = ()) -> Context:
    """Return a platform whose tenant `shop` declares these flows, beside a tenant with a repository."""
    of_the_mesh = Flow(
        source=Entity.MESH,
        target=Pods(workloads=("istiod",)),
        ports=(15012,),
        because="configures",
        protection="TLS",
    )
    platform = Platform(
        applications=tuple(
            Application(
                name=name,
                namespaces=(Namespace(name=name),),
                roles=ROLES.get(name, ()),
                flows=lambda _context, name=name: {"istio": (of_the_mesh,), "vault": vaults}.get(name, ()),  # type: ignore[misc] # bound here
            )
            for name in WORKLOADS
            if name not in MESHED
        ),
        tenants=(
            Tenant(name="shop", group="shop-team", contact="shop", flows=lambda _context: flows),
            Tenant(
                name="books",
                group="book-team",
                contact="books",
                routes=(
                    Route(host="books", service=Service(name="web", namespace="books", port=GATEWAY_PORT)),
                ),
                repositories=(
                    Repository(name="web", url="https://git.example.test/books", ports=(GATEWAY_PORT,)),
                ),
            ),
        ),
        clusters=(CLUSTER,),
    )
    return Context(platform, CLUSTER)


OBJECTS = {
    name: [deployment(namespace_of(name), workload) for workload in workloads]
    for name, workloads in WORKLOADS.items()
}


def refusals(made: Context) -> list[str]:
    nothing: dict[str, list[dict[str, Any]]] = {member.name: [] for member in made.platform.members}
    return [finding.found for finding in within_the_tenant(Estate(made, nothing))]


def reachable(oracle: Oracle) -> set[tuple[tuple[str, str], tuple[str, str], int]]:
    """Return each pair of pods and port that the compiled policies let through."""
    return {
        (source, target, port)
        for (source, target), port in product(product(PODS, PODS), PORTS)
        if source != target and oracle.allows(PODS[source], PODS[target], port)
    }


def judge(made: Context) -> Oracle:
    return Oracle(
        [policy for _, policy, _ in policies(Estate(made, OBJECTS))],
        list(PODS.values()),
        {namespace_of(name): {"istio-injection": "enabled"} if name in MESHED else {} for name in WORKLOADS},
    )


OWN_PODS = st.builds(
    Pods,
    application=st.sampled_from(["", "tenant-shop"]),
    workloads=st.sampled_from([(), ("web",), ("database",), ("web", "database")]),
)
OWN: st.SearchStrategy[Any] = st.one_of(OWN_PODS, st.just(Everything(namespace="shop")))
OUTSIDE = st.sampled_from([Names(("api.example.test",)), Names(("*.example.test", "git.example.test"))])
ANYBODY: st.SearchStrategy[Any] = st.one_of(
    OWN,
    OUTSIDE,
    st.sampled_from(list(Entity)),
    st.sampled_from([Networks(("10.0.0.0/8",)), Networks(("0.0.0.0/0",))]),
    st.sampled_from([Names(("vault.vault.svc",)), Names(("api.example.test", "*.vault.svc.cluster.local"))]),
    st.builds(Everything, namespace=st.sampled_from(["vault", "tracing", "books", "kube-system"])),
    st.sampled_from(
        [
            Pods(application=application, workloads=chosen)
            for application, names in WORKLOADS.items()
            for chosen in ((), names, names[:1])
        ]
    ),
)


def flow(source: Any, target: Any, port: int) -> Flow:  # noqa: ANN401  peers of each kind
    return Flow(source=source, target=target, ports=(port,), because="it wants to", protection="TLS")


def can_be(one: tuple[Any, Any, int]) -> bool:
    """Return whether it can be a flow: one of pods, and of no source that is known by its name only."""
    return any(isinstance(peer, Pods | Everything) for peer in one[:2]) and not isinstance(one[0], Names)


ANY_FLOWS = st.lists(
    st.one_of(
        st.tuples(ANYBODY, ANYBODY, st.sampled_from(PORTS)).filter(can_be).map(lambda one: flow(*one)),
        st.just(sends_traces()),
    ),
    max_size=4,
)
OWN_FLOWS = st.lists(
    st.one_of(
        st.tuples(OWN, st.one_of(OWN, OUTSIDE), st.sampled_from(PORTS)).map(lambda one: flow(*one)),
        st.sampled_from([sends_traces(), sends_traces("web")]),
    ),
    max_size=4,
)


def foreign(pairs: set[tuple[tuple[str, str], tuple[str, str], int]]) -> set[tuple[str, str, int]]:
    """Return those between applications, without the traces of everybody."""
    return {
        (source[0], target[0], port)
        for source, target, port in pairs
        if source[0] != target[0] and (target, port) != (("tracing", "tempo"), 4317)
    }


ALWAYS = {
    *((tenant, "istio", 15012) for tenant in MESHED),
    ("kong", "tenant-books", GATEWAY_PORT),
}


@settings(max_examples=300)
@given(ANY_FLOWS)
def test_what_a_tenant_declares_is_refused_or_opens_nothing_of_others(flows: list[Flow]) -> None:
    made = context(*flows)
    if refusals(made):
        return
    try:
        oracle = judge(made)
    except PlatformError:  # refused for what has nothing to do with tenants
        return
    assert foreign(reachable(oracle)) == ALWAYS
    for pod in PODS.values():
        for port in PORTS:
            assert not oracle.allows(pod, Address("10.1.2.3"), port)
            assert not oracle.allows(pod, Identity("kube-apiserver"), port)
            assert not oracle.allows(Address("203.0.113.7"), pod, port)


@settings(max_examples=150)
@given(OWN_FLOWS)
def test_what_is_a_tenants_own_is_never_refused_and_holds(flows: list[Flow]) -> None:
    made = context(*flows)
    assert refusals(made) == []
    oracle = judge(made)
    own = {name: pod for (application, name), pod in PODS.items() if application == "tenant-shop"}

    def named(peer: Any) -> set[str]:  # noqa: ANN401  peers of each kind
        return set(peer.workloads or own) if isinstance(peer, Pods) else set(own)

    for declared in flows:
        if isinstance(declared.target, Names):
            for name in named(declared.source):
                assert oracle.allows(own[name], DnsName("api.example.test"), declared.ports[0])  # type: ignore[arg-type] # numbers here
        elif declared.target == sends_traces().target:
            for name in named(declared.source):
                assert oracle.allows(own[name], PODS["tracing", "tempo"], 4317)
        else:
            for source, target in product(named(declared.source), named(declared.target)):
                assert source == target or oracle.allows(own[source], own[target], declared.ports[0])  # type: ignore[arg-type] # numbers here


@pytest.mark.parametrize(
    ("refused", "found"),
    [
        (flow(Pods(), Pods(application="vault"), 8201), "a flow to every pod of 'vault'"),
        (
            flow(Pods(), Pods(application="tracing", workloads=("bridge",)), 80),
            "a flow to bridge of 'tracing'",
        ),
        (flow(Pods(), Pods(application="tracing", workloads=("tempo",)), 80), "a flow to tempo of 'tracing'"),
        (flow(Pods(), Pods(application="tenant-books"), 80), "a flow to every pod of 'tenant-books'"),
        (flow(Pods(application="kong"), Pods(), 80), "a flow from every pod of 'kong'"),
        (flow(Pods(), Everything(namespace="vault"), 80), "a flow to every pod of the namespace 'vault'"),
        (flow(Entity.WORLD, Pods(), 80), "a flow from the world"),
        (flow(Pods(), Entity.API_SERVER, 6443), "a flow to the API server"),
        (flow(Pods(), Networks(("10.0.0.0/8",)), 80), "a flow to 10.0.0.0/8"),
        (flow(Pods(), Names(("vault.vault.svc",)), 80), "a flow to vault.vault.svc"),
    ],
)
def test_what_is_refused(refused: Flow, found: str) -> None:
    assert refusals(context(refused)) == [found]


def test_pods_from_a_repository_get_what_is_for_every_pod_of_the_mesh() -> None:
    oracle = judge(context())
    assert oracle.allows(STRANGER, PODS["istio", "istiod"], 15012)
    assert oracle.allows(PODS["kong", "kong"], STRANGER, GATEWAY_PORT)
    assert not oracle.allows(PODS["kong", "kong"], STRANGER, 8200)
    assert not oracle.allows(STRANGER, PODS["tenant-books", "web"], 80)


def test_an_application_of_the_platform_may_open_itself_to_a_tenant() -> None:
    opens = Flow(
        source=Pods(application="tenant-shop", workloads=("web",)),
        target=Pods(),
        ports=(8200,),
        because="serves secrets",
        optional=True,
    )
    made = context(vaults=(opens,))
    assert refusals(made) == []
    assert foreign(reachable(judge(made))) == {*ALWAYS, ("tenant-shop", "vault", 8200)}

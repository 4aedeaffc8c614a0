"""For random platforms: a pair is reachable if and only if a flow between the two was declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_stack import Application, Cluster, Context, Namespace, Platform, PlatformError
from platform_stack.model.flow import Entity, Flow, Names, Networks, Pods, reaches_names
from platform_stack.network.policies import policies
from platform_stack.network.resolve import resolve
from platform_stack.typed import to_manifest
from tests.flows.oracle import Oracle
from tests.flows.peers import Address, DnsName, Peer, Pod
from tests.flows.peers import Entity as Identity

if TYPE_CHECKING:
    from collections.abc import Callable

PORTS = (80, 8080, 9000)
CLUSTER = Cluster(name="test", repo_url="https://git.example.test/platform")


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


@dataclass(frozen=True)
class Made:
    """A random platform with what it declares, as triples of source, target and port."""

    context: Context
    objects: dict[str, list[dict[str, Any]]]
    pods: dict[tuple[str, str], Pod]
    declared: frozenset[tuple[object, object, int]]

    def oracle(self) -> Oracle:
        compiled = policies(self.context, resolve(self.context, self.objects))
        return Oracle(
            [to_manifest(policy) for _, policy, _ in compiled],
            list(self.pods.values()),
            {name: {} for name, _ in self.pods},
        )


def always(flows: tuple[Flow, ...]) -> Callable[[Context], tuple[Flow, ...]]:
    return lambda _context: flows


@st.composite
def platforms(draw: st.DrawFn) -> Made:
    names = [f"app-{i}" for i in range(draw(st.integers(1, 4)))]
    workloads = [
        (name, f"{name}-{i}" if draw(st.booleans()) else f"same-{i}")
        for name in names
        for i in range(draw(st.integers(1, 3)))
    ]
    entities = st.sampled_from([Entity.API_SERVER, Entity.WORLD, Entity.NODES])
    ends = st.sampled_from(workloads)
    flows: dict[str, list[Flow]] = {name: [] for name in names}
    declared: set[tuple[object, object, int]] = set()
    for _ in range(draw(st.integers(0, 8))):
        port = draw(st.sampled_from(PORTS))
        kind = draw(st.sampled_from(["pods", "in", "out"]))
        one, other = draw(ends), draw(ends)
        source: Any = one if kind != "in" else draw(entities)
        target: Any = other if kind != "out" else draw(entities)
        by = draw(st.sampled_from([end[0] for end in (source, target) if isinstance(end, tuple)]))
        named = draw(st.booleans()) and isinstance(target, tuple)
        flows[by].append(
            Flow(
                source=Pods(application=source[0], workloads=(source[1],))
                if isinstance(source, tuple)
                else source,
                target=Pods(application=target[0], workloads=(target[1],))
                if isinstance(target, tuple)
                else target,
                ports=(f"p{port}" if named else port,),
                because="it must",
            )
        )
        declared.add((source, target, port))
    applications = tuple(
        Application(name=name, namespaces=(Namespace(name=name),), flows=always(tuple(flows[name])))
        for name in names
    )
    platform = Platform(applications=applications, clusters=(CLUSTER,))
    objects = {
        name: [deployment(*workload) for workload in workloads if workload[0] == name] for name in names
    }
    pods = {
        workload: Pod(*workload, {"app": workload[1]}, {f"p{p}": p for p in PORTS}) for workload in workloads
    }
    return Made(Context(platform, CLUSTER), objects, pods, frozenset(declared))


@settings(max_examples=150, deadline=None)
@given(platforms())
def test_between_pods(made: Made) -> None:
    judge = made.oracle()
    for source, source_pod in made.pods.items():
        for target, target_pod in made.pods.items():
            for port in PORTS:
                expected = (source, target, port) in made.declared
                assert judge.allows(source_pod, target_pod, port) == expected, judge.explain(
                    source_pod, target_pod, port
                )


OUTSIDE: dict[Entity, Peer] = {
    Entity.API_SERVER: Identity("kube-apiserver"),
    Entity.NODES: Identity("remote-node"),
    Entity.WORLD: Address("203.0.113.7"),
}


@settings(max_examples=150, deadline=None)
@given(platforms())
def test_to_and_from_outside(made: Made) -> None:
    judge = made.oracle()
    for workload, pod in made.pods.items():
        for port in PORTS:
            into = {entity for entity in OUTSIDE if (entity, workload, port) in made.declared}
            # Both the API server and what comes to a LoadBalancer arrive from a node's address.
            assert judge.allows(OUTSIDE[Entity.WORLD], pod, port) == (Entity.WORLD in into)
            assert judge.allows(OUTSIDE[Entity.NODES], pod, port) == bool(into)
            out = {entity for entity in OUTSIDE if (workload, entity, port) in made.declared}
            assert judge.allows(pod, OUTSIDE[Entity.WORLD], port) == (Entity.WORLD in out)
            assert judge.allows(pod, OUTSIDE[Entity.NODES], port) == (Entity.NODES in out)
            reaches_api = bool(out & {Entity.API_SERVER, Entity.NODES})
            assert judge.allows(pod, OUTSIDE[Entity.API_SERVER], port) == reaches_api


@given(platforms())
def test_the_order_of_the_applications_does_not_matter(made: Made) -> None:
    def compiled(platform: Platform) -> list[str]:
        context = Context(platform, CLUSTER)
        found = policies(context, resolve(context, made.objects))
        return sorted(f"{owner} {to_manifest(policy)} {wave}" for owner, policy, wave in found)

    platform = made.context.platform
    backwards = Platform(applications=platform.applications[::-1], clusters=platform.clusters)
    assert compiled(platform) == compiled(backwards)


def one_application(*flows: Flow) -> tuple[Context, dict[str, list[dict[str, Any]]]]:
    web = Application(name="web", namespaces=(Namespace(name="web"),), flows=always(flows))
    platform = Platform(applications=(web,), clusters=(CLUSTER,))
    return Context(platform, CLUSTER), {"web": [deployment("web", "web")]}


def test_names_outside_and_nothing_beside_them() -> None:
    context, objects = one_application(
        reaches_names("git.example.test", "*.charts.example.test", because="pulls from there")
    )
    pod = Pod("web", "web", {"app": "web"}, {})
    judge = Oracle(
        [to_manifest(policy) for _, policy, _ in policies(context, resolve(context, objects))],
        [pod],
        {"web": {}},
    )
    assert judge.allows(pod, DnsName("git.example.test"), 443)
    assert judge.allows(pod, DnsName("a.charts.example.test"), 443)
    assert not judge.allows(pod, DnsName("evil.example.test"), 443)
    assert not judge.allows(pod, DnsName("git.example.test"), 22)


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        (
            lambda: Flow(source=Pods(), target=Pods(application="wbe"), ports=(80,), because="x"),
            "did you mean 'web'",
        ),
        (
            lambda: Flow(source=Pods(), target=Pods(workloads=("wep",)), ports=(80,), because="x"),
            "did you mean 'web'",
        ),
        (lambda: Flow(source=Pods(), target=Pods(), ports=("p81",), because="x"), "did you mean"),
        (lambda: Flow(source=Pods(), target=Pods(), ports=(70000,), because="x"), "a port from 1 to 65535"),
        (lambda: Flow(source=Pods(), target=Pods(), ports=(), because="x"), "at least one port"),
        (lambda: Flow(source=Pods(), target=Pods(), ports=(80,), because=""), "what it is for"),
        (
            lambda: Flow(source=Entity.WORLD, target=Entity.NODES, ports=(80,), because="x"),
            "on one side at least",
        ),
        (
            lambda: Flow(source=Pods(), target=Names(("https://a.test/",)), ports=(80,), because="x"),
            "leave out",
        ),
        (
            lambda: Flow(source=Pods(), target=Names(("a.*.test",)), ports=(80,), because="x"),
            "a name such as",
        ),
        (
            lambda: Flow(source=Pods(), target=Networks(("10.0.0.1/8",)), ports=(80,), because="x"),
            "a network such as",
        ),
    ],
)
def test_a_flow_that_cannot_be(flow: Callable[[], Flow], message: str) -> None:
    with pytest.raises(PlatformError, match=message):
        resolve(*one_application(flow()))


def test_a_flow_in_the_clear_between_nodes_needs_a_reason() -> None:
    agent = deployment("web", "agent")
    agent["spec"]["template"]["spec"]["hostNetwork"] = True
    flow = Flow(
        source=Pods(workloads=("web",)), target=Pods(workloads=("agent",)), ports=(80,), because="asks it"
    )

    def resolved(**declared: dict[str, str]) -> int:
        web = Application(name="web", namespaces=(Namespace(name="web"),), flows=always((flow,)), **declared)  # type: ignore[arg-type] # one keyword of many
        platform = Platform(applications=(web,), clusters=(CLUSTER,))
        return len(resolve(Context(platform, CLUSTER), {"web": [deployment("web", "web"), agent]}))

    with pytest.raises(PlatformError, match="nothing that encrypts it between nodes"):
        resolved()
    assert resolved(plaintext_because={"agent": "it says nothing secret"}) == 1

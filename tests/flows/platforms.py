"""Random platforms: applications in and outside the mesh, and what they declare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from platform_stack import Application, Cluster, Context, Namespace, Platform, PlatformError, Sidecar
from platform_stack.checks.contradictions import encrypted, needed_excuses, one_declaration
from platform_stack.checks.made import flows_resolve
from platform_stack.estate import Estate
from platform_stack.integrations.cilium import network_engine
from platform_stack.integrations.istio import mesh
from platform_stack.model.flow import Entity, Flow, Names, Networks, Pods, Wider
from platform_stack.network.mesh import mesh_policies
from platform_stack.network.policies import policies
from tests.flows.mesh_members import members
from tests.flows.mesh_oracle import MeshOracle
from tests.flows.oracle import Oracle
from tests.flows.peers import Address, DnsName, Peer, Pod
from tests.flows.peers import Entity as Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from platform_stack.network.resolve import ResolvedFlow
    from tests.flows.mesh_oracle import Member

Objects = dict[str, list[dict[str, Any]]]
Workload = tuple[str, str]
"""Namespace, which is the application's name too, and name."""

PORTS = (80, 8080, 9000)
CLUSTER = Cluster(name="test", repo_url="https://git.example.test/platform")
ENGINE = Application(
    name="network",
    namespaces=(Namespace(name="kube-system", existing=True),),
    roles=(network_engine(),),
)
MESH = Application(
    name="mesh",
    namespaces=(Namespace(name="mesh"),),
    roles=(mesh(sidecar=Sidecar(cpu="5m", memory="16Mi", known_idle="50Mi")),),
)
STRICT = {
    "apiVersion": "security.istio.io/v1",
    "kind": "PeerAuthentication",
    "metadata": {"name": "default", "namespace": "istio-system"},
    "spec": {"mtls": {"mode": "STRICT"}},
}
GIT = Names(("git.example.test",), Wider(because="nobody knows its addresses"))
NETWORK = Networks(("192.0.2.0/24",))
OUTSIDE: dict[object, Peer] = {
    Entity.API_SERVER: Identity("kube-apiserver"),
    Entity.NODES: Identity("remote-node"),
    Entity.WORLD: Address("203.0.113.7"),
    GIT: DnsName("git.example.test"),
    NETWORK: Address("192.0.2.7"),
}
"""What stands for each peer that is no pod."""

PLAIN = Cluster(
    name="plain",
    repo_url="https://git.example.test/platform",
    node_networks=("172.18.0.0/24",),
    api_server_networks=("172.18.1.2/32",),
)
HUB = Names(
    ("hub.example.test",), Wider(because="its addresses are all in there", networks=("198.51.100.0/24",))
)
ADDRESSES: dict[object, Address] = {
    Entity.API_SERVER: Address("172.18.1.2"),
    Entity.NODES: Address("172.18.0.3"),
    Entity.WORLD: Address("203.0.113.7"),
    NETWORK: Address("192.0.2.7"),
    HUB: Address("198.51.100.7"),
}
"""The same on a network whose policies know nothing but pods and addresses."""

DNS = Pod("kube-system", "coredns", {"k8s-app": "kube-dns"}, {"dns": "53/UDP", "dns-tcp": 53})


def always(flows: tuple[Flow, ...]) -> Callable[[Context], tuple[Flow, ...]]:
    return lambda _context: flows


def flows_of(context: Context, objects: Objects) -> Sequence[ResolvedFlow]:
    """Return the flows, or raise what the rules about flows find."""
    estate = Estate(context, objects)
    rules = (flows_resolve, one_declaration, needed_excuses, encrypted)
    found = [finding for rule in rules for finding in rule(estate)]
    if found:
        raise PlatformError(*found)
    return estate.flows


def deployment(
    namespace: str,
    name: str,
    account: str = "default",
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
) -> dict[str, Any]:
    container = {"name": "main", "ports": [{"containerPort": port, "name": f"p{port}"} for port in PORTS]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name, **(labels or {})}, "annotations": annotations or {}},
                "spec": {"containers": [container], "serviceAccountName": account},
            },
        },
    }


@dataclass(frozen=True)
class Made:
    """A random platform with what it declares, as triples of source, target and port."""

    context: Context
    objects: Objects
    pods: dict[Workload, Pod]
    declared: frozenset[tuple[object, object, int]]

    @property
    def namespaces(self) -> dict[str, dict[str, str]]:
        """The labels of each namespace."""
        found = {
            namespace.name: {"istio-injection": "enabled"} if namespace.mesh else {}
            for member in self.context.platform.members
            for namespace in member.namespaces
        }
        return {**found, DNS.namespace: {}}

    @property
    def members(self) -> dict[Workload, Member]:
        """Who is in the mesh."""
        labelled = [
            {"kind": "Namespace", "metadata": {"name": name, "labels": labels}}
            for name, labels in self.namespaces.items()
        ]
        return members([*labelled, *(item for items in self.objects.values() for item in items)])

    def policies(self) -> list[dict[str, object]]:
        """Compile the network policies."""
        return [policy for _, policy, _ in policies(Estate(self.context, self.objects))]

    def oracle(self, compiled: Sequence[dict[str, object]] | None = None) -> Oracle:
        return Oracle(compiled or self.policies(), [*self.pods.values(), DNS], self.namespaces)

    def mesh(self) -> MeshOracle:
        compiled = mesh_policies(Estate(self.context, self.objects))
        return MeshOracle([STRICT, *(policy for _, policy, _ in compiled)])

    def allows(self, source: Workload, target: Workload, port: int) -> bool:
        """Return whether a flow between two workloads was declared."""
        return (source, target, port) in self.declared or (
            source in self.members and (Entity.MESH, target, port) in self.declared
        )


def assert_between_pods(made: Made) -> None:
    """Check that the policies let each pod reach each other on just the declared ports."""
    judge = made.oracle()
    for source, source_pod in made.pods.items():
        for target, target_pod in made.pods.items():
            for port in PORTS:
                expected = made.allows(source, target, port)
                assert judge.allows(source_pod, target_pod, port) == expected, judge.explain(
                    source_pod, target_pod, port
                )


@st.composite
def platforms(draw: st.DrawFn, *, plain: bool = False) -> Made:
    """Return one to four applications of one to three workloads each, with up to eight flows.

    `plain`: on a network whose policies know nothing but pods and addresses, where each pod has one.
    """
    names = [f"app-{i}" for i in range(draw(st.integers(1, 4)))]
    in_mesh = {name: draw(st.booleans()) for name in names}
    workloads = [
        (name, f"{name}-{i}" if draw(st.booleans()) else f"same-{i}")
        for name in names
        for i in range(draw(st.integers(1, 3)))
    ]
    objects: Objects = {name: [] for name in names}
    for namespace, name in workloads:
        injected = st.sampled_from([{}, {"sidecar.istio.io/inject": "true"}])
        around = {
            f"traffic.sidecar.istio.io/{key}": value
            for key, value in draw(
                st.sampled_from([{}, {}, {"includeInboundPorts": ""}, {"excludeInboundPorts": "80,9000"}])
            ).items()
        }
        account = draw(st.sampled_from([name, "shared", "default"]))
        objects[namespace].append(deployment(namespace, name, account, draw(injected), around))
    flows, declared = draw(_flows(names, workloads, plain=plain))
    applications = tuple(
        Application(
            name=name,
            namespaces=(Namespace(name=name, mesh=in_mesh[name]),),
            flows=always(tuple(flows[name])),
        )
        for name in names
    )
    pods = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): Pod(
            item["metadata"]["namespace"],
            item["metadata"]["name"],
            item["spec"]["template"]["metadata"]["labels"],
            {f"p{p}": p for p in PORTS},
            f"10.244.0.{number}" if plain else "",
        )
        for number, item in enumerate((item for items in objects.values() for item in items), 1)
    }
    cluster = PLAIN if plain else CLUSTER
    roles = (MESH,) if plain else (ENGINE, MESH)
    platform = Platform(applications=(*applications, *roles), clusters=(cluster,))
    return Made(Context(platform, cluster), objects, pods, frozenset(declared))


@st.composite
def _flows(
    draw: st.DrawFn, names: list[str], workloads: list[Workload], *, plain: bool
) -> tuple[dict[str, list[Flow]], set[tuple[object, object, int]]]:
    ends = st.sampled_from(workloads)
    into = st.sampled_from([Entity.API_SERVER, Entity.WORLD, Entity.NODES, Entity.MESH])
    hosts = [GIT, HUB] if plain else [GIT]
    out = st.sampled_from([Entity.API_SERVER, Entity.WORLD, Entity.NODES, NETWORK, *hosts])
    flows: dict[str, list[Flow]] = {name: [] for name in names}
    declared: set[tuple[object, object, int]] = set()
    spelt: dict[tuple[object, int], int | str] = {}  # the same each time, or it contradicts itself
    for _ in range(draw(st.integers(0, 8))):
        port = draw(st.sampled_from(PORTS))
        kind = draw(st.sampled_from(["pods", "in", "out"]))
        one, other = draw(ends), draw(ends)
        source: Any = one if kind != "in" else draw(into)
        target: Any = other if kind != "out" else draw(out)
        by = draw(st.sampled_from([end[0] for end in (source, target) if isinstance(end, tuple)]))
        named = draw(st.booleans()) and isinstance(target, tuple)
        flows[by].append(
            Flow(
                source=_pods(source),
                target=_pods(target),
                ports=(spelt.setdefault((target, port), f"p{port}" if named else port),),
                because="it must",
            )
        )
        declared.add((source, target, port))
    return flows, declared


def _pods(end: Any) -> Any:  # noqa: ANN401  a workload or what is none
    return Pods(application=end[0], workloads=(end[1],)) if isinstance(end, tuple) else end

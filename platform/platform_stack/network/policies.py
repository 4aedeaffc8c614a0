"""NetworkPolicies and CiliumNetworkPolicies from flows.

NetworkPolicy says pod to pod; CiliumNetworkPolicy what it cannot: the API server, nodes, the world, DNS names.
Policies see pod ports, not Service ports: Cilium translates the Service first
(https://docs.cilium.io/en/stable/network/kubernetes/policy/).
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from platform_stack.model import SyncWave
from platform_stack.model.flow import ANY_PORT, Entity, Names, Networks
from platform_stack.network.cilium import DIRECTIONS, Direction, cilium_policy
from platform_stack.network.pods import DNS, Workload
from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from platform_stack.estate import Estate
    from platform_stack.network.resolve import Peer, ResolvedFlow
    from platform_stack.typed import ApiObject

ALLOWS = "platform-stack.io/allows"
"""Annotation of a policy: what it allows, and who declared it."""

_NAMESPACE = "kubernetes.io/metadata.name"


def policies(estate: Estate) -> Iterator[tuple[str, ApiObject, SyncWave]]:
    """Yield each policy with the application that it belongs to and its wave.

    Every namespace of the platform that Kubernetes does not make itself gets a default deny in both
    directions, cluster DNS, and what the flows allow. Allowing comes in an earlier wave than denying.

    A namespace that may hold pods of an unknown release gets no policy at all: what nobody knows would be locked
    out, and a policy for all its pods, or for its known ones, is as good as a deny for them.

    So do the namespaces of tenants, although a policy of Kyverno makes a default deny there too (under names
    that begin with `tenant-`): these hold without Kyverno, and a reviewer sees them.
    """
    owners = {
        namespace.name: member.name
        for member in estate.platform.members
        for namespace in member.namespaces
        if not namespace.existing and not estate.inventory.unknown_in(namespace.name)
    }
    for namespace, owner in owners.items():
        yield owner, _default_deny(namespace), SyncWave.DENY
        yield owner, _dns(namespace), SyncWave.ALLOW
    for direction in DIRECTIONS:
        groups: dict[tuple[Workload, Peer], list[ResolvedFlow]] = defaultdict(list)
        for flow in estate.flows:
            subject, peer = (
                (flow.target, flow.source) if direction == "ingress" else (flow.source, flow.target)
            )
            if isinstance(subject, Workload) and not subject.host_network and subject.namespace in owners:
                groups[subject, peer].append(flow)
        for (subject, peer), members in groups.items():
            yield owners[subject.namespace], _allow(direction, subject, peer, members), SyncWave.ALLOW


def policy_name(direction: Direction, subject: Workload, peer: Peer) -> str:
    """Return the name of the policy of a pair: what it allows."""
    preposition = "from" if direction == "ingress" else "to"
    return f"{direction}-{subject.name}-{preposition}-{_peer_name(peer, subject.namespace)}"


def _default_deny(namespace: str) -> k8s.NetworkPolicy:
    return k8s.NetworkPolicy(
        metadata=k8s.ObjectMeta(
            name="default-deny",
            namespace=namespace,
            annotations={ALLOWS: "nothing, unless another policy does"},
        ),
        spec=k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(), policy_types=["Ingress", "Egress"]),
    )


def _dns(namespace: str) -> k8s.NetworkPolicy:
    return k8s.NetworkPolicy(
        metadata=k8s.ObjectMeta(
            name="egress-to-cluster-dns",
            namespace=namespace,
            annotations={ALLOWS: "every pod to cluster DNS (declared for every namespace)"},
        ),
        spec=k8s.NetworkPolicySpec(
            pod_selector=k8s.LabelSelector(),
            policy_types=["Egress"],
            egress=[
                k8s.NetworkPolicyEgressRule(
                    to=[_network_peer(DNS)],
                    ports=[
                        k8s.NetworkPolicyPort(port=53, protocol="UDP"),
                        k8s.NetworkPolicyPort(port=53, protocol="TCP"),
                    ],
                )
            ],
        ),
    )


def _allow(direction: Direction, subject: Workload, peer: Peer, flows: Sequence[ResolvedFlow]) -> ApiObject:
    metadata = k8s.ObjectMeta(
        name=policy_name(direction, subject, peer),
        namespace=subject.namespace,
        annotations={ALLOWS: described(flows)},
    )
    ports = sorted({(flow.port, flow.protocol) for flow in flows})
    if isinstance(peer, Workload) and not peer.host_network:
        return _network_policy(direction, metadata, subject, [_network_peer(peer)], ports)
    if peer is Entity.MESH:
        return _network_policy(direction, metadata, subject, _mesh_peers(), ports)
    if peer is Entity.CLUSTER_DNS:
        return _network_policy(direction, metadata, subject, [_network_peer(DNS)], ports)
    return cilium_policy(direction, metadata, subject, peer, ports)


def _network_policy(
    direction: Direction,
    metadata: k8s.ObjectMeta,
    subject: Workload,
    peers: list[k8s.NetworkPolicyPeer],
    ports: Iterable[tuple[int, str]],
) -> k8s.NetworkPolicy:
    entries = [
        k8s.NetworkPolicyPort(port=port, protocol=protocol) for port, protocol in ports if port != ANY_PORT
    ] or None
    selector = k8s.LabelSelector(match_labels=dict(subject.selector))
    if direction == "ingress":
        spec = k8s.NetworkPolicySpec(
            pod_selector=selector,
            policy_types=["Ingress"],
            ingress=[k8s.NetworkPolicyIngressRule(from_=peers, ports=entries)],
        )
    else:
        spec = k8s.NetworkPolicySpec(
            pod_selector=selector,
            policy_types=["Egress"],
            egress=[k8s.NetworkPolicyEgressRule(to=peers, ports=entries)],
        )
    return k8s.NetworkPolicy(metadata=metadata, spec=spec)


def _network_peer(peer: Workload) -> k8s.NetworkPolicyPeer:
    return k8s.NetworkPolicyPeer(
        namespace_selector=k8s.LabelSelector(match_labels={_NAMESPACE: peer.namespace}),
        pod_selector=k8s.LabelSelector(match_labels=dict(peer.selector)),
    )


def _mesh_peers() -> list[k8s.NetworkPolicyPeer]:
    """Return who has a sidecar: the pods of an injected namespace, and those that ask for it themselves."""
    return [
        k8s.NetworkPolicyPeer(
            namespace_selector=k8s.LabelSelector(match_labels={"istio-injection": "enabled"}),
            pod_selector=k8s.LabelSelector(),
        ),
        k8s.NetworkPolicyPeer(
            namespace_selector=k8s.LabelSelector(),
            pod_selector=k8s.LabelSelector(match_labels={"sidecar.istio.io/inject": "true"}),
        ),
    ]


def _peer_name(peer: Peer, namespace: str) -> str:
    """Return what a policy's name calls a peer: with its namespace where that is another and says more."""
    if isinstance(peer, Workload):
        return peer.name if peer.namespace in (namespace, peer.name) else f"{peer.namespace}-{peer.name}"
    if isinstance(peer, Names):
        return "hosts-" + "-".join(re.findall("[a-z0-9]+", "".join(peer.names[:1])))
    if isinstance(peer, Networks):
        return "networks-" + peer.networks[0].translate(str.maketrans("./:", "---"))
    return {
        Entity.API_SERVER: "api-server",
        Entity.NODES: "nodes",
        Entity.CLUSTER_DNS: "cluster-dns",
        Entity.WORLD: "world",
        Entity.MESH: "mesh",
    }[peer]


def described(flows: Iterable[ResolvedFlow]) -> str:
    """Return what flows are for and who declared them, for the annotation ALLOWS."""
    lines = {f"{flow.port}/{flow.protocol} {flow.because} ({flow.declared_by})" for flow in flows}
    return "; ".join(sorted(lines))

"""Kubernetes' NetworkPolicy: who may talk to whom among pods, on any network that enforces it.

Policies see pod ports, not Service ports: the Service is translated first
(https://kubernetes.io/docs/concepts/services-networking/network-policies/).
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING

from platform_stack.labels import ALLOWS
from platform_stack.model.flow import ANY_PORT, Entity, Networks
from platform_stack.network.pods import DNS, Workload
from platform_stack.network.resolve import Opened
from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from platform_stack.model import Cluster
    from platform_stack.model.network import Selected
    from platform_stack.network.permission import Permission
    from platform_stack.network.resolve import ResolvedPeer

KIND = "NetworkPolicy"
SELECTOR = "podSelector"
"""The field that selects the pods it is about."""

_WORLD = "0.0.0.0/0"
_NAMESPACE = "kubernetes.io/metadata.name"


def default_deny(namespace: str) -> k8s.NetworkPolicy:
    """Return the policy that keeps every pod of a namespace from talking, in both directions."""
    return k8s.NetworkPolicy(
        metadata=k8s.ObjectMeta(
            name="default-deny",
            namespace=namespace,
            annotations={ALLOWS: "nothing, unless another policy does"},
        ),
        spec=k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(), policy_types=["Ingress", "Egress"]),
    )


def to_cluster_dns(namespace: str) -> k8s.NetworkPolicy:
    """Return the policy by which every pod of a namespace asks cluster DNS."""
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
                    to=[_pods(DNS)],
                    ports=[
                        k8s.NetworkPolicyPort(port=53, protocol="UDP"),
                        k8s.NetworkPolicyPort(port=53, protocol="TCP"),
                    ],
                )
            ],
        ),
    )


def names_pods(peer: ResolvedPeer) -> bool:
    """Return whether a peer is pods that a policy finds by their labels; pods on the node's network are none."""
    return peer in (Entity.MESH, Entity.CLUSTER_DNS) or (isinstance(peer, Workload) and not peer.host_network)


def between_pods(permission: Permission, in_mesh: Iterable[Selected]) -> k8s.NetworkPolicy:
    """Return the policy of a permission whose peer is pods.

    Args:
        permission: what it allows.
        in_mesh: the pods of the mesh.

    """
    peer = permission.peer
    if peer is Entity.MESH:
        peers = [
            k8s.NetworkPolicyPeer(
                namespace_selector=_labelled(selected.namespace), pod_selector=_labelled(selected.pods)
            )
            for selected in in_mesh
        ]
    else:
        peers = [_pods(peer if isinstance(peer, Workload) else DNS)]
    return _policy(permission, peers)


def by_address(permission: Permission, cluster: Cluster) -> k8s.NetworkPolicy:
    """Return the policy of a permission whose peer no label finds, written as blocks of addresses.

    An address block means pods too, whatever they are, so what belongs to the cluster is left out of every block that
    is wider than it. The world reaches pods from the addresses of nodes as well: a Service of type LoadBalancer
    may lead there through a node that puts its own address in the place of the client's
    (https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors).

    """
    inside = (cluster.pod_network, cluster.service_network)
    nodes = (*cluster.node_networks, *cluster.api_server_networks)
    peer = permission.peer
    if isinstance(peer, Networks | Opened) and peer.networks:
        found = [_block(network, (*inside, *nodes)) for network in peer.networks]
    elif peer is Entity.WORLD or isinstance(peer, Opened):
        left_out = inside if permission.direction == "ingress" else (*inside, *nodes)
        found = [_block(_WORLD, left_out)]
    else:
        found = [_block(network) for network in getattr(cluster, addresses(peer))]
    return _policy(permission, found)


def addresses(peer: ResolvedPeer) -> str:
    """Return the field of a Cluster that says which addresses a peer has; empty: none, it says so by itself."""
    if peer is Entity.API_SERVER:
        return "api_server_networks"
    if peer is Entity.NODES or isinstance(peer, Workload):
        return "node_networks"
    return ""


def of_pods(peer: ResolvedPeer, cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield each network of a peer that is one of the cluster's own pods or Services, with the one that it is in."""
    for network in peer.networks if isinstance(peer, Networks | Opened) else ():
        for own in (cluster.pod_network, cluster.service_network):
            if _within(network, own):
                yield network, own


def _block(network: str, left_out: Iterable[str] = ()) -> k8s.NetworkPolicyPeer:
    """Return a block of addresses without those of `left_out` that lie within it, each once."""
    parts = [part for part in dict.fromkeys(left_out) if part != network and _within(part, network)]
    parts = [part for part in parts if not any(one != part and _within(part, one) for one in parts)]
    return k8s.NetworkPolicyPeer(ip_block=k8s.IpBlock(cidr=network, except_=sorted(parts) or None))


def _within(part: str, whole: str) -> bool:
    one, other = ip_network(part), ip_network(whole)
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type] # of one version


def _policy(permission: Permission, peers: list[k8s.NetworkPolicyPeer]) -> k8s.NetworkPolicy:
    ports = [
        k8s.NetworkPolicyPort(port=port, protocol=protocol)
        for port, protocol in permission.ports
        if port != ANY_PORT
    ] or None
    selector = k8s.LabelSelector(match_labels=dict(permission.subject.selector))
    if permission.direction == "ingress":
        spec = k8s.NetworkPolicySpec(
            pod_selector=selector,
            policy_types=["Ingress"],
            ingress=[k8s.NetworkPolicyIngressRule(from_=peers, ports=ports)],
        )
    else:
        spec = k8s.NetworkPolicySpec(
            pod_selector=selector,
            policy_types=["Egress"],
            egress=[k8s.NetworkPolicyEgressRule(to=peers, ports=ports)],
        )
    return k8s.NetworkPolicy(metadata=permission.metadata, spec=spec)


def _pods(workload: Workload) -> k8s.NetworkPolicyPeer:
    return k8s.NetworkPolicyPeer(
        namespace_selector=k8s.LabelSelector(match_labels={_NAMESPACE: workload.namespace}),
        pod_selector=k8s.LabelSelector(match_labels=dict(workload.selector)),
    )


def _labelled(labels: Mapping[str, str]) -> k8s.LabelSelector:
    return k8s.LabelSelector(match_labels=labels) if labels else k8s.LabelSelector()

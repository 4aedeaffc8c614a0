"""Kubernetes' NetworkPolicy: who may talk to whom among pods, on any network that enforces it.

Policies see pod ports, not Service ports: the Service is translated first
(https://kubernetes.io/docs/concepts/services-networking/network-policies/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.model.flow import ANY_PORT, Entity
from platform_stack.network.permission import ALLOWS
from platform_stack.network.pods import DNS, Workload
from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from platform_stack.model.network import Selected
    from platform_stack.network.permission import Permission
    from platform_stack.network.resolve import Peer

KIND = "NetworkPolicy"
SELECTOR = "podSelector"
"""The field that selects the pods it is about."""

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


def names_pods(peer: Peer) -> bool:
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

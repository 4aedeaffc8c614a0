"""Cilium: a network engine, whose CiliumNetworkPolicies name peers that a NetworkPolicy cannot.

Its patterns of DNS names are as `platform_stack.Names` says: a `*` stands for characters of one label, and `**` is read
as `*` (https://docs.cilium.io/en/v1.18/security/policy/language/#dns-based, pkg/fqdn/matchpattern). The addresses of
LoadBalancer Services are IPv4, as `Cluster.load_balancer_range` says: its L2 announcements answer ARP only.

Sources: https://docs.cilium.io/en/stable/security/policy/language/ and the issues named below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from platform_stack.model.flow import Entity, Names, Networks
from platform_stack.model.network import NetworkEngine
from platform_stack.network.pods import DNS
from platform_stack.typed import to_manifest
from platform_stack_imports import cilium as api

if TYPE_CHECKING:
    from platform_stack.model.network import Encryption
    from platform_stack.network.permission import Permission
    from platform_stack.network.resolve import ResolvedPeer

_Entity = Literal["host", "kube-apiserver", "remote-node", "world"]

# In tunnel mode the API server reaches a webhook from the node's own address (cilium/cilium#18049).
_FROM_API_SERVER: tuple[_Entity, ...] = ("kube-apiserver", "remote-node", "host")
_NODES: tuple[_Entity, ...] = ("host", "remote-node", "kube-apiserver")
# What comes to a LoadBalancer Service arrives from the node that announces its address.
_FROM_WORLD: tuple[_Entity, ...] = ("world", "host", "remote-node")


def network_engine(*, encryption: Encryption | None = "WireGuard") -> NetworkEngine:
    """Return the role of the application that installs Cilium in the place of kube-proxy.

    Args:
        encryption: what its chart's value `encryption.type` names; None: `encryption.enabled` is false.

    """
    return NetworkEngine(
        policies=_policies,
        selectors={"CiliumNetworkPolicy": "endpointSelector"},
        encryption=encryption,
        replaces_kube_proxy=True,
    )


def _policies(permission: Permission) -> tuple[dict[str, object], ...]:
    return (to_manifest(_policy(permission)),)


def _policy(permission: Permission) -> api.CiliumNetworkPolicy:
    peer = permission.peer
    to_ports = [
        api.CiliumNetworkPolicySpecEgressToPorts(
            ports=[
                api.CiliumNetworkPolicySpecEgressToPortsPorts(port=str(port), protocol=protocol)
                for port, protocol in permission.ports
            ]
        )
    ]
    selector = api.CiliumNetworkPolicySpecEndpointSelector(match_labels=dict(permission.subject.selector))
    if permission.direction == "ingress":
        spec = api.CiliumNetworkPolicySpec(
            endpoint_selector=selector,
            ingress=[
                api.CiliumNetworkPolicySpecIngress(
                    from_cidr=list(peer.networks) if isinstance(peer, Networks) else None,
                    from_entities=None if isinstance(peer, Networks) else list(_sources(peer)),
                    to_ports=to_ports,
                )
            ],
        )
    else:
        spec = api.CiliumNetworkPolicySpec(endpoint_selector=selector, egress=_egress(peer, to_ports))
    return api.CiliumNetworkPolicy(metadata=permission.metadata, spec=spec)


def _egress(
    peer: ResolvedPeer, to_ports: list[api.CiliumNetworkPolicySpecEgressToPorts]
) -> list[api.CiliumNetworkPolicySpecEgress]:
    if isinstance(peer, Networks):
        return [api.CiliumNetworkPolicySpecEgress(to_cidr=list(peer.networks), to_ports=to_ports)]
    if not isinstance(peer, Names):
        return [api.CiliumNetworkPolicySpecEgress(to_entities=list(_targets(peer)), to_ports=to_ports)]
    names = [
        api.CiliumNetworkPolicySpecEgressToFqdNs(match_pattern=name)
        if "*" in name
        else api.CiliumNetworkPolicySpecEgressToFqdNs(match_name=name)
        for name in peer.names
    ]
    return [_look_ups(), api.CiliumNetworkPolicySpecEgress(to_fqd_ns=names, to_ports=to_ports)]


def _look_ups() -> api.CiliumNetworkPolicySpecEgress:
    """Return the rule that sends look-ups through Cilium's DNS proxy, which learns the addresses of names."""
    return api.CiliumNetworkPolicySpecEgress(
        to_endpoints=[
            api.CiliumNetworkPolicySpecEgressToEndpoints(
                match_labels={"k8s:io.kubernetes.pod.namespace": DNS.namespace, **dict(DNS.selector)}
            )
        ],
        to_ports=[
            api.CiliumNetworkPolicySpecEgressToPorts(
                ports=[api.CiliumNetworkPolicySpecEgressToPortsPorts(port="53", protocol="ANY")],
                rules=api.CiliumNetworkPolicySpecEgressToPortsRules(
                    dns=[api.CiliumNetworkPolicySpecEgressToPortsRulesDns(match_pattern="*")]
                ),
            )
        ],
    )


def _sources(peer: ResolvedPeer) -> tuple[_Entity, ...]:
    if peer is Entity.API_SERVER:
        return _FROM_API_SERVER
    return _FROM_WORLD if peer is Entity.WORLD else _NODES


def _targets(peer: ResolvedPeer) -> tuple[_Entity, ...]:
    if peer is Entity.API_SERVER:
        return ("kube-apiserver",)
    return ("world",) if peer is Entity.WORLD else _NODES

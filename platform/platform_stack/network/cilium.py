"""CiliumNetworkPolicies for peers that a NetworkPolicy cannot name.

Sources: https://docs.cilium.io/en/stable/security/policy/language/ and the issues named below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from platform_stack.model.flow import Entity, Names, Networks
from platform_stack.network.pods import DNS, Workload
from platform_stack_imports import cilium as api

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.network.resolve import Peer
    from platform_stack_imports.k8s import ObjectMeta

Direction = Literal["ingress", "egress"]
DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")

_Entity = Literal["host", "kube-apiserver", "remote-node", "world"]

# In tunnel mode the API server reaches a webhook from the node's own address (cilium/cilium#18049).
_FROM_API_SERVER: tuple[_Entity, ...] = ("kube-apiserver", "remote-node", "host")
_NODES: tuple[_Entity, ...] = ("host", "remote-node", "kube-apiserver")
# What comes to a LoadBalancer Service arrives from the node that announces its address.
_FROM_WORLD: tuple[_Entity, ...] = ("world", "host", "remote-node")


def cilium_policy(
    direction: Direction,
    metadata: ObjectMeta,
    subject: Workload,
    peer: Peer,
    ports: Iterable[tuple[int, str]],
) -> api.CiliumNetworkPolicy:
    """Return the policy that lets pods be reached by a peer (`ingress`) or reach it (`egress`) on pod ports."""
    to_ports = [
        api.CiliumNetworkPolicySpecEgressToPorts(
            ports=[
                api.CiliumNetworkPolicySpecEgressToPortsPorts(port=str(port), protocol=_protocol(protocol))
                for port, protocol in ports
            ]
        )
    ]
    selector = api.CiliumNetworkPolicySpecEndpointSelector(match_labels=dict(subject.selector))
    if direction == "ingress":
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
    return api.CiliumNetworkPolicy(metadata=metadata, spec=spec)


def _egress(
    peer: Peer, to_ports: list[api.CiliumNetworkPolicySpecEgressToPorts]
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


def _sources(peer: Peer) -> tuple[_Entity, ...]:
    if peer is Entity.API_SERVER:
        return _FROM_API_SERVER
    return _FROM_WORLD if peer is Entity.WORLD else _NODES


def _targets(peer: Peer) -> tuple[_Entity, ...]:
    if peer is Entity.API_SERVER:
        return ("kube-apiserver",)
    return ("world",) if peer is Entity.WORLD else _NODES


def _protocol(protocol: str) -> Literal["TCP", "UDP"]:
    return "UDP" if protocol == "UDP" else "TCP"

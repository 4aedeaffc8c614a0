"""What `platform-stack flows` declares, asked about the pods that run.

The table's sides are workloads and what is outside; here they meet live pods, nodes, addresses and names.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from platform_stack.model.flow import ANY_PORT, Entity, Names, Networks
from platform_stack.network.pods import DNS, Workload
from platform_stack.network.resolve import Opened

from .live import LiveNode, LivePod, Name, Source, Target, World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack import Context
    from platform_stack.network.resolve import ResolvedFlow, ResolvedPeer

_DNS_PORT = 53


@dataclass(frozen=True)
class Declared:
    """The flows of one cluster, and the namespaces that refuse all else, in and out.

    `api_servers` are the networks that policies mean by the API server, where they mean it by address.
    """

    flows: tuple[ResolvedFlow, ...]
    guarded: frozenset[str]
    api_servers: tuple[str, ...] = ()

    @classmethod
    def of(cls, context: Context, flows: Iterable[ResolvedFlow]) -> Declared:
        """Take the flows that synth made (`Synthesized.flows`) and the namespaces of the platform."""
        guarded = frozenset(
            namespace.name
            for member in context.platform.members
            for namespace in member.namespaces
            if not namespace.existing
        )
        return cls(tuple(flows), guarded, context.cluster.api_server_networks)

    def allows(self, source: Source, target: Target, port: int, protocol: str) -> bool:
        """Return whether a connection was declared, to a port of a pod, a node or what is outside.

        Without a declaration: a node reaches its own pods (the kubelet's probes), every pod reaches cluster DNS,
        and pods outside the platform's namespaces are nobody's concern.
        """
        if isinstance(source, LiveNode) and isinstance(target, LivePod) and source.name == target.node:
            return True
        if not self._guards(source) and not self._guards(target):
            return True
        if isinstance(source, LivePod) and port == _DNS_PORT and _is(DNS, target):
            return True
        return any(
            flow.protocol == protocol
            and flow.port in (port, ANY_PORT)
            and _opens(flow.source, source)
            and self._answers(flow.target, target)
            for flow in self.flows
        )

    def ports_of(self, target: Target) -> set[tuple[int, str]]:
        """Return the ports with protocols that flows open to a target, from anybody."""
        return {
            (flow.port, flow.protocol)
            for flow in self.flows
            if flow.port != ANY_PORT and self._answers(flow.target, target)
        }

    def _answers(self, declared: ResolvedPeer, target: Target) -> bool:
        if declared is Entity.API_SERVER and isinstance(target, LiveNode):
            return target.api_server or _within(self.api_servers, target.ip)
        return _answers(declared, target)

    def _guards(self, end: Source | Target) -> bool:
        return isinstance(end, LivePod) and end.namespace in self.guarded


def _opens(declared: ResolvedPeer, source: Source) -> bool:
    """Return whether a source is meant: a node stands for the API server, and for what comes to a LoadBalancer.

    Between nodes a tunnel tells that a node speaks, not which process of it (cilium/cilium#18049); and a packet for
    a LoadBalancer's address arrives from the node that announces it. Who is in the mesh has a flow of its own beside
    the one of the entity.
    """
    if isinstance(source, LiveNode):
        if isinstance(declared, Workload):
            return declared.host_network
        return declared in (Entity.API_SERVER, Entity.NODES, Entity.WORLD)
    if isinstance(source, World):
        return declared is Entity.WORLD or _contains(declared, source.address)
    return _is(declared, source)


def _answers(declared: ResolvedPeer, target: Target) -> bool:
    """Return whether a target is meant: policies name nodes together, so a pod on one's network means all."""
    match target:
        case LivePod():
            return _is(declared, target)
        case LiveNode():
            if isinstance(declared, Workload):
                return declared.host_network
            return declared is Entity.NODES
        case World():
            return declared is Entity.WORLD or _contains(declared, target.server)
        case Name():
            if isinstance(declared, Names):
                return any(_covers(pattern, target.name) for pattern in declared.names)
            return declared is Entity.WORLD or _contains(declared, target.address)


def _is(declared: ResolvedPeer, end: Source | Target) -> bool:
    if declared is Entity.CLUSTER_DNS:
        declared = DNS
    return (
        isinstance(declared, Workload)
        and isinstance(end, LivePod)
        and not declared.host_network
        and declared.namespace == end.namespace
        and dict(declared.selector).items() <= end.labels.items()
    )


def _contains(declared: ResolvedPeer, address: str) -> bool:
    if isinstance(declared, Opened) and not declared.networks:
        return True
    return isinstance(declared, Networks | Opened) and _within(declared.networks, address)


def _within(networks: Iterable[str], address: str) -> bool:
    return any(ip_address(address) in ip_network(network) for network in networks)


def _covers(pattern: str, name: str) -> bool:
    """Return whether a declared name means this one: `*.` and a name stands for hosts directly below it."""
    return fnmatch.fnmatchcase(name, pattern) and name.count(".") == pattern.count(".")

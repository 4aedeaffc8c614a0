"""What one network policy allows: some pods to reach a peer, or to be reached by it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from platform_stack.labels import ALLOWS
from platform_stack.model.flow import Entity, Networks
from platform_stack.network.pods import Workload
from platform_stack.network.table import reason
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from platform_stack.model.flow import Protocol
    from platform_stack.network.resolve import ResolvedFlow, ResolvedPeer

Direction = Literal["ingress", "egress"]
DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")


@dataclass(frozen=True)
class Permission:
    """What one policy allows.

    Attributes:
        direction: whether the pods are reached (`ingress`) or reach the peer (`egress`).
        subject: the pods.
        peer: the other side.
        flows: the flows between the two, one or more.

    """

    direction: Direction
    subject: Workload
    peer: ResolvedPeer
    flows: Sequence[ResolvedFlow]

    @property
    def ports(self) -> list[tuple[int, Protocol]]:
        """The pod ports of the side that answers, with their protocols, sorted; ANY_PORT stands for every one."""
        return sorted({(flow.port, flow.protocol) for flow in self.flows})

    @property
    def metadata(self) -> ObjectMeta:
        """The metadata of the policy: a name and an annotation that say what it allows."""
        return ObjectMeta(
            name=policy_name(self.direction, self.subject, self.peer),
            namespace=self.subject.namespace,
            annotations={ALLOWS: described(self.flows)},
        )


def policy_name(direction: Direction, subject: Workload, peer: ResolvedPeer) -> str:
    """Return the name of the policy of a pair: what it allows."""
    preposition = "from" if direction == "ingress" else "to"
    return f"{direction}-{subject.name}-{preposition}-{_peer_name(peer, subject.namespace)}"


def described(flows: Iterable[ResolvedFlow]) -> str:
    """Return what flows are for and who declared them, for the annotation ALLOWS."""
    lines = {f"{flow.port}/{flow.protocol} {reason(flow)} ({flow.declared_by})" for flow in flows}
    return "; ".join(sorted(lines))


def _peer_name(peer: ResolvedPeer, namespace: str) -> str:
    """Return what a policy's name calls a peer: with its namespace where that is another and says more."""
    if isinstance(peer, Workload):
        return peer.name if peer.namespace in (namespace, peer.name) else f"{peer.namespace}-{peer.name}"
    if isinstance(peer, Networks):
        return "networks-" + peer.networks[0].translate(str.maketrans("./:", "---"))
    if isinstance(peer, Entity):
        return {
            Entity.API_SERVER: "api-server",
            Entity.NODES: "nodes",
            Entity.CLUSTER_DNS: "cluster-dns",
            Entity.WORLD: "world",
            Entity.MESH: "mesh",
        }[peer]
    return "hosts-" + "-".join(re.findall("[a-z0-9]+", peer.names[0]))

"""Flows between pods: the derived ones, and the declared ones with their peers looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.errors import PlatformError, did_you_mean, fail
from platform_stack.model.flow import Entity, Everything, Flow, Names, Networks, Pods, Protection, Protocol
from platform_stack.network import contradictions
from platform_stack.network.derive import derive
from platform_stack.network.pods import Workload
from platform_stack.recorded import needs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from platform_stack.model import Application, Context
    from platform_stack.model.flow import Peer as Declared
    from platform_stack.network.pods import Inventory

Peer = Workload | Entity | Names | Networks
"""A side of a connection, looked up."""


@dataclass(frozen=True)
class ResolvedFlow:
    """One connection that is allowed.

    Attributes:
        source: who opens it.
        target: who answers.
        port: pod port of the target.
        protocol: `TCP` or `UDP`.
        because: what it is for.
        declared_by: the application, or the object, that asked for it.
        protection: how it is protected between nodes.

    """

    source: Peer
    target: Peer
    port: int
    protocol: Protocol
    because: str
    declared_by: str
    protection: Protection


def resolve(context: Context, inventory: Inventory) -> list[ResolvedFlow]:
    """Return every connection that a platform allows, once for each declaration of it.

    Args:
        context: the cluster.
        inventory: who there is on it.

    Raises:
        PlatformError: a flow names an application, a workload or a port that does not exist, or two flows
            contradict each other.

    """
    found: dict[ResolvedFlow, None] = {}  # a set that keeps its order
    spellings: contradictions.Spellings = {}
    for wanted in derive(context, inventory):
        protection = _protection(wanted.source, wanted.target, wanted.port, "TCP", wanted.protection)
        flow = ResolvedFlow(
            wanted.source, wanted.target, wanted.port, "TCP", wanted.because, wanted.asked_by, protection
        )
        found[flow] = None
    for member in context.platform.members:
        for declared in member.flows(context):
            for flow, port in _expand(context, inventory, member, declared):
                found[flow] = None
                connection = (flow.source, flow.target, flow.port, flow.protocol)
                spellings.setdefault((member.name, connection), set()).add(repr(port))
    _check_protection(context, found)
    findings = list(contradictions.check(context, inventory, found, spellings))
    if findings:
        raise PlatformError(*findings)
    return list(found)


def _check_protection(context: Context, flows: Iterable[ResolvedFlow]) -> None:
    """Refuse a flow that crosses nodes in the clear, unless its target's application says why it may."""
    for flow in flows:
        if flow.protection != "none":
            continue
        if not (isinstance(flow.source, Workload) and isinstance(flow.target, Workload)):
            continue
        owner = context.platform.by_name[flow.target.application]
        if flow.target.name not in owner.plaintext_because:
            fail(
                f"{owner.source}: application {owner.name!r}: {flow.target.name!r} port {flow.port}",
                f"{flow.because} ({flow.declared_by}), with nothing that encrypts it between nodes",
                "mTLS, TLS or WireGuard; WireGuard does not cover pods on the node's network",
                'add the workload to plaintext_because with the reason, or protection="TLS" to the flow',
            )


def _expand(
    context: Context, inventory: Inventory, member: Application, flow: Flow
) -> Iterator[tuple[ResolvedFlow, int | str]]:
    """Yield each connection of a flow, with its port as the flow spells it."""
    for source in _peers(context, inventory, member, flow, flow.source):
        for target in _peers(context, inventory, member, flow, flow.target):
            for port in flow.ports:
                number = _number(member, flow, target, port)
                protection = _protection(source, target, number, flow.protocol, flow.protection)
                yield (
                    ResolvedFlow(
                        source, target, number, flow.protocol, flow.because, member.name, protection
                    ),
                    port,
                )


def _peers(
    context: Context, inventory: Inventory, member: Application, flow: Flow, peer: Declared
) -> Sequence[Peer]:
    if peer is Entity.MESH:
        # The entity for whoever joins the mesh later, and each pod that is in it now.
        return [peer, *(workload for workload in inventory.all() if workload.mesh)]
    if isinstance(peer, Everything):
        own = [namespace.name for namespace in member.namespaces]
        if peer.namespace not in own:
            fail(
                f"{member.source}: application {member.name!r}: flows: {flow.because!r}",
                f"every pod of {peer.namespace!r}, a namespace that it does not own",
                "a namespace of the application itself",
                did_you_mean(peer.namespace, own),
            )
        return [inventory.everything(member.name, peer.namespace)]
    if not isinstance(peer, Pods):
        return [peer]
    name = peer.application or member.name
    where = f"{member.source}: application {member.name!r}: flows: {flow.because!r}"
    if name not in context.platform.by_name:
        if flow.optional:
            return []
        fail(
            where,
            f"a flow with {name!r}, which is not an application of this platform",
            "an application of the platform, or optional=True",
            did_you_mean(name, context.platform.by_name),
        )
    known = {workload.name: workload for workload in inventory.by_application[name]}
    missing = [wanted for wanted in peer.workloads if wanted not in known]
    unknown = inventory.unknown_of(name)
    if unknown and (missing or not peer.workloads):
        what = ", ".join(map(repr, missing)) or "pods"
        raise PlatformError(needs(where, f"{what} of {name!r}", unknown))
    if not known:
        fail(where, f"pods of {name!r}, which has none", "an application with pods")
    for wanted in missing:
        fail(where, f"{wanted!r}, which {name!r} does not have", "a workload", did_you_mean(wanted, known))
    return [known[wanted] for wanted in peer.workloads] or list(known.values())


def _number(member: Application, flow: Flow, target: Peer, port: int | str) -> int:
    number = target.port(port) if isinstance(target, Workload) else port
    names = [name for name, _ in target.ports] if isinstance(target, Workload) else []
    if not isinstance(number, int):
        fail(
            f"{member.source}: application {member.name!r}: flows: {flow.because!r}: ports",
            f"{port!r}, which the target does not have",
            "a port of the target's pods",
            did_you_mean(str(port), names),
        )
    return number


def _protection(
    source: Peer, target: Peer, port: int, protocol: Protocol, declared: Protection | None
) -> Protection:
    """Return what protects a flow: mutual TLS needs a sidecar on both sides, and one that takes the port."""
    if declared is not None:
        return declared
    ends = (source, target)
    asks = target is Entity.MESH or (
        isinstance(target, Workload) and target.answers_through_sidecar(port, protocol)
    )
    if asks and (source is Entity.MESH or (isinstance(source, Workload) and source.mesh)):
        return "mTLS"
    if all(end is Entity.MESH or (isinstance(end, Workload) and not end.host_network) for end in ends):
        return "WireGuard"
    return "TLS" if Entity.API_SERVER in ends else "none"

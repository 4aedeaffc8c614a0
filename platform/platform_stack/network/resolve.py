"""Flows between pods: the derived ones, and the declared ones with their peers looked up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from platform_stack.errors import Finding, PlatformError, collecting, did_you_mean, fail
from platform_stack.model.flow import (
    Entity,
    Everything,
    Flow,
    Holders,
    Names,
    Networks,
    Pods,
    Protection,
    Protocol,
)
from platform_stack.model.network import Mesh, NetworkEngine
from platform_stack.network.derive import derive
from platform_stack.network.mesh import in_mesh
from platform_stack.network.pods import Workload
from platform_stack.recorded import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from platform_stack.estate import Estate
    from platform_stack.model import Application
    from platform_stack.model.flow import Peer as Declared


@dataclass(frozen=True)
class Opened:
    """What is opened for hosts by name, where policies cannot say names.

    Attributes:
        names: the hosts that are meant.
        networks: the networks that are opened; empty: the world.
        because: why that is right.

    """

    names: tuple[str, ...]
    networks: tuple[str, ...]
    because: str


ResolvedPeer = Workload | Entity | Names | Networks | Opened
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

    source: ResolvedPeer
    target: ResolvedPeer
    port: int
    protocol: Protocol
    because: str
    declared_by: str
    protection: Protection


@dataclass(frozen=True)
class Resolution:
    """The flows of a platform, looked up.

    Attributes:
        flows: every connection that is allowed, once for each declaration of it.
        spellings: how each application wrote the port of a connection.
        findings: the declared flows that lead nowhere.

    """

    flows: tuple[ResolvedFlow, ...]
    spellings: Spellings
    findings: tuple[Finding, ...]


Connection = tuple[ResolvedPeer, ResolvedPeer, int, str]
"""Source, target, pod port and protocol."""

Spellings = dict[tuple[str, Connection], set[str]]
"""How an application wrote the port of a connection, by the application's name and the connection."""


def resolve(estate: Estate) -> Resolution:
    """Return every connection that a platform allows, and what is wrong with the flows that it cannot allow."""
    found: dict[ResolvedFlow, None] = {}  # a set that keeps its order
    spellings: Spellings = {}
    findings: list[Finding] = []
    for wanted in derive(estate):
        protection = wanted.protection or _protection(
            estate, wanted.source, wanted.target, wanted.port, "TCP"
        )
        flow = ResolvedFlow(
            wanted.source, wanted.target, wanted.port, "TCP", wanted.because, wanted.asked_by, protection
        )
        found[flow] = None
    for member in estate.platform.members:
        for declared in member.flows(estate.context):
            expanded: list[tuple[ResolvedFlow, int | str]] = []
            with collecting(findings):
                expanded += _expand(estate, member, declared)
            for flow, port in expanded:
                found[flow] = None
                connection = (flow.source, flow.target, flow.port, flow.protocol)
                spellings.setdefault((member.name, connection), set()).add(repr(port))
    return Resolution(tuple(found), spellings, tuple(findings))


def _expand(estate: Estate, member: Application, flow: Flow) -> Iterator[tuple[ResolvedFlow, int | str]]:
    """Yield each connection of a flow, with its port as the flow spells it."""
    for source in _peers(estate, member, flow, flow.source):
        for target in _peers(estate, member, flow, flow.target):
            for port in flow.ports:
                number = _number(member, flow, target, port)
                protection = flow.protection or _protection(estate, source, target, number, flow.protocol)
                yield (
                    ResolvedFlow(
                        source, target, number, flow.protocol, flow.because, member.name, protection
                    ),
                    port,
                )


def _peers(estate: Estate, member: Application, flow: Flow, peer: Declared) -> Sequence[ResolvedPeer]:
    if isinstance(peer, Pods):
        return _pods(estate, member, flow, peer)
    if isinstance(peer, Everything):
        return _everything(estate, member, flow, peer)
    if isinstance(peer, Holders):
        return _holders(estate, member, flow, peer)
    if isinstance(peer, Names):
        return [_names(estate, member, flow, peer)]
    return _mesh(estate, member, flow) if peer is Entity.MESH else [peer]


def _pods(estate: Estate, member: Application, flow: Flow, peer: Pods) -> Sequence[ResolvedPeer]:
    inventory = estate.inventory
    name = peer.application or member.name
    where = f"{member.source}: application {member.name!r}: flows: {flow.because!r}"
    if name not in estate.platform.by_name:
        if flow.optional:
            return []
        fail(
            where,
            f"a flow with {name!r}, which is not an application of this platform",
            "an application of the platform, or optional=True",
            did_you_mean(name, estate.platform.by_name),
        )
    known = {workload.name: workload for workload in inventory.by_application[name]}
    missing = [wanted for wanted in peer.workloads if wanted not in known]
    unknown = inventory.unknown_of(name)
    if unknown and (missing or not peer.workloads):
        what = ", ".join(map(repr, missing)) or "pods"
        raise PlatformError(needs(where, f"{what} of {name!r}", unknown))
    if not known:
        fail(where, f"pods of {name!r}, which has none", "an application with pods")
    if missing:
        raise PlatformError(
            *(
                Finding(
                    where, f"{one!r}, which {name!r} does not have", "a workload", did_you_mean(one, known)
                )
                for one in missing
            )
        )
    return [known[wanted] for wanted in peer.workloads] or list(known.values())


def _mesh(estate: Estate, member: Application, flow: Flow) -> Sequence[ResolvedPeer]:
    if estate.platform.role(Mesh) is None and not flow.optional:
        fail(
            f"{member.source}: application {member.name!r}: flows: {flow.because!r}",
            "a flow with the mesh, and no application has the role Mesh",
            "an application that is the mesh, or optional=True",
            "add a mesh of platform_stack.integrations to `roles` of the one that installs it",
        )
    if estate.platform.role(Mesh) is None:
        return []
    # The entity for whoever joins the mesh later, and each pod that is in it now.
    return [Entity.MESH, *(workload for workload in estate.inventory.all() if workload.mesh)]


def _names(estate: Estate, member: Application, flow: Flow, names: Names) -> ResolvedPeer:
    engine = estate.platform.role(NetworkEngine)
    if engine and engine.policies:
        return replace(names, wider=None)
    if names.wider is None:
        fail(
            f"{member.source}: application {member.name!r}: flows: {flow.because!r}",
            f"{', '.join(names.names)}: hosts by name, which no policy of this network can say",
            "Networks(…), a NetworkEngine whose policies say names, or a declared exception that opens more",
            'wider=Wider(because="…") opens the world on these ports, with `networks` no more than these',
        )
    return Opened(names.names, names.wider.networks, names.wider.because)


def _holders(estate: Estate, member: Application, flow: Flow, peer: Holders) -> Sequence[ResolvedPeer]:
    holders = estate.platform.holders(peer.role)
    if not holders and not flow.optional:
        name = peer.role.__name__
        fail(
            f"{member.source}: application {member.name!r}: flows: {flow.because!r}",
            f"a flow with whoever has the role {name}, which is nobody",
            "an application with the role, or optional=True",
            f"a {name} in `roles` of the application that is one",
        )
    each = (Pods(application=one.application.name, workloads=one.role.workloads) for one in holders)
    return [found for pods in each for found in _peers(estate, member, flow, pods)]


def _everything(estate: Estate, member: Application, flow: Flow, peer: Everything) -> Sequence[ResolvedPeer]:
    own = [namespace.name for namespace in member.namespaces]
    if peer.namespace not in own:
        if member.tenant:
            return []  # the rule about tenants refuses it in its own words
        fail(
            f"{member.source}: application {member.name!r}: flows: {flow.because!r}",
            f"every pod of {peer.namespace!r}, a namespace that it does not own",
            "a namespace of the application itself",
            did_you_mean(peer.namespace, own),
        )
    return [estate.inventory.everything(member.name, peer.namespace)]


def _number(member: Application, flow: Flow, target: ResolvedPeer, port: int | str) -> int:
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
    estate: Estate, source: ResolvedPeer, target: ResolvedPeer, port: int, protocol: Protocol
) -> Protection:
    """Return what protects a flow: mutual TLS needs a sidecar on both sides, and one that takes the port."""
    ends = (source, target)
    asks = target is Entity.MESH or (
        isinstance(target, Workload) and target.answers_through_sidecar(port, protocol)
    )
    if asks and in_mesh(source):
        return "mTLS"
    if all(end is Entity.MESH or (isinstance(end, Workload) and not end.host_network) for end in ends):
        engine = estate.platform.role(NetworkEngine)
        return (engine and engine.encryption) or "none"
    return "TLS" if Entity.API_SERVER in ends else "none"

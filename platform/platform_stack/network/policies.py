"""Network policies from flows.

What is said of pods, every network that enforces NetworkPolicies understands; for the rest the platform's network
engine has policies of its own, or the cluster declares which addresses are meant. Policies see pod ports, not Service
ports.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from platform_stack.errors import Finding, PlatformError
from platform_stack.integrations.network_policy import (
    addresses,
    between_pods,
    by_address,
    default_deny,
    names_pods,
    of_pods,
    to_cluster_dns,
)
from platform_stack.model import SyncWave
from platform_stack.model.network import Mesh, NetworkEngine
from platform_stack.network.permission import DIRECTIONS, Permission
from platform_stack.network.pods import Workload
from platform_stack.typed import to_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.network.resolve import ResolvedFlow, ResolvedPeer


def policies(estate: Estate) -> Iterator[tuple[str, Manifest, SyncWave]]:
    """Yield each policy with the application that it belongs to and its wave.

    Every namespace of the platform that Kubernetes does not make itself gets a default deny in both
    directions, cluster DNS, and what the flows allow. Allowing comes in an earlier wave than denying.

    A namespace that may hold pods of an unknown release gets no policy at all: what nobody knows would be locked
    out, and a policy for all its pods, or for its known ones, is as good as a deny for them.

    So do the namespaces of tenants, although a policy of the platform may make a default deny there too (under names
    that begin with `tenant-`): these hold without it, and a reviewer sees them.

    Raises:
        PlatformError: the cluster does not declare the addresses that policies need, or a network is one of its pods;
            all findings at once.

    """
    owners = {
        namespace.name: member.name
        for member in estate.platform.members
        for namespace in member.namespaces
        if not namespace.existing and not estate.inventory.unknown_in(namespace.name)
    }
    for namespace, owner in owners.items():
        yield owner, to_manifest(default_deny(namespace)), SyncWave.DENY
        yield owner, to_manifest(to_cluster_dns(namespace)), SyncWave.ALLOW
    permissions = list(_permissions(estate, owners))
    if findings := list(_unsayable(estate, permissions)):
        raise PlatformError(*findings)
    for permission in permissions:
        for policy in _allow(estate, permission):
            yield owners[permission.subject.namespace], policy, SyncWave.ALLOW


def _permissions(estate: Estate, owners: Mapping[str, str]) -> Iterator[Permission]:
    for direction in DIRECTIONS:
        groups: dict[tuple[Workload, ResolvedPeer], list[ResolvedFlow]] = defaultdict(list)
        for flow in estate.flows:
            subject, peer = (
                (flow.target, flow.source) if direction == "ingress" else (flow.source, flow.target)
            )
            if isinstance(subject, Workload) and not subject.host_network and subject.namespace in owners:
                groups[subject, peer].append(flow)
        for (subject, peer), members in groups.items():
            yield Permission(direction, subject, peer, members)


def _unsayable(estate: Estate, permissions: Iterable[Permission]) -> Iterator[Finding]:
    """Yield what keeps policies by address from being written."""
    cluster, engine = estate.context.cluster, estate.platform.role(NetworkEngine)
    if engine and engine.policies:
        return
    needed: dict[str, list[ResolvedFlow]] = defaultdict(list)
    for permission in permissions:
        if not names_pods(permission.peer) and (field := addresses(permission.peer)):
            needed[field] += permission.flows
        for network, own in of_pods(permission.peer, cluster):
            flow = permission.flows[0]
            yield Finding(
                f"{estate.platform.by_name[flow.declared_by].place}: flows: {flow.because!r}",
                f"{network}, addresses of the cluster's own pods or Services ({own})",
                "addresses outside the cluster",
                "name the pods",
            )
    for field, flows in needed.items():
        if not getattr(cluster, field):
            who = "the API server" if field == "api_server_networks" else "nodes"
            more = f", and {len(flows) - 1} more" if len(flows) > 1 else ""
            yield Finding(
                f"{cluster.place}: {field}",
                f"none, and flows with {who}: {flows[0].because} ({flows[0].declared_by}){more}",
                f"the networks of {who}: no policy of this network names them otherwise",
                f'{field}=("192.0.2.7/32",) with their addresses, or the role NetworkEngine with policies that do',
            )


def _allow(estate: Estate, permission: Permission) -> Iterable[Manifest]:
    platform = estate.platform
    engine, mesh = platform.role(NetworkEngine), platform.role(Mesh)
    if names_pods(permission.peer):
        return [to_manifest(between_pods(permission, mesh.members if mesh else ()))]
    if engine and engine.policies:
        return engine.policies(permission)
    return [to_manifest(by_address(permission, estate.context.cluster))]

"""Network policies from flows.

What is said of pods, every network that enforces NetworkPolicies understands; for the rest the platform's network
engine has policies of its own. Policies see pod ports, not Service ports.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from platform_stack.errors import fail
from platform_stack.integrations.network_policy import (
    between_pods,
    default_deny,
    names_pods,
    to_cluster_dns,
)
from platform_stack.model import SyncWave
from platform_stack.model.network import Mesh, NetworkEngine
from platform_stack.network.permission import DIRECTIONS, Permission
from platform_stack.network.pods import Workload
from platform_stack.network.table import name_of
from platform_stack.typed import to_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Platform
    from platform_stack.network.resolve import Peer, ResolvedFlow


def policies(estate: Estate) -> Iterator[tuple[str, Manifest, SyncWave]]:
    """Yield each policy with the application that it belongs to and its wave.

    Every namespace of the platform that Kubernetes does not make itself gets a default deny in both
    directions, cluster DNS, and what the flows allow. Allowing comes in an earlier wave than denying.

    A namespace that may hold pods of an unknown release gets no policy at all: what nobody knows would be locked
    out, and a policy for all its pods, or for its known ones, is as good as a deny for them.

    So do the namespaces of tenants, although a policy of the platform may make a default deny there too (under names
    that begin with `tenant-`): these hold without it, and a reviewer sees them.
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
    for permission in _permissions(estate, owners):
        for policy in _allow(estate.platform, permission):
            yield owners[permission.subject.namespace], policy, SyncWave.ALLOW


def _permissions(estate: Estate, owners: Mapping[str, str]) -> Iterator[Permission]:
    for direction in DIRECTIONS:
        groups: dict[tuple[Workload, Peer], list[ResolvedFlow]] = defaultdict(list)
        for flow in estate.flows:
            subject, peer = (
                (flow.target, flow.source) if direction == "ingress" else (flow.source, flow.target)
            )
            if isinstance(subject, Workload) and not subject.host_network and subject.namespace in owners:
                groups[subject, peer].append(flow)
        for (subject, peer), members in groups.items():
            yield Permission(direction, subject, peer, members)


def _allow(platform: Platform, permission: Permission) -> Iterator[Manifest]:
    if names_pods(permission.peer):
        mesh = platform.role(Mesh)
        yield to_manifest(between_pods(permission, mesh.members if mesh else ()))
        return
    engine = platform.role(NetworkEngine)
    if engine is None or engine.policies is None:
        flow = permission.flows[0]
        fail(
            f"{platform.source}: platform: roles",
            f"a flow with {name_of(permission.peer)} ({flow.because}, {flow.declared_by}), which no NetworkPolicy says",
            "an application with the role NetworkEngine whose policies say it",
            "roles=(cilium.network_engine(),) for the application that installs Cilium",
        )
    yield from engine.policies(permission)

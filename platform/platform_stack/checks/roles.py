"""Roles that cannot be: two of what a platform has once, pods that are not there, and a mesh that nobody is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding, did_you_mean
from platform_stack.model.network import Mesh, NetworkEngine
from platform_stack.model.roles import PodRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate

_ONCE = (NetworkEngine, Mesh)
"""Roles that a platform has once at most: each pod has one network, and one sidecar."""


def one_of_each(estate: Estate) -> Iterator[Finding]:
    """Yield each second network engine and each second mesh."""
    for role in _ONCE:
        holders = [holder.application for holder in estate.platform.holders(role)]
        for other in holders[1:]:
            yield Finding(
                f"{other.place}: roles",
                f"a second {role.__name__} (the first: {holders[0].name!r}, {holders[0].source})",
                f"one {role.__name__} at most on a platform",
                "take one out: pods have one network and one mesh",
            )


def mesh_for_its_namespaces(estate: Estate) -> Iterator[Finding]:
    """Yield each namespace in the mesh of a platform that has none."""
    if estate.platform.role(Mesh) is not None:
        return
    for member in estate.platform.members:
        for namespace in member.namespaces:
            if namespace.mesh:
                yield Finding(
                    f"{member.place}: namespace {namespace.name!r}: mesh",
                    "True, and no application has the role Mesh",
                    "an application that is the mesh",
                    "add it to the one that installs it (`roles=(istio.mesh(sidecar=…),)`), or leave out mesh=True",
                )


def pods_of_roles(estate: Estate) -> Iterator[Finding]:
    """Yield each workload of a role that its application does not have."""
    for member in estate.platform.members:
        if estate.inventory.unknown_of(member.name):
            continue  # it may be one of an unknown release
        known = [one.name for one in estate.inventory.by_application[member.name]]
        for role in member.roles:
            for name in role.workloads if isinstance(role, PodRole) else ():
                if name not in known:
                    yield Finding(
                        f"{member.place}: roles: {type(role).__name__}: workloads",
                        f"{name!r}, which {member.name!r} does not have",
                        "workloads of the application, as its charts, manifests or operators name them",
                        did_you_mean(name, known),
                    )

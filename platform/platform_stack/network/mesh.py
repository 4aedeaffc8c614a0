"""What the mesh lets in, from flows: its policies for each pod that has a sidecar."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from platform_stack.model import SyncWave
from platform_stack.model.flow import Entity
from platform_stack.model.network import Mesh
from platform_stack.network.arrivals import Arrivals
from platform_stack.network.pods import Workload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Application
    from platform_stack.network.resolve import ResolvedFlow, ResolvedPeer


def mesh_policies(estate: Estate) -> Iterator[tuple[str, Manifest, SyncWave]]:
    """Yield each policy of the mesh with the application that it belongs to and its wave; none without a mesh.

    Every namespace with a pod in the mesh gets a default deny, every such pod what the flows to it allow, and
    what lets plain text in where one of them comes from outside the mesh. Allowing comes before denying. A namespace
    whose pods are not known here, such as a tenant's, is left to the network policies; one that may hold pods of
    an unknown release has no default deny either.

    Raises:
        PlatformError: the mesh cannot say what a flow asks for.

    """
    mesh = estate.platform.role(Mesh)
    if mesh is None:
        return
    inventory = estate.inventory
    owners = {namespace.name: member for member in estate.platform.members for namespace in member.namespaces}
    denied = dict.fromkeys(
        one.namespace for one in inventory.all() if one.mesh and not inventory.unknown_in(one.namespace)
    )
    for name in denied:
        for item in mesh.denies(name):
            yield owners[name].name, item, SyncWave.DENY
    allowed, plaintext = _arrivals(estate, owners)
    into_denied = [arrivals for arrivals in allowed if arrivals.target.namespace in denied]
    for makes, found in ((mesh.allows, into_denied), (mesh.plaintext, plaintext)):
        for arrivals in found:
            for item in makes(arrivals):
                yield owners[arrivals.target.namespace].name, item, SyncWave.ALLOW


def _arrivals(estate: Estate, owners: Mapping[str, Application]) -> tuple[list[Arrivals], list[Arrivals]]:
    """Return the flows that sidecars take, by target and source; and those from outside the mesh, by target."""
    pairs: dict[tuple[Workload, ResolvedPeer], list[ResolvedFlow]] = defaultdict(list)
    plaintext: dict[Workload, list[ResolvedFlow]] = defaultdict(list)
    for flow in estate.flows:
        target = flow.target
        if isinstance(target, Workload) and target.answers_through_sidecar(flow.port, flow.protocol):
            pairs[target, flow.source].append(flow)
            if not in_mesh(flow.source):
                plaintext[target].append(flow)
    return (
        [Arrivals(owners[target.namespace].place, target, flows) for (target, _), flows in pairs.items()],
        [Arrivals(owners[target.namespace].place, target, flows) for target, flows in plaintext.items()],
    )


def in_mesh(peer: ResolvedPeer) -> bool:
    """Return whether a peer has an identity in the mesh."""
    return peer is Entity.MESH or (isinstance(peer, Workload) and peer.mesh)

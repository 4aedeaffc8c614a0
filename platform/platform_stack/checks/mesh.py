"""What must be true for pods to be in the mesh: the injector is there before them, and the gateway finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding
from platform_stack.model.network import Mesh
from platform_stack.network.derive import backends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Application
    from platform_stack.model.roles import Backend, Gateway, Holder
    from platform_stack.network.pods import Inventory, Workload


def whole_mesh(estate: Estate) -> Iterator[Finding]:
    """Yield each pod whose sidecar is not certain, and each route to a pod in the mesh that would miss it."""
    platform, inventory = estate.platform, estate.inventory
    providers = [holder.application.name for holder in platform.holders(Mesh)]
    for member in platform.members:
        found = inventory.by_application.get(member.name, [])
        injected = sorted(one.name for one in found if one.mesh)
        injected += [
            f"those of release {release.chart.release!r}"
            for release in inventory.unknown_of(member.name)
            if platform.mesh_namespaces & release.namespaces
        ]
        if injected and not platform.reach[member.name].intersection(providers):
            yield Finding(
                f"{member.source}: application {member.name!r}: depends_on",
                f"pods in the mesh ({', '.join(injected)}) that do not wait for it",
                "a dependency on the application whose sidecar they get, or they start without one",
                f"add {providers[0]!r} to depends_on",
            )
        yield from _left_out(member, found)
        for item in inventory.objects.get(member.name, ()):
            for holder, backend in backends(platform, item):
                yield from _route(member, inventory, item, holder, backend)


def reason_outside_mesh(estate: Estate) -> Iterator[Finding]:
    """Yield each namespace of a platform with a mesh that is outside of it and does not say why."""
    platform = estate.platform
    for holder in platform.holders(Mesh)[:1]:
        for member in platform.members:
            for namespace in member.namespaces if member.tier == "platform" else ():
                if not (namespace.mesh or namespace.outside_mesh_because):
                    yield Finding(
                        f"{member.source}: application {member.name!r}: namespace {namespace.name!r}: mesh",
                        "no reason why its pods are outside the mesh",
                        "mesh=True, or the reason: what they say to each other is not under mutual TLS",
                        f'outside_mesh_because="…", or mesh=True and {holder.application.name!r} in depends_on',
                    )


def _left_out(member: Application, found: list[Workload]) -> Iterator[Finding]:
    """Yield each workload outside the mesh in a namespace that is in it."""
    for namespace in member.namespaces:
        for one in found:
            if namespace.mesh and one.namespace == namespace.name and not one.mesh:
                why = "is on the node's network" if one.host_network else "asks for no sidecar in its labels"
                yield Finding(
                    f"{member.source}: application {member.name!r}: namespace {namespace.name!r}: mesh",
                    f"{one.name!r}, which {why}",
                    "pods that are all in the mesh",
                    "give it a namespace of its own, or let pods join one by one, by their own label",
                )


def _route(
    member: Application, inventory: Inventory, item: Manifest, holder: Holder[Gateway], backend: Backend
) -> Iterator[Finding]:
    """Yield what keeps the gateway's sidecar from recognising the Service behind a route."""
    behind = inventory.behind(backend.namespace, backend.service, backend.port)
    if not any(target.answers_through_sidecar(number) for target, number in behind):
        return
    service = inventory.services[backend.namespace, backend.service]
    for what, there, wanted in (
        (f"{item['kind']} {item['metadata']['name']}", _annotations(item), holder.role.mesh_route(backend)),
        (f"Service {backend.service}", _annotations(service), holder.role.mesh_service),
    ):
        for key, value in wanted.items():
            if there.get(key) != value:
                yield Finding(
                    f"{member.source}: application {member.name!r}: {what}",
                    f"no annotation {key}: {value!r}, and pods in the mesh behind it",
                    "the annotation: without it the gateway's requests arrive without mutual TLS",
                    "set it in the values of the chart, or where the object is made",
                )


def _annotations(item: Manifest) -> Mapping[str, str]:
    return item["metadata"].get("annotations") or {}

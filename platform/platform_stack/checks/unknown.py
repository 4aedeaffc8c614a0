"""Releases of which nobody knows what they make: nothing is concluded from them, and what needs them is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.kubernetes import full_name
from platform_stack.model.roles import Dashboards, Gateway
from platform_stack.network.derive import WEBHOOKS, backends, endpoints, looked_into, scraped, webhooks
from platform_stack.recorded import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.errors import Finding
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Application
    from platform_stack.model.roles import AnyPodRole, Holder, PodRole
    from platform_stack.network.pods import Inventory


def needs_unknown_release(estate: Estate) -> Iterator[Finding]:
    """Yield each route, webhook, monitor and data source whose pods may be those of an unknown release.

    The other side's default deny would keep them apart. Declared flows, exceptions and policies that need to know
    are refused where they are looked up.
    """
    inventory = estate.inventory
    if not inventory.unknown:
        return
    for member in estate.platform.members:
        for item in inventory.objects.get(member.name, ()):
            yield from _object(member, inventory, item)
        if member.tenant and any(repository.ports for repository in member.tenant.repositories):
            where = f"{member.place}: repositories"
            yield from _of_role(where, inventory, Gateway, "which it leads through")
        for source in member.data_sources:
            where = f"{member.place}: data source {source.name}"
            address = source.service
            if not inventory.behind(address.namespace, address.name, address.port) and (
                missing := inventory.unknown_in(address.namespace)
            ):
                yield needs(where, f"pods behind {address.url}", missing)
            yield from _of_role(where, inventory, Dashboards, "which queries it")


def _object(member: Application, inventory: Inventory, item: Manifest) -> Iterator[Finding]:
    kind, namespace = item["kind"], item["metadata"].get("namespace", "")
    where = f"{member.place}: {full_name(kind, namespace, item['metadata']['name'])}"
    if kind in WEBHOOKS:
        for webhook in item.get("webhooks", ()):
            service = webhook.get("clientConfig", {}).get("service")
            missing = inventory.unknown_in(service["namespace"]) if service else []
            if missing and not list(webhooks(inventory, {**item, "webhooks": [webhook]})):
                yield needs(where, f"pods behind {service['namespace']}/{service['name']}", missing)
    for _, endpoint in endpoints(inventory.platform, item):
        # One that looks everywhere means whoever there is.
        missing = (
            [] if endpoint.namespaces is None else inventory.unknown_in(*looked_into(inventory, endpoint))
        )
        if missing and not list(scraped(inventory, endpoint)):
            yield needs(where, "pods that it selects", missing)
    for holder, backend in backends(inventory.platform, item):
        missing = inventory.unknown_in(backend.namespace)
        if missing and not inventory.behind(backend.namespace, backend.service, backend.port):
            yield needs(where, f"pods behind {backend.namespace}/{backend.service}", missing)
        yield from _holder(where, inventory, holder, "which it leads through")


def _of_role(where: str, inventory: Inventory, role: type[PodRole], what: str) -> Iterator[Finding]:
    """Yield the applications of a role whose pods are not known."""
    for holder in inventory.platform.holders(role):
        yield from _holder(where, inventory, holder, what)


def _holder(where: str, inventory: Inventory, holder: Holder[AnyPodRole], what: str) -> Iterator[Finding]:
    name = holder.application.name
    if missing := inventory.unknown_of(name):
        yield needs(where, f"pods of {name!r}, {what}", missing)

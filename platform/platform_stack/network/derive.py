"""Flows that objects ask for: webhooks, scrapes, routes and data sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.kubernetes import kind_of
from platform_stack.model.flow import Entity, Protection
from platform_stack.model.roles import Dashboards, Gateway, Scraper
from platform_stack.model.tenant import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Platform, Tenant
    from platform_stack.model.roles import Backend, Holder, MetricsEndpoint
    from platform_stack.network.pods import Inventory, Workload

WEBHOOKS = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


@dataclass(frozen=True)
class Derived:
    """A flow that an object asks for."""

    source: Workload | Entity
    target: Workload
    port: int
    because: str
    asked_by: str
    protection: Protection | None = None


def derive(estate: Estate) -> Iterator[Derived]:
    """Yield what the objects of the platform ask for."""
    inventory = estate.inventory
    for item in (item for items in inventory.objects.values() for item in items):
        if item["kind"] in WEBHOOKS:
            yield from webhooks(inventory, item)
        yield from _scrapes(inventory, item)
        yield from _routes(inventory, item)
    yield from _queries(estate.platform, inventory)
    for tenant in estate.platform.tenants:
        yield from _installed(inventory, tenant)


def _queries(platform: Platform, inventory: Inventory) -> Iterator[Derived]:
    dashboards = inventory.of_role(Dashboards)
    for member in platform.members:
        for source in member.data_sources:
            address = source.service
            for target, port in inventory.behind(address.namespace, address.name, address.port):
                for one in dashboards:
                    yield Derived(one, target, port, "queries it", f"data source {source.name}")


def _installed(inventory: Inventory, tenant: Tenant) -> Iterator[Derived]:
    """Yield the gateways of a tenant's routes to the ports of what it installs, whose Services are not known."""
    for repository in tenant.repositories:
        namespace = tenant.namespace_of(repository)
        target = inventory.everything(PREFIX + tenant.name, namespace)
        asked_by = f"repository {repository.name} of tenant {tenant.name}"
        gateways = {
            one.application.name: one
            for route in tenant.routes
            if route.service.namespace == namespace
            for one in inventory.platform.gateways_of(route)
        }
        for port in repository.ports:
            for gateway in (pod for one in gateways.values() for pod in inventory.of(one)):
                yield Derived(gateway, target, port, "routes to it", asked_by)


def webhooks(inventory: Inventory, item: Manifest) -> Iterator[Derived]:
    """Yield a flow from the API server for each webhook of a configuration."""
    for webhook in item.get("webhooks", ()):
        service = webhook.get("clientConfig", {}).get("service")
        if service:
            for target, port in inventory.behind(
                service["namespace"], service["name"], service.get("port", 443)
            ):
                yield Derived(Entity.API_SERVER, target, port, "calls its webhook", _named(item), "TLS")


def _scrapes(inventory: Inventory, item: Manifest) -> Iterator[Derived]:
    """Yield a flow from each scraper that reads a monitor to each pod that it selects."""
    for holder, endpoint in endpoints(inventory.platform, item):
        for target, port in scraped(inventory, endpoint):
            for scraper in inventory.of(holder):
                yield Derived(scraper, target, port, "scrapes its metrics", _named(item))


def _routes(inventory: Inventory, item: Manifest) -> Iterator[Derived]:
    """Yield a flow from the gateway for each backend of what it reads."""
    for holder, backend in backends(inventory.platform, item):
        because = f"routes {backend.host or 'every host'} to it"
        for target, port in inventory.behind(backend.namespace, backend.service, backend.port):
            for gateway in inventory.of(holder):
                yield Derived(gateway, target, port, because, _named(item))


def is_read(platform: Platform, item: Manifest) -> bool:
    """Return whether some scraper or gateway reads an object."""
    kind = kind_of(item)
    return any(kind in one.role.kinds for one in platform.holders(Scraper)) or any(
        kind in one.role.kinds and one.role.backends(item) is not None for one in platform.holders(Gateway)
    )


def endpoints(platform: Platform, item: Manifest) -> Iterator[tuple[Holder[Scraper], MetricsEndpoint]]:
    """Yield what a monitor asks for, for each scraper that reads its kind."""
    for holder in platform.holders(Scraper):
        if kind_of(item) in holder.role.kinds:
            for endpoint in holder.role.endpoints(item):
                yield holder, endpoint


def backends(platform: Platform, item: Manifest) -> Iterator[tuple[Holder[Gateway], Backend]]:
    """Yield where an object leads requests from outside, for each gateway that reads it."""
    for holder in platform.holders(Gateway):
        if kind_of(item) in holder.role.kinds:
            for backend in holder.role.backends(item) or ():
                yield holder, backend


def scraped(inventory: Inventory, endpoint: MetricsEndpoint) -> Iterator[tuple[Workload, int]]:
    """Yield the workloads that an endpoint selects, each with its pod port."""
    namespaces = looked_into(inventory, endpoint)
    if endpoint.selects == "Pod":
        for namespace in namespaces:
            for workload in inventory.selected(namespace, {}):
                port = workload.port(endpoint.port)
                if port is not None and _selects(endpoint.selector, dict(workload.labels)):
                    yield workload, port
        return
    for (namespace, name), service in inventory.services.items():
        labels = service["metadata"].get("labels") or {}
        if namespace in namespaces and _selects(endpoint.selector, labels):
            if endpoint.port_of == "Service":
                yield from inventory.behind(namespace, name, endpoint.port)
                continue
            for workload in inventory.selected(namespace, service["spec"].get("selector") or {"": ""}):
                port = workload.port(endpoint.port)
                if port is not None:
                    yield workload, port


def looked_into(inventory: Inventory, endpoint: MetricsEndpoint) -> set[str]:
    """Return the namespaces in which an endpoint selects."""
    if endpoint.namespaces is None:
        return {one.namespace for one in inventory.all()} | {namespace for namespace, _ in inventory.services}
    return set(endpoint.namespaces)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a label selector selects an object with these labels (matchLabels and matchExpressions)."""
    if not (selector.get("matchLabels") or {}).items() <= labels.items():
        return False
    return all(
        {
            "In": labels.get(rule["key"]) in rule.get("values", ()),
            "NotIn": labels.get(rule["key"]) not in rule.get("values", ()),
            "Exists": rule["key"] in labels,
            "DoesNotExist": rule["key"] not in labels,
        }[rule["operator"]]
        for rule in selector.get("matchExpressions") or ()
    )


def _named(item: Manifest) -> str:
    return f"{item['kind']} {item['metadata']['name']}"

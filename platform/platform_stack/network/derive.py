"""Flows that objects ask for: webhooks, scrapes, routes and data sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_stack.model.flow import Entity, Protection
from platform_stack.model.roles import Dashboards, Gateway, Scraper
from platform_stack.model.tenant import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Platform
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
    scrapers = inventory.of_role(Scraper)
    for item in (item for items in inventory.objects.values() for item in items):
        if item["kind"] in WEBHOOKS:
            yield from webhooks(inventory, item)
        elif item["kind"] in ("ServiceMonitor", "PodMonitor"):
            for target, port in scraped(inventory, item):
                for scraper in scrapers:
                    yield Derived(scraper, target, port, "scrapes its metrics", _named(item))
        elif item["kind"] == "Ingress":
            yield from routes(inventory, item)
    yield from _queries(estate.platform, inventory)
    yield from _installed_by_tenants(estate.platform, inventory)


def _queries(platform: Platform, inventory: Inventory) -> Iterator[Derived]:
    dashboards = inventory.of_role(Dashboards)
    for member in platform.members:
        for source in member.data_sources:
            address = source.service
            for target, port in inventory.behind(address.namespace, address.name, address.port):
                for one in dashboards:
                    yield Derived(one, target, port, "queries it", f"data source {source.name}")


def _installed_by_tenants(platform: Platform, inventory: Inventory) -> Iterator[Derived]:
    """Yield the gateway to the ports of what tenants install from repositories, whose Services are not known."""
    for tenant in platform.tenants:
        for repository in tenant.repositories:
            target = inventory.everything(PREFIX + tenant.name, tenant.namespace_of(repository))
            for port in repository.ports:
                for gateway in inventory.of_role(Gateway):
                    asked_by = f"repository {repository.name} of tenant {tenant.name}"
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


def scraped(inventory: Inventory, item: Manifest) -> Iterator[tuple[Workload, int]]:
    """Yield the workloads and pod ports that a ServiceMonitor or PodMonitor selects."""
    spec = item["spec"]
    labels = spec.get("selector", {}).get("matchLabels") or {}
    namespaces = monitored_namespaces(inventory, item)
    if item["kind"] == "PodMonitor":
        for namespace in namespaces:
            for workload in inventory.selected(namespace, labels):
                for endpoint in spec.get("podMetricsEndpoints", ()):
                    port = workload.port(endpoint.get("port") or endpoint.get("portNumber") or "")
                    if port is not None:
                        yield workload, port
        return
    for (namespace, name), service in inventory.services.items():
        if namespace in namespaces and _selects(spec["selector"], service["metadata"].get("labels") or {}):
            for endpoint in spec.get("endpoints", ()):
                yield from _endpoint(inventory, namespace, name, service, endpoint)


def _endpoint(
    inventory: Inventory, namespace: str, name: str, service: Manifest, endpoint: dict[str, Any]
) -> Iterator[tuple[Workload, int]]:
    """Yield the pods behind an endpoint: `port` is a Service port's name, `targetPort` a pod port."""
    if "port" in endpoint:
        yield from inventory.behind(namespace, name, endpoint["port"])
        return
    for workload in inventory.selected(namespace, service["spec"].get("selector") or {"": ""}):
        port = workload.port(endpoint["targetPort"])
        if port is not None:
            yield workload, port


def monitored_namespaces(inventory: Inventory, item: Manifest) -> set[str]:
    """Return the namespaces that a ServiceMonitor or PodMonitor looks into."""
    selector = item["spec"].get("namespaceSelector") or {}
    if selector.get("any"):
        return {one.namespace for one in inventory.all()} | {namespace for namespace, _ in inventory.services}
    return set(selector.get("matchNames") or [item["metadata"]["namespace"]])


def _selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Return whether a label selector selects an object with these labels (matchLabels and matchExpressions)."""
    if not selector.get("matchLabels", {}).items() <= labels.items():
        return False
    return all(
        {
            "In": labels.get(rule["key"]) in rule.get("values", ()),
            "NotIn": labels.get(rule["key"]) not in rule.get("values", ()),
            "Exists": rule["key"] in labels,
            "DoesNotExist": rule["key"] not in labels,
        }[rule["operator"]]
        for rule in selector.get("matchExpressions", ())
    )


def routes(inventory: Inventory, item: Manifest) -> Iterator[Derived]:
    """Yield a flow from the gateway for each backend of an Ingress."""
    namespace = item["metadata"]["namespace"]
    for rule in item["spec"].get("rules", ()):
        for name, port in backends({"spec": {"rules": [rule]}}):
            for target, number in inventory.behind(namespace, name, port):
                for gateway in inventory.of_role(Gateway):
                    yield Derived(gateway, target, number, f"routes {rule['host']} to it", _named(item))


def backends(item: Manifest) -> Iterator[tuple[str, int | str]]:
    """Yield the Service and the port, a number or a name, of each path of an Ingress."""
    for rule in item["spec"].get("rules", ()):
        for path in rule.get("http", {}).get("paths", ()):
            service = path["backend"]["service"]
            yield service["name"], service["port"].get("number", service["port"].get("name"))


def _named(item: Manifest) -> str:
    return f"{item['kind']} {item['metadata']['name']}"

"""References that lead nowhere: selectors that select nothing, Services and Secrets that nobody makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.errors import Finding
from platform_stack.integrations.network_policy import KIND, SELECTOR
from platform_stack.kubernetes import POD_MAKERS, full_name, pod_template
from platform_stack.model.network import Mesh, NetworkEngine
from platform_stack.network.derive import WEBHOOKS, backends, endpoints, scraped, webhooks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Platform
    from platform_stack.network.pods import Inventory

_EVERYWHERE = "kube-root-ca.crt"
"""A ConfigMap that Kubernetes puts into every namespace."""

_SELECTORS = {KIND: SELECTOR, "PodDisruptionBudget": "selector"}
"""The field of each that selects pods of its own namespace, beside those of the network engine and the mesh."""


def leads_somewhere(estate: Estate) -> Iterator[Finding]:
    """Yield each object that refers to something that is not there: a pod, a Service, a Secret, a ConfigMap, …."""
    yield from references(estate.platform, estate.inventory, estate.everything)


def references(
    platform: Platform, inventory: Inventory, objects: Mapping[str, Sequence[Manifest]]
) -> Iterator[Finding]:
    """Yield each object of a platform that refers to something that is not there.

    What is made at run time by an operator is declared in `RunTime.objects`. What may be made by an
    unknown release is left out.

    Args:
        platform: the platform.
        inventory: who there is.
        objects: what the cluster gets of each application, by its name.

    """
    declared = {key for member in platform.members for key in member.run_time.objects}
    there = _made(platform, objects) | declared
    selectors = _selectors(platform)
    for member in platform.members:
        for item in objects.get(member.name, ()):
            if inventory.unknown_in(item["metadata"].get("namespace", "")):
                continue
            if _named(item) not in declared:
                yield from _object(member, inventory, selectors, item)
            for reference in _needs(item):
                if reference not in there and not reference.endswith(f"/{_EVERYWHERE}"):
                    yield _finding(member, item, f"{reference}, which nobody makes", "something that is made")
        for source in member.data_sources:
            address = source.service
            if not inventory.behind(address.namespace, address.name, address.port):
                yield Finding(
                    f"{member.source}: application {member.name!r}: data source {source.name}",
                    f"{address.url}, which leads to no pod",
                    "the address of a Service with pods behind it",
                )


def _object(
    member: Application, inventory: Inventory, selectors: Mapping[str, str], item: Manifest
) -> Iterator[Finding]:
    for what, found in _references_of(inventory, selectors, item):
        if not list(found):
            yield _finding(member, item, f"{what}: no pod", "at least one workload of the platform")


def _references_of(
    inventory: Inventory, selectors: Mapping[str, str], item: Manifest
) -> Iterator[tuple[str, Iterable[object]]]:
    """Yield each thing by which an object means particular pods, in words, with what it leads to."""
    kind, namespace, spec = item["kind"], item["metadata"].get("namespace", ""), item.get("spec", {})
    if kind in WEBHOOKS:
        for webhook in item.get("webhooks", ()):
            yield from _webhook(inventory, item, webhook)
    elif kind == "Service" and spec.get("selector"):
        yield from _service(inventory, item)
    elif kind in selectors:
        labels = (spec.get(selectors[kind]) or {}).get("matchLabels")
        if labels:  # a default deny means whatever is there
            yield _in_words(labels), inventory.selected(namespace, labels)
    for _, backend in backends(inventory.platform, item):
        address = backend.namespace, backend.service, backend.port
        # Or behind a Service that a repository brings, which is not known here.
        behind = inventory.behind(*address) or inventory.unseen(backend.namespace)
        yield f"Service {address[0]}/{address[1]} port {address[2]}", behind
    for _, endpoint in endpoints(inventory.platform, item):
        yield f"endpoint {endpoint.port!r}", scraped(inventory, endpoint)


def _selectors(platform: Platform) -> dict[str, str]:
    found = dict(_SELECTORS)
    for role in (platform.role(NetworkEngine), platform.role(Mesh)):
        found |= role.selectors if role else {}
    return found


def _service(inventory: Inventory, item: Manifest) -> Iterator[tuple[str, Iterable[object]]]:
    """Yield the pods that a Service selects, and who of them has each port that it leads to by name."""
    spec = item["spec"]
    pods = inventory.selected(item["metadata"]["namespace"], spec["selector"])
    yield _in_words(spec["selector"]), pods
    for entry in spec.get("ports", ()) if pods else ():
        port = entry.get("targetPort", entry["port"])
        yield f"targetPort {port!r}", [one for one in pods if one.port(port) is not None]


def _webhook(
    inventory: Inventory, item: Manifest, webhook: dict[str, Any]
) -> Iterator[tuple[str, Iterable[object]]]:
    service = webhook.get("clientConfig", {}).get("service")
    if service:  # else it is a URL
        what = f"Service {service['namespace']}/{service['name']} port {service.get('port', 443)}"
        yield what, webhooks(inventory, {**item, "webhooks": [webhook]})


def _in_words(labels: Mapping[str, str]) -> str:
    return "pods labelled " + ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _made(platform: Platform, objects: Mapping[str, Sequence[Manifest]]) -> set[str]:
    made = {
        f"Secret {secret.namespace}/{secret.name}" for member in platform.members for secret in member.secrets
    }
    for item in (item for items in objects.values() for item in items):
        if item["kind"] in ("Secret", "ConfigMap", "ServiceAccount"):
            made.add(_named(item))
        elif item["kind"] == "Certificate":
            made.add(f"Secret {item['metadata']['namespace']}/{item['spec']['secretName']}")
    return made


def _needs(item: Manifest) -> Iterator[str]:
    """Yield each Secret, ConfigMap and ServiceAccount that the pods of a workload cannot start without."""
    if item["kind"] not in POD_MAKERS:
        return
    namespace, pod = item["metadata"]["namespace"], pod_template(item)["spec"]
    if pod.get("serviceAccountName", "default") != "default":
        yield f"ServiceAccount {namespace}/{pod['serviceAccountName']}"
    for kind, reference in _references(pod):
        if not reference.get("optional"):
            yield f"{kind} {namespace}/{reference.get('name') or reference.get('secretName')}"


def _references(pod: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    volumes = pod.get("volumes", [])
    for source in (
        *volumes,
        *(one for volume in volumes for one in volume.get("projected", {}).get("sources", [])),
    ):
        for kind, key in (("Secret", "secret"), ("ConfigMap", "configMap")):
            if key in source:
                yield kind, source[key]
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        values = [entry.get("valueFrom", {}) for entry in container.get("env", ())]
        for source in (*values, *container.get("envFrom", ())):
            for kind, keys in (
                ("Secret", ("secretKeyRef", "secretRef")),
                ("ConfigMap", ("configMapKeyRef", "configMapRef")),
            ):
                yield from ((kind, source[key]) for key in keys if key in source)


def _finding(member: Application, item: Manifest, found: str, expected: str) -> Finding:
    return Finding(
        f"{member.source}: application {member.name!r}: {_named(item)}",
        found,
        expected,
        "if an operator makes it, say so in RunTime(objects=…), with the reason",
    )


def _named(item: Manifest) -> str:
    metadata = item["metadata"]
    return full_name(item["kind"], metadata.get("namespace"), metadata["name"])

"""Kong as an ingress controller: plugins by name, and Services in a mesh by annotation.

Its annotations: https://developer.konghq.com/kubernetes-ingress-controller/reference/annotations/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.errors import Finding, did_you_mean
from platform_stack.integrations import ingress
from platform_stack.kubernetes import full_name
from platform_stack.model.roles import Gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Application
    from platform_stack.model.roles import Backend, WantedRoute

INGRESS_CLASS = "kong"
"""The IngressClass that its chart and its controller take by default."""

PLUGINS = "konghq.com/plugins"
"""Annotation: what it does for a route, as names of plugins joined by commas."""

PLUGIN, CLUSTER_PLUGIN = "KongPlugin", "KongClusterPlugin"

KEEPS_NO_HOST = {"konghq.com/preserve-host": "false"}
"""Annotation of an Ingress to a Service in the mesh: its sidecar routes by the Service's own name as Host."""

THROUGH_SERVICE = {"ingress.kubernetes.io/service-upstream": "true"}
"""Annotation of a Service in the mesh that a route leads to: Kong then asks the Service, not its pods."""

_LOOPBACK = {8001: "its administration", 8444: "its administration", 15000: "its sidecar's administration"}
"""Ports that Kong's pod answers on its loopback alone, without a login: `admin_listen` in kong.conf.default and in its
chart, and Envoy's (https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio)."""

_REDIRECT = {"konghq.com/protocols": "https", "konghq.com/https-redirect-status-code": "301"}


def gateway(*, ingress_class: str = INGRESS_CLASS, workloads: tuple[str, ...] = ()) -> Gateway:
    """Return the role of an application that runs Kong with its ingress controller.

    Into a mesh it needs two annotations: by itself it sends to pod addresses, with the client's Host. A sidecar that
    knows neither sends the request on in plain text, and the other side, which demands mutual TLS, cuts it off.

    Args:
        ingress_class: the class that its controller is set to.
        workloads: names of the application's workloads that proxy; default: all.

    """

    def writes(wanted: WantedRoute) -> tuple[dict[str, object], ...]:
        annotations = {**_REDIRECT, **(KEEPS_NO_HOST if wanted.mesh else {})}
        if wanted.route.plugins:
            annotations[PLUGINS] = ",".join(wanted.route.plugins)
        return (ingress.manifest(wanted, ingress_class, annotations),)

    return Gateway(
        kinds=(ingress.KIND,),
        backends=ingress.of_class(ingress_class),
        writes=writes,
        mesh_route=lambda _backend: KEEPS_NO_HOST,
        mesh_service=THROUGH_SERVICE,
        finds=lambda estate, _owner: (
            *_undeclared(estate),
            *_into_itself(estate, ingress.of_class(ingress_class)),
        ),
        workloads=workloads,
    )


def _into_itself(
    estate: Estate, backends: Callable[[Mapping[str, Any]], tuple[Backend, ...] | None]
) -> Iterator[Finding]:
    """Yield each route to one of _LOOPBACK: a Service of type ExternalName could have Kong ask itself."""
    for member in estate.platform.members:
        for item in estate.objects.get(member.name, ()):
            if item["kind"] != "Ingress":
                continue
            for backend in backends(item) or ():
                if backend.port in _LOOPBACK:
                    yield Finding(
                        f"{member.place}: route {backend.host!r}: port of the Service",
                        f"{backend.port}, where the gateway answers {_LOOPBACK[int(backend.port)]} on its loopback",
                        "another port",
                        "give the Service a port of its own, such as 80; its targetPort may stay",
                    )


def _undeclared(estate: Estate) -> tuple[Finding, ...]:
    """Return each plugin that an object asks for and that nobody declares.

    Kong serves such a route without it, and so without the login that it would have asked for
    (https://github.com/Kong/kubernetes-ingress-controller/issues/6139).
    """
    objects = estate.objects
    everywhere, by_namespace = _declared(item for items in objects.values() for item in items)
    return tuple(
        finding
        for member in estate.platform.members
        for item in objects.get(member.name, ())
        for finding in _of(member, item, everywhere | by_namespace.get(_namespace(item), frozenset()))
    )


def _of(member: Application, item: Manifest, known: frozenset[str]) -> Iterator[Finding]:
    wanted = (item["metadata"].get("annotations") or {}).get(PLUGINS, "")
    for name in filter(None, (part.strip() for part in wanted.split(","))):
        if name not in known and ":" not in name:  # "namespace:name" is another's, by a ReferenceGrant
            of = full_name(item["kind"], _namespace(item), item["metadata"].get("name", ""))
            yield Finding(
                f"{member.source}: application {member.name!r}: {of}: plugins",
                f"{name!r}, which nobody declares",
                f"a {CLUSTER_PLUGIN}, or a {PLUGIN} of the namespace: the gateway serves the route without it",
                did_you_mean(name, known),
            )


def _declared(items: Iterable[Manifest]) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
    """Return the names of the cluster's plugins, and those of each namespace."""
    everywhere: set[str] = set()
    by_namespace: dict[str, frozenset[str]] = {}
    for item in items:
        name, namespace = item["metadata"].get("name", ""), _namespace(item)
        if item["kind"] == CLUSTER_PLUGIN:
            everywhere.add(name)
        elif item["kind"] == PLUGIN:
            by_namespace[namespace] = by_namespace.get(namespace, frozenset()) | {name}
    return frozenset(everywhere), by_namespace


def _namespace(item: Manifest) -> str:
    return str(item["metadata"].get("namespace", ""))

"""Gateway API: routes as HTTPRoutes of a Gateway object, for any controller that reads them.

The kinds: https://gateway-api.sigs.k8s.io/reference/spec/. What its CRDs fill in by default is written out, so that
what Git holds is what the cluster has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from platform_stack.errors import called_from, fail
from platform_stack.model.roles import Backend, CertificateIssuer, Gateway
from platform_stack.typed import to_manifest
from platform_stack_imports import gateway_api as api
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.model import Context
    from platform_stack.model.roles import WantedRoute

GATEWAY = "gateway.networking.k8s.io/Gateway"
HTTP_ROUTE = "gateway.networking.k8s.io/HTTPRoute"

HTTP, HTTPS = "http", "https"
"""The listeners of a Gateway that `listeners` makes."""

_GROUP = GATEWAY.partition("/")[0]


def gateway(
    name: str,
    namespace: str,
    *,
    listener: str = HTTPS,
    plugins: Mapping[str, api.HttpRouteSpecRulesFilters] | None = None,
    workloads: tuple[str, ...] = (),
) -> Gateway:
    """Return the role of an application that has a Gateway object: each route is an HTTPRoute of it.

    TLS is the Gateway's: its listener has one certificate for all routes.

    Args:
        name: name of the Gateway object, which `listeners` makes.
        namespace: its namespace.
        listener: its listener that routes are for, which ends TLS.
        plugins: the filter of an HTTPRoute that stands for each name in `Route.plugins`; one of type ExtensionRef
            means an object beside the route. Default: it knows none.
        workloads: names of the application's workloads that proxy; default: all. Those that a controller makes at
            run time are among its `runtime_workloads`.

    """
    filters = dict(plugins or {})
    parent = (_GROUP, "Gateway", namespace, name)

    def writes(wanted: WantedRoute) -> tuple[dict[str, object], ...]:
        route = wanted.route
        asked = [filters[one] for one in route.plugins if one in filters]
        rule = api.HttpRouteSpecRules(
            matches=[_everything()],
            filters=asked or None,
            backend_refs=[
                api.HttpRouteSpecRulesBackendRefs(
                    group="", kind="Service", name=route.service.name, port=route.service.port, weight=1
                )
            ],
        )
        return (
            to_manifest(
                api.HTTPRoute(
                    metadata=ObjectMeta(
                        name=route.host,
                        namespace=route.service.namespace,
                        annotations=dict(route.annotations) or None,
                    ),
                    spec=api.HttpRouteSpec(
                        parent_refs=[_parent(name, namespace, listener)],
                        hostnames=[wanted.address],
                        rules=[rule],
                    ),
                )
            ),
        )

    return Gateway(
        kinds=(HTTP_ROUTE,),
        backends=lambda item: tuple(_backends(item)) if parent in set(_parents(item)) else None,
        writes=writes,
        plugins=tuple(filters),
        asks_for_certificates=False,
        workloads=workloads,
    )


def listeners(
    name: str,
    namespace: str,
    gateway_class: str,
    context: Context,
    *,
    certificate: str = "",
    ports: tuple[int, int] = (80, 443),
) -> tuple[api.Gateway, api.HTTPRoute]:
    """Return the Gateway object of the role, and the HTTPRoute that leads http to https, with status 301.

    Routes of every namespace may be its. Its certificate, for every host directly below the cluster's domain, is asked
    for by the annotations of who has the role CertificateIssuer. cert-manager reads them of a Gateway only where
    `config.enableGatewayAPI` is set in its values (https://cert-manager.io/docs/usage/gateway/), and an ACME server
    signs such a certificate only by dns01.

    Args:
        name: name of the Gateway.
        namespace: its namespace.
        gateway_class: name of the GatewayClass.
        context: the platform, and the cluster with its domain.
        certificate: name of the Secret with a certificate that somebody else makes; default: <name>-tls, which
            the issuer makes.
        ports: of the listeners http and https; some controllers want those of their own pods.

    Raises:
        PlatformError: nobody signs the certificate.

    """
    issuers = () if certificate else context.platform.holders(CertificateIssuer)
    if not certificate and len(issuers) != 1:
        fail(
            f"{called_from()}: gateway {name!r}: certificate",
            f"{len(issuers)} applications with the role CertificateIssuer",
            "one, or the name of a Secret with a certificate: certificate=…",
        )
    host = f"*.{context.cluster.domain}"
    secret = api.GatewaySpecListenersTlsCertificateRefs(
        group="", kind="Secret", name=certificate or f"{name}-tls"
    )
    http, https = ports
    made = api.Gateway(
        metadata=ObjectMeta(
            name=name,
            namespace=namespace,
            annotations={key: value for one in issuers for key, value in one.role.annotations.items()}
            or None,
        ),
        spec=api.GatewaySpec(
            gateway_class_name=gateway_class,
            listeners=[
                api.GatewaySpecListeners(
                    name=HTTP, port=http, protocol="HTTP", hostname=host, allowed_routes=_from("Same")
                ),
                api.GatewaySpecListeners(
                    name=HTTPS,
                    port=https,
                    protocol="HTTPS",
                    hostname=host,
                    tls=api.GatewaySpecListenersTls(mode="Terminate", certificate_refs=[secret]),
                    allowed_routes=_from("All"),
                ),
            ],
        ),
    )
    redirect = api.HttpRouteSpecRulesFilters(
        type="RequestRedirect",
        request_redirect=api.HttpRouteSpecRulesFiltersRequestRedirect(scheme="https", status_code=301),
    )
    return made, api.HTTPRoute(
        metadata=ObjectMeta(name=f"{name}-to-https", namespace=namespace),
        spec=api.HttpRouteSpec(
            parent_refs=[_parent(name, namespace, HTTP)],
            rules=[api.HttpRouteSpecRules(matches=[_everything()], filters=[redirect])],
        ),
    )


def _from(namespaces: Literal["All", "Same"]) -> api.GatewaySpecListenersAllowedRoutes:
    return api.GatewaySpecListenersAllowedRoutes(
        namespaces=api.GatewaySpecListenersAllowedRoutesNamespaces(from_=namespaces)
    )


def _parent(name: str, namespace: str, listener: str) -> api.HttpRouteSpecParentRefs:
    return api.HttpRouteSpecParentRefs(
        group=_GROUP, kind="Gateway", name=name, namespace=namespace, section_name=listener
    )


def _everything() -> api.HttpRouteSpecRulesMatches:
    return api.HttpRouteSpecRulesMatches(path=api.HttpRouteSpecRulesMatchesPath(type="PathPrefix", value="/"))


def _parents(item: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for one in (item.get("spec") or {}).get("parentRefs") or ():
        namespace = one.get("namespace", item["metadata"]["namespace"])
        yield one.get("group", _GROUP), one.get("kind", "Gateway"), namespace, one["name"]


def _backends(item: Mapping[str, Any]) -> Iterator[Backend]:
    """Yield each Service that a route leads to, or sends copies to, for each of its hosts."""
    for rule in item["spec"].get("rules") or ():
        ends = [*(rule.get("backendRefs") or ())]
        ends += [
            one["requestMirror"]["backendRef"] for one in rule.get("filters") or () if "requestMirror" in one
        ]
        for end in ends:
            if (end.get("group", ""), end.get("kind", "Service")) == ("", "Service"):
                namespace = end.get("namespace", item["metadata"]["namespace"])
                for host in item["spec"].get("hostnames") or ("",):
                    yield Backend(host=host, namespace=namespace, service=end["name"], port=end["port"])

"""Routes: the objects by which its gateway leads a host to a Service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.model.roles import CertificateIssuer, WantedRoute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.facts import Manifest
    from platform_stack.model import Context, Route


def objects(route: Route, context: Context) -> Iterator[Manifest]:
    """Yield what its gateway writes for a route; nothing where it has none, or several, which a rule refuses."""
    platform = context.platform
    gateways = platform.gateways_of(route)
    if len(gateways) != 1:
        return
    (gateway,) = (one.role for one in gateways)
    issuers = platform.holders(CertificateIssuer) if gateway.asks_for_certificates else ()
    wanted = WantedRoute(
        route=route,
        address=route.address(context.cluster),
        mesh=route.service.namespace in platform.mesh_namespaces,
        issuer=issuers[0].role if issuers else None,
    )
    for item in gateway.writes(wanted):
        yield dict(item)

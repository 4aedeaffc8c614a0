"""Routes: the objects by which its gateway leads a host to a Service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.model.roles import CertificateIssuer, Gateway, WantedRoute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.facts import Manifest
    from platform_stack.model import Context, Route


def objects(route: Route, context: Context) -> Iterator[Manifest]:
    """Yield what its gateway writes for a route; nothing where it has none, or several, which a rule refuses."""
    platform = context.platform
    gateways = platform.holders(Gateway)
    if len(gateways) != 1:
        return
    issuers = platform.holders(CertificateIssuer)
    wanted = WantedRoute(
        route=route,
        address=route.address(context.cluster),
        mesh=route.service.namespace in platform.mesh_namespaces,
        issuer=issuers[0].role if issuers and gateways[0].role.asks_for_certificates else None,
    )
    for item in gateways[0].role.writes(wanted):
        yield dict(item)

"""Routes: there is a gateway that leads them, an issuer that signs for them, and it can do what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding
from platform_stack.model.roles import CertificateIssuer, Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate
    from platform_stack.model import Platform, Route


def led_by_a_gateway(estate: Estate) -> Iterator[Finding]:
    """Yield each route that no gateway leads, and each that asks for a certificate that nobody signs."""
    for member in estate.platform.members:
        for route in member.routes:
            yield from _route(f"{member.place}: route {route.host!r}", estate.platform, route)


def _route(where: str, platform: Platform, _route: Route) -> Iterator[Finding]:
    gateways = platform.holders(Gateway)
    if not gateways:
        yield Finding(
            where,
            "no application with the role Gateway",
            "a gateway that leads it",
            "a Gateway in `roles` of the application that is one: platform_stack.integrations makes some",
        )
    elif len(gateways) > 1:
        names = ", ".join(holder.application.name for holder in gateways)
        yield Finding(where, f"several applications with the role Gateway: {names}", "one")
    elif gateways[0].role.asks_for_certificates and not platform.holders(CertificateIssuer):
        yield Finding(
            f"{where}: certificate",
            "no application with the role CertificateIssuer",
            "who signs a certificate for its host",
            "a CertificateIssuer in `roles` of the application that is one, or a gateway with "
            "asks_for_certificates=False",
        )


def as_gateways_can(estate: Estate) -> Iterator[Finding]:
    """Yield each thing that a gateway cannot do as it is asked, such as a plugin that nobody declares."""
    for holder in estate.platform.holders(Gateway):
        yield from holder.role.finds(estate, holder.application)

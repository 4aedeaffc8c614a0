"""Routes: there is a gateway that leads them, an issuer that signs for them, and it can do what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding, did_you_mean
from platform_stack.model.roles import CertificateIssuer, Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate
    from platform_stack.model import Application, Platform, Route
    from platform_stack.model.roles import Holder


def led_by_a_gateway(estate: Estate) -> Iterator[Finding]:
    """Yield each route without a gateway, or with several, and what it asks for that its gateway does not have."""
    platform = estate.platform
    for member in platform.members:
        for route in member.routes:
            where = f"{member.place}: route {route.host!r}"
            gateways = platform.gateways_of(route)
            if len(gateways) == 1:
                yield from _certificate(where, platform, gateways[0].role)
                yield from _plugins(where, route, gateways[0])
            elif route.gateway is not None:
                yield _named(f"{where}: gateway", platform, route.gateway)
            elif gateways:
                names = [one.application.name for one in gateways]
                yield Finding(
                    f"{where}: gateway",
                    f"none, and several applications with the role Gateway: {', '.join(names)}",
                    "the one that leads it",
                    f"add gateway={names[0]!r} to the route",
                )
            else:
                yield Finding(
                    where,
                    "no application with the role Gateway",
                    "a gateway that leads it",
                    "a Gateway in `roles` of the application that is one: platform_stack.integrations makes some",
                )


def _named(where: str, platform: Platform, gateway: Application | str) -> Finding:
    """Return what is wrong with the gateway that a route names."""
    name = gateway if isinstance(gateway, str) else gateway.name
    known = {one.application.name for one in platform.holders(Gateway)}
    if name in known:
        return Finding(where, f"{name!r}, which has several roles Gateway", "an application with one")
    what = "has no role Gateway" if name in platform.by_name else "is not an application of this platform"
    return Finding(
        where, f"{name!r}, which {what}", "an application with the role Gateway", did_you_mean(name, known)
    )


def _certificate(where: str, platform: Platform, gateway: Gateway) -> Iterator[Finding]:
    issuers = [one.application.name for one in platform.holders(CertificateIssuer)]
    if not gateway.asks_for_certificates or len(issuers) == 1:
        return
    if issuers:
        found = f"several applications with the role CertificateIssuer: {', '.join(issuers)}"
        yield Finding(f"{where}: certificate", found, "one that signs")
        return
    yield Finding(
        f"{where}: certificate",
        "no application with the role CertificateIssuer",
        "who signs a certificate for its host",
        "a CertificateIssuer in `roles` of the application that is one, or a gateway with "
        "asks_for_certificates=False",
    )


def _plugins(where: str, route: Route, holder: Holder[Gateway]) -> Iterator[Finding]:
    known = holder.role.plugins
    for name in route.plugins if known is not None else ():
        if name not in (known or ()):
            yield Finding(
                f"{where}: plugins",
                f"{name!r}, which the gateway {holder.application.name!r} does not know",
                "a plugin that its role has",
                did_you_mean(name, known or ())
                or "it has none: give it some, or write what it reads into `annotations` of the route",
            )


def as_gateways_can(estate: Estate) -> Iterator[Finding]:
    """Yield each thing that a gateway cannot do as it is asked, such as a plugin that nobody declares."""
    for holder in estate.platform.holders(Gateway):
        yield from holder.role.finds(estate, holder.application)

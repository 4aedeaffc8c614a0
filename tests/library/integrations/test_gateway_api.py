"""Routes as HTTPRoutes of a Gateway object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from platform_stack import Context, Platform, PlatformError, Tenant, to_manifest
from platform_stack.checks.routes import led_by_a_gateway
from platform_stack.checks.tenants import within_the_tenant
from platform_stack.constructs.routes import objects
from platform_stack.estate import Estate
from platform_stack.integrations import cert_manager, gateway_api
from platform_stack.model.roles import WantedRoute
from platform_stack.synth import synthesize
from platform_stack_imports import gateway_api as api
from tests.library.integrations.small import CLUSTER, application, estate, flows, route
from tests.library.integrations.snapshots import YamlFile, text

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from platform_stack import Role
    from platform_stack.constructs import ManifestChart

LOGIN = api.HttpRouteSpecRulesFilters(
    type="ExtensionRef",
    extension_ref=api.HttpRouteSpecRulesFiltersExtensionRef(
        group="traefik.io", kind="Middleware", name="login"
    ),
)
ROLE = gateway_api.gateway("edge", "edge", plugins={"login": LOGIN})


def context(*roles: Role) -> Context:
    return Context(Platform(applications=(application("edge", roles=roles),), clusters=(CLUSTER,)), CLUSTER)


@pytest.mark.parametrize("plugins", [(), ("login",)], ids=["plain", "plugin"])
def test_a_route(snapshot: SnapshotAssertion, plugins: tuple[str, ...]) -> None:
    web = route("web", plugins=plugins, annotations={"a": "b"})
    wanted = WantedRoute(route=web, address=web.address(CLUSTER), mesh=False, issuer=None)
    (made,) = ROLE.writes(wanted)
    assert text(made) == snapshot.use_extension(YamlFile)


@pytest.mark.parametrize(("index", "kind"), [(0, "gateway"), (1, "redirect")])
def test_its_gateway_asks_for_its_certificate(snapshot: SnapshotAssertion, index: int, kind: str) -> None:
    made = gateway_api.listeners("edge", "edge", "traefik", context(cert_manager.issuer("ca")))
    assert text(to_manifest(made[index])) == snapshot(name=kind).use_extension(YamlFile)


def test_a_certificate_that_is_there_needs_no_issuer() -> None:
    gateway, _ = gateway_api.listeners("edge", "edge", "c", context(), certificate="mine", ports=(8000, 8443))
    made: dict[str, Any] = to_manifest(gateway)
    http, https = made["spec"]["listeners"]
    assert https["tls"]["certificateRefs"][0]["name"] == "mine"
    assert (http["port"], https["port"]) == (8000, 8443)
    assert "annotations" not in made["metadata"]


def test_a_gateway_whose_certificate_nobody_signs_is_refused() -> None:
    with pytest.raises(PlatformError, match="0 applications with the role CertificateIssuer") as error:
        gateway_api.listeners("edge", "edge", "traefik", context())
    assert "test_gateway_api.py" in str(error.value)


def test_a_route_leads_through_it_and_needs_no_issuer() -> None:
    found = estate(application("web", routes=(route("web"),)), application("edge", roles=(ROLE,)))
    assert flows(found) == {("edge", "web", 80)}
    assert list(led_by_a_gateway(found)) == []


def http_route(parent: dict[str, Any], **rule: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "chart", "namespace": "web"},
        "spec": {"parentRefs": [parent], "rules": [rule]},
    }


EDGE = {"name": "edge", "namespace": "edge"}
TO_WEB = {"name": "web", "port": 80}


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (http_route(EDGE, backendRefs=[TO_WEB]), [("web", "web", 80)]),
        (http_route({"name": "edge"}, backendRefs=[TO_WEB]), None),  # a Gateway beside the route
        (http_route({**EDGE, "kind": "Service"}, backendRefs=[TO_WEB]), None),
        (http_route(EDGE, backendRefs=[{**TO_WEB, "namespace": "shop"}]), [("shop", "web", 80)]),
        (http_route(EDGE, backendRefs=[{**TO_WEB, "kind": "Bucket", "group": "example.test"}]), []),
        (
            http_route(EDGE, filters=[{"type": "RequestMirror", "requestMirror": {"backendRef": TO_WEB}}]),
            [("web", "web", 80)],
        ),
        (http_route(EDGE, filters=[{"type": "RequestRedirect", "requestRedirect": {}}]), []),
    ],
)
def test_where_a_charts_route_leads(item: dict[str, Any], found: list[object] | None) -> None:
    backends = ROLE.backends(item)
    if found is None:
        assert backends is None  # it is another gateway's
    else:
        assert [(one.namespace, one.service, one.port) for one in backends or ()] == found


def test_each_host_of_a_route_is_one_that_it_leads() -> None:
    item = http_route(EDGE, backendRefs=[TO_WEB])
    item["spec"]["hostnames"] = ["a.example.test", "b.example.test"]
    assert [one.host for one in ROLE.backends(item) or ()] == item["spec"]["hostnames"]


def test_its_redirect_is_no_route_of_a_platform() -> None:
    _, redirect = gateway_api.listeners("edge", "edge", "traefik", context(cert_manager.issuer("ca")))
    assert ROLE.backends(to_manifest(redirect)) == ()


def test_a_platform_with_it_is_written(no_facts: Path) -> None:
    def manifests(chart: ManifestChart, context: Context) -> None:
        for item in gateway_api.listeners("edge", "edge", "traefik", context):
            chart.add(item)

    edge = application(
        "edge",
        roles=(ROLE, cert_manager.issuer("ca")),
        provides=(gateway_api.GATEWAY, gateway_api.HTTP_ROUTE),
        manifests=manifests,
    )
    web = application("web", depends_on=(edge,), routes=(route("web"),))
    platform = Platform(applications=(edge, web), clusters=(CLUSTER,), facts=no_facts)
    (made,) = synthesize(platform)
    assert {"apps/edge/manifests/Gateway.edge.yaml", "apps/web/manifests/HTTPRoute.web.yaml"} <= set(
        made.files
    )
    assert made.warnings == ()


def test_a_tenant_has_the_route_that_it_declares_and_no_other() -> None:
    shop = Tenant(name="shop", group="shop", contact="shop", routes=(route("shop"),))
    made = Context(
        Platform(applications=(application("edge", roles=(ROLE,)),), tenants=(shop,), clusters=(CLUSTER,)),
        CLUSTER,
    )
    (declared,) = objects(shop.routes[0], made)
    other = {**http_route(EDGE, backendRefs=[TO_WEB]), "metadata": {"name": "other", "namespace": "shop"}}
    (finding,) = within_the_tenant(Estate(made, {"edge": [], "tenant-shop": [declared, other]}))
    assert "HTTPRoute 'other'" in finding.where

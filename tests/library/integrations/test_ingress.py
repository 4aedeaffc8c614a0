"""Any ingress controller by its class, ingress-nginx, and several of them on one platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from platform_stack import Route, Service, Tenant
from platform_stack.integrations import cert_manager, ingress, ingress_nginx, kong
from platform_stack.model.roles import WantedRoute
from platform_stack.model.tenant import Repository
from tests.library.integrations.small import CLUSTER, application, estate, flows, route
from tests.library.integrations.snapshots import YamlFile, text

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from platform_stack import Application

WEB = Route(host="web", service=Service(name="web", namespace="shop", port=80), plugins=("limit",))
LIMIT = {"nginx.ingress.kubernetes.io/limit-rpm": "300"}


def wanted(*, mesh: bool = False) -> WantedRoute:
    issuer = cert_manager.issuer("ca")
    return WantedRoute(route=WEB, address=WEB.address(CLUSTER), mesh=mesh, issuer=issuer)


@pytest.mark.parametrize("mesh", [False, True], ids=["outside", "mesh"])
def test_a_route_of_ingress_nginx(snapshot: SnapshotAssertion, *, mesh: bool) -> None:
    role = ingress_nginx.gateway(plugins={"limit": LIMIT})
    (made,) = role.writes(wanted(mesh=mesh))
    assert text(made) == snapshot.use_extension(YamlFile)
    (backend,) = role.backends(made) or ()
    assert role.plugins == ("limit",)
    assert (role.mesh_route(backend).items() <= made["metadata"]["annotations"].items()) == mesh


def test_a_route_of_any_other_controller(snapshot: SnapshotAssertion) -> None:
    annotations = {"traefik.ingress.kubernetes.io/router.entrypoints": "websecure"}
    (made,) = ingress.gateway("traefik", annotations=annotations).writes(wanted())
    assert text(made) == snapshot.use_extension(YamlFile)


def test_a_plugin_with_the_name_of_another_gateways_means_its_own_annotations() -> None:
    (made,) = ingress.gateway("x", plugins={"limit": {"x/limit": "1"}}).writes(wanted())
    assert made["metadata"]["annotations"]["x/limit"] == "1"


def of_class(name: str) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "chart", "namespace": "web"},
        "spec": {
            **({"ingressClassName": name} if name else {}),
            "rules": [{"host": "h", "http": {"paths": [{"backend": backend}]}}],
        },
    }


def gateways(*, default: bool = False) -> tuple[Application, Application]:
    inner = application("inner", roles=(ingress_nginx.gateway(default=default), cert_manager.issuer("ca")))
    return inner, application("outer", roles=(kong.gateway(),))


@pytest.mark.parametrize(
    ("named", "default", "leads"),
    [
        ("nginx", False, {("inner", "web", 80)}),
        ("kong", False, {("outer", "web", 80)}),
        ("traefik", True, set()),
        ("", False, set()),
        ("", True, {("inner", "web", 80)}),
    ],
)
def test_a_charts_ingress_leads_to_the_gateway_of_its_class(
    named: str, leads: set[tuple[str, str, int]], *, default: bool
) -> None:
    found = estate(application("web"), *gateways(default=default), more={"web": [of_class(named)]})
    assert flows(found) == leads


@pytest.mark.parametrize("by_name", [False, True])
def test_a_route_leads_through_the_gateway_that_it_names(*, by_name: bool) -> None:
    inner, outer = gateways()
    web = application("web", routes=(route("web", gateway="inner" if by_name else inner),))
    shop = application("shop", routes=(route("shop", gateway=outer),))
    assert flows(estate(web, shop, inner, outer)) == {("inner", "web", 80), ("outer", "shop", 80)}


def test_only_the_gateway_of_its_routes_reaches_what_a_tenant_installs() -> None:
    from platform_stack import Context, Platform  # noqa: PLC0415  for this test only
    from platform_stack.estate import Estate  # noqa: PLC0415  see above

    inner, outer = gateways()
    shop = Tenant(
        name="shop",
        group="shop",
        contact="shop",
        routes=(route("shop", gateway=inner),),
        repositories=(Repository(name="web", url="https://git.example.test/web", ports=(8080,)),),
    )
    platform = Platform(applications=(inner, outer), tenants=(shop,), clusters=(CLUSTER,))
    made = estate(inner, outer).manifests
    found = flows(Estate(Context(platform, CLUSTER), {**made, "tenant-shop": []}))
    assert found == {("inner", "any", 8080)}

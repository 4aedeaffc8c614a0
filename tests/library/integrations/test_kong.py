"""Kong's Ingresses, and which Ingresses are Kong's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from platform_stack import Cluster, Route, Service
from platform_stack.integrations import cert_manager, kong
from platform_stack.model.roles import Backend, WantedRoute
from tests.library.integrations.snapshots import YamlFile, text

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CLUSTER = Cluster(name="kind", repo_url="https://git.example.test/platform", domain="example.test")
WEB = Route(host="web", service=Service(name="web", namespace="shop", port=80), plugins=("login", "limit"))
ISSUER = cert_manager.issuer("ca")


def wanted(*, mesh: bool = False, issued: bool = True, route: Route = WEB) -> WantedRoute:
    return WantedRoute(
        route=route, address=route.address(CLUSTER), mesh=mesh, issuer=ISSUER if issued else None
    )


@pytest.mark.parametrize(
    "request_", [wanted(), wanted(mesh=True), wanted(issued=False)], ids=["plain", "mesh", "no-issuer"]
)
def test_a_route(snapshot: SnapshotAssertion, request_: WantedRoute) -> None:
    (ingress,) = kong.gateway().writes(request_)
    assert text(ingress) == snapshot.use_extension(YamlFile)


def test_a_routes_own_annotations_come_last() -> None:
    route = Route(host="web", service=WEB.service, annotations={"konghq.com/protocols": "http"})
    (ingress,) = kong.gateway().writes(wanted(route=route))
    assert ingress["metadata"]["annotations"]["konghq.com/protocols"] == "http"


def test_what_it_writes_it_reads() -> None:
    role = kong.gateway(ingress_class="inner")
    (ingress,) = role.writes(wanted())
    assert role.backends(ingress) == (
        Backend(host="web.example.test", namespace="shop", service="web", port=80),
    )
    assert kong.gateway().backends(ingress) is None


def test_what_it_asks_for_in_the_mesh_it_writes() -> None:
    role = kong.gateway()
    (ingress,) = role.writes(wanted(mesh=True))
    (backend,) = role.backends(ingress) or ()
    assert role.mesh_route(backend).items() <= ingress["metadata"]["annotations"].items()


def ingress(**spec: Any) -> dict[str, Any]:  # noqa: ANN401  whatever an Ingress may hold
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "i", "namespace": "n", "annotations": spec.pop("annotations", None)},
        "spec": spec,
    }


TO_A = {"service": {"name": "a", "port": {"name": "http"}}}


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (ingress(ingressClassName="kong", defaultBackend=TO_A), [("", "a", "http")]),
        (
            ingress(annotations={"kubernetes.io/ingress.class": "kong"}, defaultBackend=TO_A),
            [("", "a", "http")],
        ),
        (ingress(defaultBackend=TO_A), None),
        (ingress(ingressClassName="nginx", defaultBackend=TO_A), None),
        (
            ingress(ingressClassName="kong", rules=[{"http": {"paths": [{"backend": TO_A}]}}]),
            [("", "a", "http")],
        ),
        (ingress(ingressClassName="kong", rules=[{"host": "h"}]), []),
        (ingress(ingressClassName="kong", defaultBackend={"resource": {"kind": "Bucket", "name": "b"}}), []),
    ],
)
def test_where_an_ingress_leads(item: dict[str, Any], found: list[object] | None) -> None:
    backends = kong.gateway().backends(item)
    if found is None:
        assert backends is None  # it is another gateway's
    else:
        assert [(one.host, one.service, one.port) for one in backends or ()] == found

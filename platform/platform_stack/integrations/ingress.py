"""Kubernetes' Ingress: a gateway for any controller, by its IngressClass; those with more to say have a module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.model.roles import Backend, Gateway
from platform_stack.typed import to_manifest
from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from platform_stack.model.roles import WantedRoute

KIND = "networking.k8s.io/Ingress"

_CLASS = "kubernetes.io/ingress.class"
"""Annotation that the field `ingressClassName` replaces; controllers still read it
(https://kubernetes.io/docs/concepts/services-networking/ingress/#deprecated-annotation)."""


def gateway(
    ingress_class: str,
    *,
    annotations: Mapping[str, str] | None = None,
    plugins: Mapping[str, Mapping[str, str]] | None = None,
    mesh: Callable[[Backend], Mapping[str, str]] = lambda _backend: {},
    default: bool = False,
    asks_for_certificates: bool = True,
    workloads: tuple[str, ...] = (),
) -> Gateway:
    """Return the role of an application that runs an ingress controller.

    Args:
        ingress_class: name of the IngressClass that it has.
        annotations: what the Ingress of each route carries, such as those by which the controller leads http to
            https: an Ingress cannot say that itself. Default: none.
        plugins: the annotations that stand for each name in `Route.plugins`; default: it knows none.
        mesh: the annotations that an Ingress needs to lead into the mesh; default: none.
        default: whether the class is the cluster's default, and has the Ingresses that name none; default False.
        asks_for_certificates: whether each route asks for a certificate; False: the controller has one for all.
        workloads: names of the application's workloads that proxy; default: all.

    """
    always, named = dict(annotations or {}), dict(plugins or {})

    def writes(wanted: WantedRoute) -> tuple[dict[str, object], ...]:
        service = wanted.route.service
        backend = Backend(
            host=wanted.address, namespace=service.namespace, service=service.name, port=service.port
        )
        asked = {**always, **(mesh(backend) if wanted.mesh else {})}
        for name in wanted.route.plugins:
            asked |= named.get(name, {})
        return (manifest(wanted, ingress_class, asked),)

    return Gateway(
        kinds=(KIND,),
        backends=of_class(ingress_class, default=default),
        writes=writes,
        plugins=tuple(named),
        mesh_route=mesh,
        asks_for_certificates=asks_for_certificates,
        workloads=workloads,
    )


def of_class(
    ingress_class: str, *, default: bool = False
) -> Callable[[Mapping[str, Any]], tuple[Backend, ...] | None]:
    """Return what tells where an Ingress of a class leads; None for one of another class.

    Args:
        ingress_class: name of the IngressClass.
        default: whether the class is the cluster's default, and has the Ingresses that name none.

    """

    def backends(item: Mapping[str, Any]) -> tuple[Backend, ...] | None:
        annotations = item["metadata"].get("annotations") or {}
        named = (item.get("spec") or {}).get("ingressClassName") or annotations.get(_CLASS)
        return tuple(_backends(item)) if named == ingress_class or (default and not named) else None

    return backends


def _backends(item: Mapping[str, Any]) -> Iterator[Backend]:
    """Yield what each path leads to; a resource that is no Service is the controller's own business."""
    spec = item.get("spec") or {}
    ends = [
        (rule.get("host", ""), path["backend"])
        for rule in spec.get("rules") or ()
        for path in (rule.get("http") or {}).get("paths", ())
    ]
    if "defaultBackend" in spec:
        ends.append(("", spec["defaultBackend"]))
    for host, end in ends:
        if service := end.get("service"):
            port = service["port"].get("number", service["port"].get("name"))
            yield Backend(
                host=host, namespace=item["metadata"]["namespace"], service=service["name"], port=port
            )


def manifest(wanted: WantedRoute, ingress_class: str, annotations: Mapping[str, str]) -> dict[str, object]:
    """Return the Ingress of a route: TLS, and every path of its host to its Service.

    The certificate lies in the Secret <host>-tls beside the Service; where no issuer makes one, the Ingress names
    no Secret, and the controller answers with its own.

    Args:
        wanted: the route.
        ingress_class: name of the IngressClass.
        annotations: what the controller is asked for by annotations; the route's own come after.

    """
    route, issuer = wanted.route, wanted.issuer
    asking = issuer.annotations if issuer else {}
    backend = k8s.IngressBackend(
        service=k8s.IngressServiceBackend(
            name=route.service.name, port=k8s.ServiceBackendPort(number=route.service.port)
        )
    )
    secret = f"{route.host}-tls" if issuer else None
    return to_manifest(
        k8s.Ingress(
            metadata=k8s.ObjectMeta(
                name=route.host,
                namespace=route.service.namespace,
                annotations={**asking, **annotations, **route.annotations} or None,
            ),
            spec=k8s.IngressSpec(
                ingress_class_name=ingress_class,
                tls=[k8s.IngressTls(hosts=[wanted.address], secret_name=secret)],
                rules=[
                    k8s.IngressRule(
                        host=wanted.address,
                        http=k8s.HttpIngressRuleValue(
                            paths=[k8s.HttpIngressPath(path="/", path_type="Prefix", backend=backend)]
                        ),
                    )
                ],
            ),
        )
    )

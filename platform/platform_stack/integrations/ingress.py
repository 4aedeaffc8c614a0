"""Kubernetes' Ingress: what every controller of an IngressClass reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.model.roles import Backend
from platform_stack.typed import to_manifest
from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from platform_stack.model.roles import WantedRoute

KIND = "networking.k8s.io/Ingress"

_CLASS = "kubernetes.io/ingress.class"
"""Annotation that the field `ingressClassName` replaces; controllers still read it
(https://kubernetes.io/docs/concepts/services-networking/ingress/#deprecated-annotation)."""


def of_class(
    ingress_class: str, *, default: bool = False
) -> Callable[[Mapping[str, Any]], tuple[Backend, ...]]:
    """Return what tells where an Ingress of a class leads; one of another class leads nowhere.

    Args:
        ingress_class: name of the IngressClass.
        default: whether the class is the cluster's default, and has the Ingresses that name none.

    """

    def backends(item: Mapping[str, Any]) -> tuple[Backend, ...]:
        named = item["spec"].get("ingressClassName") or (item["metadata"].get("annotations") or {}).get(
            _CLASS
        )
        return tuple(_backends(item)) if named == ingress_class or (default and not named) else ()

    return backends


def _backends(item: Mapping[str, Any]) -> Iterator[Backend]:
    """Yield what each path leads to; a resource that is no Service is the controller's own business."""
    spec = item["spec"]
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

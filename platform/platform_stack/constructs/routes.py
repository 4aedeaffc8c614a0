"""Routes: an Ingress for each host, with TLS from the platform's issuer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack_imports import k8s

if TYPE_CHECKING:
    from platform_stack.model import Cluster, Route

INGRESS_CLASS = "kong"
"""The IngressClass of the routes' Ingresses."""

PLUGINS = "konghq.com/plugins"
"""Annotation: what the gateway does for a route, as names of plugins joined by commas."""

PLUGIN, CLUSTER_PLUGIN = "KongPlugin", "KongClusterPlugin"

KEEPS_NO_HOST = {"konghq.com/preserve-host": "false"}
"""Annotation of an Ingress to a Service in the mesh: its sidecar routes by the Service's own name as Host."""

THROUGH_SERVICE = {"ingress.kubernetes.io/service-upstream": "true"}
"""Annotation of a Service in the mesh that a route leads to: Kong then asks the Service, not its pods."""

CLUSTER_ISSUER = "platform-ca"
"""The ClusterIssuer that signs the routes' certificates."""


def ingress(route: Route, cluster: Cluster, *, mesh: bool) -> k8s.Ingress:
    """Return the Ingress of a route: its host below the cluster's domain, TLS, redirect from http.

    The certificate is made by cert-manager from the annotation
    (https://cert-manager.io/docs/usage/ingress/) and lies in the Secret <host>-tls beside the Service.

    Args:
        route: the route.
        cluster: gives the domain.
        mesh: whether the Service is in a namespace of the mesh.

    """
    host = f"{route.host}.{cluster.domain}"
    annotations = {
        "cert-manager.io/cluster-issuer": CLUSTER_ISSUER,
        "konghq.com/protocols": "https",
        "konghq.com/https-redirect-status-code": "301",
    }
    if mesh:
        annotations |= KEEPS_NO_HOST
    if route.plugins:
        annotations[PLUGINS] = ",".join(route.plugins)
    return k8s.Ingress(
        metadata=k8s.ObjectMeta(
            name=route.host,
            namespace=route.service.namespace,
            annotations={**annotations, **route.annotations},
        ),
        spec=k8s.IngressSpec(
            ingress_class_name=INGRESS_CLASS,
            tls=[k8s.IngressTls(hosts=[host], secret_name=f"{route.host}-tls")],
            rules=[
                k8s.IngressRule(
                    host=host,
                    http=k8s.HttpIngressRuleValue(
                        paths=[
                            k8s.HttpIngressPath(
                                path="/",
                                path_type="Prefix",
                                backend=k8s.IngressBackend(
                                    service=k8s.IngressServiceBackend(
                                        name=route.service.name,
                                        port=k8s.ServiceBackendPort(number=route.service.port),
                                    )
                                ),
                            )
                        ]
                    ),
                )
            ],
        ),
    )

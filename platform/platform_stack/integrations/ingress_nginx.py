"""ingress-nginx, the community's controller (kubernetes/ingress-nginx), not F5's.

Its annotations: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations import ingress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platform_stack.model.roles import Backend, Gateway

INGRESS_CLASS = "nginx"
"""The IngressClass that its chart makes by default."""

_PREFIX = "nginx.ingress.kubernetes.io/"


def gateway(
    *,
    ingress_class: str = INGRESS_CLASS,
    plugins: Mapping[str, Mapping[str, str]] | None = None,
    default: bool = False,
    asks_for_certificates: bool = True,
    workloads: tuple[str, ...] = (),
) -> Gateway:
    """Return the role of an application that runs ingress-nginx; http is led to https, with status 308.

    Args:
        ingress_class: name of the IngressClass that it has.
        plugins: the annotations that stand for each name in `Route.plugins`, such as
            `{"rate-limit": {"nginx.ingress.kubernetes.io/limit-rpm": "300"}}`; default: it knows none.
        default: whether the class is the cluster's default, and has the Ingresses that name none; default False.
        asks_for_certificates: whether each route asks for a certificate; False: the controller has one for all,
            by its argument `--default-ssl-certificate`.
        workloads: names of the application's workloads that proxy; default: all.

    """
    return ingress.gateway(
        ingress_class,
        # Without "force" it does so only where the Ingress has a certificate of its own.
        annotations={f"{_PREFIX}force-ssl-redirect": "true"},
        plugins=plugins,
        mesh=_into_the_mesh,
        default=default,
        asks_for_certificates=asks_for_certificates,
        workloads=workloads,
    )


def _into_the_mesh(backend: Backend) -> Mapping[str, str]:
    """Let it ask the Service by its own name: its sidecar knows neither pod addresses nor the client's Host."""
    return {
        f"{_PREFIX}service-upstream": "true",
        f"{_PREFIX}upstream-vhost": f"{backend.service}.{backend.namespace}.svc.cluster.local",
    }

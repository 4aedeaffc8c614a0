"""The one application of these platforms that is no chart: a Deployment, a Service, a route and its flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Namespace, Route, Service, service_monitor
from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from platform_stack import Context, Flow, ManifestChart

NAMESPACE = "shop"
SHOP = Service(name="shop", namespace=NAMESPACE, port=80)
PAYMENTS = "api.payments.example"
BANK = "203.0.113.0/24"
"""Where PAYMENTS is, for a network that does not know names."""
_LABELS = {"app.kubernetes.io/name": SHOP.name}
_USER = 10001


def shop(
    *,
    flows: Callable[[Context], tuple[Flow, ...]],
    depends_on: Iterable[Application],
    monitored: bool,
    manifests: Callable[[ManifestChart, Context], None] = lambda _chart, _context: None,
) -> Application:
    """Return the application.

    Args:
        flows: whom it talks to.
        depends_on: what must be there before.
        monitored: whether it has a ServiceMonitor.
        manifests: adds what only one platform's has.

    """

    def objects(chart: ManifestChart, context: Context) -> None:
        metadata = k8s.ObjectMeta(name=SHOP.name, namespace=NAMESPACE, labels=_LABELS)
        chart.add(k8s.ServiceAccount(metadata=metadata))
        chart.add(_deployment(metadata))
        chart.add(
            k8s.Service(
                metadata=metadata,
                spec=k8s.ServiceSpec(
                    selector=_LABELS,
                    ports=[
                        k8s.ServicePort(name="http", port=SHOP.port, target_port="http"),
                        k8s.ServicePort(name="metrics", port=9797, target_port="metrics"),
                    ],
                ),
            )
        )
        if monitored:
            chart.add(service_monitor(SHOP.name, NAMESPACE, labels=_LABELS, port="metrics"))
        manifests(chart, context)

    return Application(
        name="shop",
        namespaces=(Namespace(name=NAMESPACE),),
        depends_on=tuple(depends_on),
        manifests=objects,
        flows=flows,
        routes=(Route(host="shop", service=SHOP),),
    )


def _deployment(metadata: k8s.ObjectMeta) -> k8s.Deployment:
    container = k8s.Container(
        name=SHOP.name,
        image="ghcr.io/stefanprodan/podinfo:6.11.1",
        command=["./podinfo"],
        args=["--port=9898", "--port-metrics=9797"],
        ports=[
            k8s.ContainerPort(name="http", container_port=9898),
            k8s.ContainerPort(name="metrics", container_port=9797),
        ],
        readiness_probe=k8s.Probe(http_get=k8s.HttpGetAction(path="/readyz", port="http")),
        resources=k8s.ResourceRequirements(
            requests={"cpu": "5m", "memory": "16Mi"}, limits={"memory": "64Mi"}
        ),
        security_context=k8s.SecurityContext(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=k8s.Capabilities(drop=["ALL"]),
        ),
    )
    return k8s.Deployment(
        metadata=metadata,
        spec=k8s.DeploymentSpec(
            selector=k8s.LabelSelector(match_labels=_LABELS),
            template=k8s.PodTemplateSpec(
                metadata=k8s.ObjectMeta(labels=_LABELS),
                spec=k8s.PodSpec(
                    service_account_name=SHOP.name,
                    security_context=k8s.PodSecurityContext(
                        run_as_non_root=True,
                        run_as_user=_USER,
                        run_as_group=_USER,
                        seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
                    ),
                    containers=[container],
                ),
            ),
        ),
    )

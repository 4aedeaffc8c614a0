"""The pods that the operator makes of Prometheus and Alertmanager at run time."""

from __future__ import annotations

from platform_stack import Context, RuntimeWorkload

from ..shared.endpoints import MONITORING, PROMETHEUS_NAME

RUN_AS = {
    "runAsGroup": 2000,
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "fsGroup": 2000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""Their securityContext."""


def runtime_workloads(context: Context) -> tuple[RuntimeWorkload, ...]:
    """Return what the operator makes of the chart's Prometheus and Alertmanager, each with a reloader beside it."""
    replicas = 2 if context.cluster.is_highly_available else 1
    return (
        RuntimeWorkload(
            name=f"prometheus-{PROMETHEUS_NAME}",
            namespace=MONITORING,
            kind="StatefulSet",
            labels={"app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": PROMETHEUS_NAME},
            ports={"http-web": 9090, "reloader-web": 8080},
            cpu="100m",
            memory="512Mi",
            replicas=replicas,
        ),
        RuntimeWorkload(
            name=f"alertmanager-{PROMETHEUS_NAME}",
            namespace=MONITORING,
            kind="StatefulSet",
            labels={"app.kubernetes.io/name": "alertmanager", "alertmanager": PROMETHEUS_NAME},
            ports={"http-web": 9093, "mesh-tcp": 9094, "reloader-web": 8080},
            cpu="10m",
            memory="40Mi",
            replicas=replicas,
        ),
    )

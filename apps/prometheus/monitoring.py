"""What is watched of the monitoring itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.prometheus import alerts, down

from ..shared.endpoints import MONITORING, PROMETHEUS_NAME
from .alertmanager import ALERTMANAGER
from .exporters import KUBE_STATE_METRICS, NODE_EXPORTER
from .grafana import GRAFANA

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def prometheus_monitoring() -> list[ApiObject]:
    """Return the alerts; the dashboards are the chart's."""
    return [
        # Prometheus itself is watched from outside: the chart's alert Watchdog always fires, until it is down.
        alerts(
            "monitoring",
            MONITORING,
            down("Alertmanager", ALERTMANAGER.name, severity="critical"),
            down("Grafana", GRAFANA.name),
            down("PrometheusOperator", f"{PROMETHEUS_NAME}-operator"),
            down("KubeStateMetrics", KUBE_STATE_METRICS, severity="critical"),
            down("NodeExporter", NODE_EXPORTER),
        ),
    ]

"""Monitors, alerts and dashboards, small and as code, for what a chart does not bring itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from platform_stack.model.checked import checked
from platform_stack_imports import k8s, prometheus_operator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack.model.names import Duration, Text

INTERVAL = "30s"
"""How often Prometheus asks what is monitored here.

A rate needs two samples, and Prometheus 3 leaves out the one at a range's left end
(https://prometheus.io/docs/prometheus/latest/migration/#range-selectors-and-lookback-exclude-samples-coinciding-with-the-left-boundary):
for the `[1m]` of many dashboards 30 seconds are the most.
"""

DASHBOARD_LABEL = {"grafana_dashboard": "1"}
"""What Grafana's sidecar looks for, in all namespaces."""

_COLUMNS = 2
_WIDTH = 24 // _COLUMNS
_HEIGHT = 8


AlertSeverity = Literal["critical", "warning", "info"]


@checked("panel")
@dataclass(frozen=True)
class Panel:
    """A graph of a dashboard.

    Attributes:
        title: its title.
        expr: PromQL.
        legend: Grafana's legend format; default: Prometheus' own.
        unit: Grafana's unit (`short`, `s`, `bytes`, `reqps`, `percentunit`); default `short`.

    """

    title: Text
    expr: Text
    legend: str = ""
    unit: str = "short"


@checked("alert")
@dataclass(frozen=True)
class Alert:
    """An alerting rule.

    Attributes:
        name: in CamelCase, starting with the component.
        expr: PromQL that is true when it fires.
        summary: one sentence that says what is wrong.
        hint: what to look at first.
        severity: `critical`, `warning` (default) or `info`.
        duration: how long it must be true; default `10m`.

    """

    name: Text
    expr: Text
    summary: Text
    hint: Text
    severity: AlertSeverity = "warning"
    duration: Duration = "10m"


def down(component: str, job: str, *, severity: AlertSeverity = "warning") -> Alert:
    """Return the alert that fires when Prometheus reaches no target of a job, or the job has none."""
    return Alert(
        name=f"{component}Down",
        expr=f'absent(up{{job="{job}"}} == 1)',
        summary=f"{component} is down: no target of the job {job} answers.",
        hint="Look at its pods, then at the targets in Prometheus.",
        severity=severity,
    )


def alerts(name: str, namespace: str, *rules: Alert) -> prometheus_operator.PrometheusRule:
    """Return a PrometheusRule with one group of alerts."""
    return prometheus_operator.PrometheusRule(
        metadata=k8s.ObjectMeta(name=name, namespace=namespace),
        spec=prometheus_operator.PrometheusRuleSpec(
            groups=[
                prometheus_operator.PrometheusRuleSpecGroups(
                    name=name,
                    rules=[
                        prometheus_operator.PrometheusRuleSpecGroupsRules(
                            alert=rule.name,
                            expr=rule.expr,
                            for_=rule.duration,
                            labels={"severity": rule.severity},
                            annotations={"summary": rule.summary, "description": rule.hint},
                        )
                        for rule in rules
                    ],
                )
            ]
        ),
    )


def dashboard(
    name: str, namespace: str, title: str, *panels: Panel, folder: str = "Platform"
) -> k8s.ConfigMap:
    """Return a ConfigMap with a Grafana dashboard: the panels in two columns, over the default data source.

    The dashboard's uid is `name`; it lies in Grafana's `folder`.
    """
    model: dict[str, Any] = {
        "uid": name,
        "title": title,
        "tags": ["platform"],
        "editable": False,
        "refresh": "1m",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "hide": 2}]
        },
        "panels": [_panel(position, panel) for position, panel in enumerate(panels)],
    }
    return k8s.ConfigMap(
        metadata=k8s.ObjectMeta(
            name=f"dashboard-{name}",
            namespace=namespace,
            labels=DASHBOARD_LABEL,
            annotations={"grafana_folder": folder},
        ),
        data={f"{name}.json": json.dumps(model, indent=1, sort_keys=True) + "\n"},
    )


def _panel(position: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "id": position + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {
            "h": _HEIGHT,
            "w": _WIDTH,
            "x": position % _COLUMNS * _WIDTH,
            "y": position // _COLUMNS * _HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": source,
                "expr": panel.expr,
                "legendFormat": panel.legend or "__auto",
            }
        ],
    }


def service_monitor(
    name: str,
    namespace: str,
    *,
    labels: Mapping[str, str],
    port: str,
    path: str = "/metrics",
    scheme: Literal["http", "https"] = "http",
) -> prometheus_operator.ServiceMonitor:
    """Return a ServiceMonitor of the Services with these labels in the same namespace.

    Args:
        name: name of the ServiceMonitor.
        namespace: where it and the Services lie.
        labels: what the Services carry.
        port: name of the Service port.
        path: path of the metrics.
        scheme: `https` does not check the certificate's issuer unless TLS settings are added.

    """
    return prometheus_operator.ServiceMonitor(
        metadata=k8s.ObjectMeta(name=name, namespace=namespace),
        spec=prometheus_operator.ServiceMonitorSpec(
            selector=prometheus_operator.ServiceMonitorSpecSelector(match_labels=labels),
            endpoints=[
                prometheus_operator.ServiceMonitorSpecEndpoints(
                    port=port, path=path, scheme=scheme, interval=INTERVAL
                )
            ],
        ),
    )


def pod_monitor(
    name: str,
    namespace: str,
    *,
    labels: Mapping[str, str],
    port: str,
    path: str = "/metrics",
    namespaces: Sequence[str] | None = None,
) -> prometheus_operator.PodMonitor:
    """Return a PodMonitor of the pods with these labels; `port` is a container port's name.

    Args:
        name: name of the PodMonitor; Prometheus' job is <namespace>/<name>.
        namespace: where it lies.
        labels: what the pods carry; empty: every pod.
        port: name of the container port.
        path: path of the metrics.
        namespaces: where the pods are; default: the same namespace; empty: everywhere.

    """
    selector = None
    if namespaces is not None:
        selector = prometheus_operator.PodMonitorSpecNamespaceSelector(
            any=not namespaces or None, match_names=list(namespaces) or None
        )
    return prometheus_operator.PodMonitor(
        metadata=k8s.ObjectMeta(name=name, namespace=namespace),
        spec=prometheus_operator.PodMonitorSpec(
            selector=prometheus_operator.PodMonitorSpecSelector(match_labels=labels),
            namespace_selector=selector,
            pod_metrics_endpoints=[
                prometheus_operator.PodMonitorSpecPodMetricsEndpoints(port=port, path=path, interval=INTERVAL)
            ],
        ),
    )

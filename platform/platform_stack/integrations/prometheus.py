"""Prometheus and its operator's kinds: what is scraped, and what alerts; others read them, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from platform_stack.model.checked import checked
from platform_stack.model.roles import MetricsEndpoint, Scraper
from platform_stack_imports import k8s, prometheus_operator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.model.names import Duration, Text

SERVICE_MONITOR, POD_MONITOR = "monitoring.coreos.com/ServiceMonitor", "monitoring.coreos.com/PodMonitor"

INTERVAL = "30s"
"""How often Prometheus asks what is monitored here.

A rate needs two samples, and Prometheus 3 leaves out the one at a range's left end
(https://prometheus.io/docs/prometheus/latest/migration/#range-selectors-and-lookback-exclude-samples-coinciding-with-the-left-boundary):
for the `[1m]` of many dashboards 30 seconds are the most.
"""

AlertSeverity = Literal["critical", "warning", "info"]


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


def scraper(*, workloads: tuple[str, ...] = ()) -> Scraper:
    """Return the role of an application whose pods ask for what ServiceMonitors and PodMonitors select.

    Prometheus' own operator reads them, and so do others, such as VictoriaMetrics' and OpenTelemetry's.

    Args:
        workloads: names of the application's workloads that ask; default: all.

    """
    return Scraper(kinds=(SERVICE_MONITOR, POD_MONITOR), endpoints=_endpoints, workloads=workloads)


def _endpoints(monitor: Mapping[str, Any]) -> tuple[MetricsEndpoint, ...]:
    """Return what a monitor asks for (https://prometheus-operator.dev/docs/api-reference/api/)."""
    spec = monitor["spec"]
    where = spec.get("namespaceSelector") or {}
    own = (monitor["metadata"]["namespace"],)
    namespaces = None if where.get("any") else tuple(where.get("matchNames") or own)
    selects: Literal["Service", "Pod"] = "Service" if monitor["kind"] == "ServiceMonitor" else "Pod"
    return tuple(
        MetricsEndpoint(
            selects=selects,
            selector=spec.get("selector") or {},
            namespaces=namespaces,
            port=port,
            port_of=port_of,
        )
        for port, port_of in _ports(monitor["kind"], spec)
    )


def _ports(kind: str, spec: Mapping[str, Any]) -> Iterator[tuple[int | str, Literal["Service", "Pod"]]]:
    """Yield each port: a Service's by its name, a pod's by its name or number."""
    if kind == "PodMonitor":
        for one in spec.get("podMetricsEndpoints") or ():
            yield one.get("port") or one.get("portNumber") or one.get("targetPort") or "", "Pod"
        return
    for one in spec.get("endpoints") or ():
        if "port" in one:
            yield one["port"], "Service"
        else:
            yield one.get("targetPort") or "", "Pod"


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

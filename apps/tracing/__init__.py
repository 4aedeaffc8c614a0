"""Tracing: Tempo keeps the traces, Grafana and Jaeger show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import (
    Application,
    Chart,
    Context,
    DataSource,
    Namespace,
    Route,
    RunTime,
    TraceCollector,
    Values,
)
from platform_stack.integrations import prometheus
from platform_stack.integrations.grafana import dashboard
from platform_stack.integrations.prometheus import alerts
from platform_stack.model.flow import Flow, Pods, reaches, within
from platform_stack_imports import istio_telemetry
from platform_stack_imports.k8s import ObjectMeta

from ..gatekeeper import gatekeeper
from ..istio import istio
from ..kyverno import kyverno
from ..shared.endpoints import (
    BASIC_AUTH,
    JAEGER_UID,
    LOKI_UID,
    PROMETHEUS_UID,
    TEMPO,
    TEMPO_OTLP,
    TEMPO_UID,
    TRACE_ID,
    TRACING,
)
from . import bridge, jaeger
from .bridge import BRIDGE
from .jaeger import JAEGER
from .tempo import ALERTS, PANELS, tempo_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _jaeger(context: Context) -> Values:
    return jaeger.jaeger_values(context, query=TEMPO, otlp=TEMPO_OTLP)


def _manifests(chart: ManifestChart, _context: Context) -> None:
    for service, labels, port in (
        (JAEGER, jaeger.LABELS, jaeger.METRICS_PORT),
        (BRIDGE, bridge.LABELS, bridge.METRICS_PORT),
    ):
        chart.add(prometheus.service_monitor(service.name, TRACING, labels=labels, port=port))
    # The sidecars here would trace the traces that they carry.
    chart.add(
        istio_telemetry.Telemetry(
            metadata=ObjectMeta(name="no-traces", namespace=TRACING),
            spec=istio_telemetry.TelemetrySpec(
                tracing=[istio_telemetry.TelemetrySpecTracing(disable_span_reporting=True)]
            ),
        )
    )
    chart.add(alerts("tracing", TRACING, *ALERTS, *jaeger.ALERTS))
    chart.add(dashboard("tracing", TRACING, "Tracing", *PANELS, *jaeger.PANELS))


_TRACES_TO_LOGS: dict[str, Any] = {
    "datasourceUid": LOKI_UID,
    "spanStartTimeShift": "-5m",
    "spanEndTimeShift": "5m",
    "customQuery": True,
    # $$: Grafana would take one $ for an environment variable.
    "query": f'{{namespace=~".+"}} | {TRACE_ID}="$${{__trace.traceId}}"',
}


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        within("tempo", ports=("otlp-grpc",), because="writes traces", source=("jaeger",)),
        within("jaeger-tempo-bridge", ports=("grpc-storage",), because="reads traces", source=("jaeger",)),
        within("tempo", ports=("prom-metrics",), because="reads traces", source=("jaeger-tempo-bridge",)),
        reaches(
            Pods(application="prometheus", workloads=("prometheus-kps",)),
            ports=("http-web",),
            because="writes the metrics it makes of traces",
            source=("tempo",),
            optional=True,
        ),
    )


tracing = Application(
    name="tracing",
    roles=(TraceCollector(workloads=("tempo",)),),
    flows=_flows,
    depends_on=(istio, gatekeeper, kyverno),
    namespaces=(Namespace(name=TRACING, mesh=True),),
    charts=(
        Chart(
            repository="https://grafana-community.github.io/helm-charts",
            name="tempo",
            version="2.2.4",
            values=tempo_values,
        ),
        Chart(
            repository="https://jaegertracing.github.io/helm-charts",
            name="jaeger",
            version="4.11.1",
            values=_jaeger,
        ),
    ),
    manifests=_manifests,
    data_sources=(
        DataSource(
            name="Tempo",
            uid=TEMPO_UID,
            type="tempo",
            service=TEMPO,
            settings={
                "tracesToLogsV2": _TRACES_TO_LOGS,
                "serviceMap": {"datasourceUid": PROMETHEUS_UID},
                "nodeGraph": {"enabled": True},
                "tracesToMetrics": {
                    "datasourceUid": PROMETHEUS_UID,
                    "spanStartTimeShift": "-10m",
                    "spanEndTimeShift": "10m",
                    "tags": [{"key": "service.name", "value": "service"}],
                    "queries": [
                        {
                            "name": "Spans per second",
                            "query": "sum(rate(traces_spanmetrics_calls_total{$$__tags}[5m]))",
                        },
                        {
                            "name": "99th percentile",
                            "query": "histogram_quantile(0.99, sum by (le) "
                            "(rate(traces_spanmetrics_latency_bucket{$$__tags}[5m])))",
                        },
                    ],
                },
            },
        ),
        DataSource(
            name="Jaeger",
            uid=JAEGER_UID,
            type="jaeger",
            service=JAEGER,
            settings={"tracesToLogsV2": _TRACES_TO_LOGS, "nodeGraph": {"enabled": True}},
        ),
    ),
    # Measured without load.
    run_time=RunTime(known_idle={TEMPO.name: "110Mi", BRIDGE.name: "54Mi"}),
    routes=(Route(host="jaeger", service=JAEGER, plugins=(BASIC_AUTH,)),),
)

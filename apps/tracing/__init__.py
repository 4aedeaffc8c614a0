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
    Values,
)
from platform_stack.constructs import observability
from platform_stack.constructs.observability import Alert, Panel, alerts, dashboard, down
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
    PROMETHEUS,
    PROMETHEUS_UID,
    TEMPO,
    TEMPO_OTLP,
    TEMPO_UID,
    TRACE_ID,
    TRACING,
)
from ..shared.values import resources, restricted_container, restricted_pod, service_monitor
from . import bridge, jaeger
from .bridge import BRIDGE
from .jaeger import JAEGER

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

_ANY = "0.0.0.0"  # noqa: S104  the pod's own address is not known here

_CONFIG = """\
stream_over_http_enabled: true
multitenancy_enabled: {{ .Values.tempo.multitenancyEnabled }}
usage_report:
  reporting_enabled: {{ .Values.tempo.reportingEnabled }}
compactor:
  compaction:
    block_retention: {{ .Values.tempo.retention }}
distributor:
  receivers:
    otlp:
      {{- toYaml .Values.tempo.receivers.otlp | nindent 6 }}
ingester:
  {{- toYaml .Values.tempo.ingester | nindent 2 }}
server:
  {{- toYaml .Values.tempo.server | nindent 2 }}
storage:
  {{- toYaml .Values.tempo.storage | nindent 2 }}
querier:
  {{- toYaml .Values.tempo.querier | nindent 2 }}
query_frontend:
  {{- toYaml .Values.tempo.queryFrontend | nindent 2 }}
overrides:
  {{- toYaml .Values.tempo.overrides | nindent 2 }}
metrics_generator:
  storage:
    path: {{ .Values.tempo.metricsGenerator.storage.path }}
    remote_write:
      - url: {{ .Values.tempo.metricsGenerator.remoteWriteUrl }}
        send_exemplars: true
  traces_storage:
    path: {{ .Values.tempo.metricsGenerator.traces_storage.path }}
"""
"""The chart's own would open the receivers of Jaeger 1 too, and its values cannot remove them."""


def _tempo(_context: Context) -> Values:
    """Return one process with its data on a volume.

    The same on both profiles: replicas share their data through an object store, and this store is a volume.
    """
    closed = {"endpoint": ""}  # the chart reads these four: they cannot be left out
    return {
        "fullnameOverride": TEMPO.name,
        "replicas": 1,
        "tempo": {
            "memBallastSizeMbs": 0,
            "reportingEnabled": False,
            "multitenancyEnabled": False,
            "retention": "24h",
            # Makes metrics of the spans: Grafana's service graph, and the way from a trace to its metrics.
            "metricsGenerator": {"enabled": True, "remoteWriteUrl": f"{PROMETHEUS.url}/api/v1/write"},
            "overrides": {
                "defaults": {"metrics_generator": {"processors": ["service-graphs", "span-metrics"]}}
            },
            "receivers": {
                "jaeger": {
                    "protocols": {
                        "grpc": closed,
                        "thrift_binary": closed,
                        "thrift_compact": closed,
                        "thrift_http": closed,
                    }
                },
                "otlp": {
                    "protocols": {
                        "grpc": {"endpoint": f"{_ANY}:{TEMPO_OTLP.port}"},
                        "http": {"endpoint": f"{_ANY}:4318"},
                    }
                },
            },
            "ingester": {
                "trace_idle_period": "10s",
                "max_block_duration": "10m",
                "max_block_bytes": 20_000_000,
            },
            "queryFrontend": {"search": {"concurrent_jobs": 50}},
            "querier": {"max_concurrent_queries": 4},
            "resources": resources("20m", "64Mi", "512Mi"),
            "extraEnv": [{"name": "GOMEMLIMIT", "value": "430MiB"}],
            "securityContext": restricted_container(),
            # The chart has no startup probe, and Tempo is not ready before it has read its write-ahead log: the
            # chart's liveness probe kills it after a minute, to begin again. Five minutes.
            "livenessProbe": {"failureThreshold": 30},
        },
        "config": _CONFIG,
        "tempoQuery": {
            "enabled": False
        },  # it lies in Jaeger's bridge; the chart wires the ports of an old one
        "securityContext": restricted_pod(10001),
        "serviceAccount": {"create": True, "automountServiceAccountToken": False},
        "persistence": {"enabled": True, "size": "5Gi"},
        "serviceMonitor": service_monitor(),
    }


def _jaeger(context: Context) -> Values:
    return jaeger.jaeger_values(context, query=TEMPO, otlp=TEMPO_OTLP)


_ALERTS = (
    down("Tempo", TEMPO.name),
    Alert(
        name="TempoDiscardsSpans",
        expr="sum by (reason) (rate(tempo_discarded_spans_total[5m])) > 0",
        summary="Tempo discards spans: {{ $labels.reason }}.",
        hint="The reason names the limit; see the overrides of Tempo's configuration.",
    ),
    Alert(
        name="TempoFlushesFail",
        expr="sum(increase(tempo_ingester_failed_flushes_total[1h])) > 2",
        summary="Tempo cannot write its blocks.",
        hint="Look at the free space of its volume.",
        severity="critical",
    ),
)

_PANELS = (
    Panel(
        "Tempo: spans received", "sum(rate(tempo_distributor_spans_received_total[5m]))", "received", "cps"
    ),
    Panel(
        "Tempo: spans discarded",
        "sum by (reason) (rate(tempo_discarded_spans_total[5m]))",
        "{{reason}}",
        "cps",
    ),
    Panel(
        "Tempo: requests, 99th percentile",
        "histogram_quantile(0.99, sum by (le, route) (rate(tempo_request_duration_seconds_bucket[5m])))",
        "{{route}}",
        "s",
    ),
    Panel("Tempo: blocks", "sum(tempodb_blocklist_length)", "blocks"),
    Panel(
        "Tempo: series made of spans",
        "sum(tempo_metrics_generator_registry_active_series)",
        "series",
    ),
    Panel("Tempo: memory", f'process_resident_memory_bytes{{job="{TEMPO.name}"}}', "{{pod}}", "bytes"),
)
"""Metric names: https://github.com/grafana/tempo/tree/main/operations/tempo-mixin."""


def _manifests(chart: ManifestChart, _context: Context) -> None:
    for service, labels, port in (
        (JAEGER, jaeger.LABELS, jaeger.METRICS_PORT),
        (BRIDGE, bridge.LABELS, bridge.METRICS_PORT),
    ):
        chart.add(observability.service_monitor(service.name, TRACING, labels=labels, port=port))
    # The sidecars here would trace the traces that they carry.
    chart.add(
        istio_telemetry.Telemetry(
            metadata=ObjectMeta(name="no-traces", namespace=TRACING),
            spec=istio_telemetry.TelemetrySpec(
                tracing=[istio_telemetry.TelemetrySpecTracing(disable_span_reporting=True)]
            ),
        )
    )
    chart.add(alerts("tracing", TRACING, *_ALERTS, *jaeger.ALERTS))
    chart.add(dashboard("tracing", TRACING, "Tracing", *_PANELS, *jaeger.PANELS))


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
    flows=_flows,
    depends_on=(istio, gatekeeper, kyverno),
    namespaces=(Namespace(name=TRACING, mesh=True),),
    charts=(
        Chart(
            repository="https://grafana-community.github.io/helm-charts",
            name="tempo",
            version="2.2.4",
            values=_tempo,
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
    known_idle={TEMPO.name: "110Mi", BRIDGE.name: "54Mi"},
    routes=(Route(host="jaeger", service=JAEGER, plugins=(BASIC_AUTH,)),),
)

"""Tempo: keeps the traces, takes them as OTLP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel
from platform_stack.integrations.prometheus import Alert, down

from ..shared.endpoints import PROMETHEUS, TEMPO, TEMPO_OTLP
from ..shared.values import resources, restricted_container, restricted_pod, service_monitor

if TYPE_CHECKING:
    from platform_stack import Context, Values

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


def tempo_values(_context: Context) -> Values:
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
                "defaults": {
                    "metrics_generator": {
                        "processors": ["service-graphs", "span-metrics"],
                        # Names of services and operations are whatever a pod writes; without it there is no end.
                        "max_active_series": 20_000,
                    }
                }
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


ALERTS = (
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

PANELS = (
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

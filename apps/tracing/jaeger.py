"""Jaeger: another view of the traces in Tempo, and a second door for spans.

Writes go straight to Tempo as OTLP, reads through `bridge.py`. What the bridge cannot do:
operations are listed whatever the service, the dependency graph is empty, and there is no monitor tab.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import Service
from platform_stack.integrations.grafana import Panel
from platform_stack.integrations.kong import THROUGH_SERVICE
from platform_stack.integrations.prometheus import down
from platform_stack.typed import to_manifest
from platform_stack_imports import k8s

from ..shared.endpoints import TRACING
from ..shared.values import resources, restricted_container, restricted_pod
from ..shared.workloads import budget, spread
from .bridge import BRIDGE, CONFIG_LABEL, USER, bridge, digest

if TYPE_CHECKING:
    from platform_stack import Context, Values

JAEGER = Service(name="jaeger", namespace=TRACING, port=16686)
LABELS = {"app.kubernetes.io/name": JAEGER.name, "app.kubernetes.io/instance": JAEGER.name}
METRICS_PORT = "internal-metrics"
"""The chart's name of the Service port 8888."""

_ANY = "0.0.0.0"  # noqa: S104  the pod's own address is not known here


def jaeger_values(context: Context, *, query: Service, otlp: Service) -> Values:
    """Return the values of the jaeger chart, with the bridge among its extra objects.

    The bridge lies with the chart so that its pods are recorded and checked as all others are.

    Args:
        context: `ha` has two of each, spread over the nodes.
        query: where Tempo answers queries.
        otlp: where Tempo takes spans.

    """
    available = context.cluster.is_highly_available
    config = _config(otlp)
    jaeger: dict[str, Any] = {
        "enabled": True,
        "replicas": 2 if available else 1,
        "strategy": {"type": "RollingUpdate"},  # it keeps nothing, so two at a time are no harm
        "podLabels": {CONFIG_LABEL: digest(config)},
        "service": {"annotations": THROUGH_SERVICE},
        "resources": resources("10m", "32Mi", "192Mi"),
        "extraEnv": [{"name": "GOMEMLIMIT", "value": "160MiB"}],
        "serviceAccount": {"automountServiceAccountToken": False},
        "podSecurityContext": restricted_pod(USER),
        "securityContext": restricted_container(),
    }
    objects = bridge(query, available=available)
    if available:
        jaeger["topologySpreadConstraints"] = [to_manifest(spread(LABELS))]
        objects.append(budget(k8s.ObjectMeta(name=JAEGER.name, namespace=TRACING), LABELS))
    return {
        "fullnameOverride": JAEGER.name,
        "jaeger": jaeger,
        "userconfig": config,
        "storage": {"type": "elasticsearch"},  # read by the jobs below only
        "spark": {"enabled": False},
        "esIndexCleaner": {"enabled": False},
        "esRollover": {"enabled": False},
        "esLookback": {"enabled": False},
        "extraObjects": [to_manifest(item) for item in objects],
    }


def _config(otlp: Service) -> dict[str, Any]:
    """Return Jaeger's whole configuration; each address is given, because Jaeger 2 listens on localhost only."""
    insecure = {"tls": {"insecure": True}}
    return {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            "pipelines": {
                "traces": {
                    "receivers": ["otlp"],
                    "processors": ["batch"],
                    "exporters": ["jaeger_storage_exporter"],
                }
            },
            "telemetry": {
                "resource": {"service.name": JAEGER.name},
                "logs": {"level": "warn"},
                "metrics": {
                    "level": "normal",
                    "readers": [{"pull": {"exporter": {"prometheus": {"host": _ANY, "port": 8888}}}}],
                },
            },
        },
        "extensions": {
            "healthcheckv2": {"use_v2": True, "http": {"endpoint": f"{_ANY}:13133"}},
            "jaeger_query": {
                "http": {"endpoint": f"{_ANY}:{JAEGER.port}"},
                "grpc": {"endpoint": f"{_ANY}:16685"},
                "storage": {"traces": "tempo"},
            },
            "jaeger_storage": {
                "backends": {
                    "tempo": {
                        "grpc": {
                            "endpoint": f"{BRIDGE.host}:{BRIDGE.port}",
                            "timeout": "30s",
                            **insecure,
                            "writer": {"endpoint": f"{otlp.host}:{otlp.port}", **insecure},
                        }
                    }
                }
            },
        },
        "receivers": {
            "otlp": {
                "protocols": {
                    "grpc": {"endpoint": f"{_ANY}:4317"},
                    "http": {"endpoint": f"{_ANY}:4318"},
                }
            }
        },
        "processors": {"batch": {}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "tempo"}},
    }


ALERTS = (down("Jaeger", JAEGER.name), down("JaegerBridge", BRIDGE.name))

PANELS = (
    Panel(
        "Jaeger: spans received", "sum(rate(otelcol_receiver_accepted_spans_total[5m]))", "received", "cps"
    ),
    Panel(
        "Jaeger: requests to storage",
        "sum by (operation, result) (rate(jaeger_storage_requests_total[5m]))",
        "{{operation}} {{result}}",
        "reqps",
    ),
    Panel(
        "Jaeger: storage, 99th percentile",
        "histogram_quantile(0.99, sum by (le, operation) (rate(jaeger_storage_latency_seconds_bucket[5m])))",
        "{{operation}}",
        "s",
    ),
    Panel(
        "Jaeger and its bridge: memory",
        f'otelcol_process_memory_rss_bytes or process_resident_memory_bytes{{job="{BRIDGE.name}"}}',
        "{{pod}}",
        "bytes",
    ),
)
"""Metric names: https://github.com/jaegertracing/jaeger/tree/main/monitoring/jaeger-mixin."""

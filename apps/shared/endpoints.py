"""What one application offers and others name: where it answers, and the names by which it is asked for."""

from __future__ import annotations

from platform_stack import Service

EXPOSE_LABEL = {"platform-stack.io/expose": "lan"}
"""A Service of type LoadBalancer gets an address from Cilium only if it carries this label."""

PLATFORM_ISSUER = "platform-ca"
"""cert-manager's ClusterIssuer that signs the platform's certificates."""

BASIC_AUTH = "basic-auth"
"""Kong's plugin for a browser: asks for a name and password. For a user interface without a login of its own."""

KEY_AUTH = "key-auth"
"""Kong's plugin for a program: asks for a key in the header `apikey`."""

RATE_LIMIT = "rate-limit"
"""Kong's plugin that limits the requests of each consumer, or of each address where nobody logs in."""

MONITORING = "monitoring"
"""Namespace of Prometheus and Grafana."""

PROMETHEUS_NAME = "kps"
"""Prefix of the chart's objects; must never change, the volumes' names come from it."""

PROMETHEUS = Service(name=f"{PROMETHEUS_NAME}-prometheus", namespace=MONITORING, port=9090)

TRACING = "tracing"
"""Namespace of Tempo and Jaeger."""

TEMPO = Service(name="tempo", namespace=TRACING, port=3200)
"""Queries."""

TEMPO_OTLP = Service(name="tempo", namespace=TRACING, port=4317)
"""Spans, as OTLP over gRPC."""

TRACE_ID = "trace_id"
"""Structured metadata of each log line that names a trace: found fast, and no label of its own."""

# Identifiers of Grafana's data sources, which link to each other: metrics to traces, traces to logs, back.
PROMETHEUS_UID = "prometheus"
ALERTMANAGER_UID = "alertmanager"
LOKI_UID = "loki"
TEMPO_UID = "tempo"
JAEGER_UID = "jaeger"

"""Alloy: collects the logs of all pods and sends them to Loki.

It follows the logs through the API server, each pod of the DaemonSet those of its own node: no root, no host
path. The price is that logs of the node itself (journal, audit files) are not collected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel
from platform_stack.integrations.prometheus import Alert, down

from ..shared.endpoints import TRACE_ID
from ..shared.values import NO_SIDECAR, resources, restricted_container, restricted_pod, service_monitor

if TYPE_CHECKING:
    from platform_stack import Context, Service, Values

NAME = "alloy"

_USER = 473
"""The user `alloy` of the image."""

_STORAGE = "/var/lib/alloy"

_LINES, _BURST = 500, 5000
"""Of one namespace on one node: lines a second, and at once. With Loki's longest lines that is all that Loki takes."""

_CONFIG = """\
logging {
  level  = "warn"
  format = "logfmt"
}

discovery.kubernetes "pods" {
  role = "pod"
  selectors {
    role  = "pod"
    field = "spec.nodeName=" + sys.env("K8S_NODE_NAME")
  }
}

discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets

  // What has ended has no log to follow.
  rule {
    source_labels = ["__meta_kubernetes_pod_phase"]
    regex         = "Pending|Succeeded|Failed|Completed"
    action        = "drop"
  }
  rule {
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_name"]
    target_label  = "pod"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_container_name"]
    target_label  = "container"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_node_name"]
    target_label  = "node"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_label_app_kubernetes_io_name", "__meta_kubernetes_pod_label_app"]
    separator     = ";"
    regex         = ";*([^;]+).*"
    target_label  = "app"
  }
  rule {
    source_labels = ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_container_name"]
    separator     = "/"
    target_label  = "job"
  }
}

loki.source.kubernetes "pods" {
  targets    = discovery.relabel.pods.output
  forward_to = [loki.process.pods.receiver]
}

loki.process "pods" {
  // One namespace must not take from the others what Loki takes of all.
  stage.limit {
    rate          = %(lines)d
    burst         = %(burst)d
    by_label_name = "namespace"
    drop          = true
  }
  stage.regex {
    expression = "(?i)\\"?trace_?id\\"?[=:]\\\\s*\\"?(?P<%(trace_id)s>[0-9a-f]{32})"
  }
  stage.structured_metadata {
    values = { %(trace_id)s = "" }
  }
  forward_to = [loki.write.loki.receiver]
}

loki.write "loki" {
  endpoint {
    url = "%(loki)s/loki/api/v1/push"
  }
  external_labels = { cluster = "%(cluster)s" }
}
"""


def alloy_values(context: Context, loki: Service) -> Values:
    """Return the values of the alloy chart; the same on both profiles, it is a DaemonSet.

    Args:
        context: its cluster's name becomes the label `cluster` of every log line.
        loki: where the lines go.

    """
    return {
        "fullnameOverride": NAME,
        "crds": {"create": False},  # PodLogs: who collects what is said here
        "alloy": {
            "stabilityLevel": "generally-available",
            "enableReporting": False,
            "storagePath": _STORAGE,
            "clustering": {"enabled": False},
            "configMap": {"create": True, "content": alloy_config(context.cluster.name, loki)},
            "mounts": {
                "varlog": False,
                "dockercontainers": False,
                "extra": [
                    {"name": "data", "mountPath": _STORAGE},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108  in the container
                ],
            },
            "extraEnv": [{"name": "GOMEMLIMIT", "value": "224MiB"}],
            "securityContext": restricted_container(runAsUser=_USER, runAsGroup=_USER),
            "resources": resources("10m", "24Mi", "256Mi"),
        },
        "global": {"podSecurityContext": restricted_pod(_USER)},
        "configReloader": {"enabled": False},  # a checksum of the configuration rolls the pods
        "controller": {
            "type": "daemonset",
            "podLabels": NO_SIDECAR,
            "tolerations": [{"effect": "NoSchedule", "operator": "Exists"}],
            "volumes": {"extra": [{"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}]},
        },
        "rbac": {
            "create": True,
            # The chart's own rules read every Secret and ConfigMap of the cluster.
            "rules": [_read("pods", "pods/log", "namespaces")],
            "clusterRules": [_read("nodes")],
        },
        "serviceMonitor": service_monitor(),
    }


def alloy_config(cluster: str, loki: Service) -> str:
    """Return Alloy's configuration; Helm expands it as a template, so it must not hold two opening braces."""
    return _CONFIG % {
        "cluster": cluster,
        "loki": loki.url,
        "trace_id": TRACE_ID,
        "lines": _LINES,
        "burst": _BURST,
    }


def _read(*names: str) -> dict[str, list[str]]:
    return {"apiGroups": [""], "resources": list(names), "verbs": ["get", "list", "watch"]}


ALERTS = (
    down("Alloy", NAME),
    Alert(
        name="AlloyDropsLogs",
        expr="sum by (reason) (rate(loki_write_dropped_entries_total[5m])) > 0",
        summary="Alloy drops log lines: {{ $labels.reason }}.",
        hint="Look at Loki: it is down, or refuses the lines as too many or too old.",
    ),
    Alert(
        name="AlloyLimitsNamespace",
        expr="sum by (label_value) (rate(loki_process_dropped_lines_by_label_total[5m])) > 0",
        summary="The namespace {{ $labels.label_value }} logs more than is kept of it.",
        hint=f"Each node sends {_LINES} lines a second of a namespace: find the pod, and let it log less.",
    ),
    Alert(
        name="AlloyComponentUnhealthy",
        expr='sum(alloy_component_controller_running_components{health_type!="healthy"}) > 0',
        summary="A component of Alloy's configuration is not healthy.",
        hint="Look at the log of Alloy's pods, or at the graph on port 12345.",
    ),
)

PANELS = (
    Panel("Log lines sent", "sum by (pod) (rate(loki_write_sent_entries_total[5m]))", "{{pod}}", "cps"),
    Panel(
        "Log lines dropped",
        "sum by (reason) (rate(loki_write_dropped_entries_total[5m]))",
        "{{reason}}",
        "cps",
    ),
    Panel(
        "Push to Loki, 99th percentile",
        "histogram_quantile(0.99, sum by (le) (rate(loki_write_request_duration_seconds_bucket[5m])))",
        unit="s",
    ),
    Panel("Memory", f'process_resident_memory_bytes{{job="{NAME}"}}', "{{pod}}", "bytes"),
)
"""Metric names: https://github.com/grafana/alloy/tree/main/operations/alloy-mixin."""

"""kube-state-metrics and node-exporter, as part of kube-prometheus-stack: what the cluster is, what its nodes do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.values import SCRAPE_INTERVAL, resources

if TYPE_CHECKING:
    from platform_stack import Values

KUBE_STATE_METRICS = "kube-state-metrics"
NODE_EXPORTER = "node-exporter"
NODE_NAMESPACE = "node-monitoring"

_COLLECTORS = [
    "certificatesigningrequests",
    "cronjobs",
    "daemonsets",
    "deployments",
    "endpointslices",
    "horizontalpodautoscalers",
    "ingresses",
    "jobs",
    "limitranges",
    "mutatingwebhookconfigurations",
    "namespaces",
    "networkpolicies",
    "nodes",
    "persistentvolumeclaims",
    "persistentvolumes",
    "poddisruptionbudgets",
    "pods",
    "replicasets",
    "resourcequotas",
    "services",
    "statefulsets",
    "storageclasses",
    "validatingwebhookconfigurations",
    "volumeattachments",
]
"""All of kube-state-metrics but Secrets and ConfigMaps: then its ClusterRole does not read them either."""


def kube_state_metrics_values() -> Values:
    """Return the values of the kube-state-metrics subchart; a second one would export every series twice."""
    return {
        "fullnameOverride": KUBE_STATE_METRICS,
        "resources": resources("5m", "32Mi", "128Mi"),
        "selfMonitor": {"enabled": True},  # whether it can list and watch what it reports
        "prometheus": {
            "monitor": {"enabled": True, "interval": SCRAPE_INTERVAL, "http": {"honorLabels": True}}
        },
        "collectors": _COLLECTORS,
    }


def node_exporter_values() -> Values:
    """Return the values of the prometheus-node-exporter subchart, whose namespace is its own."""
    return {
        "fullnameOverride": NODE_EXPORTER,
        "namespaceOverride": NODE_NAMESPACE,
        "hostNetwork": True,  # the node's own network counters
        "hostPID": False,
        "resources": resources("5m", "16Mi", "64Mi"),
        "serviceAccount": {"automountServiceAccountToken": False},
        "securityContext": {
            "fsGroup": 65534,
            "runAsGroup": 65534,
            "runAsNonRoot": True,
            "runAsUser": 65534,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": {
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        "prometheus": {
            "monitor": {
                "interval": SCRAPE_INTERVAL,
                "relabelings": [
                    {"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": "nodename"}
                ],
            }
        },
    }

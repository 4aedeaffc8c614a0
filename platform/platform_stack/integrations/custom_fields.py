"""What of products' kinds and annotations is recorded with a chart's facts, beside what Kubernetes' own have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.facts.pod_skeleton import container_skeleton, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from platform_stack.facts.store import Manifest

ANNOTATION_PREFIXES = (
    "argocd.argoproj.io/",
    "cert-manager.io/",
    "grafana_folder",
    "konghq.com/",
    "nginx.ingress.kubernetes.io/",
)
"""An annotation is recorded if its key starts with one of these."""

WHOLE_SPEC = frozenset(
    {
        ("cert-manager.io", "Certificate"),
        ("cert-manager.io", "ClusterIssuer"),
        ("cert-manager.io", "Issuer"),
        ("gateway.networking.k8s.io", "HTTPRoute"),
    }
)
"""(group, kind) of which the whole spec is recorded."""

_MONITORING = "monitoring.coreos.com"


def _monitor(manifest: Manifest) -> dict[str, Any]:
    """Keep of a ServiceMonitor or PodMonitor whom it scrapes, and where."""
    spec = manifest.get("spec") or {}
    kept = pick(spec, "selector", "namespaceSelector", "jobLabel")
    for field in ("endpoints", "podMetricsEndpoints"):
        if field in spec:
            kept[field] = [
                pick(
                    endpoint, "port", "targetPort", "portNumber", "path", "scheme", "interval", "relabelings"
                )
                for endpoint in spec[field] or []
            ]
    return {"spec": kept}


def _prometheus_rule(manifest: Manifest) -> dict[str, Any]:
    groups = (manifest.get("spec") or {}).get("groups") or []
    return {
        "spec": {
            "groups": [
                {
                    **pick(group, "name", "interval"),
                    "rules": [pick(rule, "alert", "record") for rule in group.get("rules") or []],
                }
                for group in groups
            ]
        }
    }


def _operated(manifest: Manifest) -> dict[str, Any]:
    """Keep of a Prometheus or Alertmanager what describes the pods that the operator makes of it."""
    spec = manifest.get("spec") or {}
    kept = pick(
        spec,
        *("replicas", "shards", "serviceAccountName", "automountServiceAccountToken", "resources"),
        *("storage", "podMetadata", "securityContext", "hostNetwork", "hostUsers", "image", "version"),
        *("portName", "listenLocal", "priorityClassName", "nodeSelector", "tolerations", "affinity"),
        *("topologySpreadConstraints", "retention", "retentionSize", "secrets", "configMaps"),
        *("serviceDiscoveryRole", "enableRemoteWriteReceiver", "configSecret", "imagePullPolicy"),
        *("imagePullSecrets", "volumes", "volumeMounts", "minReadySeconds", "terminationGracePeriodSeconds"),
        *("externalUrl", "routePrefix", "logLevel", "logFormat", "walCompression", "enableFeatures"),
    )
    for field in ("initContainers", "containers"):
        if containers := spec.get(field):
            kept[field] = [container_skeleton(container) for container in containers]
    return {"spec": kept}


FUNCTIONS: Mapping[tuple[str, str], Callable[[Manifest], dict[str, Any]]] = {
    (_MONITORING, "Alertmanager"): _operated,
    (_MONITORING, "PodMonitor"): _monitor,
    (_MONITORING, "Prometheus"): _operated,
    (_MONITORING, "PrometheusRule"): _prometheus_rule,
    (_MONITORING, "ServiceMonitor"): _monitor,
}
"""What of the other kinds is recorded, by (group, kind)."""

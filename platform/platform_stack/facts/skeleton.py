"""What of a rendered object is recorded: names and numbers, as a smaller manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.facts.pod_skeleton import WORKLOADS, container_skeleton, pick, workload_skeleton
from platform_stack.facts.scope import group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from platform_stack.facts.store import Manifest

ANNOTATION_PREFIXES = (
    "argocd.argoproj.io/",
    "cert-manager.io/",
    "grafana_folder",
    "helm.sh/hook",
    "helm.sh/resource-policy",
    "ingress.kubernetes.io/",
    "konghq.com/",
    "kubernetes.io/ingress.class",
    "nginx.ingress.kubernetes.io/",
)
"""An annotation is recorded if its key starts with one of these: they change what happens to the object."""


def skeleton(manifest: Manifest, *, release_namespace: str, namespaced: bool) -> Manifest:
    """Keep of an object what facts are made of.

    Args:
        manifest: the object as helm prints it; it is not changed.
        release_namespace: what an object in a namespace gets if it names none.
        namespaced: whether the kind lives in a namespace (see ``scope.is_namespaced``); if not, a
            namespace in the metadata is dropped, as the API server does.

    Returns:
        A manifest with apiVersion, kind, metadata (name, namespace, labels, the annotations that change
        behaviour) and the fields of its kind. The values of ConfigMaps and Secrets are empty, and the
        fields of custom kinds that are not known here are dropped.

    """
    metadata = manifest.get("metadata") or {}
    kept = pick(metadata, "name", "generateName")
    if namespaced:
        kept["namespace"] = metadata.get("namespace") or release_namespace
    if labels := metadata.get("labels"):
        kept["labels"] = dict(labels)
    if annotations := kept_annotations(metadata.get("annotations")):
        kept["annotations"] = annotations
    return {
        "apiVersion": manifest["apiVersion"],
        "kind": manifest["kind"],
        "metadata": kept,
        **_fields(manifest),
    }


def kept_annotations(annotations: Mapping[str, Any] | None) -> dict[str, Any]:
    """Keep the annotations that change what Argo CD, helm or a controller does with an object."""
    return {key: value for key, value in (annotations or {}).items() if key.startswith(ANNOTATION_PREFIXES)}


def _fields(manifest: Manifest) -> dict[str, Any]:
    """Keep the fields of an object's kind, all beside apiVersion, kind and metadata."""
    kind = str(manifest["kind"])
    group = group_of(manifest)
    if kind in WORKLOADS and group in {"", "apps", "batch"}:
        return {"spec": workload_skeleton(kind, manifest.get("spec") or {})}
    if (group, kind) in _TOP_LEVEL_FIELDS:
        return pick(manifest, *_TOP_LEVEL_FIELDS[group, kind])
    if (group, kind) in _SPEC_FIELDS:
        return {"spec": pick(manifest.get("spec") or {}, *_SPEC_FIELDS[group, kind])}
    if (group, kind) in _WHOLE_SPEC:
        return pick(manifest, "spec")
    if (group, kind) in _OWN_FUNCTIONS:
        return _OWN_FUNCTIONS[group, kind](manifest)
    return {}


_RBAC = "rbac.authorization.k8s.io"
_MONITORING = "monitoring.coreos.com"
_ADMISSION = "admissionregistration.k8s.io"

_TOP_LEVEL_FIELDS = {
    ("", "ServiceAccount"): ("automountServiceAccountToken",),
    (_RBAC, "Role"): ("rules",),
    (_RBAC, "ClusterRole"): ("rules", "aggregationRule"),
    (_RBAC, "RoleBinding"): ("roleRef", "subjects"),
    (_RBAC, "ClusterRoleBinding"): ("roleRef", "subjects"),
    ("scheduling.k8s.io", "PriorityClass"): ("value", "globalDefault", "preemptionPolicy"),
    ("storage.k8s.io", "StorageClass"): (
        "provisioner",
        "reclaimPolicy",
        "volumeBindingMode",
        "allowVolumeExpansion",
    ),
}

_SPEC_FIELDS = {
    ("networking.k8s.io", "Ingress"): ("ingressClassName", "defaultBackend", "rules", "tls"),
    ("autoscaling", "HorizontalPodAutoscaler"): ("scaleTargetRef", "minReplicas", "maxReplicas"),
    ("", "PersistentVolumeClaim"): ("accessModes", "storageClassName", "resources", "volumeMode"),
    ("networking.k8s.io", "IngressClass"): ("controller",),
    ("apiregistration.k8s.io", "APIService"): (
        "group",
        "version",
        "service",
        "insecureSkipTLSVerify",
        "groupPriorityMinimum",
        "versionPriority",
    ),
}

_WHOLE_SPEC = frozenset(
    {
        ("networking.k8s.io", "NetworkPolicy"),
        ("policy", "PodDisruptionBudget"),
        (_ADMISSION, "ValidatingAdmissionPolicy"),
        (_ADMISSION, "ValidatingAdmissionPolicyBinding"),
        ("cert-manager.io", "Certificate"),
        ("gateway.networking.k8s.io", "HTTPRoute"),
        ("cert-manager.io", "ClusterIssuer"),
        ("cert-manager.io", "Issuer"),
    }
)


def _service(manifest: Manifest) -> dict[str, Any]:
    spec = manifest.get("spec") or {}
    kept = pick(spec, "type", "selector", "ports", "publishNotReadyAddresses", "externalName", "externalIPs")
    if spec.get("clusterIP") == "None":  # headless; any other address is the cluster's matter
        kept["clusterIP"] = "None"
    return {"spec": kept}


def _keys_only(manifest: Manifest) -> dict[str, Any]:
    """Keep the keys of a ConfigMap or Secret, never a value: stringData counts as data."""
    kept = pick(manifest, "type", "immutable")
    data = [*(manifest.get("data") or {}), *(manifest.get("stringData") or {})]
    for field, keys in (("data", data), ("binaryData", manifest.get("binaryData") or {})):
        if keys:
            kept[field] = dict.fromkeys(sorted(keys), "")
    return kept


def _webhooks(manifest: Manifest) -> dict[str, Any]:
    kept = []
    for webhook in manifest.get("webhooks") or []:
        client = webhook.get("clientConfig") or {}
        kept.append(
            pick(
                webhook,
                *("name", "failurePolicy", "rules", "namespaceSelector", "objectSelector"),
                *("admissionReviewVersions", "sideEffects", "timeoutSeconds", "matchPolicy"),
            )
            | {"clientConfig": pick(client, "service", "url")}
        )
    return {"webhooks": kept}


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


_OWN_FUNCTIONS: dict[tuple[str, str], Callable[[Manifest], dict[str, Any]]] = {
    ("", "ConfigMap"): _keys_only,
    ("", "Secret"): _keys_only,
    ("", "Service"): _service,
    (_ADMISSION, "MutatingWebhookConfiguration"): _webhooks,
    (_ADMISSION, "ValidatingWebhookConfiguration"): _webhooks,
    (_MONITORING, "Alertmanager"): _operated,
    (_MONITORING, "PodMonitor"): _monitor,
    (_MONITORING, "Prometheus"): _operated,
    (_MONITORING, "PrometheusRule"): _prometheus_rule,
    (_MONITORING, "ServiceMonitor"): _monitor,
}

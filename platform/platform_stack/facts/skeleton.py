"""What of a rendered object is recorded: names and numbers, as a smaller manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.facts.pod_skeleton import WORKLOADS, pick, workload_skeleton
from platform_stack.facts.scope import group_of
from platform_stack.integrations import custom_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from platform_stack.facts.store import Manifest

ANNOTATION_PREFIXES = (
    *custom_fields.ANNOTATION_PREFIXES,
    "helm.sh/hook",
    "helm.sh/resource-policy",
    "ingress.kubernetes.io/",
    "kubernetes.io/ingress.class",
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
    if (group, kind) in _WHOLE_SPEC | custom_fields.WHOLE_SPEC:
        return pick(manifest, "spec")
    own = _OWN_FUNCTIONS.get((group, kind)) or custom_fields.FUNCTIONS.get((group, kind))
    if own:
        return own(manifest)
    return {}


_RBAC = "rbac.authorization.k8s.io"
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


_OWN_FUNCTIONS: dict[tuple[str, str], Callable[[Manifest], dict[str, Any]]] = {
    ("", "ConfigMap"): _keys_only,
    ("", "Secret"): _keys_only,
    ("", "Service"): _service,
    (_ADMISSION, "MutatingWebhookConfiguration"): _webhooks,
    (_ADMISSION, "ValidatingWebhookConfiguration"): _webhooks,
}

"""What of a workload and of its pods is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKLOADS = frozenset({"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"})
"""The kinds that make pods."""

POD_ANNOTATION_PARTS = ("istio.io", "prometheus.io", "apparmor.security.beta.kubernetes.io")
"""A pod template's annotation is recorded if its key contains one of these: mesh, scraping, policies read them."""

_POD_FIELDS = (
    *("serviceAccountName", "automountServiceAccountToken", "hostNetwork", "hostPID", "hostIPC"),
    *("securityContext", "priorityClassName", "nodeSelector", "tolerations", "affinity"),
    *("topologySpreadConstraints", "restartPolicy", "runtimeClassName", "imagePullSecrets", "volumes"),
)
_CONTAINER_FIELDS = ("name", "image", "ports", "resources", "securityContext", "restartPolicy", "envFrom")
_SOURCES = frozenset({"configMapKeyRef", "resourceFieldRef", "secretKeyRef"})
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_PROBE_TARGETS = ("port", "path", "scheme", "service", "host")


def pick(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Keep those keys of a mapping that it has with a value that is not null."""
    return {key: mapping[key] for key in keys if mapping.get(key) is not None}


def workload_skeleton(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the spec of a kind of ``WORKLOADS``.

    Kept are how many pods there are, how they are selected and replaced, their claims, and the pods.
    """
    if kind == "Pod":
        return _pod(spec)
    if kind == "CronJob":
        job = (spec.get("jobTemplate") or {}).get("spec") or {}
        return pick(spec, "schedule", "suspend", "concurrencyPolicy") | {
            "jobTemplate": {"spec": workload_skeleton("Job", job)}
        }
    kept = pick(spec, "replicas", "selector", "serviceName", "parallelism", "completions", "backoffLimit")
    for field in ("strategy", "updateStrategy"):
        if strategy := pick(spec.get(field) or {}, "type"):
            kept[field] = strategy
    if claims := spec.get("volumeClaimTemplates"):
        kept["volumeClaimTemplates"] = [_claim(claim) for claim in claims]
    template = spec.get("template") or {}
    kept["template"] = _template_metadata(template.get("metadata") or {}) | {
        "spec": _pod(template.get("spec") or {})
    }
    return kept


def _claim(claim: Mapping[str, Any]) -> dict[str, Any]:
    metadata = pick(claim.get("metadata") or {}, "name", "labels")
    spec = pick(claim.get("spec") or {}, "accessModes", "storageClassName", "resources", "volumeMode")
    return {"metadata": metadata, "spec": spec}


def _template_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    kept = pick(metadata, "labels")
    annotations = {
        key: value
        for key, value in (metadata.get("annotations") or {}).items()
        if any(part in key for part in POD_ANNOTATION_PARTS)
    }
    if annotations:
        kept["annotations"] = annotations
    return {"metadata": kept} if kept else {}


def _pod(spec: Mapping[str, Any]) -> dict[str, Any]:
    kept = pick(spec, *_POD_FIELDS)
    for field in ("initContainers", "containers"):
        if containers := spec.get(field):
            kept[field] = [_container(container) for container in containers]
    return kept


def _container(container: Mapping[str, Any]) -> dict[str, Any]:
    kept = pick(container, *_CONTAINER_FIELDS)
    if mounts := container.get("volumeMounts"):
        kept["volumeMounts"] = [pick(mount, "name", "mountPath", "subPath", "readOnly") for mount in mounts]
    if variables := [_variable(variable) for variable in container.get("env") or [] if _refers(variable)]:
        kept["env"] = variables
    for probe in _PROBES:
        if definition := container.get(probe):
            kept[probe] = _probe(definition)
    return kept


def _refers(variable: Mapping[str, Any]) -> bool:
    """Say whether a variable takes its value from a ConfigMap, a Secret, or the container's own resources."""
    return bool(_SOURCES & set(variable.get("valueFrom") or {}))


def _variable(variable: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": variable["name"],
        "valueFrom": pick(variable["valueFrom"], *sorted(_SOURCES)),
    }


def _probe(probe: Mapping[str, Any]) -> dict[str, Any]:
    """Keep how a probe asks, and where; of a command only that there is one."""
    kept: dict[str, Any] = {
        handler: pick(probe[handler], *_PROBE_TARGETS)
        for handler in ("httpGet", "tcpSocket", "grpc")
        if probe.get(handler) is not None
    }
    if "exec" in probe:
        kept["exec"] = {}
    return kept

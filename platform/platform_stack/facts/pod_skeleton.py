"""What of a workload and of its pods is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.facts.command_lines import recorded_words
from platform_stack.integrations import custom_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

WORKLOADS = frozenset({"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"})
"""The kinds that make pods."""

POD_ANNOTATION_PARTS = (*custom_kinds.POD_ANNOTATION_PARTS, "apparmor.security.beta.kubernetes.io")
"""A pod template's annotation is recorded if its key contains one of these: mesh, scraping, policies read them."""

_POD_FIELDS = (
    *("serviceAccountName", "automountServiceAccountToken", "hostNetwork", "hostPID", "hostIPC", "hostUsers"),
    *("securityContext", "priorityClassName", "nodeSelector", "tolerations", "affinity"),
    *("topologySpreadConstraints", "restartPolicy", "runtimeClassName", "imagePullSecrets", "volumes"),
    *(
        "terminationGracePeriodSeconds",
        "activeDeadlineSeconds",
        "shareProcessNamespace",
        "enableServiceLinks",
    ),
    *("dnsPolicy", "dnsConfig", "hostname", "subdomain", "hostAliases"),
)
_CONTAINER_FIELDS = (
    *("name", "image", "imagePullPolicy", "workingDir", "ports", "resources", "securityContext"),
    *("restartPolicy", "envFrom", "volumeDevices"),
)
_MOUNT_FIELDS = ("name", "mountPath", "subPath", "subPathExpr", "readOnly", "mountPropagation")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_PROBE_NUMBERS = (
    *("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold"),
    "terminationGracePeriodSeconds",
)
_HANDLERS = ("httpGet", "tcpSocket", "grpc", "sleep")
_HANDLER_FIELDS = ("port", "path", "scheme", "service", "host", "seconds")


def pick(mapping: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Keep those keys of a mapping that it has with a value that is not null."""
    return {key: mapping[key] for key in keys if mapping.get(key) is not None}


def workload_skeleton(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the spec of a kind of ``WORKLOADS``.

    Kept are how many pods there are, how they are selected and replaced, their claims, and the pods: all that a
    kubelet needs to start pods like them, except texts and secrets (see ``command_lines``) and the values of
    environment variables, of which the names are kept and the references to other objects.
    """
    if kind == "Pod":
        return _pod(spec)
    if kind == "CronJob":
        job = (spec.get("jobTemplate") or {}).get("spec") or {}
        return pick(spec, "schedule", "suspend", "concurrencyPolicy", "startingDeadlineSeconds") | {
            "jobTemplate": {"spec": workload_skeleton("Job", job)}
        }
    kept = pick(
        spec,
        *("replicas", "selector", "serviceName", "parallelism", "completions", "backoffLimit"),
        *("strategy", "updateStrategy", "podManagementPolicy", "minReadySeconds", "progressDeadlineSeconds"),
        *("activeDeadlineSeconds", "ttlSecondsAfterFinished"),
    )
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
            kept[field] = [container_skeleton(container) for container in containers]
    return kept


def container_skeleton(container: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a container what starts it, what it sees, and how it is asked whether it lives."""
    kept = pick(container, *_CONTAINER_FIELDS)
    for field in ("command", "args"):
        if words := container.get(field):
            kept[field] = recorded_words(words)
    if mounts := container.get("volumeMounts"):
        kept["volumeMounts"] = [pick(mount, *_MOUNT_FIELDS) for mount in mounts]
    if variables := container.get("env"):
        kept["env"] = [pick(variable, "name", "valueFrom") for variable in variables]
    for probe in _PROBES:
        if definition := container.get(probe):
            kept[probe] = _handler(definition) | pick(definition, *_PROBE_NUMBERS)
    lifecycle = container.get("lifecycle") or {}
    if hooks := {hook: _handler(lifecycle[hook]) for hook in ("postStart", "preStop") if lifecycle.get(hook)}:
        kept["lifecycle"] = hooks
    return kept


def _handler(handler: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what a probe or a hook does; the values of its HTTP headers, which must have one, are empty."""
    kept: dict[str, Any] = {
        name: pick(handler[name], *_HANDLER_FIELDS) for name in _HANDLERS if handler.get(name) is not None
    }
    if headers := (handler.get("httpGet") or {}).get("httpHeaders"):
        kept["httpGet"]["httpHeaders"] = [{"name": header["name"], "value": ""} for header in headers]
    if execution := handler.get("exec"):
        kept["exec"] = {"command": recorded_words(execution.get("command") or [])}
    return kept

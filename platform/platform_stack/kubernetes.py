"""Facts about Kubernetes itself: the version that the platform runs on, and what is built in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KUBERNETES_VERSION = "1.34.11"
"""Version of the nodes."""

MINOR_VERSION = ".".join(KUBERNETES_VERSION.split(".")[:2])

ETCD_VERSION = "3.6.5-0"
"""Tag of the image of etcd that kubeadm of this version starts, so that each node has it already
(cmd/kubeadm/app/constants/constants.go: DefaultEtcdVersion)."""
COREDNS_VERSION = "v1.12.1"
"""Tag of the image of CoreDNS that kubeadm of this version starts (the same file: CoreDNSVersion)."""

BUILT_IN_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
"""API groups that the API server of this version serves by itself."""

POD_MAKERS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
"""Kinds whose objects hold the template of the pods that they make."""

_TEMPLATES = {"Pod": (), "CronJob": ("spec", "jobTemplate", "spec", "template")}


def pod_template(item: dict[str, Any]) -> dict[str, Any]:
    """Return the template of a workload's pods (a Pod itself is one), or an empty one for what makes no pods."""
    template = item
    for key in _TEMPLATES.get(item["kind"], ("spec", "template")):
        inner = template.get(key)
        if not isinstance(inner, dict):
            return {}
        template = inner
    return template


def full_name(kind: str, namespace: str | None, name: str) -> str:
    """Return an object in words: "Kind namespace/name", or "Kind name" where it lies in no namespace."""
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def group_of(api_version: str) -> str:
    """Return the API group of an apiVersion; the core group is the empty string."""
    return api_version.rpartition("/")[0]


def kind_of(item: Mapping[str, Any]) -> str:
    """Return an object's kind as "group/Kind"; in the core group it begins with the slash."""
    return f"{group_of(item['apiVersion'])}/{item['kind']}"


def is_custom(api_version: str) -> bool:
    """Return whether the kinds of an apiVersion come from a CustomResourceDefinition."""
    return group_of(api_version) not in BUILT_IN_GROUPS

"""Which objects live in a namespace."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from platform_stack import kubernetes
from platform_stack.integrations import custom_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.facts.store import CustomResource, Manifest

CLUSTER_SCOPED = frozenset(
    {
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("certificates.k8s.io", "ClusterTrustBundle"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("networking.k8s.io", "IPAddress"),
        ("networking.k8s.io", "IngressClass"),
        ("networking.k8s.io", "ServiceCIDR"),
        ("node.k8s.io", "RuntimeClass"),
        ("policy", "PodSecurityPolicy"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("resource.k8s.io", "DeviceClass"),
        ("resource.k8s.io", "ResourceSlice"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "VolumeAttachment"),
        ("storage.k8s.io", "VolumeAttributesClass"),
    }
)
"""Kubernetes' own kinds without a namespace, as (API group, kind); ``kubectl api-resources`` lists them."""

NAMESPACED_GROUPS = frozenset(
    {
        "",
        "apps",
        "autoscaling",
        "batch",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "networking.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "storage.k8s.io",
    }
)
"""API groups of Kubernetes of which every kind that is not in ``CLUSTER_SCOPED`` lives in a namespace."""


def group_of(manifest: Manifest) -> str:
    """Give an object's API group, ``""`` for the core group."""
    return kubernetes.group_of(str(manifest.get("apiVersion") or ""))


def is_namespaced(manifest: Manifest, custom_resources: Iterable[CustomResource] = ()) -> bool:
    """Say whether an object lives in a namespace.

    A kind whose scope is not known (see ``is_cluster_scoped``) is in a namespace if its metadata names one.
    """
    scope = _scope(group_of(manifest), str(manifest.get("kind")), custom_resources)
    return scope == "Namespaced" if scope else bool((manifest.get("metadata") or {}).get("namespace"))


def is_cluster_scoped(group: str, kind: str, custom_resources: Iterable[CustomResource] = ()) -> bool:
    """Say whether objects of a kind are known to live in no namespace.

    Kubernetes' own kinds are known; a custom kind's scope is that of its definition, if it is among
    ``custom_resources``, or that of its schema beside the typed bindings.
    """
    return _scope(group, kind, custom_resources) == "Cluster"


def _scope(group: str, kind: str, custom_resources: Iterable[CustomResource]) -> str | None:
    if (group, kind) in CLUSTER_SCOPED:
        return "Cluster"
    for custom in custom_resources:
        if (custom.group, custom.kind) == (group, kind):
            return custom.scope
    groups = NAMESPACED_GROUPS | custom_kinds.NAMESPACED_GROUPS
    if group in groups or (group, kind) in custom_kinds.NAMESPACED:
        return "Namespaced"
    return _scope_of_schema(group, kind)


@cache
def _scope_of_schema(group: str, kind: str) -> str | None:
    """Return what the kind's CRD says, where `make imports` has read one."""
    file = resources.files("platform_stack_imports").joinpath("schemas", f"{group}.{kind}.json")
    return str(json.loads(file.read_text(encoding="utf-8"))["scope"]) if file.is_file() else None

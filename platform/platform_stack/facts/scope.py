"""Which objects live in a namespace."""

from __future__ import annotations

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

    Kubernetes' own kinds are known; a custom kind's scope is that of its definition, if it is among
    ``custom_resources``. A kind that is known neither way is in a namespace if its metadata names one.
    """
    group, kind = group_of(manifest), manifest.get("kind")
    if (group, kind) in CLUSTER_SCOPED:
        return False
    for custom in custom_resources:
        if (custom.group, custom.kind) == (group, kind):
            return custom.scope == "Namespaced"
    if (
        group in NAMESPACED_GROUPS | custom_kinds.NAMESPACED_GROUPS
        or (group, kind) in custom_kinds.NAMESPACED
    ):
        return True
    return bool((manifest.get("metadata") or {}).get("namespace"))

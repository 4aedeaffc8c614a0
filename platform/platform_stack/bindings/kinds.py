"""What is generated: Kubernetes' own kinds that the platform writes itself; custom ones are in integrations.

Adding a kind is adding a line here, or in `platform_stack.integrations.custom_kinds`, and running `make imports`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CORE_MODULE = "k8s"
"""The module of the kinds that Kubernetes itself serves, and of ObjectMeta, which all modules share."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A custom resource's kind.

    `keep` prunes: it maps a property path (`spec.generators[]`, where `[]` steps into a list's items) to the
    names of the properties that stay there; the others are left out of the binding and of the schema.
    A path that is not named stays whole.
    """

    name: str
    version: str
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """An API group of custom resources, and the module its kinds go to."""

    name: str
    module: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class CoreKind:
    """A kind that Kubernetes itself serves: `group` is empty for the core group."""

    group: str
    version: str
    name: str


CORE_KINDS = (
    CoreKind("", "v1", "ConfigMap"),
    CoreKind("", "v1", "LimitRange"),
    CoreKind("", "v1", "Namespace"),
    CoreKind("", "v1", "PersistentVolumeClaim"),
    CoreKind("", "v1", "ResourceQuota"),
    CoreKind("", "v1", "Secret"),
    CoreKind("", "v1", "Service"),
    CoreKind("", "v1", "ServiceAccount"),
    CoreKind("apps", "v1", "DaemonSet"),
    CoreKind("apps", "v1", "Deployment"),
    CoreKind("apps", "v1", "StatefulSet"),
    CoreKind("batch", "v1", "CronJob"),
    CoreKind("batch", "v1", "Job"),
    CoreKind("networking.k8s.io", "v1", "Ingress"),
    CoreKind("networking.k8s.io", "v1", "IngressClass"),
    CoreKind("networking.k8s.io", "v1", "NetworkPolicy"),
    CoreKind("policy", "v1", "PodDisruptionBudget"),
    CoreKind("rbac.authorization.k8s.io", "v1", "ClusterRole"),
    CoreKind("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding"),
    CoreKind("rbac.authorization.k8s.io", "v1", "Role"),
    CoreKind("rbac.authorization.k8s.io", "v1", "RoleBinding"),
    CoreKind("scheduling.k8s.io", "v1", "PriorityClass"),
    CoreKind("storage.k8s.io", "v1", "StorageClass"),
)

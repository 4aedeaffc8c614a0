"""A tenant's rights in its namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.model import Cluster, Tenant
    from platform_stack.typed import ApiObject

_RBAC = "rbac.authorization.k8s.io"


def objects(tenant: Tenant, _cluster: Cluster) -> Iterator[ApiObject]:
    """Yield what a tenant's namespaces hold besides themselves: its group may read; changes come through git."""
    for namespace in tenant.namespace_names:
        yield k8s.RoleBinding(
            metadata=k8s.ObjectMeta(name="tenant-view", namespace=namespace),
            role_ref=k8s.RoleRef(api_group=_RBAC, kind="ClusterRole", name="view"),
            subjects=[k8s.Subject(api_group=_RBAC, kind="Group", name=tenant.group)],
        )

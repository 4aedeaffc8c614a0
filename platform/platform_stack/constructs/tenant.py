"""A tenant's rights in its namespaces: its group may look, and restart; changes come through git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.model import Tenant
    from platform_stack.typed import ApiObject

_RBAC = "rbac.authorization.k8s.io"

OPERATE = "tenant-operate"
"""Role for what `view` does not hold: forwarding a port, and restarting a pod by deleting it."""


def objects(tenant: Tenant) -> Iterator[ApiObject]:
    """Yield what a tenant's namespaces hold besides themselves.

    Kubernetes' own ClusterRole `view` reads everything but Secrets, logs included
    (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles).
    """
    for namespace in tenant.namespace_names:
        yield k8s.Role(
            metadata=k8s.ObjectMeta(name=OPERATE, namespace=namespace),
            rules=[
                # `get` is how kubectl 1.31 and newer ask for a port, `create` how older ones do.
                k8s.PolicyRule(api_groups=[""], resources=["pods/portforward"], verbs=["create", "get"]),
                k8s.PolicyRule(api_groups=[""], resources=["pods"], verbs=["delete"]),
            ],
        )
        for name, kind, role in (("tenant-view", "ClusterRole", "view"), (OPERATE, "Role", OPERATE)):
            yield k8s.RoleBinding(
                metadata=k8s.ObjectMeta(name=name, namespace=namespace),
                role_ref=k8s.RoleRef(api_group=_RBAC, kind=kind, name=role),
                subjects=[k8s.Subject(api_group=_RBAC, kind="Group", name=tenant.group)],
            )

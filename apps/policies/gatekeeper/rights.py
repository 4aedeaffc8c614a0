"""Rights: who may do more than the work in their own namespace needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import Action, Policy
from platform_stack.integrations.gatekeeper import Constraint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.admission import Estate

_RBAC = "rbac.authorization.k8s.io"

_NOBODY = ["system:anonymous", "system:unauthenticated"]

# The one role that Kubernetes binds to everybody: health and version, without a secret
# (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles).
_FOR_ANYBODY = ["system:public-info-viewer"]

_NO_ANONYMOUS = Constraint(
    kind="PlatformAnonymousRights",
    match=(f"{_RBAC}/ClusterRoleBinding", f"{_RBAC}/RoleBinding"),
    schema={
        "nobody": {"type": "array", "items": {"type": "string"}},
        "allowedRoles": {"type": "array", "items": {"type": "string"}},
    },
    parameters={"nobody": _NOBODY, "allowedRoles": _FOR_ANYBODY},
    variables={"bound": "object.?subjects.orValue([]).filter(one, one.name in variables.params.nobody)"},
    cel=(
        (
            (
                "variables.bound.size() == 0 || "
                '(object.roleRef.kind == "ClusterRole" && object.roleRef.name in variables.params.allowedRoles)'
            ),
            (
                'variables.bound.map(one, one.name).join(", ") + ", who has not logged in, gets the rights of "'
                ' + object.roleRef.name + "."'
            ),
        ),
    ),
)

_ESCALATING = ["bind", "escalate", "impersonate"]

# They may read Secrets and act as every ServiceAccount of the namespace
# (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles).
_WIDE_ROLES = ("admin", "cluster-admin", "edit")


def _narrow(estate: Estate) -> Constraint:
    """Return the constraint; which roles are too wide to be bound is read off the platform's own."""
    names = {*_WIDE_ROLES, *_wide_roles(item for items in estate.objects.values() for item in items)}
    return Constraint(
        kind="PlatformNarrowRights",
        match=(f"{_RBAC}/Role", f"{_RBAC}/RoleBinding"),
        schema={
            "verbs": {"type": "array", "items": {"type": "string"}},
            "roles": {"type": "array", "items": {"type": "string"}},
        },
        parameters={"verbs": _ESCALATING, "roles": sorted(names)},
        variables={
            "rules": "object.?rules.orValue([])",
            "role": 'object.?roleRef.kind.orValue("") == "ClusterRole" ? object.roleRef.name : ""',
        },
        cel=(
            (
                (
                    "variables.rules.all(rule, "
                    "[rule.?verbs.orValue([]), rule.?resources.orValue([]), rule.?apiGroups.orValue([])]"
                    '.all(names, !names.exists(name, name.contains("*"))))'
                ),
                "'a rule has a \"*\": it covers what is installed later too.'",
            ),
            (
                "!variables.rules.exists(rule, rule.?verbs.orValue([]).exists(verb, verb in variables.params.verbs))",
                (
                    '"a rule has one of the verbs " + variables.params.verbs.join(", ")'
                    ' + ", by which rights grow."'
                ),
            ),
            (
                '!(variables.role in variables.params.roles || variables.role.startsWith("system:"))',
                '"the ClusterRole " + variables.role + " is wider than a tenant\'s work needs."',
            ),
        ),
    )


def _wide_roles(items: Iterable[dict[str, Any]]) -> Iterable[str]:
    """Yield the names of the ClusterRoles whose rules a tenant's Role may not have."""
    for item in items:
        if item["kind"] == "ClusterRole":
            for rule in item.get("rules") or ():
                names = [name for key in ("verbs", "resources", "apiGroups") for name in rule.get(key) or ()]
                if any("*" in name for name in names) or set(_ESCALATING) & set(rule.get("verbs") or ()):
                    yield item["metadata"]["name"]
                    break


RIGHTS = (
    Policy(
        name="no-anonymous-rights",
        engine="gatekeeper",
        severity="critical",
        protects_from="Whoever reaches the API server, without a login, may do what the role allows.",
        asks="Nobody who has not logged in is bound to a role, except to the one for health and version.",
        hint="Bind the role to a ServiceAccount or to a group.",
        judges=("ClusterRoleBinding subjects", "RoleBinding subjects"),
        rule=_NO_ANONYMOUS,
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
    Policy(
        name="tenants-have-narrow-rights",
        engine="gatekeeper",
        severity="high",
        protects_from="A tenant's pod, once taken over, rules the namespace, or grows beyond it.",
        asks=(
            "In a tenant's namespace no Role has a wildcard or a verb by which rights grow, and no RoleBinding "
            "leads to a ClusterRole that has."
        ),
        hint="Name the resources and verbs that are needed, in a Role.",
        judges=("Role rules", "RoleBinding roleRef"),
        rule=_narrow,
        tenants=Action.DENY,
        platform=None,
    ),
)

"""Disruption: budgets that a drain can end under."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.gatekeeper import Constraint

# A budget may cover several workloads: what counts is how many pods they ask for together. Where none of
# them exists yet, nothing can be said; the audit says it later.
_DRAINABLE = Constraint(
    kind="PlatformDisruptionBudget",
    match=("policy/PodDisruptionBudget",),
    compares_with=("apps/v1/Deployment", "apps/v1/StatefulSet"),
    rego="""
refused contains message if {
    reviewed.spec.maxUnavailable in {0, "0%"}
    message := sprintf("maxUnavailable %v lets no pod be moved.", [reviewed.spec.maxUnavailable])
}

refused contains message if {
    reviewed.spec.minAvailable == "100%"
    message := "minAvailable 100% lets no pod be moved."
}

refused contains message if {
    wanted := reviewed.spec.minAvailable
    wanted != "100%"
    replicas > 0
    needed(wanted) >= replicas
    message := sprintf("minAvailable %v of %v pods lets none be moved.", [wanted, replicas])
}

needed(wanted) := wanted if is_number(wanted)

needed(wanted) := ceil((to_number(trim_suffix(wanted, "%")) * replicas) / 100) if is_string(wanted)

replicas := sum([object.get(workload.spec, "replicas", 1) |
    some kind in {"Deployment", "StatefulSet"}
    some workload in data.inventory.namespace[reviewed.metadata.namespace]["apps/v1"][kind]
    covered(workload.spec.template.metadata.labels)
])

covered(labels) if {
    every key, value in object.get(reviewed.spec.selector, "matchLabels", {}) {
        labels[key] == value
    }
    every requirement in object.get(reviewed.spec.selector, "matchExpressions", []) {
        meets(requirement, labels)
    }
}

meets(requirement, labels) if {
    requirement.operator == "In"
    labels[requirement.key] in requirement.values
}

meets(requirement, labels) if {
    requirement.operator == "NotIn"
    not object.get(labels, requirement.key, null) in requirement.values
}

meets(requirement, labels) if {
    requirement.operator == "Exists"
    requirement.key in object.keys(labels)
}

meets(requirement, labels) if {
    requirement.operator == "DoesNotExist"
    not requirement.key in object.keys(labels)
}
""",
)

BUDGETS = (
    Policy(
        name="disruption-budgets-allow-a-drain",
        engine="gatekeeper",
        severity="medium",
        protects_from="A node cannot be drained: its upgrade waits for ever for a pod that may never go.",
        asks="A PodDisruptionBudget lets at least one of the pods go that it covers.",
        hint="Set maxUnavailable: 1, or have more replicas than minAvailable.",
        judges=("PodDisruptionBudget spec",),
        rule=_DRAINABLE,
        tenants=Action.DENY,
        # A refused budget would stop the sync of an application that the platform stands on.
        platform=Action.AUDIT,
    ),
)

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
    regex.match(`^0+%?$`, sprintf("%v", [reviewed.spec.maxUnavailable]))
    message := sprintf("maxUnavailable %v lets no pod be moved.", [reviewed.spec.maxUnavailable])
}

refused contains message if {
    everything(reviewed.spec.minAvailable)
    message := sprintf("minAvailable %v lets no pod be moved.", [reviewed.spec.minAvailable])
}

refused contains message if {
    wanted := reviewed.spec.minAvailable
    not everything(wanted)
    replicas > 0
    needed(wanted) >= replicas
    message := sprintf("minAvailable %v of %v pods lets none be moved.", [wanted, replicas])
}

# Kubernetes reads "0100%" as 100.
everything(wanted) if regex.match(`^0*100%$`, sprintf("%v", [wanted]))

needed(wanted) := wanted if is_number(wanted)

needed(wanted) := ceil((to_number(regex.replace(wanted, `^0*([0-9]+)%$`, "$1")) * replicas) / 100) if is_string(wanted)

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

# By its form alone, so that it holds for whatever comes later: a workload, fewer replicas, a pod that is never ready.
# A budget that says neither number, or one of pods to be there, counts on what there is
# (getExpectedPodCount in https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/disruption/disruption.go).
_LETS_ONE_GO = Constraint(
    kind="PlatformDisruptionBudgetForm",
    match=("policy/PodDisruptionBudget",),
    variables={
        "most": "object.?spec.?maxUnavailable.orValue(null)",
        "unhealthy": "object.?spec.?unhealthyPodEvictionPolicy.orValue(null)",
    },
    cel=(
        (
            "variables.most != null && string(variables.most).matches('^0*[1-9][0-9]*%?$')",
            (
                '"maxUnavailable is " + (variables.most == null ? "not said" : string(variables.most))'
                ' + ", which may let no pod be moved."'
            ),
        ),
        (
            'variables.unhealthy == "AlwaysAllow"',
            (
                '"unhealthyPodEvictionPolicy is " + (variables.unhealthy == null ? "not said" :'
                ' string(variables.unhealthy)) + ": a pod that is never ready could not be moved."'
            ),
        ),
    ),
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
        # A tenant's are judged by their form, below.
        tenants=None,
        # A refused budget would stop the sync of an application that the platform stands on.
        platform=Action.AUDIT,
    ),
    Policy(
        name="tenant-budgets-always-let-one-go",
        engine="gatekeeper",
        severity="medium",
        protects_from="A budget that lets a drain end today forbids it tomorrow: with fewer replicas, or unready pods.",
        asks="A tenant's PodDisruptionBudget says how many pods may be missing, and never protects unready ones.",
        hint='Set "maxUnavailable: 1" instead of minAvailable, and "unhealthyPodEvictionPolicy: AlwaysAllow".',
        judges=(
            "PodDisruptionBudget spec.maxUnavailable",
            "PodDisruptionBudget spec.unhealthyPodEvictionPolicy",
        ),
        rule=_LETS_ONE_GO,
        tenants=Action.DENY,
        platform=None,
    ),
)

"""Workloads: what they ask for, and where they may be."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import Check, Validation

from .pods import LASTING, each

_RESOURCES = {
    "requests.?cpu": "Pod spec.containers.resources.requests.cpu",
    "requests.?memory": "Pod spec.containers.resources.requests.memory",
    "limits.?memory": "Pod spec.containers.resources.limits.memory",
}


def _asks(path: str) -> str:
    """Return CEL: the container, or the pod for all its containers, says how much, and that is more than nothing."""
    more = "isQuantity(string(q)) && quantity(string(q)).isGreaterThan(quantity('0'))"
    return " || ".join(
        f"{of}.?resources.?{path}.optMap(q, {more}).orValue(false)" for of in ("c", "variables.pod")
    )


WORKLOADS = (
    Policy(
        name="require-requests-limits",
        severity="medium",
        protects_from="A pod that takes the memory of its neighbours, and a node that is full without knowing it.",
        asks="Each container, or the pod for all of them, requests CPU and memory and limits its "
        "memory, with more than zero.",
        hint="Set resources.requests.cpu, resources.requests.memory and resources.limits.memory; "
        "a limit for CPU would only throttle.",
        judges=tuple(_RESOURCES.values()),
        engine="kyverno",
        tenants=Action.DENY,
        platform=Action.AUDIT,
        rule=Validation(
            variables=LASTING,
            checks=(
                each(
                    " && ".join(f"({_asks(path)})" for path in _RESOURCES),
                    "containers without a request for CPU or memory, or without a limit for memory, or with zero",
                ),
            ),
        ),
    ),
    Policy(
        name="disallow-default-namespace",
        severity="low",
        protects_from="Workloads without an owner: `default` has no quota, no policies of its own and no team.",
        asks="No pod is in the namespace `default`.",
        hint="Name the namespace of the team or the application.",
        judges=("Pod metadata.namespace",),
        engine="kyverno",
        tenants=Action.DENY,
        platform=Action.DENY,
        rule=Validation(
            checks=(
                Check(
                    expression="object.metadata.namespace != 'default'",
                    message="a workload in the namespace default",
                ),
            ),
        ),
    ),
)

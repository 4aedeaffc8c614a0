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


def _has(path: str) -> str:
    """Return CEL: the container, or the pod for all its containers, says how much."""
    return f"(c.?resources.?{path}.hasValue() || variables.pod.?resources.?{path}.hasValue())"


WORKLOADS = (
    Policy(
        name="require-requests-limits",
        severity="medium",
        protects_from="A pod that takes the memory of its neighbours, and a node that is full without knowing it.",
        asks="Each container, or the pod for all of them, requests CPU and memory and limits its memory.",
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
                    " && ".join(map(_has, _RESOURCES)),
                    "containers without a request for CPU or memory, or without a limit for memory",
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

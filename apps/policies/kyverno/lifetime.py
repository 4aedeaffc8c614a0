"""Lifetime: a pod that is deleted goes, and soon, so that a node can be drained."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import Check, Validation

from .pods import POD

_SECONDS = 3600
"""The longest time that a pod may take to end: `kubectl drain` waits as long for each."""

_DEFAULT_SECONDS = 30
"""Kubernetes' own (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/)."""

# The Job controller puts it on the pods of its Jobs, and takes it away from those of Jobs alone
# (handleSingleOrphanPod in https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/job/job_controller.go).
_OF_JOBS = "batch.kubernetes.io/job-tracking"

LIFETIME = (
    Policy(
        name="pods-end-in-time",
        severity="medium",
        protects_from="A node that cannot be drained, and a namespace that cannot be deleted: a pod stays for years.",
        asks=f"A pod has no finalizer and ends within {_SECONDS} seconds.",
        hint=f"Leave metadata.finalizers out, and set terminationGracePeriodSeconds to {_SECONDS} at most; "
        "what must be cleaned up belongs into a preStop hook or a Job.",
        judges=("Pod metadata.finalizers", "Pod spec.terminationGracePeriodSeconds"),
        engine="kyverno",
        tenants=Action.DENY,
        platform=None,
        rule=Validation(
            variables={
                **POD,
                "grace": "variables.pod.?terminationGracePeriodSeconds.orValue(null)",
                "said": "object.metadata.?finalizers.orValue(null)",
                "owners": "object.metadata.?ownerReferences.orValue(null)",
                "ofJob": "variables.owners != null"
                " && variables.owners.exists(o, o.kind == 'Job' && o.?controller.orValue(false) == true)",
                "finalizers": "variables.said == null ? [] : variables.said.filter("
                f"f, !(variables.ofJob && f == '{_OF_JOBS}'))",
            },
            checks=(
                Check(
                    expression="variables.finalizers.size() == 0",
                    message="finalizers, which keep the pod until somebody takes them away",
                    offenders="variables.finalizers",
                ),
                Check(
                    expression=f"(variables.grace == null ? {_DEFAULT_SECONDS} : variables.grace) <= {_SECONDS}",
                    message="seconds that the pod may take to end",
                    offenders="[string(int(variables.grace))]",
                ),
            ),
        ),
    ),
)

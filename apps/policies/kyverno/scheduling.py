"""Scheduling: where a tenant's pods run is the scheduler's decision, and what they do to others' is nothing.

The quotas of `tenant-scheduling-quotas` count affinities and classes too. The policy says it of a Deployment, where
somebody reads it, and holds before the quotas are made.
"""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import Check, Validation

from .pods import POD

_ROLE = "node-role.kubernetes.io/"

_SCHEDULED = "object.?status.?startTime.hasValue()"
"""CEL: a pod that is running. A node's name is in its spec by then; nobody but the kubelet writes the status."""


def _terms(kind: str) -> str:
    """Return CEL: all terms of an affinity to pods, or of one against them."""
    affinity = f"variables.pod.?affinity.?{kind}"
    return (
        f"({affinity}.?requiredDuringSchedulingIgnoredDuringExecution.orValue([])"
        f" + {affinity}.?preferredDuringSchedulingIgnoredDuringExecution.orValue([])"
        ".map(p, p.?podAffinityTerm.orValue({})))"
    )


_NODES = "variables.pod.?affinity.?nodeAffinity"

SCHEDULING = (
    Policy(
        name="tenant-scheduling",
        severity="critical",
        protects_from="A pod that keeps others' pods from their nodes, evicts them, or runs beside the API server.",
        asks="No pod of a tenant names its node, tolerates or chooses the control plane, has an affinity to other "
        "namespaces, or a PriorityClass.",
        hint="Leave it out: the scheduler finds a node. Use topologySpreadConstraints, or an affinity without "
        "namespaces and namespaceSelector, to spread the pods of your own namespace.",
        judges=(
            "Pod spec.nodeName",
            "Pod spec.tolerations",
            "Pod spec.nodeSelector",
            "Pod spec.affinity",
            "Pod spec.priorityClassName",
        ),
        engine="kyverno",
        tenants=Action.DENY,
        platform=None,
        rule=Validation(
            variables={
                **POD,
                "terms": f"{_terms('podAffinity')} + {_terms('podAntiAffinity')}",
                "nodes": f"{_NODES}.?requiredDuringSchedulingIgnoredDuringExecution.?nodeSelectorTerms.orValue([])"
                f" + {_NODES}.?preferredDuringSchedulingIgnoredDuringExecution.orValue([])"
                ".map(p, p.?preference.orValue({}))",
            },
            checks=(
                Check(
                    expression=f"variables.pod.?nodeName.orValue('') == '' || {_SCHEDULED}",
                    message="the pod names its node, past the scheduler",
                ),
                Check(
                    # Without a key a toleration is for every taint.
                    expression="variables.pod.?tolerations.orValue([]).all(t, t.?key.orValue('') != '' && "
                    f"!t.?key.orValue('').startsWith('{_ROLE}'))",
                    message="the pod tolerates the taint of the control plane, or every taint",
                ),
                Check(
                    expression=f"variables.pod.?nodeSelector.orValue({{}}).all(k, !k.startsWith('{_ROLE}'))",
                    message="the pod chooses nodes by their role",
                ),
                Check(
                    # To keep away from such nodes harms nobody.
                    expression="variables.nodes.all(n, n.?matchExpressions.orValue([]).all(e, "
                    f"!e.?key.orValue('').startsWith('{_ROLE}')"
                    " || e.?operator.orValue('') in ['DoesNotExist', 'NotIn']))",
                    message="the pod has an affinity to nodes of a role",
                ),
                Check(
                    expression="variables.terms.all(t, !has(t.namespaceSelector) && "
                    "t.?namespaces.orValue([]).size() == 0)",
                    message="the pod has an affinity with namespaces or a namespaceSelector, which holds against "
                    "others' pods too",
                ),
                Check(
                    expression="variables.pod.?priorityClassName.orValue('') == ''",
                    message="the pod has a PriorityClass, and would evict others' pods",
                ),
            ),
        ),
    ),
)

"""Namespaces of tenants: how much each may hold, as Tenant.quota declares it.

Kubernetes counts on creation (https://kubernetes.io/docs/concepts/policy/resource-quotas/). A quota's message names
itself and the resource, such as `exceeded quota: tenant-quota, requested: count/secrets=1, used: 30, limited: 30`.
"""

from __future__ import annotations

from typing import Any

from platform_stack import Action, Policy, Quota
from platform_stack.integrations.kyverno import Generation, Match
from platform_stack.labels import QUOTA

_NAMESPACES = Match(resources=("namespaces",))
_DEFAULT = Quota()

_WRITTEN = (
    "configmaps",
    "deployments.apps",
    "cronjobs.batch",
    "horizontalpodautoscalers.autoscaling",
    "ingresses.networking.k8s.io",
    "persistentvolumeclaims",
    "poddisruptionbudgets.policy",
    "prometheusrules.monitoring.coreos.com",
    "sealedsecrets.bitnami.com",
    "secrets",
    "serviceaccounts",
    "services",
    "statefulsets.apps",
)
"""What somebody writes, and what comes of it: of each kind ten, and one more for each pod.

Ten hold what nobody of the team wrote too: two ConfigMaps with certificates, the ServiceAccount `default`."""

_LEFT = ("jobs.batch", "pods")
"""What stays when it has ended: of each kind ten, and five more for each pod.

A CronJob keeps four finished Jobs by default, three that succeeded and one that failed, beside the one that runs."""


def _metadata(name: str) -> dict[str, Any]:
    return {"name": name, "namespace": "(( variables.namespace ))"}


def _annotated(resource: str, default: str) -> str:
    """Return CEL: the namespace's quota of a resource, from its annotation."""
    return f"object.metadata.?annotations[?'{QUOTA}{resource}'].orValue('{default}')"


_RESOURCES = Generation(
    match=_NAMESPACES,
    variables={
        "namespace": "object.metadata.name",
        "cpu": _annotated("cpu", _DEFAULT.cpu),
        "memory": _annotated("memory", _DEFAULT.memory),
        # Twice the requests: what pods do not use at the same time. As a float, for quantities such as 1.5Gi.
        "memoryLimit": "string(int(2.0 * quantity(variables.memory).asApproximateFloat()))",
        "pods": _annotated("pods", str(_DEFAULT.pods)),
        "storage": _annotated("storage", _DEFAULT.storage),
        "disk": "variables.pods + 'Gi'",
        "written": "string(10 + int(variables.pods))",
        "left": "string(10 + 5 * int(variables.pods))",
    },
    templates=(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": _metadata("tenant-defaults"),
            "spec": {
                # For a container that says nothing, such as a sidecar: the quota would refuse it. Kubelet evicts a
                # pod whose layers, logs and emptyDir volumes take more than its containers' limits together.
                "limits": [
                    {
                        "type": "Container",
                        "defaultRequest": {"cpu": "10m", "memory": "32Mi", "ephemeral-storage": "16Mi"},
                        "default": {"memory": "128Mi", "ephemeral-storage": "256Mi"},
                    }
                ]
            },
        },
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": _metadata("tenant-quota"),
            "spec": {
                "hard": {
                    "requests.cpu": "(( variables.cpu ))",
                    "requests.memory": "(( variables.memory ))",
                    "limits.memory": "(( variables.memoryLimit ))",
                    # Its requests are below that too: no request is above its limit.
                    "limits.ephemeral-storage": "(( variables.disk ))",
                    "pods": "(( variables.pods ))",
                    "requests.storage": "(( variables.storage ))",
                    **{f"count/{kind}": "(( variables.written ))" for kind in _WRITTEN},
                    **{f"count/{kind}": "(( variables.left ))" for kind in _LEFT},
                    "services.loadbalancers": "0",
                    "services.nodeports": "0",
                }
            },
        },
    ),
)


def _no_pods(name: str, scope: dict[str, Any]) -> dict[str, Any]:
    """Return a ResourceQuota: no pod that is in the scope."""
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": _metadata(name),
        "spec": {"hard": {"pods": "0"}, "scopeSelector": {"matchExpressions": [scope]}},
    }


_SCHEDULING = Generation(
    match=_NAMESPACES,
    variables={"namespace": "object.metadata.name"},
    templates=(
        _no_pods(
            "tenant-no-cross-namespace-affinity",
            {"scopeName": "CrossNamespacePodAffinity", "operator": "Exists"},
        ),
        _no_pods(
            # Every class is the platform's or Kubernetes' own. A class with `globalDefault` would be every pod's.
            "tenant-no-priority-class",
            {"scopeName": "PriorityClass", "operator": "Exists"},
        ),
    ),
)

QUOTAS = (
    Policy(
        # Not one with the network's: a quota that is no quantity must not take the default deny with it.
        name="tenant-resource-defaults",
        severity="medium",
        protects_from="A tenant whose pods take what all others need, and whose objects fill the cluster's database.",
        asks="Each namespace of a tenant has a quota for what its pods ask for, for disk and for objects of each kind, "
        "and requests and limits for containers that set none.",
        hint=f"What a tenant gets is Tenant.quota, which stands in the annotations {QUOTA}* of its namespaces; "
        "objects and disk grow with its `pods`.",
        judges=("LimitRange tenant-defaults", "ResourceQuota tenant-quota"),
        engine="kyverno",
        tenants=Action.GENERATE,
        platform=None,
        rule=_RESOURCES,
    ),
    Policy(
        # Not one with the quantities: what is no number must not take these with it.
        name="tenant-scheduling-quotas",
        severity="critical",
        protects_from="One pod that keeps every new pod of the cluster from its nodes, or that evicts the platform's.",
        asks="No pod of a tenant's namespace has an affinity to other namespaces, or a PriorityClass.",
        hint="Leave namespaces and namespaceSelector out of the affinity, and priorityClassName out of the pod.",
        judges=(
            "ResourceQuota tenant-no-cross-namespace-affinity",
            "ResourceQuota tenant-no-priority-class",
        ),
        engine="kyverno",
        tenants=Action.GENERATE,
        platform=None,
        rule=_SCHEDULING,
    ),
)

"""Namespaces of tenants: what each gets as soon as it is there."""

from __future__ import annotations

from typing import Any

from platform_stack import Action, Policy, Quota
from platform_stack.integrations.kyverno import Generation, Match, Mutation
from platform_stack.labels import QUOTA

_NAMESPACES = Match(resources=("namespaces",))
_NAMESPACE = "(( variables.namespace ))"
_METADATA_NAME = "kubernetes.io/metadata.name"

_DEFAULT = Quota()


def _metadata(name: str) -> dict[str, Any]:
    return {"name": name, "namespace": _NAMESPACE}


def _egress(name: str, namespace: str, pods: dict[str, str], *ports: tuple[int, str]) -> dict[str, Any]:
    """Return a NetworkPolicy: all pods of the namespace may reach these of another one."""
    peer = {
        "namespaceSelector": {"matchLabels": {_METADATA_NAME: namespace}},
        "podSelector": {"matchLabels": pods},
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(name),
        "spec": {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [
                {
                    "to": [peer],
                    "ports": [{"port": port, "protocol": protocol} for port, protocol in ports],
                }
            ],
        },
    }


def _annotated(resource: str, default: str) -> str:
    """Return CEL: the namespace's quota of a resource, from its annotation."""
    return f"object.metadata.?annotations[?'{QUOTA}{resource}'].orValue('{default}')"


_NETWORK = Generation(
    match=_NAMESPACES,
    variables={"namespace": "object.metadata.name"},
    templates=(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": _metadata("tenant-default-deny"),
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        },
        _egress("tenant-allow-dns", "kube-system", {"k8s-app": "kube-dns"}, (53, "UDP"), (53, "TCP")),
        _egress("tenant-allow-istiod", "istio-system", {"app": "istiod"}, (15012, "TCP")),
    ),
)

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
    },
    templates=(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": _metadata("tenant-defaults"),
            "spec": {
                # For a pod that says nothing, such as one of an operator: the quota would refuse it.
                "limits": [
                    {
                        "type": "Container",
                        "defaultRequest": {"cpu": "10m", "memory": "32Mi"},
                        "default": {"memory": "128Mi"},
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
                    "pods": "(( variables.pods ))",
                    "requests.storage": "(( variables.storage ))",
                }
            },
        },
    ),
)

_PEER_AUTHENTICATION = Generation(
    match=_NAMESPACES,
    variables={"namespace": "object.metadata.name"},
    templates=(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "PeerAuthentication",
            "metadata": _metadata("tenant-strict"),
            "spec": {"mtls": {"mode": "STRICT"}},
        },
    ),
)

TENANTS = (
    Policy(
        name="tenant-network-defaults",
        severity="high",
        protects_from="A new namespace that talks to everybody, and that everybody talks to.",
        asks="Each namespace of a tenant has a default deny, and paths to cluster DNS and to the mesh's control plane.",
        hint="Open what is missing with Tenant.flows, or a NetworkPolicy of the tenant's own.",
        judges=(
            "NetworkPolicy tenant-default-deny",
            "NetworkPolicy tenant-allow-dns",
            "NetworkPolicy tenant-allow-istiod",
        ),
        engine="kyverno",
        tenants=Action.GENERATE,
        platform=None,
        rule=_NETWORK,
    ),
    Policy(
        # Not one with the network's: a quota that is no quantity must not take the default deny with it.
        name="tenant-resource-defaults",
        severity="medium",
        protects_from="A tenant whose pods take what all others need.",
        asks="Each namespace of a tenant has a quota, and requests and limits for containers that set none.",
        hint=f"What a tenant gets is Tenant.quota, which stands in the annotations {QUOTA}* of its namespaces.",
        judges=("LimitRange tenant-defaults", "ResourceQuota tenant-quota"),
        engine="kyverno",
        tenants=Action.GENERATE,
        platform=None,
        rule=_RESOURCES,
    ),
    Policy(
        name="tenant-peer-authentication",
        severity="high",
        protects_from="Traffic between tenants' pods in the clear, from whoever is on the network.",
        asks="Each namespace of a tenant accepts mutual TLS only.",
        hint="A client outside the mesh joins it, or goes through the gateway.",
        judges=("PeerAuthentication tenant-strict",),
        engine="kyverno",
        tenants=Action.GENERATE,
        platform=None,
        rule=_PEER_AUTHENTICATION,
    ),
    Policy(
        name="tenant-namespaces-join-the-mesh",
        severity="medium",
        protects_from="A namespace of a tenant whose pods have no identity and no encryption.",
        asks="Each namespace of a tenant is in the mesh.",
        hint="A single pod stays out with the label sidecar.istio.io/inject: false.",
        judges=("Namespace metadata.labels.istio-injection",),
        engine="kyverno",
        tenants=Action.MUTATE,
        platform=None,
        rule=Mutation(
            match=_NAMESPACES,
            expression="Object{metadata: Object.metadata{labels: {'istio-injection': 'enabled'}}}",
        ),
    ),
    Policy(
        name="tenant-tokens-stay-out",
        severity="medium",
        protects_from="A stolen token of the Kubernetes API in a pod that never calls it.",
        asks="A ServiceAccount of a tenant gives its pods no token unless it, or the pod, says so.",
        hint="Set automountServiceAccountToken: true on the ServiceAccount or the pod that calls the API.",
        judges=("ServiceAccount automountServiceAccountToken",),
        engine="kyverno",
        tenants=Action.MUTATE,
        platform=None,
        # Not on pods: the API server has mounted the token before any webhook sees the pod.
        rule=Mutation(
            match=Match(
                resources=("serviceaccounts",),
                conditions={"unset": "!has(object.automountServiceAccountToken)"},
            ),
            expression="Object{automountServiceAccountToken: false}",
        ),
    ),
)

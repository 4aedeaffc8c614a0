"""Namespaces of tenants: the network and the mesh that each gets as soon as it is there."""

from __future__ import annotations

from typing import Any

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import Generation, Match, Mutation

_NAMESPACES = Match(resources=("namespaces",))
_NAMESPACE = "(( variables.namespace ))"
_METADATA_NAME = "kubernetes.io/metadata.name"


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

"""Annotations of a tenant's Services and Ingresses: what steers the gateway, DNS, certificates and addresses."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.gatekeeper import Constraint

from ...shared.endpoints import PLATFORM_ISSUER

STEERING = [
    "cert-manager.io",
    "cilium.io",
    "external-dns.alpha.kubernetes.io",
    "ingress.kubernetes.io",
    "io.cilium",
    "konghq.com",
]
"""Domains of annotations, with those below them, that a controller of the platform reads on a Service or an Ingress:
https://cert-manager.io/docs/reference/annotations/, https://docs.cilium.io/en/stable/network/lb-ipam/,
https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/,
https://developer.konghq.com/kubernetes-ingress-controller/reference/annotations/."""

_SWITCH = "(true|false)"
_HTTP = "(http|https)"
ALLOWED = {
    "cert-manager.io/cluster-issuer": PLATFORM_ISSUER,
    "ingress.kubernetes.io/service-upstream": _SWITCH,
    "konghq.com/https-redirect-status-code": "(301|302|307|308)",
    "konghq.com/plugins": "[a-z0-9, .-]*",
    "konghq.com/preserve-host": _SWITCH,
    "konghq.com/protocol": _HTTP,
    "konghq.com/protocols": f"{_HTTP}(, *{_HTTP})?",
    "konghq.com/strip-path": _SWITCH,
}
"""What a route needs, with a regular expression (RE2) of the whole value. Left out is what names another host or
address, holds a connection open, or makes a configuration that Kong refuses as a whole (`protocols` of TCP)."""

_HARMLESS = Constraint(
    kind="PlatformSteeringAnnotations",
    match=("/Service", "networking.k8s.io/Ingress"),
    schema={
        "domains": {"type": "array", "items": {"type": "string"}},
        "allowed": {"type": "array", "items": {"type": "string"}},
    },
    parameters={
        "domains": STEERING,
        "allowed": [f"^{key.replace('.', '[.]')}: {value}$" for key, value in ALLOWED.items()],
    },
    variables={
        "all": "object.?metadata.?annotations.orValue(null)",
        "annotations": "variables.all == null ? {} : variables.all",
        "steering": (
            "variables.annotations.filter(key, variables.params.domains.exists(domain, "
            'key.startsWith(domain + "/") || key.contains("." + domain + "/")))'
        ),
        "refused": (
            "variables.steering.filter(key, !variables.params.allowed.exists(pattern, "
            'variables.annotations[key] != null && (key + ": " + variables.annotations[key]).matches(pattern)))'
        ),
    },
    cel=(
        (
            "variables.refused.size() == 0",
            (
                '"the gateway, DNS or certificates would follow " + variables.refused.map(key, '
                'variables.annotations[key] == null ? key : key + ": " + variables.annotations[key])'
                '.join(", ") + "."'
            ),
        ),
    ),
)

ANNOTATIONS = (
    Policy(
        name="tenant-annotations-steer-nothing",
        engine="gatekeeper",
        severity="critical",
        protects_from=(
            "An annotation takes another team's DNS name, sends the gateway elsewhere, or stops everybody's routes."
        ),
        asks="A tenant's Services and Ingresses have no annotation that steers the platform, but those of a route.",
        hint=(
            f"Leave it out; allowed are {', '.join(ALLOWED)}. Or ask the platform team to declare what you need in "
            "Tenant.routes."
        ),
        judges=("Service metadata.annotations", "Ingress metadata.annotations"),
        rule=_HARMLESS,
        tenants=Action.DENY,
        platform=None,
    ),
)

"""Services: what opens a way into the cluster beside the gateway."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.gatekeeper import Constraint


def _not_of_type(refused: str) -> Constraint:
    return Constraint(
        kind="PlatformServiceType",
        match=("/Service",),
        schema={"refused": {"type": "string"}},
        parameters={"refused": refused},
        variables={"type": 'object.?spec.?type.orValue("ClusterIP")'},
        cel=(
            (
                "variables.type != variables.params.refused",
                '"the Service is of type " + variables.params.refused + "."',
            ),
        ),
    )


_NO_EXTERNAL_ADDRESS = Constraint(
    kind="PlatformExternalAddress",
    match=("/Service",),
    variables={"addresses": "object.?spec.?externalIPs.orValue([])"},
    cel=(
        (
            "variables.addresses.size() == 0",
            '"the Service takes the traffic of " + variables.addresses.join(", ") + "."',
        ),
    ),
)

# An empty selector is none: Kubernetes makes no endpoints for it either
# (https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors).
_SELECTS_PODS = Constraint(
    kind="PlatformServiceSelector",
    match=("/Service",),
    variables={
        "type": 'object.?spec.?type.orValue("ClusterIP")',
        "selector": "object.?spec.?selector.orValue(null)",
    },
    cel=(
        (
            'variables.type == "ExternalName" || (variables.selector != null && variables.selector.size() > 0)',
            '"the Service has no selector: it leads to whatever its endpoints name."',
        ),
    ),
)

SERVICES = (
    Policy(
        name="no-node-port",
        engine="gatekeeper",
        severity="high",
        protects_from="A port of every node leads past the gateway: no TLS, no login, no rate limit.",
        asks="No Service is of type NodePort.",
        hint="Make it ClusterIP and declare a route.",
        judges=("Service spec.type",),
        rule=_not_of_type("NodePort"),
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
    Policy(
        name="no-load-balancer",
        engine="gatekeeper",
        severity="high",
        protects_from="An address of its own leads past the gateway: no TLS, no login, no rate limit.",
        asks="A Service is of type LoadBalancer only where that is declared.",
        hint="Make it ClusterIP and declare a route, or declare an exception in its application.",
        judges=("Service spec.type",),
        rule=_not_of_type("LoadBalancer"),
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
    Policy(
        name="no-external-address",
        engine="gatekeeper",
        severity="critical",
        protects_from=(
            "A Service with externalIPs takes the cluster's own traffic to any address, that of another "
            "team's database too (CVE-2020-8554)."
        ),
        asks="No Service has externalIPs.",
        hint="Leave externalIPs out; an address from outside comes with the gateway.",
        judges=("Service spec.externalIPs",),
        rule=_NO_EXTERNAL_ADDRESS,
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
    Policy(
        name="no-external-name",
        engine="gatekeeper",
        severity="critical",
        protects_from=(
            "The gateway follows the name with its own rights: past the login of another route, or to its own pod."
        ),
        asks="No Service is of type ExternalName.",
        hint=(
            "Name a Service of your own pods; for a host outside ask the platform team for `reaches_names` in "
            "Tenant.flows."
        ),
        judges=("Service spec.type", "Service spec.externalName"),
        rule=_not_of_type("ExternalName"),
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
    Policy(
        name="tenant-services-select-pods",
        engine="gatekeeper",
        severity="critical",
        protects_from=(
            "Endpoints that somebody writes lead the gateway to pods of others, past the login of their route."
        ),
        asks="A tenant's Service selects pods of its namespace.",
        hint="Give spec.selector the labels of your pods.",
        judges=("Service spec.selector",),
        rule=_SELECTS_PODS,
        tenants=Action.DENY,
        platform=None,
    ),
)

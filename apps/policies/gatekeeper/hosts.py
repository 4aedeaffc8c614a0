"""Hosts: whose requests the gateway hands to whom."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.gatekeeper import Constraint

# A wildcard counts as every name below it, however many labels there are: Kong takes it so.
_ONE_NAMESPACE = Constraint(
    kind="PlatformHostOwner",
    match=("networking.k8s.io/Ingress",),
    compares_with=("networking.k8s.io/v1/Ingress",),
    rego="""
refused contains message if {
    some host in hosts(reviewed)
    some namespace, versions in data.inventory.namespace
    namespace != reviewed.metadata.namespace
    some name, other in versions["networking.k8s.io/v1"].Ingress
    some taken in hosts(other)
    overlap(host, taken)
    message := sprintf("the host %q belongs to %s: the Ingress %s has %q.", [host, namespace, name, taken])
}

refused contains message if {
    some rule in reviewed.spec.rules
    object.get(rule, "host", "") == ""
    message := "a rule without a host takes the requests for every host."
}

refused contains message if {
    reviewed.spec.defaultBackend
    message := "a defaultBackend takes the requests for every host."
}

hosts(ingress) := routed(ingress) | {host | some host in ingress.spec.tls[_].hosts}

routed(ingress) := {rule.host | some rule in ingress.spec.rules; rule.host != ""}

overlap(one, other) if one == other

overlap(one, other) if covers(one, other)

overlap(one, other) if covers(other, one)

covers(wildcard, host) if {
    startswith(wildcard, "*.")
    endswith(host, trim_prefix(wildcard, "*"))
}
""",
)

HOSTS = (
    Policy(
        name="one-namespace-per-host",
        engine="gatekeeper",
        severity="critical",
        protects_from="A team takes over the requests, with their cookies and logins, of another team's host.",
        asks="A host, or what a wildcard covers, is in the Ingresses of one namespace only; each rule has one.",
        hint="Choose a host that no other namespace has.",
        judges=("Ingress spec.rules", "Ingress spec.tls", "Ingress spec.defaultBackend"),
        rule=_ONE_NAMESPACE,
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
)

"""Namespaces: whose each of them is."""

from __future__ import annotations

from typing import get_args

from platform_stack import Action, Policy
from platform_stack.integrations.gatekeeper import Constraint
from platform_stack.labels import OWNER, TIER, Tier

_TIERS = sorted(get_args(Tier))

_OWNED = Constraint(
    kind="PlatformNamespaceOwner",
    match=("/Namespace",),
    not_in={"default": "Kubernetes makes it, and no pod may run there"},
    schema={
        "owner": {"type": "string"},
        "tier": {"type": "string"},
        "tiers": {"type": "array", "items": {"type": "string"}},
    },
    parameters={"owner": OWNER, "tier": TIER, "tiers": _TIERS},
    variables={
        "labels": "object.metadata.?labels.orValue({})",
        "tier": 'variables.params.tier in variables.labels ? variables.labels[variables.params.tier] : ""',
    },
    cel=(
        (
            'variables.params.owner in variables.labels && variables.labels[variables.params.owner] != ""',
            '"the namespace has no label " + variables.params.owner + "."',
        ),
        (
            "variables.tier in variables.params.tiers",
            (
                '"the label " + variables.params.tier + " is \\"" + variables.tier + "\\", which is none of "'
                ' + variables.params.tiers.join(", ") + "."'
            ),
        ),
    ),
)

NAMESPACES = (
    Policy(
        name="namespaces-have-an-owner",
        engine="gatekeeper",
        severity="medium",
        protects_from="Nobody knows whose pods these are, and policies for tenants pass a namespace by.",
        asks="A Namespace says who owns it, and whether the platform or a tenant works in it.",
        hint="Declare the namespace in the application or the tenant that owns it; synth writes the labels.",
        judges=(f"Namespace metadata.labels.{OWNER}", f"Namespace metadata.labels.{TIER}"),
        rule=_OWNED,
        tenants=Action.DENY,
        platform=Action.DENY,
    ),
)

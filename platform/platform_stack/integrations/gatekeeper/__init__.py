"""Gatekeeper: constraints on any kind, also on objects compared with each other, and its objects from them.

`policy_engine` makes the role of the application that installs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.gatekeeper.health import CONSTRAINT_TEMPLATE_HEALTH
from platform_stack.integrations.gatekeeper.rules import Constraint
from platform_stack.model.policy import Action
from platform_stack.model.roles import PolicyEngine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack.admission import Asked, Made
    from platform_stack.admission.judge import Violation
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest

__all__ = ["CONSTRAINT_TEMPLATE_HEALTH", "Constraint", "policy_engine"]

GROUP = "constraints.gatekeeper.sh"
"""API group of the constraints, whose kinds Gatekeeper makes from the templates at run time."""

TEMPLATES = "templates.gatekeeper.sh"
"""API group of the templates."""


def policy_engine() -> PolicyEngine:
    """Return the role of the application that installs Gatekeeper; a Policy names it `gatekeeper`."""
    return PolicyEngine(
        name="gatekeeper",
        rules={Constraint: (Action.DENY, Action.AUDIT)},
        api_groups=(TEMPLATES, GROUP),
        objects=_objects,
        judge=_judge,
        kinds_made_by=_kinds_made_by,
    )


def _objects(estate: Estate, asked: tuple[Asked, ...]) -> tuple[Made, ...]:
    from platform_stack.integrations.gatekeeper.objects import objects  # noqa: PLC0415  loads the bindings

    return tuple(objects(estate, asked))


def _judge(
    policies: Sequence[Manifest],
    objects: Sequence[Manifest],
    namespaces: Mapping[str, Mapping[str, str]],
    beside: Sequence[Manifest],
) -> tuple[Violation, ...]:
    from platform_stack.integrations.gatekeeper.program import judge  # noqa: PLC0415  for those who ask

    return tuple(judge(policies, [*objects, *beside], namespaces))


def _kinds_made_by(item: Manifest) -> tuple[str, ...]:
    if item["kind"] != "ConstraintTemplate":
        return ()
    return (f"{GROUP}/{item['spec']['crd']['spec']['names']['kind']}",)

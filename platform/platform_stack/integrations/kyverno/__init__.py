"""Kyverno: rules about pods and images, mutation, generation, and its objects from them.

`policy_engine` makes the role of the application that installs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.kyverno.health import KYVERNO_POLICY_HEALTH
from platform_stack.integrations.kyverno.registries import allowed_registries
from platform_stack.integrations.kyverno.rules import (
    Check,
    Generation,
    ImageVerification,
    KyvernoRule,
    Match,
    Mutation,
    Publisher,
    Validation,
)
from platform_stack.model.policy import Action
from platform_stack.model.roles import PolicyEngine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack.admission import Asked, Made
    from platform_stack.admission.judge import Violation
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest

__all__ = [
    "KYVERNO_POLICY_HEALTH",
    "Check",
    "Generation",
    "ImageVerification",
    "KyvernoRule",
    "Match",
    "Mutation",
    "Publisher",
    "Validation",
    "allowed_registries",
    "policy_engine",
]


def policy_engine(*, exceptions_in: str = "kyverno") -> PolicyEngine:
    """Return the role of the application that installs Kyverno; a Policy names it `kyverno`.

    Args:
        exceptions_in: namespace in which Kyverno looks for PolicyExceptions (the chart's
            `features.policyExceptions.namespace`); who may write there may except. Default: `kyverno`.

    """

    def made(_estate: Estate, asked: tuple[Asked, ...]) -> tuple[Made, ...]:
        from platform_stack.integrations.kyverno.compiler import objects  # noqa: PLC0415  loads the bindings

        return tuple(objects(asked, exceptions_in))

    return PolicyEngine(
        name="kyverno",
        rules={
            Validation: (Action.DENY, Action.AUDIT),
            Mutation: (Action.MUTATE,),
            Generation: (Action.GENERATE,),
            ImageVerification: (Action.DENY, Action.AUDIT),
        },
        api_groups=("policies.kyverno.io",),
        objects=made,
        judge=_judge,
        not_judged={"ImageValidatingPolicy": "it needs the registries"},
    )


def _judge(
    policies: Sequence[Manifest],
    objects: Sequence[Manifest],
    namespaces: Mapping[str, Mapping[str, str]],
    _beside: Sequence[Manifest],
) -> tuple[Violation, ...]:
    from platform_stack.integrations.kyverno.program import judge  # noqa: PLC0415  for those who ask

    return tuple(judge(policies, objects, namespaces))

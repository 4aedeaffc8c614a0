"""Kyverno's objects from policies and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from platform_stack.integrations.kyverno.exceptions import policy_exception
from platform_stack.integrations.kyverno.objects import EPHEMERAL, Part, made
from platform_stack.integrations.kyverno.rules import Generation, ImageVerification, Mutation, Validation
from platform_stack.model import Action, SyncWave

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from platform_stack.admission import Asked
    from platform_stack.integrations.kyverno.rules import KyvernoRule
    from platform_stack.labels import Tier
    from platform_stack.model import Policy
    from platform_stack.typed import ApiObject

KINDS = {
    Validation: "ValidatingPolicy",
    ImageVerification: "ImageValidatingPolicy",
    Mutation: "MutatingPolicy",
    Generation: "GeneratingPolicy",
}
"""Kyverno's kind for each kind of rule."""


def objects(asked: Sequence[Asked], exceptions_in: str) -> Iterator[tuple[ApiObject, SyncWave | int]]:
    """Yield the objects of Kyverno's policies, and of the exceptions from them, each with its wave.

    An exception comes before its policy, so that no pod is refused in between.
    A policy is one object where tenants and the platform are treated alike, else one for each; one that asks
    about ephemeral containers has a further one for their subresource, which autogen would not leave alone.

    Args:
        asked: the policies that Kyverno asks.
        exceptions_in: the namespace of the exceptions.

    """
    for one in asked:
        rule = cast("KyvernoRule", one.rule)
        parts = tuple(_parts(one.policy, rule))
        for excepted in one.excepted:
            names = [part.name for part in parts if part.tier in (None, excepted.tier)]
            exception = policy_exception(excepted, KINDS[type(rule)], names, exceptions_in)
            yield exception, SyncWave.AFTER_CHART
        for part in parts:
            yield made(part, rule), SyncWave.AFTER_CHART + 5


def _parts(policy: Policy, rule: KyvernoRule) -> Iterator[Part]:
    tiers: dict[Tier | None, Action | None] = {"tenant": policy.tenants, "platform": policy.platform}
    if policy.tenants == policy.platform:
        tiers = {None: policy.tenants}
    for tier, action in tiers.items():
        if action is None:
            continue
        yield Part(policy, tier, action)
        if isinstance(rule, Validation) and EPHEMERAL in rule.match.resources:
            yield Part(policy, tier, action, ephemeral=True)

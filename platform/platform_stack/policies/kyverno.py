"""Kyverno's objects from policies and exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import PlatformError, collecting, fail
from platform_stack.model import Action, SyncWave
from platform_stack.model.kyverno import Generation, ImageVerification, Mutation, Validation
from platform_stack.policies.kyverno_exceptions import policy_exception
from platform_stack.policies.kyverno_objects import EPHEMERAL, Part, made

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from platform_stack.errors import Finding
    from platform_stack.estate import Estate
    from platform_stack.labels import Tier
    from platform_stack.model import Policy
    from platform_stack.model.kyverno import KyvernoRule
    from platform_stack.typed import ApiObject

_ACTIONS = {
    Validation: (Action.DENY, Action.AUDIT),
    ImageVerification: (Action.DENY, Action.AUDIT),
    Mutation: (Action.MUTATE,),
    Generation: (Action.GENERATE,),
}

KINDS = {
    Validation: "ValidatingPolicy",
    ImageVerification: "ImageValidatingPolicy",
    Mutation: "MutatingPolicy",
    Generation: "GeneratingPolicy",
}
"""Kyverno's kind for each kind of rule."""


def objects(estate: Estate, policies: Sequence[Policy]) -> Iterator[tuple[ApiObject, SyncWave | int]]:
    """Yield the objects of Kyverno's policies, and of the exceptions from them, each with its wave.

    An exception comes before its policy, so that no pod is refused in between.
    A policy is one object where tenants and the platform are treated alike, else one for each; one that asks
    about ephemeral containers has a further one for their subresource, which autogen would not leave alone.

    Raises:
        PlatformError: a policy has a rule of another engine, or an action that its kind of rule cannot take.

    """
    findings: list[Finding] = []
    for policy in policies:
        with collecting(findings):
            yield from _of_policy(estate, policy)
    if findings:
        raise PlatformError(*findings)


def _of_policy(estate: Estate, policy: Policy) -> Iterator[tuple[ApiObject, SyncWave | int]]:
    rule = policy.rule(estate) if callable(policy.rule) else policy.rule
    if not isinstance(rule, Validation | Mutation | Generation | ImageVerification):
        fail(
            f"{policy.source}: policy {policy.name!r}: rule",
            type(rule).__name__,
            "a rule of Kyverno: " + ", ".join(kind.__name__ for kind in KINDS),
        )
    parts = tuple(_parts(policy, rule))
    for one in estate.excepted[policy.name]:
        names = [part.name for part in parts if part.tier in (None, one.tier)]
        yield policy_exception(one, KINDS[type(rule)], names), SyncWave.AFTER_CHART
    for part in parts:
        yield made(part, rule), SyncWave.AFTER_CHART + 5


def _parts(policy: Policy, rule: KyvernoRule) -> Iterator[Part]:
    tiers: dict[Tier | None, Action | None] = {"tenant": policy.tenants, "platform": policy.platform}
    if policy.tenants == policy.platform:
        tiers = {None: policy.tenants}
    for tier, action in tiers.items():
        if action is None:
            continue
        if action not in _ACTIONS[type(rule)]:
            fail(
                f"{policy.source}: policy {policy.name!r}: action of a {type(rule).__name__}",
                action.value,
                " or ".join(known.value for known in _ACTIONS[type(rule)]),
            )
        yield Part(policy, tier, action)
        if isinstance(rule, Validation) and EPHEMERAL in rule.match.resources:
            yield Part(policy, tier, action, ephemeral=True)

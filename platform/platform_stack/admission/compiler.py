"""From policies and exceptions to the objects that the engines read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from platform_stack.errors import PlatformError, collecting, did_you_mean, fail
from platform_stack.model import PolicyEngine
from platform_stack.recorded import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.admission.exceptions import Excepted
    from platform_stack.errors import Finding
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Action, Platform, Policy, SyncWave
    from platform_stack.model.policy import PolicyRule
    from platform_stack.model.roles import Holder
    from platform_stack.typed import ApiObject

Made: TypeAlias = "tuple[ApiObject | Manifest, SyncWave | int]"
"""An object that an engine reads, and its sync wave."""


@dataclass(frozen=True)
class Asked:
    """A policy as its engine gets it.

    Attributes:
        policy: the policy.
        rule: how it is asked, of a class that the engine takes.
        excepted: what it does not apply to.

    """

    policy: Policy
    rule: PolicyRule
    excepted: tuple[Excepted, ...]


def compiled(estate: Estate) -> Iterator[tuple[str, ApiObject | Manifest, SyncWave | int]]:
    """Yield each object of the platform's policies with the application that it lies with and its wave.

    Raises:
        PlatformError: nobody has a policy's engine, or the engine does not take its rule or action; an exception
            names no policy or no object; a rule is a function of what there is, and a release is unknown.

    """
    findings = _unknown(estate)
    with collecting(findings):
        estate.excepted  # noqa: B018  each engine gets those of its own policies: here all are checked
    if findings:
        raise PlatformError(*findings)
    holders = engines(estate.platform)
    asked: dict[str, list[Asked]] = {name: [] for name in holders}
    missing: set[str] = set()
    for policy in estate.platform.policies:
        with collecting(findings):
            if policy.engine in holders:
                asked[policy.engine].append(_asked(estate, policy, holders[policy.engine].role))
            elif policy.engine not in missing:
                missing.add(policy.engine)
                _fail_without_engine(policy, holders)
    for name, holder in holders.items():
        if asked[name]:
            with collecting(findings):
                for item, wave in holder.role.objects(estate, tuple(asked[name])):
                    yield holder.application.name, item, wave
    if findings:
        raise PlatformError(*findings)


def engines(platform: Platform) -> dict[str, Holder[PolicyEngine]]:
    """Return who asks policies, by the engine's name, in the order of the members.

    Raises:
        PlatformError: two have one name.

    """
    found: dict[str, Holder[PolicyEngine]] = {}
    for holder in platform.holders(PolicyEngine):
        first = found.setdefault(holder.role.name, holder)
        if first is not holder:
            fail(
                f"{holder.application.source}: application {holder.application.name!r}: roles",
                f"a second PolicyEngine {holder.role.name!r} (the first: that of {first.application.name!r}, "
                f"{first.application.source})",
                "a name of its own for each PolicyEngine: a policy is asked once",
            )
    return found


def _asked(estate: Estate, policy: Policy, engine: PolicyEngine) -> Asked:
    rule = policy.rule(estate) if callable(policy.rule) else policy.rule
    where = f"{policy.source}: policy {policy.name!r}: "
    actions = engine.rules.get(type(rule))
    if actions is None:
        known = ", ".join(kind.__name__ for kind in engine.rules)
        fail(
            f"{where}rule",
            f"a {type(rule).__name__}, of which {engine.name} knows nothing",
            f"a rule that it takes: {known}, or a function that makes one",
        )
    for action in (policy.tenants, policy.platform):
        if action is not None and action not in actions:
            _fail_for_action(f"{where}action of a {type(rule).__name__}", action, actions)
    return Asked(policy, rule, estate.excepted[policy.name])


def _fail_for_action(where: str, action: Action, known: tuple[Action, ...]) -> None:
    fail(where, action.value, " or ".join(one.value for one in known))


def _fail_without_engine(policy: Policy, holders: Mapping[str, object]) -> None:
    name = policy.engine
    near = did_you_mean(name, holders) if holders else ""
    add = f"add roles=({name.replace('-', '_')}.policy_engine(),) to it, from platform_stack.integrations or your own"
    fail(
        f"{policy.source}: policy {policy.name!r}: engine",
        f"{name!r}, which no application of this platform is",
        f"an application with the role PolicyEngine {name!r}, or no policies of it",
        near if near.startswith("did you") else add,
    )


def _unknown(estate: Estate) -> list[Finding]:
    """Return the policies that ask what there is: they would refuse what they mean to allow."""
    missing = estate.unknown
    return [
        needs(f"{policy.source}: policy {policy.name!r}: rule", "what there is on the cluster", missing)
        for policy in estate.context.platform.policies
        if missing and callable(policy.rule)
    ]

"""A policy engine of the user's own: the core knows none by its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack import (
    Action,
    Application,
    Cluster,
    Context,
    Namespace,
    Platform,
    Policy,
    PolicyEngine,
    PolicyRule,
)
from platform_stack.admission import Asked, Estate, Made, compiled
from platform_stack.admission.judge import Violation, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack.facts import Manifest

CLUSTER = Cluster(name="one", repo_url="https://git.example.test/p")


@dataclass(frozen=True)
class Forbids(PolicyRule):
    """A kind that nobody may make."""

    kind: str


def objects(_estate: Estate, asked: tuple[Asked, ...]) -> tuple[Made, ...]:
    return tuple(
        (
            {
                "apiVersion": "own.example.test/v1",
                "kind": "Forbidden",
                "metadata": {"name": one.policy.name},
                "spec": {"kind": one.rule.kind},
            },
            5,
        )
        for one in asked
        if isinstance(one.rule, Forbids)
    )


def judged(
    policies: Sequence[Manifest],
    found: Sequence[Manifest],
    _namespaces: Mapping[str, Mapping[str, str]],
    _beside: Sequence[Manifest],
) -> tuple[Violation, ...]:
    return tuple(
        Violation(
            "own", policy["metadata"]["name"], Action.DENY, item["apiVersion"], item["kind"], "", "x", "no"
        )
        for policy in policies
        for item in found
        if item["kind"] == policy["spec"]["kind"]
    )


ENGINE = PolicyEngine(
    name="own",
    rules={Forbids: (Action.DENY,)},
    api_groups=("own.example.test",),
    objects=objects,
    judge=judged,
)


def test_its_objects_lie_with_its_application_and_it_judges() -> None:
    rule = Policy(
        name="no-nodes",
        severity="low",
        protects_from="A node that nobody joined.",
        asks="Nobody makes a Node.",
        hint="Join it.",
        judges=("Node metadata.name",),
        rule=lambda _estate: Forbids("Node"),
        engine="own",
        tenants=Action.DENY,
        platform=Action.DENY,
    )
    guard = Application(name="guard", namespaces=(Namespace(name="guard"),), roles=(ENGINE,))
    platform = Platform(applications=(guard,), policies=(rule,), clusters=(CLUSTER,))
    ((owner, item, wave),) = compiled(Estate(Context(platform, CLUSTER), {"guard": []}))
    assert isinstance(item, dict)
    assert (owner, item["kind"], wave) == ("guard", "Forbidden", 5)
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "x"}}
    (violation,) = judge([ENGINE], [item], [node], {})
    assert (violation.policy, violation.target) == ("no-nodes", "Node x")

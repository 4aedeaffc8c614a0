"""One question, one engine: Kyverno and Gatekeeper never judge the same field of the same kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.policies import POLICIES
from platform_stack.facts.pod_skeleton import WORKLOADS
from platform_stack.integrations.gatekeeper import Constraint
from tests.described import made

if TYPE_CHECKING:
    from collections.abc import Iterable

GATEKEEPER = [policy for policy in POLICIES if policy.engine == "gatekeeper"]


def both_judge(kyverno: Iterable[str], gatekeeper: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs of "Kind path" where one is the other, or a part of it."""
    others = [(field, _place(field)) for field in gatekeeper]
    return [
        (one, other)
        for one in kyverno
        for other, place in others
        if _place(one).startswith(place) or place.startswith(_place(one))
    ]


def _place(field: str) -> str:
    return field.replace(" ", ".", 1) + "."


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Pod spec.containers", "Pod spec.containers", True),
        ("Pod spec", "Pod spec.containers", True),
        ("Pod spec.containers", "Pod spec", True),
        ("Pod", "Pod spec.hostNetwork", True),
        ("Pod spec.host", "Pod spec.hostNetwork", False),
        ("Pod spec.hostNetwork", "Service spec.hostNetwork", False),
        ("PodTemplate", "Pod spec", False),
    ],
)
def test_a_field_overlaps_with_itself_and_with_what_is_inside(
    one: str, other: str, *, expected: bool
) -> None:
    assert bool(both_judge([one], [other])) is expected


def test_no_field_is_judged_by_both_engines() -> None:
    kyverno = [field for policy in POLICIES if policy.engine == "kyverno" for field in policy.judges]
    assert both_judge(kyverno, [field for policy in GATEKEEPER for field in policy.judges]) == []


def test_gatekeeper_never_judges_pods() -> None:
    for policy in GATEKEEPER:
        for field in policy.judges:
            kind, _, path = field.partition(" ")
            assert kind != "Pod", policy.name
            if kind in WORKLOADS:
                assert path.startswith("spec."), policy.name
                assert not path.startswith(("spec.template", "spec.jobTemplate")), policy.name


def test_a_constraint_matches_the_kinds_that_its_policy_says_it_judges() -> None:
    estate = made().estate
    assert GATEKEEPER
    for policy in GATEKEEPER:
        rule = policy.rule(estate) if callable(policy.rule) else policy.rule
        assert isinstance(rule, Constraint)
        assert {kind.rpartition("/")[2] for kind in rule.match} == {
            field.split(" ")[0] for field in policy.judges
        }

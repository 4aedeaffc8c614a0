"""The bookkeeping of the cases, without an engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policies.case import Case
from tests.policies.catalogue import shortcomings

ROOT = Path(__file__).parents[3]


OBJECT = {"kind": "ValidatingPolicy", "metadata": {"name": "a"}}


GOOD = [Case("a", f"{outcome} {number}", outcome) for outcome in ("passed", "refused") for number in range(3)]


def test_three_that_pass_and_three_that_are_refused_are_enough() -> None:
    assert shortcomings("a", [OBJECT], GOOD) == []


@pytest.mark.parametrize("missing", range(6))
def test_one_less_is_not(missing: int) -> None:
    (found,) = shortcomings("a", [OBJECT], [*GOOD[:missing], *GOOD[missing + 1 :]])
    assert found.startswith("a: 2 cases are ")


def test_a_case_of_another_policy_is_found() -> None:
    (found,) = shortcomings("a", [OBJECT], [*GOOD, Case("b", "Pod x", "passed")])
    assert found == "b: Pod x is a case of another policy than a"


def test_what_the_engine_did_not_confirm_does_not_count() -> None:
    found = shortcomings("a", [OBJECT], [*GOOD[:-1], Case("a", "Pod x", "refused", "Want fail, got pass")])
    assert found == [
        "a: Pod x should be refused: Want fail, got pass",
        "a: 2 cases are refused, expected 3 at least",
    ]


def test_each_object_of_a_policy_must_refuse_something() -> None:
    second = {"kind": "ValidatingPolicy", "metadata": {"name": "a-platform"}}
    assert shortcomings("a", [OBJECT, second], GOOD) == ["a-platform: no case shows that it does anything"]


def test_an_object_for_a_subresource_cannot_be_asked() -> None:
    rules = [{"resources": ["pods/ephemeralcontainers"]}]
    second = {
        "kind": "ValidatingPolicy",
        "metadata": {"name": "a-ephemeral"},
        "spec": {"matchConstraints": {"resourceRules": rules}},
    }
    assert shortcomings("a", [OBJECT, second], GOOD) == []


def test_a_mutation_must_change_something_and_leave_something_alone() -> None:
    item = {"kind": "MutatingPolicy", "metadata": {"name": "m"}}
    changed, left = Case("m", "Pod x", "changed"), Case("m", "Pod y", "not asked")
    assert shortcomings("m", [item], [changed, left]) == []
    assert shortcomings("m", [item], [changed]) == ["m: 0 cases are not asked, expected 1 at least"]

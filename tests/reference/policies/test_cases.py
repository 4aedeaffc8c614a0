"""The real engines over the cases of each policy: no case may pass in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.policies import POLICIES
from platform_stack.labels import POLICY
from tests.policies import gatekeeper_cases, kyverno_cases
from tests.policies.catalogue import NEEDS_A_REGISTRY, shortcomings
from tests.policies.estate import CASES, lay_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from platform_stack import Policy
    from platform_stack.facts import Manifest
    from tests.policies.case import Case

pytestmark = pytest.mark.policies

RUN: dict[str, Callable[[Path], list[Case]]] = {
    "kyverno": kyverno_cases.run,
    "gatekeeper": gatekeeper_cases.run,
}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Manifest]]:
    folder = tmp_path_factory.mktemp("laid-out") / "scratch"
    return folder, lay_out(folder)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_the_engine_says_of_each_case_what_is_expected(
    policy: Policy, laid_out: tuple[Path, dict[str, Manifest]]
) -> None:
    folder, objects = laid_out
    own = [
        item
        for item in objects.values()
        if (item["metadata"].get("annotations") or {}).get(POLICY) == policy.name
    ]
    assert own
    if {item["kind"] for item in own} == {NEEDS_A_REGISTRY}:
        assert not (CASES / policy.engine / policy.name).exists()
        return
    cases = RUN[policy.engine](folder / "cases" / policy.engine / policy.name)
    assert shortcomings(policy.name, own, cases) == []

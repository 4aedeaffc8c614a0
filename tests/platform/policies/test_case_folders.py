"""The cases of the policies."""

from __future__ import annotations

from apps.policies import POLICIES
from tests.policies.estate import CASES


def test_each_folder_of_cases_is_of_a_policy() -> None:
    folders = {(path.parent.name, path.name) for path in CASES.glob("*/*/")}
    assert folders <= {(policy.engine, policy.name) for policy in POLICIES}

"""The cases of tests/tenants/cases, through what judges a tenant's objects without a cluster.

A case is what the tenant `shop` would commit. The policies' own are judged by the engines, with the policies' cases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from apps.__main__ import PLATFORM
from platform_stack import Tenant
from platform_stack.admission.manifests import read
from platform_stack.admission.walls import POD_SECURITY, PROJECT, refused
from tests import threat_model
from tests.threat_model import CASES

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(CASES.glob("*/*/*.yaml"))
SHOP = Tenant(name="shop", group="shop", contact="shop@example.test")
STOPPED = re.compile(r"# stopped by: (AppProject|Pod Security|(?:quota|policy|LimitRange) [a-z0-9.-]+)")


def walls(file: Path) -> list[str]:
    return [one.policy for one in refused([one.manifest for one in read([file], "shop")], SHOP, PLATFORM)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CASES)))
def test_a_case_is_stopped_by_the_wall_that_it_names(file: Path) -> None:
    first, second, *_ = file.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"# \S.*\.", first), "the first line says in a sentence what the case does"
    found = walls(file)
    if file.parent.name == "accepted":
        assert found == []
        return
    assert file.parent.name == "refused"
    stopped = STOPPED.fullmatch(second)
    assert stopped, "the second line says what stops it"
    if stopped[1] in (PROJECT, POD_SECURITY):
        assert found[:1] == [stopped[1]]
    else:
        assert not {PROJECT, POD_SECURITY} & set(found), "an earlier wall stops it"


def test_the_cases_are_found() -> None:
    assert {"project", "pod-security"} <= {file.parts[-3] for file in FILES}


def test_the_threat_model_has_every_case() -> None:
    text = threat_model.GUIDE.read_text(encoding="utf-8")
    assert threat_model.fresh(text) == text, "run python -m tests.threat_model"


def test_a_case_names_a_policy_that_there_is() -> None:
    named = {
        line.removeprefix("# stopped by: policy ")
        for file in FILES
        for line in file.read_text(encoding="utf-8").splitlines()[:2]
        if line.startswith("# stopped by: policy ")
    }
    assert named
    assert named <= {policy.name for policy in PLATFORM.policies}

"""The engines that judge the cases are those that run."""

from __future__ import annotations

import pytest

from platform_stack.facts import read
from tests.engines import ROOT


@pytest.mark.parametrize(
    ("module", "release", "required"),
    [
        ("kyverno", "kyverno", "github.com/kyverno/kyverno"),
        ("gator", "gatekeeper", "github.com/open-policy-agent/gatekeeper/v3"),
    ],
)
def test_the_engine_that_judges_is_the_one_that_the_chart_installs(
    module: str, release: str, required: str
) -> None:
    lines = (ROOT / "tests" / "policies" / "engines" / module / "go.mod").read_text().split("\n")
    (version,) = (line.split()[1] for line in lines if line.strip().startswith(f"{required} "))
    assert version == read(ROOT / "imports" / "facts" / release / f"{release}.json").app_version

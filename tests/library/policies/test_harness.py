"""The harness believes nothing: a wrong expectation, a typing error, a skip, all fail it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from platform_stack.errors import PlatformError
from tests.policies import gatekeeper_cases, kyverno_cases
from tests.policies.case import Case
from tests.policies.small import write_gatekeeper_cases, write_kyverno_cases

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.policies

REFUSED = [{"violations": "yes", "message": "node port"}]
PASSED = [{"violations": "no"}]


def test_kyverno_says_what_is_true(tmp_path: Path) -> None:
    results: list[dict[str, Any]] = [
        {"kind": "Pod", "resources": ["team/good"], "result": "pass"},
        {"kind": "Pod", "resources": ["team/bad"], "result": "fail"},
        {"kind": "Deployment", "resources": ["web"], "result": "fail"},
        {"kind": "Pod", "resources": ["platform/bad"], "result": "skip"},
    ]
    assert kyverno_cases.run(write_kyverno_cases(tmp_path, results)) == [
        Case("tagged", "Pod team/good", "passed"),
        Case("tagged", "Pod team/bad", "refused"),
        Case("tagged", "Deployment web", "refused"),
        Case("tagged", "Pod platform/bad", "not asked"),
    ]


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ({"kind": "Pod", "resources": ["team/good"], "result": "fail"}, "Want fail, got pass"),
        ({"kind": "Pod", "resources": ["team/bad"], "result": "pass"}, "Want pass, got fail"),
        ({"kind": "Pod", "resources": ["team/god"], "result": "pass"}, "the engine printed no result for it"),
        ({"kind": "Job", "resources": ["web"], "result": "fail"}, "the engine printed no result for it"),
        (
            {"kind": "Pod", "resources": ["platform/bad"], "result": "pass"},
            "no rule of the policy looked at it",
        ),
        (
            {"kind": "Pod", "resources": ["platform/bad"], "result": "fail"},
            "no rule of the policy looked at it",
        ),
        ({"kind": "Pod", "resources": ["team/bad"], "result": "skip"}, "Want skip, got fail"),
    ],
)
def test_kyverno_with_a_wrong_expectation(result: dict[str, Any], problem: str, tmp_path: Path) -> None:
    (case,) = kyverno_cases.run(write_kyverno_cases(tmp_path, [result]))
    assert case.problem.startswith(problem)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"kind": "Pod", "result": "pass"}, "found:    no resources"),
        ({"kind": "Pod", "resources": ["team/good"], "result": "passes"}, "expected: pass, fail, skip"),
        (
            {"kind": "Pod", "resources": ["team/good"], "result": "pass", "isMutatingPolicy": True},
            "found:    no patchedResources",
        ),
    ],
)
def test_kyverno_with_a_result_that_says_too_little(
    result: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(PlatformError, match=message):
        kyverno_cases.run(write_kyverno_cases(tmp_path, [result]))


def test_kyverno_with_a_policy_that_does_not_compile(tmp_path: Path) -> None:
    folder = write_kyverno_cases(tmp_path, [{"kind": "Pod", "resources": ["team/good"], "result": "pass"}])
    policy = tmp_path / "policies" / "kyverno" / "tagged.yaml"
    policy.write_text(policy.read_text().replace("containers.all(", "containers.every("))
    with pytest.raises(
        PlatformError, match=r"failed to compile policy tagged .*undeclared reference to 'every'"
    ):
        kyverno_cases.run(folder)


def test_gatekeeper_says_what_is_true(tmp_path: Path) -> None:
    cases = [{"object": "open.yaml", "assertions": REFUSED}, {"object": "closed.yaml", "assertions": PASSED}]
    assert gatekeeper_cases.run(write_gatekeeper_cases(tmp_path, cases)) == [
        Case("no-node-port", "open.yaml", "refused"),
        Case("no-node-port", "closed.yaml", "passed"),
    ]


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        ({"object": "open.yaml", "assertions": PASSED}, "FAIL unexpected number of violations"),
        ({"object": "closed.yaml", "assertions": REFUSED}, "FAIL unexpected number of violations"),
        ({"object": "pod.yaml", "assertions": PASSED}, "the constraint never looks at v1 Pod"),
        ({"object": "closed.yaml", "assertions": PASSED, "skip": True}, "SKIP"),
        (
            {"object": "open.yaml", "assertions": [{"violations": 1, "message": "something else"}]},
            "FAIL unexpected number of violations",
        ),
    ],
)
def test_gatekeeper_with_a_wrong_expectation(case: dict[str, Any], problem: str, tmp_path: Path) -> None:
    (judged,) = gatekeeper_cases.run(write_gatekeeper_cases(tmp_path, [case]))
    assert judged.problem.startswith(problem)


def test_gatekeeper_with_a_skipped_suite(tmp_path: Path) -> None:
    folder = write_gatekeeper_cases(tmp_path, [{"object": "closed.yaml", "assertions": PASSED}])
    suite = folder / "suite.yaml"
    suite.write_text(suite.read_text() + "skip: true\n")
    (judged,) = gatekeeper_cases.run(folder)
    assert judged.problem == "the engine printed no result for it"


def test_gatekeeper_with_a_refusal_for_any_reason(tmp_path: Path) -> None:
    cases = [{"object": "open.yaml", "assertions": [{"violations": "yes"}]}]
    with pytest.raises(PlatformError, match="a refusal without a message"):
        gatekeeper_cases.run(write_gatekeeper_cases(tmp_path, cases))


def test_gatekeeper_with_a_template_that_does_not_compile(tmp_path: Path) -> None:
    folder = write_gatekeeper_cases(tmp_path, [{"object": "closed.yaml", "assertions": PASSED}])
    template = tmp_path / "policies" / "gatekeeper" / "template.yaml"
    template.write_text(template.read_text().replace("input.review", "inptu.review"))
    with pytest.raises(PlatformError, match="inptu"):
        gatekeeper_cases.run(folder)


@pytest.mark.parametrize("run", [kyverno_cases.run, gatekeeper_cases.run])
def test_a_folder_without_cases(run: Any, tmp_path: Path) -> None:  # noqa: ANN401  both functions
    with pytest.raises(PlatformError, match="found:    no "):
        run(tmp_path)

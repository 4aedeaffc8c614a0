"""The engines judge objects handed over in memory."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from platform_stack import Action, PlatformError
from platform_stack.admission.judge import Violation, judge
from tests.policies.small import (
    CONSTRAINT,
    ENGINES,
    EXCEPTION,
    PLATFORM,
    TAGGED,
    TEMPLATE,
    TENANT,
    deployment,
    namespace,
    pod,
    service,
)

pytestmark = pytest.mark.policies

POLICIES = [TAGGED, TEMPLATE, CONSTRAINT]
NAMESPACES = {"team": TENANT, "platform": PLATFORM}


def said(violations: list[Violation]) -> list[tuple[str, str, str]]:
    return [(one.policy, one.target, one.message) for one in violations]


def test_both_engines_are_asked_and_namespaces_count() -> None:
    objects = [
        service("open", "NodePort"),
        service("open", "NodePort", "platform"),
        pod("bad", "nginx"),
        pod("bad", "nginx", "platform"),
        pod("good", "nginx:1.29"),
        deployment("web", "nginx"),
        namespace("team", TENANT),
    ]
    assert said(judge(ENGINES, POLICIES, objects, NAMESPACES)) == [
        ("no-node-port", "Service team/open", "the Service has a node port"),
        ("tagged", "Pod team/bad", "an image has no tag"),
        ("tagged", "Deployment team/web", "an image has no tag"),
    ]


def test_an_exception_is_honoured() -> None:
    objects = [pod("old", "nginx"), pod("older", "nginx")]
    found = judge(ENGINES, [*POLICIES, EXCEPTION], objects, NAMESPACES)
    assert [one.name for one in found] == ["older"]


def test_what_is_only_reported_is_no_refusal() -> None:
    audited = copy.deepcopy(POLICIES)
    audited[0]["spec"]["validationActions"] = ["Audit"]  # type: ignore[index]
    audited[2]["spec"]["enforcementAction"] = "dryrun"  # type: ignore[index]
    found = judge(ENGINES, audited, [pod("bad", "nginx"), service("open", "NodePort")], NAMESPACES)
    assert [one.action for one in found] == [Action.AUDIT, Action.AUDIT]
    assert {one.action for one in judge(ENGINES, POLICIES, [pod("bad", "nginx")], NAMESPACES)} == {
        Action.DENY
    }


def test_text_that_looks_like_yaml_stays_text() -> None:
    item = pod("bad", "nginx")
    item["metadata"]["annotations"] = {"text": "a\n---\n# b\n\nc: yes", "n": "010"}
    assert said(judge(ENGINES, POLICIES, [item], NAMESPACES)) == [
        ("tagged", "Pod team/bad", "an image has no tag")
    ]


def test_a_field_that_is_null_is_not_there() -> None:
    item = pod("good", "nginx:1.29")
    item["spec"]["initContainers"] = None
    counting = copy.deepcopy(TAGGED)
    counting["spec"]["validations"][0]["expression"] = "!has(object.spec.initContainers)"  # type: ignore[index]
    assert judge(ENGINES, [counting], [item], NAMESPACES) == []


def test_what_is_beside_is_not_judged() -> None:
    beside = [service("open", "NodePort"), pod("bad", "nginx")]
    assert judge(ENGINES, POLICIES, [service("closed", "ClusterIP")], NAMESPACES, beside) == []


def broken(position: int, old: str, new: str) -> list[dict[str, Any]]:
    policies = copy.deepcopy(POLICIES)
    text = policies[position]["spec"]
    policies[position]["spec"] = _replaced(text, old, new)
    return policies


def _replaced(node: Any, old: str, new: str) -> Any:  # noqa: ANN401  any part of a manifest
    if isinstance(node, dict):
        return {key: _replaced(value, old, new) for key, value in node.items()}
    if isinstance(node, list):
        return [_replaced(value, old, new) for value in node]
    return node.replace(old, new) if isinstance(node, str) else node


@pytest.mark.parametrize(
    ("policies", "message"),
    [
        (broken(0, ".all(", ".every("), r"policy 'tagged'\n.*undeclared reference to 'every'"),
        (broken(1, "input.review", "inptu.review"), r"policy 'portless'\n.*inptu is unsafe"),
        (broken(1, "{\n", "\n"), r"policy 'portless'\n.*rego_parse_error"),
    ],
)
def test_a_policy_that_does_not_compile_is_named(policies: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(PlatformError, match=f"(?s){message}"):
        judge(ENGINES, policies, [pod("good", "nginx:1.29"), service("closed", "ClusterIP")], NAMESPACES)


def test_cel_of_gatekeeper_that_does_not_compile_is_no_violation() -> None:
    template = copy.deepcopy(TEMPLATE)
    code = {"validations": [{"expression": "object.kind ==", "message": "x"}]}
    template["spec"]["targets"][0]["code"] = [{"engine": "K8sNativeValidation", "source": code}]  # type: ignore[index]
    with pytest.raises(PlatformError, match=r"(?s)policy 'no-node-port'\n.*Syntax error"):
        judge(ENGINES, [template, CONSTRAINT], [service("closed", "ClusterIP")], NAMESPACES)

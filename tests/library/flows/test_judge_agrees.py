"""The oracle, written from the specifications, and Cilium's own policy engine give the same answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from tests.flows.cases import CASES, DB, DNS, NAMESPACES, PODS, PUBLIC, WEB, Case, manifest
from tests.flows.errors import ManifestError
from tests.flows.judge import Judge
from tests.flows.oracle import Oracle
from tests.flows.refusals import AMBIGUOUS, REFUSED_BY_THE_ORACLE
from tests.flows.scenarios import Scenario, scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.judge


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as running:
        yield running


# A scenario takes a while to draw on a busy machine; derandomize: the same 400 scenarios every time.
@settings(max_examples=400, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(scenario=scenarios())
def test_oracle_and_engine_agree_on_random_policies(judge: Judge, scenario: Scenario) -> None:
    questions = scenario.questions()
    oracle = Oracle(scenario.policies, scenario.pods, NAMESPACES)
    answers = judge.ask(scenario.policies, scenario.pods, NAMESPACES, questions)
    verdicts = [oracle.verdict(*question) for question in questions]
    differences = [
        f"{oracle.explain(*question)}\n  engine: {answer}"
        for question, verdict, answer in zip(questions, verdicts, answers, strict=True)
        if (verdict.allowed, verdict.egress.allowed, verdict.ingress.allowed, verdict.inspected)
        != (answer.allowed, answer.egress, answer.ingress, answer.inspected)
    ]
    assert not differences, "\n".join(differences[:5])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_engine_answers_the_cases_too(judge: Judge, case: Case) -> None:
    questions = [(*question, "TCP")[:4] for question in (*case.allowed, *case.denied)]
    answers = judge.ask(case.manifests(), PODS, NAMESPACES, questions)
    expected = [True] * len(case.allowed) + [False] * len(case.denied)
    wrong = [
        question
        for question, answer, one in zip(questions, answers, expected, strict=True)
        if answer.allowed != one
    ]
    assert not wrong


@pytest.mark.parametrize("text", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_refuses_what_would_mean_something_else(judge: Judge, text: str) -> None:
    with pytest.raises(ManifestError):
        judge.ask([manifest(text)], PODS, NAMESPACES, [(WEB, DB, 1, "TCP")])


def test_engine_lets_the_world_in_by_a_namespace_selector_that_only_excludes(judge: Judge) -> None:
    """Why the oracle refuses such a selector: Kubernetes means pods by it."""
    policy = manifest(REFUSED_BY_THE_ORACLE["a namespaceSelector that only excludes"])
    answers = judge.ask(
        [policy], PODS, NAMESPACES, [(DNS, WEB, 1, "TCP"), (DB, WEB, 1, "TCP"), (PUBLIC, WEB, 1, "TCP")]
    )
    assert [answer.allowed for answer in answers] == [True, False, True]

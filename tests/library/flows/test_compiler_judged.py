"""Cilium's own policy engine and the oracle give the same answers about what the compiler makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from tests.flows.judge import Judge
from tests.flows.platforms import DNS, OUTSIDE, PORTS, Made, platforms

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.judge

compared = 0


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as running:
        yield running
    assert compared > 10_000


# derandomize: the same platforms every time.
@settings(max_examples=200, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(made=platforms())
def test_oracle_and_engine_agree_on_every_pair_and_port(judge: Judge, made: Made) -> None:
    global compared  # noqa: PLW0603  what no single example can count
    compiled = made.policies()
    pods = [*made.pods.values(), DNS]
    questions = [
        (source, target, port, "TCP")
        for port in PORTS
        for pod in made.pods.values()
        for source, target in (
            *((pod, other) for other in (*made.pods.values(), *OUTSIDE.values())),
            *((outside, pod) for outside in OUTSIDE.values()),
        )
    ]
    questions += [(pod, DNS, 53, "UDP") for pod in made.pods.values()]
    answers = judge.ask(compiled, pods, made.namespaces, questions)
    oracle = made.oracle(compiled)
    verdicts = [oracle.verdict(*question) for question in questions]
    differences = [
        f"{oracle.explain(*question)}\n  engine: {answer}"
        for question, verdict, answer in zip(questions, verdicts, answers, strict=True)
        if (verdict.allowed, verdict.egress.allowed, verdict.ingress.allowed)
        != (answer.allowed, answer.egress, answer.ingress)
    ]
    assert not differences, "\n".join(differences[:5])
    compared += len(questions)

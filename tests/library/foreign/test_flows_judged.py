"""Cilium's own policy engine and the oracle give the same answers about the foreign platforms, pair by pair.

The engine reads NetworkPolicies as well; an ipBlock is an address outside the cluster to both.
"""

from __future__ import annotations

import pytest

from platform_stack.network.pods import DNS
from tests.flows.judge import Judge
from tests.flows.peers import Address, DnsName, Entity, Peer
from tests.library.foreign.made import (
    NAMES,
    POLICIES,
    STRANGER,
    namespaces,
    objects,
    oracle,
    pod,
    workloads,
)
from tests.library.foreign.shop import PAYMENTS

pytestmark = pytest.mark.judge

OUTSIDE: tuple[Peer, ...] = (
    Entity("kube-apiserver"),
    Entity("remote-node"),
    Address("172.18.0.2"),
    Address("172.18.0.9"),
    Address("203.0.113.7"),
)
NAMED = (DnsName(PAYMENTS), DnsName("secretmanager.googleapis.com"), DnsName("elsewhere.example"))


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_agrees_on_every_pair_and_port(name: str) -> None:
    pods = [pod(one) for one in workloads(name)]
    questions: list[tuple[Peer, Peer, int, str]] = []
    for one in workloads(name):
        for port in sorted({*one.numbers, 9}):
            questions += [(source, pod(one), port, "TCP") for source in (*pods, *OUTSIDE, STRANGER)]
        questions.append((pod(one), pod(DNS), 53, "UDP"))
        questions += [
            (pod(one), target, port, "TCP") for target in (*OUTSIDE, *NAMED) for port in (22, 80, 443, 6443)
        ]
    with Judge() as judge:
        answers = judge.ask(
            [item for item in objects(name) if item["kind"] in POLICIES],
            [*pods, pod(DNS), STRANGER],
            namespaces(name),
            questions,
        )
    assert len(answers) > 500
    assert {answer.allowed for answer in answers} == {True, False}
    differ = [
        f"{source} -> {target} {port}/{protocol}: the engine {'allows' if answer.allowed else 'refuses'}"
        for (source, target, port, protocol), answer in zip(questions, answers, strict=True)
        if answer.allowed != oracle(name).allows(source, target, port, protocol)
    ]
    assert differ == []

"""Cilium's own policy engine and the oracle give the same answers about the real dist/, pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from platform_stack.model.cluster import PROFILES
from platform_stack.network.pods import DNS
from tests.flows.dist import (
    POLICIES,
    STRANGER,
    made,
    oracle,
    pod,
    workloads,
)
from tests.flows.judge import Judge
from tests.flows.peers import Address, DnsName, Entity, Peer
from tests.flows.registries import BLOBS, NOT_A_REGISTRY

if TYPE_CHECKING:
    from platform_stack import Profile

pytestmark = pytest.mark.judge

OUTSIDE: tuple[Peer, ...] = (
    Entity("kube-apiserver"),
    Entity("remote-node"),
    Address("203.0.113.7"),
    STRANGER,
)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_engine_agrees_on_every_pair_and_port(profile: Profile) -> None:
    result, _, _, _ = made(profile)
    everything = [item for items in result.objects.values() for item in items]
    policies = [item for item in everything if item["kind"] in POLICIES]
    namespaces = {
        item["metadata"]["name"]: item["metadata"].get("labels", {})
        for item in everything
        if item["kind"] == "Namespace"
    }
    questions: list[tuple[Peer, Peer, int, str]] = []
    for target in workloads(profile):
        ports = {*target.numbers, 15020, 9999}
        for source in (*(pod(one) for one in workloads(profile)), *OUTSIDE):
            questions += [(source, pod(target), port, "TCP") for port in sorted(ports)]
    for one in workloads(profile):
        questions.append((pod(one), pod(DNS), 53, "UDP"))
        questions += [
            (pod(one), outside, port, "TCP")
            for outside in (
                Entity("kube-apiserver"),
                Entity("remote-node"),
                Address("203.0.113.7"),
                DnsName("a.example.test"),
            )
            for port in (22, 443, 6443, 10250)
        ]
        questions += [
            (pod(one), DnsName(name), 443, "TCP")
            for name in (*(host for hosts in BLOBS.values() for host in hosts), *NOT_A_REGISTRY)
        ]
    with Judge() as judge:
        answers = judge.ask(
            policies,
            [*(pod(one) for one in workloads(profile)), pod(DNS), STRANGER],
            {**namespaces, STRANGER.namespace: {}},
            questions,
        )
    assert len(answers) > 5000
    differ = [
        f"{source} -> {target} {port}/{protocol}: the engine {'allows' if answer.allowed else 'refuses'}"
        for (source, target, port, protocol), answer in zip(questions, answers, strict=True)
        if answer.allowed != oracle(profile).allows(source, target, port, protocol)
    ]
    assert differ == []

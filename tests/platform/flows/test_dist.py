"""The real dist/: what was declared is reachable, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.model.flow import Entity as Declared
from platform_stack.network.pods import DNS, Workload
from tests.flows.dist import STRANGER, declared, made, oracle, pod, workloads
from tests.flows.peers import Address, Entity

if TYPE_CHECKING:
    from platform_stack import Profile


def test_between_pods_what_is_declared_is_reachable_and_nothing_else(profile: Profile) -> None:
    wrong = []
    judge = oracle(profile)
    for source in workloads(profile):
        for target in workloads(profile):
            if source == target and source.selector == target.selector and not target.numbers:
                continue
            for port in {*target.numbers, 15020, 15021, 8125}:
                if source == target:
                    continue  # a pod always reaches itself
                allowed = judge.allows(pod(source), pod(target), port)
                if allowed != declared(profile, source, target, port):
                    wrong.append(
                        f"{source.name} -> {target.name}:{port} is {'allowed' if allowed else 'refused'}"
                    )
    assert wrong == []


def test_every_pod_reaches_cluster_dns(profile: Profile) -> None:
    dns = pod(DNS)
    for workload in workloads(profile):
        assert oracle(profile).allows(pod(workload), dns, 53, "UDP"), workload.name


def test_the_api_server_reaches_every_webhook_and_only_webhooks(profile: Profile) -> None:
    _, _, _, flows = made(profile)
    webhooks = {
        (flow.target, flow.port)
        for flow in flows
        if flow.source is Declared.API_SERVER and isinstance(flow.target, Workload)
    }
    for workload in workloads(profile):
        for port in workload.numbers:
            expected = (workload, port) in webhooks or any(
                flow.source is Declared.WORLD and flow.target == workload and flow.port == port
                for flow in flows
            )
            assert oracle(profile).allows(Entity("remote-node"), pod(workload), port) == expected, (
                workload.name,
                port,
            )


def test_a_stranger_reaches_nothing(profile: Profile) -> None:
    judge = oracle(profile)
    for workload in workloads(profile):
        for port in workload.numbers:
            assert not judge.allows(STRANGER, pod(workload), port), (workload.name, port)


def test_the_internet_reaches_what_declares_it_and_nothing_else(profile: Profile) -> None:
    _, _, _, flows = made(profile)
    open_to_all = {
        (flow.target.name, flow.port, flow.protocol)
        for flow in flows
        if flow.source is Declared.WORLD and isinstance(flow.target, Workload)
    }
    reached = {
        (workload.name, port, protocol)
        for workload in workloads(profile)
        for port in workload.numbers
        for protocol in ("TCP", "UDP")
        if oracle(profile).allows(Address("203.0.113.7"), pod(workload), port, protocol)
    }
    assert reached == open_to_all

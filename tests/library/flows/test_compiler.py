"""For random platforms: a pair is reachable if and only if a flow between the two was declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from platform_stack import Application, Context, Namespace, Platform, PlatformError
from platform_stack.checks.selectors import changing
from platform_stack.estate import Estate
from platform_stack.labels import CHANGING
from platform_stack.model.flow import Entity, Flow, Names, Pods, reaches_names
from platform_stack.network.policies import policies
from tests.flows.oracle import Oracle
from tests.flows.peers import DnsName, Pod
from tests.flows.platforms import (
    CLUSTER,
    ENGINE,
    GIT,
    NETWORK,
    OUTSIDE,
    PORTS,
    Made,
    Objects,
    always,
    assert_between_pods,
    deployment,
    flows_of,
    platforms,
)

if TYPE_CHECKING:
    from collections.abc import Callable

INTO = (Entity.API_SERVER, Entity.NODES, Entity.WORLD)


@settings(max_examples=150)
@given(platforms())
def test_between_pods(made: Made) -> None:
    assert_between_pods(made)


@settings(max_examples=150)
@given(platforms())
def test_to_and_from_outside(made: Made) -> None:
    judge = made.oracle()
    for workload, pod in made.pods.items():
        for port in PORTS:
            into = {entity for entity in INTO if (entity, workload, port) in made.declared}
            # Both the API server and what comes to a LoadBalancer arrive from a node's address.
            assert judge.allows(OUTSIDE[Entity.WORLD], pod, port) == (Entity.WORLD in into)
            assert judge.allows(OUTSIDE[Entity.NODES], pod, port) == bool(into)
            out = {entity for entity in OUTSIDE if (workload, entity, port) in made.declared}
            assert judge.allows(pod, OUTSIDE[Entity.WORLD], port) == (Entity.WORLD in out)
            for some in (GIT, NETWORK):
                assert judge.allows(pod, OUTSIDE[some], port) == bool(out & {Entity.WORLD, some})
            assert judge.allows(pod, OUTSIDE[Entity.NODES], port) == (Entity.NODES in out)
            reaches_api = bool(out & {Entity.API_SERVER, Entity.NODES})
            assert judge.allows(pod, OUTSIDE[Entity.API_SERVER], port) == reaches_api


@settings(deadline=None)
@given(platforms())
def test_the_order_of_the_applications_does_not_matter(made: Made) -> None:
    def compiled(platform: Platform) -> list[str]:
        context = Context(platform, CLUSTER)
        found = policies(Estate(context, made.objects))
        return sorted(f"{owner} {policy} {wave}" for owner, policy, wave in found)

    platform = made.context.platform
    backwards = Platform(applications=platform.applications[::-1], clusters=platform.clusters)
    assert compiled(platform) == compiled(backwards)


def one_application(*flows: Flow) -> tuple[Context, Objects]:
    web = Application(name="web", namespaces=(Namespace(name="web"),), flows=always(flows))
    platform = Platform(applications=(web, ENGINE), clusters=(CLUSTER,))
    return Context(platform, CLUSTER), {"web": [deployment("web", "web")]}


def test_names_outside_and_nothing_beside_them() -> None:
    context, objects = one_application(
        reaches_names("git.example.test", "*.charts.example.test", because="pulls from there")
    )
    pod = Pod("web", "web", {"app": "web"}, {})
    judge = Oracle(
        [policy for _, policy, _ in policies(Estate(context, objects))],
        [pod],
        {"web": {}},
    )
    assert judge.allows(pod, DnsName("git.example.test"), 443)
    assert judge.allows(pod, DnsName("a.charts.example.test"), 443)
    assert not judge.allows(pod, DnsName("evil.example.test"), 443)
    assert not judge.allows(pod, DnsName("git.example.test"), 22)


def test_a_star_is_one_label_or_a_part_of_one() -> None:
    context, objects = one_application(
        reaches_names("*.charts.example.test", because="pulls from there"),
        reaches_names("files-*.*.store.example.test", because="is sent there"),
    )
    pod = Pod("web", "web", {"app": "web"}, {})
    judge = Oracle(
        [policy for _, policy, _ in policies(Estate(context, objects))],
        [pod],
        {"web": {}},
    )
    reached = {
        name
        for name in (
            "a.charts.example.test",
            "charts.example.test",
            "a.b.charts.example.test",
            "files-1.west.store.example.test",
            "files-.west.store.example.test",
            "files-1.store.example.test",
            "other-1.west.store.example.test",
        )
        if judge.allows(pod, DnsName(name), 443)
    }
    assert reached == {
        "a.charts.example.test",
        "files-1.west.store.example.test",
        "files-.west.store.example.test",
    }


@pytest.mark.parametrize(
    "name", ["*.github.io", "*-docker.pkg.dev", "a.*.b-*.example.test", "*.*.example.test"]
)
def test_a_pattern_that_matches_what_it_seems_to(name: str) -> None:
    assert Names((name,)).names == (name,)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("**.example.test", "reads '**' as '*'"),
        ("a.**.example.test", "reads '**' as '*'"),
        ("*example.test", "'example.test' and '*.example.test'"),
        ("*.test", "written out"),
        ("api.example.*", "written out"),
        ("*", "expected"),
        ("api.-*.example.test", "expected"),
    ],
)
def test_a_pattern_that_does_not(name: str, hint: str) -> None:
    with pytest.raises(PlatformError, match=re.escape(hint)):
        Names((name,))


@pytest.mark.parametrize(
    ("flow", "message"),
    [
        (lambda: Flow(source=Pods(), target=Pods(), ports=(), because="x"), "at least one port"),
        (lambda: Flow(source=Pods(), target=Pods(), ports=(80,), because=""), "what it is for"),
        (
            lambda: Flow(source=Entity.WORLD, target=Entity.NODES, ports=(80,), because="x"),
            "on one side at least",
        ),
        (
            lambda: Flow(source=Names(("example.test",)), target=Pods(), ports=(80,), because="x"),
            "nobody sees by which name a connection comes",
        ),
    ],
)
def test_a_flow_that_cannot_be(flow: Callable[[], Flow], message: str) -> None:
    with pytest.raises(PlatformError, match=message):
        flows_of(*one_application(flow()))


def test_a_flow_in_the_clear_between_nodes_needs_a_reason() -> None:
    agent = deployment("web", "agent")
    agent["spec"]["template"]["spec"]["hostNetwork"] = True
    flow = Flow(
        source=Pods(workloads=("web",)), target=Pods(workloads=("agent",)), ports=(80,), because="asks it"
    )

    def resolved(**declared: dict[str, str]) -> int:
        web = Application(name="web", namespaces=(Namespace(name="web"),), flows=always((flow,)), **declared)  # type: ignore[arg-type] # one keyword of many
        platform = Platform(applications=(web, ENGINE), clusters=(CLUSTER,))
        return len(flows_of(Context(platform, CLUSTER), {"web": [deployment("web", "web"), agent]}))

    with pytest.raises(PlatformError, match="nothing that encrypts it between nodes"):
        resolved()
    assert resolved(plaintext_because={"agent": "it says nothing secret"}) == 1


@settings(deadline=None)
@given(platforms())
def test_the_pods_of_the_next_version_have_the_same_policies(made: Made) -> None:
    """Also those of a hook, whose Job selects by all its labels."""

    def compiled(version: str) -> list[dict[str, object]]:
        changing = dict.fromkeys(CHANGING, version)
        objects: Objects = {
            name: [_hook(item, changing) for item in of_member] for name, of_member in made.objects.items()
        }
        found = policies(Estate(made.context, objects))
        return [policy for _, policy, _ in found]

    first = compiled("v1")
    assert first == compiled("v2")
    applications = made.context.platform.applications
    assert list(changing(made.context.platform, {applications[0].name: first})) == []


def _hook(item: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    """Return a Job in a workload's place, with further labels on its pods; other objects as they are."""
    if item["kind"] != "Deployment":
        return item
    template = item["spec"]["template"]
    metadata = template["metadata"]
    pods = {**template, "metadata": {**metadata, "labels": {**metadata["labels"], **labels}}}
    return {**item, "apiVersion": "batch/v1", "kind": "Job", "spec": {"template": pods}}

"""What the lab asks of the foreign platforms: what is declared and what an oracle says are the same there, too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from platform_stack import Context
from platform_stack.network.pods import DNS
from tests.lab import carrier, runtime
from tests.lab.datapath import judged, questions
from tests.lab.declared import Declared
from tests.lab.live import LiveCluster, LiveNode, LivePod, PodPort, World
from tests.lab.platform import Platform
from tests.lab.standins import custom_resource_definition
from tests.library.foreign.argo_cd import NAMESPACE as ARGO_CD
from tests.library.foreign.made import NAMES, POLICIES, made, namespaces, objects, platform, workloads

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack.network.pods import Workload
    from tests.lab.dist import Dist

NODES = (
    LiveNode("one", "172.18.0.2", 1, "10.244.0.0/24", api_server=True),
    LiveNode("two", "172.18.0.3", 1, "10.244.1.0/24"),
)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def loaded(name: str, folder: Path) -> tuple[Platform, Dist]:
    """Return a platform as the lab has it, and what it writes."""
    found = Platform.load(f"tests.library.foreign.{name}", folder, "https://lab.test", "laptop")
    return found, found.synth()


def live(one: Workload, number: int) -> LivePod:
    ports = tuple(PodPort(port, "TCP") for port in one.numbers)
    node = NODES[number % len(NODES)]
    ip = f"10.244.{number % len(NODES)}.{10 + number}"
    return LivePod(one.namespace, one.name, ip, node.name, dict(one.labels), ports, pid=1)


@pytest.mark.parametrize("node_of", [0, 1])
def test_every_question_is_answered_alike(name: str, node_of: int, tmp_path: Path) -> None:
    declared = Declared.of(Context(platform(name), platform(name).clusters[0]), made(name).flows)
    _, dist = loaded(name, tmp_path)
    cluster = LiveCluster(
        pods=tuple(live(one, number + node_of) for number, one in enumerate([*workloads(name), DNS])),
        nodes=NODES,
        world=World("172.18.0.1", 1),
        balanced=(),
        namespaces=namespaces(name),
        policies=tuple(item for item in objects(name) if item["kind"] in POLICIES),
        dns="10.96.0.10",
        kubernetes=("10.96.0.1", 443),
        nodes_by_address=carrier.is_needed(dist),
    )
    asked = questions(cluster, declared)
    verdicts = judged(cluster, declared, asked, None)
    assert len(asked) > 500
    assert {verdict.declared for verdict in verdicts} == {True, False}
    assert [
        f"{one.source} -> {one.target} {one.port}: declared {verdict.declared}, the oracle {verdict.oracle}"
        for one, verdict in zip(asked, verdicts, strict=True)
        if verdict.declared != verdict.oracle
    ] == []


def test_the_lab_finds_its_way(name: str, tmp_path: Path) -> None:
    found, dist = loaded(name, tmp_path)
    assert not found.is_reference
    assert dist.argocd_namespace == ARGO_CD
    assert carrier.is_needed(dist) == (name == "calico")
    assert found.first.endswith({"calico": "/tigera-operator", "envoy": "/cilium"}[name])
    made_at_run_time = {item["metadata"]["name"] for item in runtime.workloads(found)}
    assert (
        made_at_run_time
        == {
            "calico": {"calico-kube-controllers", "vmagent-main", "vmsingle-main"},
            "envoy": {"public-proxy"},
        }[name]
    )


def test_a_schema_recorded_in_part_has_no_rules_about_the_rest() -> None:
    """The API server refuses a definition whose rules ask for a field that it does not have."""
    route = {
        "group": "gateway.networking.k8s.io",
        "kind": "HTTPRoute",
        "plural": "httproutes",
        "scope": "Namespaced",
        "versions": ["v1"],
    }
    assert "x-kubernetes-validations" not in json.dumps(custom_resource_definition(route))

"""The network check's pure parts, on the real dist/: all judges agree, and a wrong answer is found."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from platform_stack.network.pods import DNS
from tests.flows.dist import POLICIES, made
from tests.flows.judge import Judge
from tests.lab.datapath import Answer, Question, Verdict, compare, judged, names_to_ask, questions, summary
from tests.lab.declared import Declared
from tests.lab.errors import LabError
from tests.lab.live import LiveCluster, LiveNode, LivePod, PodPort, World
from tests.lab.probing import named
from tests.lab.snapshot import COLLECTIONS, cluster_of, pids_of_pods

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from platform_stack.network.pods import Workload
    from tests.lab.client import Object

NODES = {"kind-control-plane": "172.18.0.2", "kind-worker": "172.18.0.3"}
WORLD = World("172.18.0.1", 1)
REPLICATED = "argocd-repo-server"


def api_pod(workload: Workload, number: int) -> Object:
    """Return a pod of a workload as the API server would, on one node or the other."""
    names = {port: name for name, port in workload.ports}
    ports = [
        {"containerPort": port, "protocol": "TCP", **({"name": names[port]} if port in names else {})}
        for port in workload.numbers
    ]
    node = list(NODES)[number % 2]
    return {
        "metadata": {
            "namespace": workload.namespace,
            "name": f"{workload.name}-{number}",
            "uid": f"uid-{number}",
            "labels": {**dict(workload.labels), "pod-template-hash": "5d6f"},
        },
        "spec": {
            "nodeName": node,
            "hostNetwork": workload.host_network,
            "containers": [{"name": "main", "ports": ports}],
        },
        "status": {
            "phase": "Running",
            "podIP": NODES[node] if workload.host_network else f"10.244.{number % 2}.{number + 2}",
        },
    }


def api_service(namespace: str, name: str, ip: str, ports: list[Object], outside: str = "") -> Object:
    return {
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"clusterIP": ip, "ports": ports},
        "status": {"loadBalancer": {"ingress": [{"ip": outside}]} if outside else {}},
    }


def api_slice(namespace: str, name: str, ports: list[Object], endpoints: list[Object]) -> Object:
    labels = {"kubernetes.io/service-name": name}
    return {
        "metadata": {"namespace": namespace, "name": f"{name}-x", "labels": labels},
        "ports": ports,
        "endpoints": endpoints,
    }


def objects() -> dict[str, list[Object]]:
    """Return a cluster that runs dist/, as the API server would show it."""
    result, _, inventory, _ = made("laptop")
    everything = [item for items in result.objects.values() for item in items]
    workloads = [one for one in inventory.all() if one.selector]
    twice = [one for one in workloads if one.name == REPLICATED]
    pods = [api_pod(one, number) for number, one in enumerate([*workloads, *twice, DNS])]
    kong = next(pod["metadata"]["name"] for pod in pods if pod["metadata"]["name"].startswith("kong-"))
    http = {"name": "proxy", "port": 80, "protocol": "TCP"}
    names = {pod["metadata"]["namespace"] for pod in pods}
    return {
        "Pod": pods,
        "Node": [
            {
                "metadata": {"name": name},
                "spec": {"podCIDR": f"10.244.{number}.0/24"},
                "status": {"addresses": [{"type": "InternalIP", "address": ip}, {"type": "Hostname"}]},
            }
            for number, (name, ip) in enumerate(NODES.items())
        ],
        "Namespace": [
            *(item for item in everything if item["kind"] == "Namespace"),
            *({"metadata": {"name": name}} for name in sorted(names) if name.startswith("kube-")),
        ],
        "Service": [
            api_service("default", "kubernetes", "10.96.0.1", [{"name": "https", "port": 443}]),
            api_service("kube-system", "kube-dns", "10.96.0.10", [{"name": "dns", "port": 53}]),
            api_service("kong", "proxy", "10.96.7.7", [http], outside="172.18.1.1"),
        ],
        "EndpointSlice": [
            api_slice("default", "kubernetes", [{"port": 6443}], [{"addresses": ["172.18.0.2"]}]),
            api_slice(
                "kong",
                "proxy",
                [{"name": "proxy", "port": 8000, "protocol": "TCP"}],
                [{"addresses": ["10.244.0.9"], "targetRef": {"name": kong}}],
            ),
        ],
        **{
            kind: [
                {
                    "metadata": {**item["metadata"], "uid": "x", "managedFields": []},
                    "spec": item["spec"],
                    "status": {},
                }
                for item in everything
                if item["kind"] == kind
            ]
            for kind in POLICIES
        },
    }


def cluster(found: dict[str, list[Object]]) -> LiveCluster:
    pids = {pod["metadata"]["uid"]: 1000 + number for number, pod in enumerate(found["Pod"])}
    read = cluster_of(found, pids, dict.fromkeys(NODES, 7), WORLD)
    return replace(read, world=named(read.world, names_to_ask(read.policies)))


@functools.cache
def real() -> tuple[LiveCluster, Declared, list[Question], list[Verdict]]:
    _, context, _, flows = made("laptop")
    declared, live = Declared.of(context, flows), cluster(objects())
    asked = questions(live, declared)
    return live, declared, asked, judged(live, declared, asked, None)


def perfect(verdicts: Sequence[Verdict]) -> list[Answer]:
    return [Answer("open" if verdict.oracle else "timeout") for verdict in verdicts]


def find(asked: Sequence[Question], text: str) -> int:
    (number,) = [number for number, question in enumerate(asked) if text in str(question)]
    return number


def pod_named(live: LiveCluster, prefix: str) -> LivePod:
    return next(pod for pod in live.pods if pod.name.startswith(prefix))


def test_flows_and_policies_agree_on_every_connection_of_dist() -> None:
    _, _, asked, verdicts = real()
    assert [str(one) for one, said in zip(asked, verdicts, strict=True) if not said.agreed] == []
    assert compare(asked, verdicts, perfect(verdicts)) == []
    assert len(asked) > 5000
    assert sum(said.oracle for said in verdicts) > 300


def test_every_kind_of_question_is_asked_and_some_of_each_are_expected_to_pass() -> None:
    _, _, asked, verdicts = real()
    for outcome in ("open", "timeout"):
        some = [
            (one, Answer(outcome))
            for one, said in zip(asked, verdicts, strict=True)
            if said.oracle == (outcome == "open")
        ]
        kinds = {
            line.partition(":")[0] for line in summary([one for one, _ in some], [said for _, said in some])
        }
        assert kinds >= {
            "pod to pod",
            "node to pod",
            "world to pod",
            "pod to node",
            "pod to world",
            "pod to name",
        }
        assert "pod to Service" in kinds


@pytest.mark.judge
def test_the_engine_agrees_on_every_connection_too() -> None:
    live, declared, asked, _ = real()
    with Judge() as engine:
        verdicts = judged(live, declared, asked, engine)
    assert {said.engine for said in verdicts} == {True, False}
    assert compare(asked, verdicts, perfect(verdicts)) == []


@pytest.mark.parametrize(
    ("text", "oracle"),
    [
        ("prometheus-kps-{} -> logging/loki-{} 3100/TCP", True),
        ("grafana-{} -> seaweedfs/seaweedfs-all-in-one-{} 8333/TCP", False),
        ("node kind-worker -> kyverno/kyverno-admission-controller-{} 9443/TCP", True),
        ("the world -> kong/kong-{} 8000/TCP through kong/proxy (172.18.1.1:80)", True),
        ("grafana-{} -> kong/kong-{} 8000/TCP through kong/proxy (172.18.1.1:80)", False),
        (
            "argocd-server-{} -> node kind-control-plane 6443/TCP through default/kubernetes (10.96.0.1:443)",
            True,
        ),
        (
            "argocd-redis-{} -> node kind-control-plane 6443/TCP through default/kubernetes (10.96.0.1:443)",
            False,
        ),
        ("kyverno-admission-controller-{} -> ghcr.io 443/TCP", True),
        ("kyverno-admission-controller-{} -> undeclared.example.test 443/TCP", False),
        ("kyverno-background-controller-{} -> ghcr.io 443/TCP", False),
    ],
)
def test_what_is_asked_and_expected(text: str, *, oracle: bool) -> None:
    live, _, asked, verdicts = real()
    numbers = [
        pod_named(live, part.split("/")[-1].split(" ")[-1]).name.rsplit("-", 1)[-1]
        for part in text.split("{}")[:-1]
    ]
    assert verdicts[find(asked, text.format(*numbers))].oracle == oracle


@pytest.mark.parametrize(
    ("passes", "outcome"),
    [(True, "timeout"), (False, "open"), (False, "refused"), (True, "unresolved"), (False, "error")],
)
def test_one_wrong_answer_is_found(passes: bool, outcome: str) -> None:  # noqa: FBT001  a parameter
    _, _, asked, verdicts = real()
    answers = perfect(verdicts)
    number = next(number for number, said in enumerate(verdicts) if said.oracle == passes)
    answers[number] = Answer(outcome, "no route to host" if outcome == "error" else "")
    (problem,) = compare(asked, verdicts, answers)
    word = "yes" if passes else "no"
    assert problem.startswith(f"{asked[number]}: found {outcome}")
    assert f"expected flows: {word}, oracle: {word}; hint: " in problem


def test_a_refusal_got_through_the_network() -> None:
    _, _, asked, verdicts = real()
    answers = [Answer("refused") if said.oracle else Answer("timeout") for said in verdicts]
    assert compare(asked, verdicts, answers) == []


@pytest.mark.parametrize(
    ("missing", "found"),
    [
        ("ingress-loki-from-alloy", "logging/alloy-"),
        ("egress-alloy-to-api-server", "6443/TCP through default/kubernetes"),
    ],
)
def test_a_policy_that_is_not_in_the_cluster_is_found(missing: str, found: str) -> None:
    _, declared, _, _ = real()
    changed = objects()
    for kind in POLICIES:
        changed[kind] = [item for item in changed[kind] if item["metadata"]["name"] != missing]
    live = cluster(changed)
    asked = questions(live, declared)
    verdicts = judged(live, declared, asked, None)
    problems = compare(asked, verdicts, perfect(verdicts))
    assert any(found in problem and "flows: yes, oracle: no" in problem for problem in problems)


def test_a_connection_that_a_policy_opens_without_a_flow_is_found() -> None:
    _, declared, _, _ = real()
    changed = objects()
    allow_all = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}
    changed["NetworkPolicy"].append(
        {"metadata": {"namespace": "kong", "name": "forgotten"}, "spec": allow_all}
    )
    live = cluster(changed)
    asked = questions(live, declared)
    verdicts = judged(live, declared, asked, None)
    problems = compare(asked, verdicts, perfect(verdicts))
    assert any(
        problem.startswith("the world")
        and "9/TCP: found open" in problem
        and "flows: no, oracle: yes" in problem
        for problem in problems
    )


def test_a_disagreement_of_the_engine_is_found() -> None:
    pod = LivePod("app", "web", "10.244.0.2", "a")
    asked = [Question(WORLD, pod, 80, "TCP", pod.ip, 80)]
    (problem,) = compare(asked, [Verdict(declared=False, oracle=False, engine=True)], [Answer("timeout")])
    assert "flows: no, oracle: no, Cilium's engine: yes" in problem


def test_udp_that_does_not_answer_its_own_node_proves_nothing() -> None:
    node = LiveNode("a", "192.0.2.2", 1, "10.244.0.0/24")
    target = LivePod("app", "dns", "10.244.0.2", "a", ports=(PodPort(53, "UDP"),))
    source = LivePod("app", "web", "10.244.0.3", "a")
    asked = [Question(one, target, 53, "UDP", target.ip, 53) for one in (node, source)]
    yes = Verdict(declared=True, oracle=True)

    assert compare(asked, [yes, yes], [Answer("timeout"), Answer("timeout")]) == []
    assert "says nothing over UDP, so nothing was learned: app/dns 53/UDP" in summary(
        asked, [Answer("timeout")] * 2
    )
    assert len(compare(asked, [yes, yes], [Answer("open"), Answer("timeout")])) == 1


def test_the_summary_has_the_slowest_answer_but_no_silence() -> None:
    _, _, asked, _ = real()
    answers = [Answer("open", seconds=0.01), Answer("refused", seconds=0.25), Answer("timeout", seconds=1.2)]
    assert summary(asked[:3], answers)[-1] == "the slowest answer took 0.25 s"


def test_names_cover_each_rule_and_one_that_none_names() -> None:
    rules = [
        {"toFQDNs": [{"matchName": "a.example"}, {"matchPattern": "*.b.example"}, {"matchPattern": "*"}]}
    ]
    asked = names_to_ask([{"spec": {"egress": rules}}, {"specs": [{"egress": [{"toEntities": ["world"]}]}]}])
    assert asked == ("a.example", "one.b.example", "two.one.b.example", "undeclared.example.test")
    world = named(WORLD, asked)
    assert len(set(world.names.values())) == len(asked)
    with pytest.raises(LabError, match="at most 254"):
        named(WORLD, [str(number) for number in range(255)])


def test_the_cluster_has_what_runs() -> None:
    found = objects()
    gone, done, sidecar = found["Pod"][:3]
    gone["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    done["status"]["phase"] = "Succeeded"
    ports = [{"containerPort": 53, "protocol": "UDP", "name": "dns"}]
    sidecar["spec"]["initContainers"] = [
        {"name": "proxy", "restartPolicy": "Always", "ports": ports},
        {"name": "once", "ports": [{"containerPort": 99}]},
    ]
    live = cluster(found)
    names = {pod.name for pod in live.pods}
    assert gone["metadata"]["name"] not in names
    assert done["metadata"]["name"] not in names
    (with_sidecar,) = [pod for pod in live.pods if pod.name == sidecar["metadata"]["name"]]
    assert PodPort(53, "UDP", "dns") in with_sidecar.ports
    assert 99 not in {port.number for port in with_sidecar.ports}
    assert [(node.name, node.api_server) for node in live.nodes] == [
        ("kind-control-plane", True),
        ("kind-worker", False),
    ]
    assert (live.dns, live.kubernetes, live.api_port) == ("10.96.0.10", ("10.96.0.1", 443), 6443)
    assert set(COLLECTIONS) == set(found)


def test_a_running_pod_without_a_process_is_an_error() -> None:
    with pytest.raises(LabError, match=r"no process in a cgroup poduid-2"):
        cluster_of(objects(), {}, dict.fromkeys(NODES, 7), WORLD)
    found = objects()
    pids = {pod["metadata"]["uid"]: 1 for pod in found["Pod"]}
    with pytest.raises(LabError, match=r"node kind-control-plane: found processes of \[\]"):
        cluster_of(found, pids, {}, WORLD)
    with pytest.raises(LabError, match="has the cluster come up"):
        cluster_of({**found, "EndpointSlice": []}, pids, dict.fromkeys(NODES, 7), WORLD)


def test_pods_are_found_by_the_cgroups_of_their_processes(tmp_path: Path) -> None:
    one, two = "0a1b2c3d-1111-2222-3333-444455556666", "ffffffff-1111-2222-3333-444455556666"
    cgroups = {
        "9": f"0::/lab/kind-worker/kubepods/burstable/pod{one}/abc\n",
        "10": f"4:memory:/lab/kind-worker/kubepods/burstable/pod{one}/def\n0::/lab\n",
        "11": f"0::/kubepods.slice/kubepods-pod{two.replace('-', '_')}.slice/cri.scope\n",
        "12": "0::/init.scope\n",
    }
    for pid, text in cgroups.items():
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "cgroup").write_text(text)
    (tmp_path / "13").mkdir()  # a process that ends while it is looked at
    (tmp_path / "self").mkdir()
    assert pids_of_pods(tmp_path) == {one: 9, two: 11}

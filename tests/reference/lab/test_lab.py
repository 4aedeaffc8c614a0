"""The parts of the lab that need no engine."""

from __future__ import annotations

import ssl
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from apps.__main__ import PLATFORM
from platform_stack.facts.pod_skeleton import WORKLOADS
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import reference_context, releases
from platform_stack.schemas import validate
from tests.lab.actors import OF_PROGRAMS, actors
from tests.lab.assertions import differences
from tests.lab.authority import Authority
from tests.lab.client import Api
from tests.lab.controlplane import ControlPlane
from tests.lab.dist import Dist
from tests.lab.dns import NameServer
from tests.lab.environment import fill, upstream, variables
from tests.lab.errors import LabError
from tests.lab.images.recipes import FULL_RECIPES, RECIPES
from tests.lab.kubeadm import ClusterDescription, configuration, read
from tests.lab.machine import Machine
from tests.lab.measured import unknown
from tests.lab.network import Network
from tests.lab.picture import svg, table
from tests.lab.pods import reason
from tests.lab.processes import Supervisor
from tests.lab.standins import complete, custom_resource_definition, escape
from tests.lab.timeline import Milestones, ready
from tests.lab.usage import Usage

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack import Profile

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("up", flush=True)
time.sleep(60)
"""


def test_an_actor_leaves_the_work_to_the_real_program(tmp_path: Path) -> None:
    description = ClusterDescription("kind", (), "10.244.0.0/16", kube_proxy=False)
    api = Api("127.0.0.1", 6443, ssl.create_default_context())
    plane, authority = ControlPlane(description, (), api, tmp_path / "kubeconfig"), Authority(tmp_path)

    every = set(actors(plane, authority))

    assert every > set(OF_PROGRAMS.values())
    for name, actor in OF_PROGRAMS.items():
        assert name in RECIPES | FULL_RECIPES
        images = [f"mirror.example/hub/{name}:v1.2.3", "quay.io/cilium/cilium:v1.18.3"]
        assert every - set(actors(plane, authority, images)) == {actor}


def test_a_pod_says_why_it_is_not_ready() -> None:
    creating = {
        "name": "web",
        "state": {"waiting": {"reason": "CreateContainerConfigError", "message": "no\nSecret"}},
    }
    running = {"name": "side", "state": {"running": {}}, "started": True, "ready": False}

    assert reason({"status": {"containerStatuses": [creating, running]}}) == (
        "web CreateContainerConfigError no Secret; side is not ready"
    )
    pending = {"type": "PodScheduled", "status": "False", "message": "0/2 nodes are available"}
    assert reason({"status": {"phase": "Pending", "conditions": [pending]}}) == "0/2 nodes are available"


def test_a_definition_stores_its_newest_stable_version_when_no_schema_is_recorded() -> None:
    definition = custom_resource_definition(
        {
            "group": "nobody.example",
            "kind": "Thing",
            "plural": "things",
            "scope": "Cluster",
            "versions": ["v2alpha1", "v1", "v1beta1"],
        }
    )

    stored = [each["name"] for each in definition["spec"]["versions"] if each["storage"]]
    assert stored == ["v1"]
    assert definition["metadata"]["name"] == "things.nobody.example"


def test_helm_gives_an_escaped_text_back() -> None:
    assert escape("a {{ $labels.pod }} b") == 'a {{ "{{" }} $labels.pod }} b'


def test_rules_without_an_expression_get_one_and_others_keep_theirs() -> None:
    rules = [{"alert": "A"}, {"alert": "B", "expr": "up"}]
    item = {"kind": "PrometheusRule", "spec": {"groups": [{"name": "g", "rules": rules}]}}

    assert [rule["expr"] for rule in complete(item)["spec"]["groups"][0]["rules"]] == ["vector(0)", "up"]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_stand_in_starts_the_recorded_pods_as_they_are(profile: Profile) -> None:
    objects = [
        item
        for release in releases(PLATFORM, reference_context(PLATFORM, profile))
        for item in release.objects
        if item["kind"] in WORKLOADS
    ]

    assert len(objects) > len(PLATFORM.members)
    assert [complete(item) for item in objects] == objects
    assert {item["metadata"]["name"]: wrong for item in objects if (wrong := validate(item))} == {}


def test_differences_name_the_place() -> None:
    assert differences("spec", {"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == [
        "spec.a[1].b: the file says 2, the cluster 3"
    ]
    assert differences("spec", {"a": 1}, {"a": 1}) == []


def test_an_application_whose_operation_runs_is_not_ready() -> None:
    status = {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}}

    assert ready({"status": status})
    assert not ready({"status": {**status, "operationState": {"phase": "Running"}}})


def test_kubeadm_gets_the_patches_of_the_nodes_kind_file(tmp_path: Path) -> None:
    file = tmp_path / "kind.yaml"
    patches = ["kind: InitConfiguration\nnodeRegistration:\n  taints: []"]
    nodes = [
        {"role": "worker"},
        {"role": "worker"},
        {"role": "control-plane", "kubeadmConfigPatches": patches},
    ]
    file.write_text(yaml.safe_dump({"name": "demo", "nodes": nodes, "networking": {"kubeProxyMode": "none"}}))

    described = read(file)
    addresses = {node.name: f"172.18.0.{number}" for number, node in enumerate(described.nodes, 2)}
    control_plane, worker, _ = (
        {item["kind"]: item for item in yaml.safe_load_all(configuration(described, node, addresses, 24000))}
        for node in described.nodes
    )

    assert list(addresses) == ["demo-control-plane", "demo-worker", "demo-worker2"]
    assert control_plane["InitConfiguration"]["nodeRegistration"]["taints"] == []
    assert (
        control_plane["InitConfiguration"]["nodeRegistration"]["kubeletExtraArgs"]["node-ip"] == "172.18.0.2"
    )
    assert "taints" not in worker["InitConfiguration"]["nodeRegistration"]
    assert "addon/kube-proxy" in control_plane["InitConfiguration"]["skipPhases"]
    assert control_plane["KubeletConfiguration"]["systemReserved"] == {"memory": f"{24000 - 4096}Mi"}


def test_the_picture_is_well_formed_and_shows_every_application() -> None:
    marks = {
        "a<b": Milestones(1.0, 1, synced=5.0, healthy=7.0, ready=7.0),
        "late": Milestones(8.0, 3),
    }

    texts = [each.text for each in ET.fromstring(svg(marks, {"a<b": 0}, "Boot")).iter() if each.text]  # noqa: S314 - made a line above

    assert "a<b · wave 0" in texts
    assert "not ready" in texts
    assert table(marks, {"a<b": 0}).count("\n") == len(marks)


def test_the_supervisor_stops_what_it_started_with_its_children(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    process = supervisor.start("sleeper", [sys.executable, "-c", PARENT])
    while "up" not in process.log.read_text():
        assert process.popen.poll() is None

    supervisor.stop()

    assert process.popen.returncode is not None
    found = subprocess.run(
        ["ps", "-o", "stat=", "--pgroup", str(process.pid)], capture_output=True, text=True, check=False
    )
    assert all(line.startswith("Z") for line in found.stdout.split())


def test_a_process_that_ends_by_itself_is_an_error_with_its_log(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.start("short", [sys.executable, "-c", "raise SystemExit('no space')"]).popen.wait()

    with pytest.raises(LabError, match=r"short.*left with 1.*no space"):
        supervisor.check()


def test_the_machine_answers_what_the_script_asks(tmp_path: Path) -> None:
    machine = Machine(
        Network(),
        Authority(tmp_path / "authority"),
        tmp_path,
        tmp_path / "config",
        tmp_path,
        lambda _plane: None,
    )
    machine.start()

    def call(*command: str) -> tuple[int, str]:
        done = subprocess.run(command, env=machine.environment(), capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    try:
        assert call("kind", "get", "clusters") == (0, "")
        machine.cluster, machine.nodes = "demo", ("demo-control-plane",)
        machine.binds = ("/clone/.platform-stack/encryption:/etc/kubernetes/encryption:ro",)
        assert call("kind", "get", "nodes", "--name", "demo") == (0, "demo-control-plane\n")
        assert call("docker", "inspect", "--format", "…", "demo-control-plane")[1].startswith("/clone/")
        assert call("docker", "inspect", "--format", "…", "other-control-plane")[0] == 1
        kubeconfig = str(tmp_path / "kubeconfig")
        assert call("kind", "delete", "cluster", "--name", "other", "--kubeconfig", kubeconfig)[0] == 1
        assert machine.cluster == "demo"
    finally:
        machine.stop()


def test_names_are_answered_and_others_do_not_exist() -> None:
    server = NameServer("127.0.0.1", {"kind-worker": "172.18.0.3"})
    question = b"\x0bkind-worker\x00\x00\x01\x00\x01"
    query = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"

    assert server.answer(query + question).endswith(bytes([172, 18, 0, 3]))
    assert server.answer(query + question)[:4] == b"\x12\x34\x81\x80"
    assert server.answer(query + b"\x05other\x00\x00\x01\x00\x01")[3] & 0xF == 3


def test_dist_tells_waves_and_manual_applications(tmp_path: Path) -> None:
    folder = tmp_path / "dist" / "demo"
    policies: dict[str, dict[str, Any]] = {"one": {"automated": {}}, "two": {}}
    for name, policy in policies.items():
        application = {"kind": "Application", "metadata": {"name": name}, "spec": {"syncPolicy": policy}}
        file = folder / "apps" / name / "application.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(yaml.safe_dump(application))
    (folder / "root").mkdir()
    for name, wave in (("one", "0"), ("two", "1")):
        metadata = {"name": name, "annotations": {"argocd.argoproj.io/sync-wave": wave}}
        file = folder / "root" / f"ApplicationSet.{name}.yaml"
        file.write_text(yaml.safe_dump({"kind": "ApplicationSet", "metadata": metadata}))

    dist = Dist(tmp_path, folder)

    assert dist.waves == {"one": 0, "two": 1}
    assert [name for name in dist.catalogue if dist.manual(name)] == ["two"]


def test_a_variable_gets_the_value_that_the_platform_says_and_a_script_the_words_of_its_program(
    tmp_path: Path,
) -> None:
    copying = {"name": "copy", "command": ["sh", "-c"], "args": ["sha256:12 (script, 1 line)"]}
    serving = {
        "name": "serve",
        "env": [{"name": "LIMIT"}, {"name": "OTHER"}, {"name": "SET", "valueFrom": {}}],
    }
    item = {"spec": {"template": {"spec": {"initContainers": [copying], "containers": [serving]}}}}
    (tmp_path / "one.yaml").write_text(
        "kind: Deployment\nspec: {template: {spec: {initContainers: [{name: copy, command: [cp], args: [a, b]}]}}}"
    )

    known, containers = upstream(tmp_path)
    fill(item, known | variables({"server": {"env": [{"name": "LIMIT", "value": "5"}]}}), containers)

    assert (copying["command"], copying["args"]) == (["cp"], ["a", "b"])
    assert serving["env"] == [
        {"name": "LIMIT", "value": "5"},
        {"name": "OTHER"},
        {"name": "SET", "valueFrom": {}},
    ]


def test_memory_at_rest_is_said_for_every_program_and_true() -> None:
    def usage(workload: str, mebibytes: int, namespace: str = "web") -> Usage:
        size = mebibytes * 2**20
        return Usage(namespace, workload, f"{workload}-0", "main", size, size, None, None)

    real = [usage("fits", 150), usage("grew", 250), usage("new", 5), usage("etcd", 130, "kube-system")]

    assert unknown(real, {"fits": "80-120Mi", "grew": "100Mi"}) == [
        "web/grew: 250Mi, said is 100Mi",
        "web/new: 5Mi, and nothing is said",
    ]

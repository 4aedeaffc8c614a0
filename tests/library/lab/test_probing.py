"""The prober and the check that it is for, in network namespaces that stand for two pods, a node and the world.

They share one link; in each pod's namespace iptables drops what the policies refuse, as a datapath would.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from platform_stack.model.flow import Names
from platform_stack.network.pods import Workload
from platform_stack.network.resolve import ResolvedFlow
from tests.engines import build
from tests.lab.datapath import Question, Verdict
from tests.lab.declared import Declared
from tests.lab.errors import LabError
from tests.lab.live import LiveCluster, LiveNode, LivePod, Name, PodPort, World
from tests.lab.probing import PROBER, ask, check, named, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOOLS = ("ip", "iptables", "nsenter", "unshare", "go")
LACKS = [] if os.geteuid() == 0 else ["root"]
LACKS += [tool for tool in TOOLS if shutil.which(tool) is None]
if not LACKS and subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
    LACKS.append("the right to make network namespaces")

pytestmark = pytest.mark.skipif(bool(LACKS), reason=f"the prober needs {', '.join(LACKS)}")

WORLD, NODE, CLIENT, SERVER = "192.0.2.1", "192.0.2.2", "192.0.2.10", "192.0.2.11"
POD_CIDR = "10.244.0.0/24"
LISTEN = """
import socket, sys, time
listening = [socket.create_server(("", int(port))) for port in sys.argv[1:]]
print("up", flush=True)
time.sleep(600)
"""

# A SYN has 60 bytes, and is sent twice within the time of one try.
TWO_ARE_LOST = [
    "iptables",
    "-A",
    "INPUT",
    "-p",
    "tcp",
    "--syn",
    "-m",
    "quota",
    "--quota",
    "120",
    "-j",
    "DROP",
]

POLICIES = (
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "deny", "namespace": "app"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    },
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "client-to-server", "namespace": "app"},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    "from": [{"podSelector": {"matchLabels": {"app": "client"}}}],
                    "ports": [{"port": 80}, {"port": 81}],
                }
            ],
            "egress": [
                {
                    "to": [{"podSelector": {"matchLabels": {"app": "server"}}}],
                    "ports": [{"port": 80}, {"port": 81}],
                }
            ],
        },
    },
    {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNetworkPolicy",
        "metadata": {"name": "names", "namespace": "app"},
        "spec": {
            "endpointSelector": {"matchLabels": {"app": "client"}},
            "egress": [
                {"toFQDNs": [{"matchName": "ok.example.test"}], "toPorts": [{"ports": [{"port": "443"}]}]}
            ],
        },
    },
)


@dataclass(frozen=True)
class Wires:
    """A process in each network namespace; the namespaces and their links go when it ends."""

    world: int
    node: int
    client: int
    server: int

    def cluster(self) -> LiveCluster:
        """Return what stands on these wires."""
        client = LivePod("app", "client", CLIENT, "one", {"app": "client"}, (), pid=self.client)
        ports = (PodPort(80), PodPort(81), PodPort(82))
        server = LivePod("app", "server", SERVER, "one", {"app": "server"}, ports, pid=self.server)
        return LiveCluster(
            pods=(client, server),
            nodes=(LiveNode("one", NODE, self.node, POD_CIDR, api_server=True),),
            world=World(WORLD, self.world, ports=(80, 443)),
            balanced=(),
            namespaces={"app": {}},
            policies=POLICIES,
            dns=WORLD,
            kubernetes=(NODE, 443),
        )


def inside(pid: int, *command: str) -> str:
    return subprocess.run(
        ["nsenter", f"--net=/proc/{pid}/ns/net", "--", *command], check=True, capture_output=True, text=True
    ).stdout


def drop(pid: int, *accepted: str, chain: str) -> None:
    """Let only some new TCP connections through a chain."""
    for match in accepted:
        inside(pid, "iptables", "-A", chain, "-p", "tcp", "--syn", *match.split(), "-j", "ACCEPT")
    inside(pid, "iptables", "-A", chain, "-p", "tcp", "--syn", "-j", "DROP")


@pytest.fixture
def wires() -> Iterator[Wires]:
    build(PROBER)
    with contextlib.ExitStack() as stack:

        def start(*ports: int) -> int:
            command = ["unshare", "--net", sys.executable, "-c", LISTEN, *map(str, ports)]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            inside(process.pid, "ip", "link", "set", "lo", "up")
            return process.pid

        world, node, client, server = start(), start(), start(), start(80)
        inside(world, "ip", "link", "add", "bridge", "type", "bridge")
        inside(world, "ip", "address", "add", f"{WORLD}/24", "dev", "bridge")
        inside(world, "ip", "link", "set", "bridge", "up")
        for pid, address in ((node, NODE), (client, CLIENT), (server, SERVER)):
            link = f"to-{address.rpartition('.')[2]}"
            inside(
                world, "ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(pid)
            )
            inside(world, "ip", "link", "set", link, "master", "bridge", "up")
            inside(pid, "ip", "address", "add", f"{address}/24", "dev", "eth0")
            inside(pid, "ip", "link", "set", "eth0", "up")
            inside(pid, "ip", "route", "add", "default", "via", WORLD)
        yield Wires(world, node, client, server)


def declared() -> Declared:
    def workload(name: str) -> Workload:
        labels = (("app", name),)
        return Workload("app", "app", name, labels, labels, (), ())

    names = Names(("ok.example.test",))
    return Declared(
        (
            ResolvedFlow(workload("client"), workload("server"), 80, "TCP", "asks", "app", "none"),
            ResolvedFlow(workload("client"), workload("server"), 81, "TCP", "asks", "app", "none"),
            ResolvedFlow(workload("client"), names, 443, "TCP", "asks", "app", "TLS"),
        ),
        frozenset({"app"}),
    )


def enforce(wires: Wires) -> None:
    """Do in the pods' namespaces what POLICIES ask."""
    drop(wires.server, f"-s {NODE}", f"-s {CLIENT} --dport 80:81", chain="INPUT")
    drop(wires.server, chain="OUTPUT")
    drop(wires.client, f"-s {NODE}", chain="INPUT")
    named_address = named(wires.cluster().world, ("ok.example.test",)).names["ok.example.test"]
    drop(wires.client, f"-d {SERVER} --dport 80:81", f"-d {named_address} --dport 443", chain="OUTPUT")


def test_the_check_agrees_with_a_network_that_does_what_the_policies_say_and_finds_each_that_does_not(
    wires: Wires,
) -> None:
    enforce(wires)
    before = inside(wires.world, "ip", "-4", "address"), inside(wires.world, "ip", "route")

    result = check(wires.cluster(), declared(), None)

    assert result.problems == []
    assert result.questions == 35
    assert "pod to pod: 5 (1 open, 1 refused, 3 timeout)" in result.summary
    assert "pod to name: 8 (1 open, 7 timeout)" in result.summary
    assert (inside(wires.world, "ip", "-4", "address"), inside(wires.world, "ip", "route")) == before

    inside(wires.server, "iptables", "-D", "INPUT", "-p", "tcp", "--syn", "-j", "DROP")
    inside(wires.client, "iptables", "-I", "OUTPUT", "-p", "tcp", "-d", SERVER, "--dport", "80", "-j", "DROP")
    problems = check(wires.cluster(), declared(), None).problems

    assert any(one.startswith("app/client -> app/server 80/TCP: found timeout") for one in problems)
    assert any(one.startswith("the world -> app/server 80/TCP: found open") for one in problems)
    assert any(one.startswith("the world -> app/server 9/TCP: found refused") for one in problems)
    assert all("flows: " in one and "oracle: " in one for one in problems)


def test_what_the_prober_says(wires: Wires) -> None:
    cluster = wires.cluster()
    client, server = cluster.pods
    for port, target in (("83", ["DROP"]), ("84", ["REJECT", "--reject-with", "tcp-reset"])):
        inside(wires.server, "iptables", "-A", "INPUT", "-p", "tcp", "--dport", port, "-j", *target)
    inside(wires.server, "iptables", "-A", "INPUT", "-p", "udp", "--dport", "54", "-j", "DROP")
    inside(wires.server, "ip", "route", "delete", "default")
    cluster = replace(cluster, world=named(cluster.world, ("ok.example.test",)))
    world = cluster.world
    known, unknown = Name("ok.example.test", "198.51.100.1"), Name("nowhere.example.test", "198.51.100.2")
    asked = [
        Question(client, server, 80, "TCP", SERVER, 80),
        Question(client, server, 82, "TCP", SERVER, 82),
        Question(client, server, 83, "TCP", SERVER, 83),
        Question(client, server, 84, "TCP", SERVER, 84),
        Question(client, server, 53, "UDP", SERVER, 53),
        Question(client, server, 54, "UDP", SERVER, 54),
        Question(client, world, 53, "UDP", WORLD, 53),
        Question(client, known, 443, "TCP", known.name, 443),
        Question(client, unknown, 443, "TCP", unknown.name, 443),
        Question(server, world, 443, "TCP", world.server, 443),
    ]
    program = PROBER.program("prober")
    with serving(cluster, program):
        answers = ask(program, asked, [Verdict(declared=False, oracle=False)] * len(asked), dns=WORLD)

    assert [answer.outcome for answer in answers] == [
        *("open", "refused", "timeout", "refused"),
        *("refused", "timeout", "open"),
        *("open", "unresolved", "error"),
    ]
    assert "network is unreachable" in answers[-1].detail


def test_a_silence_where_an_answer_is_expected_is_asked_again(wires: Wires) -> None:
    client, server = wires.cluster().pods
    once = [Question(client, server, 80, "TCP", SERVER, 80)]
    program = PROBER.program("prober")
    for expected, outcome in ((False, "timeout"), (True, "open")):
        inside(wires.server, "iptables", "-F", "INPUT")
        inside(wires.server, *TWO_ARE_LOST)
        (answer,) = ask(program, once, [Verdict(declared=expected, oracle=expected)], dns=WORLD)
        assert answer.outcome == outcome


def test_what_is_not_there_is_an_error(wires: Wires) -> None:
    cluster = wires.cluster()
    program = PROBER.program("prober")
    gone = replace(cluster.pods[0], pid=2**22 + 1)
    question = Question(gone, cluster.pods[1], 80, "TCP", SERVER, 80)
    with pytest.raises(LabError, match=r"0 answers to 1 questions.*No such file.*read the cluster again"):
        ask(program, [question], [Verdict(declared=True, oracle=True)], dns=WORLD)
    twice = serving(cluster, program)
    with (
        serving(cluster, program),
        pytest.raises(LabError, match=r"ip address add .*(already assigned|exists)"),
        twice,
    ):
        pass
    busy = replace(cluster, world=World(SERVER, wires.server, server="192.0.2.77", ports=(80,)), nodes=())
    with pytest.raises(LabError, match="address already in use"), serving(busy, program):
        pass


def test_another_dns_server_of_the_world_is_told_the_names_and_that_it_is_over(wires: Wires) -> None:
    cluster = wires.cluster()
    world = named(cluster.world, ("ok.example.test",))
    told: list[Mapping[str, str]] = []
    ask_dns = Question(cluster.pods[0], world, 53, "UDP", WORLD, 53)
    program = PROBER.program("prober")
    with serving(replace(cluster, world=world), program, told.append):
        (answer,) = ask(program, [ask_dns], [Verdict(declared=False, oracle=False)], dns=WORLD)
    assert told == [{"ok.example.test": "198.51.100.1"}, {}]
    assert answer.outcome == "refused"

"""Asks the network's questions with real connections, from outside the pods and in their network namespaces."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.engines import BUILD, Engine

from .datapath import Answer, Question, Verdict, compare, judged, names_to_ask, questions, summary
from .errors import fail
from .live import Name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.flows.judge import Judge

    from .declared import Declared
    from .live import LiveCluster, World

PROBER = Engine(
    Path(__file__).resolve().parent / "prober", BUILD / "engines" / "prober", ("prober",), packages=(".",)
)

# A drop is silent. What must get through is asked again, because a busy machine is silent for a while, too.
SECONDS = 1.2
TRIES = 3
# How many sources ask at a time, each with up to 256 connections.
SOURCES = 8

# RFC 5737's documentation range: no address of anybody.
NAMES_NETWORK = "198.51.100."
_MOST_NAMES = 254


@dataclass(frozen=True)
class Result:
    """What the network check found: `problems` is empty when all answers to every question are the same."""

    questions: int
    seconds: float
    problems: list[str]
    summary: list[str]

    @property
    def detail(self) -> str:
        """How much was asked, for the report."""
        return f"{self.questions} questions in {self.seconds:.0f} s, {len(self.problems)} disagreements"


def check(
    cluster: LiveCluster,
    declared: Declared,
    engine: Judge | None,
    *,
    announce: Callable[[Mapping[str, str]], None] | None = None,
    program: Path | None = None,
) -> Result:
    """Ask everything and compare.

    Args:
        cluster: what runs; its world gets a name and an address for each toFQDNs rule.
        declared: what `platform-stack flows` says.
        engine: Cilium's own; None: it is not asked.
        announce: tells a DNS server at the world's address the addresses of names, and none at the end; default: the
            prober serves them on port 53.
        program: the prober; default: PROBER's, which must have been built.

    Raises:
        LabError: the world or a pod's network namespace is not there, or something in the world has its ports.

    """
    program = program or PROBER.program("prober")
    cluster = replace(cluster, world=named(cluster.world, names_to_ask(cluster.policies)))
    asked = questions(cluster, declared)
    verdicts = judged(cluster, declared, asked, engine)
    with serving(cluster, program, announce):
        start = time.monotonic()
        answers = ask(program, asked, verdicts, dns=cluster.dns)
        seconds = time.monotonic() - start
    return Result(len(asked), seconds, compare(asked, verdicts, answers), summary(asked, answers))


def named(world: World, names: Sequence[str]) -> World:
    """Return the world with an address for each name: one each, or one name would open another's address."""
    if len(names) > _MOST_NAMES:
        fail("DNS names of policies", str(len(names)), f"at most {_MOST_NAMES}", "take a larger network")
    return replace(world, names={name: f"{NAMES_NETWORK}{number}" for number, name in enumerate(names, 1)})


@contextlib.contextmanager
def serving(
    cluster: LiveCluster, program: Path, announce: Callable[[Mapping[str, str]], None] | None = None
) -> Iterator[None]:
    """Be the world: answer on its ports and for its names, and know the way to the pods; undo all of it."""
    world = cluster.world
    inside = _inside(world.pid)
    addresses = [world.server, *world.names.values()]
    with contextlib.ExitStack() as undo:
        for address in addresses:
            _ip(inside, "address", "add", f"{address}/32", "dev", "lo")
            undo.callback(_ip, inside, "address", "delete", f"{address}/32", "dev", "lo")
        for node in cluster.nodes:
            _ip(inside, "route", "add", node.pod_cidr, "via", node.ip)
            undo.callback(_ip, inside, "route", "delete", node.pod_cidr, "via", node.ip)
        command = [*inside, str(program), "serve"]
        command += ["-at", ",".join(addresses), "-tcp", ",".join(map(str, world.ports))]
        if announce is None:
            names = ",".join(f"{name}={address}" for name, address in world.names.items())
            command += ["-dns", f"{world.address}:53", "-names", names]
        else:
            announce(world.names)
            undo.callback(announce, {})
        server = undo.enter_context(
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        undo.callback(server.kill)
        if server.stdout is None or server.stderr is None:
            raise AssertionError  # both are pipes
        if server.stdout.readline() != "ready\n":
            fail(
                "the world's server", server.stderr.read().strip(), "it to listen", "what else listens there?"
            )
        yield


def ask(program: Path, asked: Sequence[Question], verdicts: Sequence[Verdict], *, dns: str) -> list[Answer]:
    """Return what became of each connection, in the order of the questions.

    Args:
        program: the prober.
        asked: the questions.
        verdicts: what is expected: what a judge lets through is tried again after a silence.
        dns: the address of the DNS server that is asked for names.

    Raises:
        LabError: a source's network namespace is gone, or the prober left something unanswered.

    """
    lines: dict[int, list[str]] = {}
    for number, (question, verdict) in enumerate(zip(asked, verdicts, strict=True)):
        lines.setdefault(question.source.pid, []).append(
            json.dumps(
                {
                    "id": number,
                    "protocol": question.protocol.lower(),
                    "host": question.host,
                    "port": question.host_port,
                    "server": dns if isinstance(question.target, Name) else "",
                    "tries": TRIES if verdict.declared or verdict.oracle or verdict.engine else 1,
                }
            )
        )

    def run(source: tuple[int, list[str]]) -> list[tuple[int, Answer]]:
        pid, of_source = source
        command = [*_inside(pid), str(program), "ask", "-timeout", f"{SECONDS}s"]
        done = subprocess.run(
            command, input="\n".join(of_source), capture_output=True, text=True, check=False
        )
        found = [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode or len(found) != len(of_source):
            fail(
                f"prober in the network namespace of process {pid}",
                f"{len(found)} answers to {len(of_source)} questions; {done.stderr.strip()}",
                "one answer each",
                "has the pod ended meanwhile? read the cluster again",
            )
        return [
            (each["id"], Answer(each["outcome"], each.get("detail", ""), each["seconds"])) for each in found
        ]

    with ThreadPoolExecutor(SOURCES) as pool:
        answers = dict(pair for pairs in pool.map(run, lines.items()) for pair in pairs)
    return [answers[number] for number in range(len(asked))]


def _inside(pid: int) -> list[str]:
    return ["nsenter", f"--net=/proc/{pid}/ns/net", "--"]


def _ip(inside: list[str], *arguments: str) -> None:
    done = subprocess.run([*inside, "ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        fail(
            f"ip {' '.join(arguments)}",
            done.stderr.strip(),
            "it to work in the world's namespace",
            "is it there?",
        )

"""Every connection that the network check asks for, and what the judges and the datapath say to it.

Four answers to one question: what `platform-stack flows` declares, what the oracle and the engine of Cilium's agent
(tests/flows) make of the policies that are in the cluster, and what the kernel did with a real connection. They must
be the same. A connection that is refused got through the network: nobody listens there.

Not asked: what no policy decides (node to node, world to node), ICMP, HTTP rules. UDP from the world goes to
LoadBalancer addresses only: an answer that comes from a pod's own address is masqueraded on its way out.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from tests.flows.oracle import Oracle
from tests.flows.peers import Address, DnsName, Entity, Peer, Pod

from .live import LiveNode, LivePod, Name, Source, Target, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.flows.judge import Judge

    from .client import Object
    from .declared import Declared
    from .live import LiveCluster

UNDECLARED_PORT = 9
"""The discard port, which nobody declares: it must be closed wherever policies hold."""

KUBELET_PORT = 10250
STRANGE_NAME = "undeclared.example.test"


@dataclass(frozen=True)
class Question:
    """One connection.

    Attributes:
        source: who opens it.
        target: who would answer.
        port: the target's port, which policies see.
        protocol: TCP or UDP.
        host: the address that is asked, or the DNS name.
        host_port: the port that is asked: a Service's, where `through` names one.
        through: the Service whose address is asked; empty: the target's own address.

    """

    source: Source
    target: Target
    port: int
    protocol: str
    host: str
    host_port: int
    through: str = ""

    def __str__(self) -> str:
        through = f" through {self.through} ({self.host}:{self.host_port})" if self.through else ""
        return f"{self.source} -> {self.target} {self.port}/{self.protocol}{through}"


@dataclass(frozen=True)
class Verdict:
    """Whether a connection gets through, by each judge; the engine's is None where it was not asked."""

    declared: bool
    oracle: bool
    engine: bool | None = None

    @property
    def agreed(self) -> bool:
        """Whether all say the same."""
        return len({self.declared, self.oracle, self.engine} - {None}) == 1


@dataclass(frozen=True)
class Answer:
    """What became of a connection, after how long: open, refused, timeout, unresolved or error (`detail` of these)."""

    outcome: str
    detail: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool | None:
        """Whether it got through the network; None where that cannot be said."""
        return {"open": True, "refused": True, "timeout": False}.get(self.outcome)


def names_to_ask(policies: Iterable[Object]) -> tuple[str, ...]:
    """Return DNS names for each toFQDNs rule, one and two labels for a star, and one that no rule names."""
    found = {STRANGE_NAME}
    for policy in policies:
        for spec in (policy.get("spec") or {}, *(policy.get("specs") or ())):
            for selector in (each for rule in spec.get("egress") or () for each in rule.get("toFQDNs") or ()):
                if "matchName" in selector:
                    found.add(selector["matchName"])
                elif selector["matchPattern"].strip("*"):
                    found |= {re.sub(r"\*+", label, selector["matchPattern"]) for label in ("one", "two.one")}
    return tuple(sorted(found))


def questions(cluster: LiveCluster, declared: Declared) -> list[Question]:
    """Return every pair and port: from pods, nodes and the world to pods, and from pods to what is none.

    A pod is asked at its container ports, at those that flows name, and at one that nobody declares. Its own node
    asks too and is always let in, which says whether anybody is there: silence towards others is then a drop.
    """
    pods = [pod for pod in cluster.pods if not pod.host_network]
    everybody: list[Source] = [*pods, *cluster.nodes, cluster.world]
    found: list[Question] = []
    for target in pods:
        ports = {(port.number, port.protocol) for port in target.ports}
        ports |= {*declared.ports_of(target), (UNDECLARED_PORT, "TCP")}
        for source in everybody:
            if source != target:  # a pod always reaches itself
                found += [
                    Question(source, target, port, protocol, target.ip, port)
                    for port, protocol in sorted(ports)
                    if not (source is cluster.world and protocol == "UDP")
                ]
    for source in pods:
        found += _outward(cluster, declared, source)
    outside: list[Source] = [*pods, cluster.world]
    for one in cluster.balanced:
        found += [
            Question(source, one.backends[0], one.pod_port, one.protocol, one.address, one.port, one.service)
            for source in outside
            if source not in one.backends
        ]
    return found


def _outward(cluster: LiveCluster, declared: Declared, source: LivePod) -> Iterator[Question]:
    for node in cluster.nodes:
        ports = {KUBELET_PORT, cluster.api_port, UNDECLARED_PORT}
        ports |= {port for port, protocol in declared.ports_of(node) if protocol == "TCP"}
        for pod in cluster.pods:
            if pod.host_network and pod.node == node.name:
                ports |= {port.number for port in pod.ports if port.protocol == "TCP"}
        for port in sorted(ports):
            yield Question(source, node, port, "TCP", node.ip, port)
        if node.api_server:
            address, port = cluster.kubernetes
            yield Question(source, node, cluster.api_port, "TCP", address, port, "default/kubernetes")
    for port in cluster.world.ports:
        yield Question(source, cluster.world, port, "TCP", cluster.world.server, port)
        for name, address in sorted(cluster.world.names.items()):
            yield Question(source, Name(name, address), port, "TCP", name, port)


def seen(question: Question, *, by_address: bool = False) -> list[tuple[Peer, Peer]]:
    """Return as whom policies see the two ends; a connection gets through if it does so as any of them.

    From one node to another the kernel's tunnel says `remote-node`, also of the API server's node, whose address
    there is its router's (cilium/cilium#18049). A pod sees the API server's node as `host` and `kube-apiserver` in
    one identity where it runs there itself. With `by_address` a node is its address, but to its own pods, which it
    always reaches.
    """
    source, target = question.source, question.target
    here = isinstance(source, LiveNode) and isinstance(target, LivePod) and source.name == target.node
    match source:
        case LivePod():
            sources: tuple[Peer, ...] = (_pod(source),)
        case LiveNode():
            remote = Address(source.ip) if by_address else Entity("remote-node")
            sources = (Entity("host") if here else remote,)
        case World():
            sources = (Address(source.address),)
    match target:
        case LivePod():
            targets: tuple[Peer, ...] = (_pod(target),)
        case LiveNode() if by_address:
            targets = (Address(target.ip),)
        case LiveNode():
            local = isinstance(source, LivePod) and source.node == target.name
            of_node = ["host"] if local else [] if target.api_server else ["remote-node"]
            targets = tuple(Entity(name) for name in (*of_node, *["kube-apiserver"] * target.api_server))
        case World():
            targets = (Address(target.server),)
        case Name():
            targets = (DnsName(target.name),)
    return list(product(sources, targets))


def judged(
    cluster: LiveCluster, declared: Declared, asked: Sequence[Question], engine: Judge | None
) -> list[Verdict]:
    """Return what each judge says to each question; raise a ManifestError for a policy that cannot be judged."""
    pods = [_pod(pod) for pod in cluster.pods if not pod.host_network]
    oracle = Oracle(cluster.policies, pods, cluster.namespaces)
    views = [
        (index, (source, target, question.port, question.protocol))
        for index, question in enumerate(asked)
        for source, target in seen(question, by_address=cluster.nodes_by_address)
    ]
    by_oracle = {index for index, view in views if oracle.allows(*view)}
    by_engine: set[int] | None = None
    if engine is not None:
        answers = engine.ask(cluster.policies, pods, cluster.namespaces, [view for _, view in views])
        by_engine = {index for (index, _), answer in zip(views, answers, strict=True) if answer.allowed}
    return [
        Verdict(
            declared.allows(question.source, question.target, question.port, question.protocol),
            index in by_oracle,
            None if by_engine is None else index in by_engine,
        )
        for index, question in enumerate(asked)
    ]


def compare(asked: Sequence[Question], verdicts: Sequence[Verdict], answers: Sequence[Answer]) -> list[str]:
    """Return a line for each question to which the answers differ, with what each says."""
    quiet = mute(asked, answers)
    problems = []
    for question, verdict, answer in zip(asked, verdicts, answers, strict=True):
        if verdict.agreed and (answer.passed == verdict.oracle or _endpoint(question) in quiet):
            continue
        said = [f"flows: {_word(verdict.declared)}", f"oracle: {_word(verdict.oracle)}"]
        if verdict.engine is not None:
            said.append(f"Cilium's engine: {_word(verdict.engine)}")
        detail = f" ({answer.detail})" if answer.detail else ""
        hint = (
            "cilium-dbg monitor --type drop on the node of each end"
            if verdict.agreed
            else "platform-stack flows, and the policies that select either end"
        )
        problems.append(
            f"{question}: found {answer.outcome}{detail}; expected {', '.join(said)}; hint: {hint}"
        )
    return problems


def mute(asked: Sequence[Question], answers: Sequence[Answer]) -> set[tuple[Target, int, str]]:
    """Return the UDP ports that do not even answer their own node, which is let in: their silence says nothing."""
    return {
        _endpoint(question)
        for question, answer in zip(asked, answers, strict=True)
        if question.protocol == "UDP"
        and answer.outcome == "timeout"
        and isinstance(question.source, LiveNode)
        and isinstance(question.target, LivePod)
        and question.source.name == question.target.node
    }


def summary(asked: Sequence[Question], answers: Sequence[Answer]) -> list[str]:
    """Return a line for each kind of source and target with what became of how many questions, and the slowest answer.

    That one says whether a silence was waited for long enough to be one.
    """
    counts: dict[str, Counter[str]] = {}
    for question, answer in zip(asked, answers, strict=True):
        kind = f"{_kind(question.source)} to {'Service' if question.through else _kind(question.target)}"
        counts.setdefault(kind, Counter())[answer.outcome] += 1
    lines = [
        f"{kind}: {found.total()} ({', '.join(f'{number} {what}' for what, number in sorted(found.items()))})"
        for kind, found in counts.items()
    ]
    quiet = sorted(f"{target} {port}/{protocol}" for target, port, protocol in mute(asked, answers))
    slowest = max((answer.seconds for answer in answers if answer.passed), default=0.0)
    lines.append(f"the slowest answer took {slowest:.2f} s")
    return [*lines, *(f"says nothing over UDP, so nothing was learned: {one}" for one in quiet)]


def _endpoint(question: Question) -> tuple[Target, int, str]:
    return question.target, question.port, question.protocol


def _pod(pod: LivePod) -> Pod:
    ports = {port.name: f"{port.number}/{port.protocol}" for port in pod.ports if port.name}
    return Pod(pod.namespace, pod.name, dict(pod.labels), ports)


def _kind(end: Source | Target) -> str:
    return {LivePod: "pod", LiveNode: "node", World: "world", Name: "name"}[type(end)]


def _word(allowed: bool) -> str:  # noqa: FBT001  a verdict is what it is
    return "yes" if allowed else "no"

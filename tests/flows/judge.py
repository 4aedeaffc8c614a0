"""Asks the policy engine of Cilium's agent, built from the Go module in the folder judge beside this file."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.engines import BUILD, Engine, build

from .errors import fail
from .oracle import NAMESPACE_NAME
from .peers import Address, DnsName, Entity, Peer, Pod

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

JUDGE = Engine(Path(__file__).resolve().parent / "judge", BUILD / "flows", ("judge",), packages=(".",))

Question = tuple[Peer, Peer, int, str]
"""Source, target, port, protocol."""


@dataclass(frozen=True)
class Answer:
    """What the agent would do with one connection; `inspected`: a proxy reads it and may refuse requests in it."""

    allowed: bool
    egress: bool
    ingress: bool
    inspected: bool


def build_judge() -> bool:
    """Build the program unless its sources are the same as last time; return whether anything was built.

    The first build compiles Cilium (minutes), later ones only link (seconds).
    """
    return build(JUDGE, BUILD / "flows" / "build.log")


class Judge:
    """A running judge: a context manager, for many scenarios, because its start costs more than they do."""

    def __init__(self) -> None:
        """Build the program if needed; it starts on entering."""
        build_judge()

    def __enter__(self) -> Self:
        """Start the program."""
        self._process = subprocess.Popen(
            [str(JUDGE.program("judge"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close its input, on which it ends, and wait for it."""
        self._process.communicate()

    def ask(
        self,
        policies: Iterable[Mapping[str, object]],
        pods: Iterable[Pod],
        namespaces: Mapping[str, Mapping[str, str]],
        questions: Sequence[Question],
    ) -> list[Answer]:
        """Return an answer for each question, in their order; raise a ManifestError for what the engine refuses."""
        scenario = {
            "policies": list(policies),
            "pods": [
                {"namespace": p.namespace, "name": p.name, "labels": dict(p.labels), "ports": dict(p.ports)}
                for p in pods
            ],
            "namespaces": {name: {**labels, NAMESPACE_NAME: name} for name, labels in namespaces.items()},
            "queries": [
                {"from": _peer(source), "to": _peer(target), "port": port, "protocol": protocol}
                for source, target, port, protocol in questions
            ],
        }
        to_program, from_program = self._process.stdin, self._process.stdout
        if to_program is None or from_program is None:
            raise AssertionError  # both are pipes
        to_program.write(json.dumps(scenario) + "\n")
        to_program.flush()
        reply = json.loads(
            from_program.readline() or '{"error": "the judge has ended, see its standard error"}'
        )
        if "error" in reply:
            fail("scenario", reply["error"], "what the engine takes", "see the engine's words")
        return [Answer(**answer) for answer in reply.get("answers", [])]


def _peer(peer: Peer) -> dict[str, str]:
    match peer:
        case Pod():
            return {"pod": str(peer)}
        case Entity(name):
            return {"entity": name}
        case Address(ip):
            return {"ip": ip}
        case DnsName(name):
            return {"dns": name}

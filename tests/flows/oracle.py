"""Says from manifests alone who may connect to whom, as Cilium's agent would decide with its default settings.

Written from the specifications, without the agent's code: policyEnforcementMode default, no host firewall, IPv4,
one cluster. An endpoint (a pod, or Cilium's health endpoint) is isolated in a direction once a policy that isolates
selects it there; from then on only what the rules of all policies together allow gets through, and what a deny rule
names never does. A connection needs the egress of its source and the ingress of its target.

Not judged: ICMP, requests inside a connection (HTTP, DNS names), Services (policies see the pod behind, and its port),
policies for nodes. A hostNetwork pod is asked about as host or remote-node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .cilium_policy import parse_cilium_policy
from .errors import expect_keys, expect_text, fail
from .network_policy import parse_network_policy
from .peers import Entity, Peer, Pod, identity_labels, is_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .rules import Direction, Policy, Rule

NAMESPACE_NAME = "kubernetes.io/metadata.name"

_API_VERSIONS = {
    "NetworkPolicy": "networking.k8s.io/v1",
    "CiliumNetworkPolicy": "cilium.io/v2",
    "CiliumClusterwideNetworkPolicy": "cilium.io/v2",
}


@dataclass(frozen=True)
class Decision:
    """What one end says, and why; `inspected`: a proxy reads the connection and may refuse requests in it."""

    allowed: bool
    reason: str
    inspected: bool = False


@dataclass(frozen=True)
class Verdict:
    """What both ends say about one connection."""

    egress: Decision
    ingress: Decision

    @property
    def allowed(self) -> bool:
        """Whether the connection gets through."""
        return self.egress.allowed and self.ingress.allowed

    @property
    def inspected(self) -> bool:
        """Whether a proxy at either end reads the connection."""
        return self.egress.inspected or self.ingress.inspected


class Oracle:
    """Answers questions about one set of policies, pods and namespaces.

    `policies` are manifests as mappings; `namespaces` maps each name to its labels, to which the one that the API
    server sets, kubernetes.io/metadata.name, is added. Raise a ManifestError for what cannot be judged.
    """

    def __init__(
        self,
        policies: Iterable[Mapping[str, object]],
        pods: Iterable[Pod],
        namespaces: Mapping[str, Mapping[str, str]],
    ) -> None:
        """Read the manifests; nothing is decided yet."""
        self._namespaces = {name: {**labels, NAMESPACE_NAME: name} for name, labels in namespaces.items()}
        self._pods: dict[tuple[str, str], Pod] = {}
        for pod in pods:
            if self._pods.setdefault((pod.namespace, pod.name), pod) is not pod:
                fail(f"pod {pod}", "two of this name", "one", "replicas need only one entry")
        self._policies = [policy for manifest in policies for policy in self._read(manifest)]
        self._labels: dict[Peer, dict[str, str]] = {}
        self._isolation: dict[tuple[Peer, str], tuple[tuple[str, ...], tuple[Rule, ...]]] = {}

    def allows(self, source: Peer, target: Peer, port: int, protocol: str = "TCP") -> bool:
        """Return whether `source` may open a connection to `port` (1 to 65535) of `target`; TCP or UDP."""
        return self.verdict(source, target, port, protocol).allowed

    def explain(self, source: Peer, target: Peer, port: int, protocol: str = "TCP") -> str:
        """Return the verdict with the rule or the lack of one that leads to it, a line for each end."""
        verdict = self.verdict(source, target, port, protocol)
        lines = [f"{source} -> {target} {port}/{protocol}: {_word(allowed=verdict.allowed)}"]
        for direction, end, decision in (
            ("egress", source, verdict.egress),
            ("ingress", target, verdict.ingress),
        ):
            read = ", read by a proxy" if decision.inspected else ""
            word = _word(allowed=decision.allowed)
            lines.append(f"  {direction} of {end}: {word}{read}: {decision.reason}")
        return "\n".join(lines)

    def verdict(self, source: Peer, target: Peer, port: int, protocol: str = "TCP") -> Verdict:
        """Return what each end says; raise a ManifestError for an unknown pod, or if no end is an endpoint."""
        source, target = self._known(source), self._known(target)
        if not (is_endpoint(source) or is_endpoint(target)):
            fail(f"{source} -> {target}", "two peers that are no pods", "a pod", "no policy decides this")
        if not 0 < port <= 65535 or protocol not in {"TCP", "UDP"}:
            fail(f"{source} -> {target}", f"{port}/{protocol}", "1 to 65535 and TCP or UDP", "in capitals")
        return Verdict(
            self._decide("egress", source, target, port, protocol),
            self._decide("ingress", target, source, port, protocol),
        )

    def _decide(self, direction: str, endpoint: Peer, other: Peer, port: int, protocol: str) -> Decision:
        if not is_endpoint(endpoint):
            return Decision(allowed=True, reason="no policy selects what is no pod")
        isolating, rules = self._rules(direction, endpoint)
        labels = self._identity(other)

        def resolve(name: str, in_protocol: str) -> int | None:
            return self._named_port(direction, endpoint, name, in_protocol)

        matching = [
            rule
            for rule in rules
            if (rule.peers is None or any(peer.matches(other, labels) for peer in rule.peers))
            and (rule.ports is None or any(ports.matches(port, protocol, resolve) for ports in rule.ports))
        ]
        if denying := [rule.where for rule in matching if rule.denies]:
            return Decision(allowed=False, reason=denying[0])
        if matching:
            inspected = any(rule.inspected for rule in matching)
            return Decision(allowed=True, reason=matching[0].where, inspected=inspected)
        if direction == "ingress" and other == Entity("host"):
            # The kubelet's probes come from there (allow-localhost is always).
            return Decision(allowed=True, reason="a node reaches its own pods")
        if isolating:
            return Decision(allowed=False, reason=f"isolated by {', '.join(isolating)}; no rule allows it")
        return Decision(allowed=True, reason="no policy isolates it")

    def _rules(self, direction: str, endpoint: Peer) -> tuple[tuple[str, ...], tuple[Rule, ...]]:
        """Return the policies that isolate the endpoint and the rules of all that select it."""
        key = (endpoint, direction)
        if key not in self._isolation:
            labels = self._identity(endpoint)
            said: list[tuple[str, Direction]] = []
            for policy in self._policies:
                one = policy.ingress if direction == "ingress" else policy.egress
                if one is not None and policy.subject.selects(labels):
                    said.append((policy.where, one))
            isolating = tuple(where for where, one in said if one.isolates)
            self._isolation[key] = isolating, tuple(rule for _, one in said for rule in one.rules)
        return self._isolation[key]

    def _named_port(self, direction: str, endpoint: Peer, name: str, protocol: str) -> int | None:
        """Resolve the name of a port: on ingress at the pod itself, on egress in the whole cluster.

        The agent does not look at the target on egress: the name must stand for the same number on all pods that
        have it in this protocol, otherwise the rule allows nothing.
        """
        owners = [endpoint] if direction == "ingress" else self._pods.values()
        found = {owner.named_port(name) for owner in owners if isinstance(owner, Pod)}
        numbers = {port[0] for port in found if port is not None and port[1] == protocol}
        return numbers.pop() if len(numbers) == 1 else None

    def _identity(self, peer: Peer) -> dict[str, str]:
        if peer not in self._labels:
            self._labels[peer] = identity_labels(peer, self._namespaces)
        return self._labels[peer]

    def _known(self, peer: Peer) -> Peer:
        """Return the peer as it was given at first: a pod is found by its namespace and name alone."""
        self._identity(peer)
        if not isinstance(peer, Pod):
            return peer
        if (peer.namespace, peer.name) not in self._pods:
            fail(f"pod {peer}", str(peer), "one of the pods that were given", "policies see only those")
        return self._pods[peer.namespace, peer.name]

    def _read(self, manifest: Mapping[str, object]) -> list[Policy]:
        kind = expect_text("manifest kind", manifest.get("kind"))
        expect_keys(kind, manifest, {"apiVersion", "kind", "metadata", "spec", "specs"})
        metadata = expect_keys(
            f"{kind} metadata", manifest.get("metadata"), {"name", "namespace", "labels", "annotations"}
        )
        name = expect_text(f"{kind} name", metadata.get("name"))
        namespace = metadata.get("namespace")
        where = f"{kind} {name}" if namespace is None else f"{kind} {namespace}/{name}"
        clusterwide = kind == "CiliumClusterwideNetworkPolicy"
        if clusterwide != (namespace is None) or not (clusterwide or namespace in self._namespaces):
            fail(
                where,
                namespace,
                "no namespace" if clusterwide else "a namespace that was given",
                "see metadata",
            )
        if manifest.get("apiVersion") != _API_VERSIONS.get(kind):
            fail(where, manifest.get("apiVersion"), f"one of {_API_VERSIONS}", "nothing else is judged")
        if kind == "NetworkPolicy":
            return [parse_network_policy(where, str(namespace), manifest)]
        return parse_cilium_policy(where, None if clusterwide else str(namespace), manifest)


def _word(*, allowed: bool) -> str:
    return "allowed" if allowed else "denied"

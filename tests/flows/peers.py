"""The ends of a connection, and the labels by which Cilium's policies select them.

Every peer has an identity, which is a set of labels, each from a source: `k8s:` for a pod's own labels and its
namespace's, `reserved:` for what is no pod (https://docs.cilium.io/en/v1.18/gettingstarted/terminology/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from .errors import fail

if TYPE_CHECKING:
    from collections.abc import Mapping

CLUSTER_NAME = "default"
NAMESPACE = "k8s:io.kubernetes.pod.namespace"
NAMESPACE_LABELS = "k8s:io.cilium.k8s.namespace.labels."
CLUSTER = "k8s:io.cilium.k8s.policy.cluster"

ENTITY_LABELS = {
    "host": ("reserved:host",),
    "remote-node": ("reserved:remote-node",),
    # The API server runs on a node; seen from another node its identity carries both labels.
    "kube-apiserver": ("reserved:kube-apiserver", "reserved:remote-node"),
    "health": ("reserved:health",),
    "world": ("reserved:world",),
}
"""The entities that can stand at one end; `cluster` and `all` only name sets of them in a policy."""

# The agent's default list of labels that are no part of an identity: a selector on one of them selects nothing
# (https://docs.cilium.io/en/v1.18/operations/performance/scalability/identity-relevant-labels/).
_IRRELEVANT = re.compile(
    r"io\.kubernetes|kubernetes\.io|statefulset\.kubernetes\.io/pod-name|apps\.kubernetes\.io/pod-index"
    r"|batch\.kubernetes\.io/(job-completion-index|controller-uid)|.*beta\.kubernetes\.io|k8s\.io"
    r"|pod-template-(generation|hash)|controller-(revision-hash|uid)|annotation|etcd_node|io\.cilium\.k8s"
)


@dataclass(frozen=True)
class Pod:
    """One replica of a workload; a question from a pod to itself is about two replicas of it.

    `ports` maps the names of container ports to their numbers, TCP unless written as text: `53/UDP`. `ip` is its
    address on a network where blocks of addresses mean pods too; empty on Cilium, where they never do.
    """

    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    ports: Mapping[str, int | str] = field(default_factory=dict, hash=False)
    ip: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def named_port(self, name: str) -> tuple[int, str] | None:
        """Return the number and the protocol of one named port, or None."""
        if name not in self.ports:
            return None
        number, _, protocol = str(self.ports[name]).partition("/")
        return int(number), protocol or "TCP"


@dataclass(frozen=True)
class Entity:
    """A peer that is no pod: host, remote-node, kube-apiserver, health or world."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Address:
    """An IPv4 address outside the cluster, neither a pod's nor a node's."""

    ip: str

    def __str__(self) -> str:
        return self.ip


@dataclass(frozen=True)
class DnsName:
    """An address outside the cluster that the source has looked up by this name, in no prefix but 0.0.0.0/0."""

    name: str

    def __str__(self) -> str:
        return self.name


Peer = Pod | Entity | Address | DnsName


def is_endpoint(peer: Peer) -> bool:
    """Return whether policies can select the peer: pods and Cilium's own health endpoint on each node."""
    return isinstance(peer, Pod) or peer == Entity("health")


def identity_labels(peer: Peer, namespaces: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the labels of a peer's identity, each key with its source.

    Raise a ManifestError for an unknown entity or namespace and for what is no IPv4 address.
    """
    match peer:
        case Pod():
            return _pod_labels(peer, namespaces)
        case Entity(name):
            if name not in ENTITY_LABELS:
                fail(
                    f"entity {name}",
                    name,
                    f"one of {', '.join(ENTITY_LABELS)}",
                    "ask about one member of a set",
                )
            return dict.fromkeys(ENTITY_LABELS[name], "")
        case Address(ip):
            try:
                IPv4Address(ip)
            except ValueError:
                fail(f"address {ip}", ip, "an IPv4 address", "only IPv4 is judged")
            return {"reserved:world": ""}
        case DnsName():
            return {"reserved:world": ""}


def _pod_labels(pod: Pod, namespaces: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    if pod.namespace not in namespaces:
        fail(f"pod {pod}", pod.namespace, "a namespace that was given", "add the namespace with its labels")
    own = {f"k8s:{key}": value for key, value in pod.labels.items() if not _IRRELEVANT.match(key)}
    inherited = {f"{NAMESPACE_LABELS}{key}": value for key, value in namespaces[pod.namespace].items()}
    return own | inherited | {NAMESPACE: pod.namespace, CLUSTER: CLUSTER_NAME}

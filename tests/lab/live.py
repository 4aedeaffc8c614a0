"""What runs in a cluster, as the network check sees it: pods, nodes, LoadBalancer addresses, policies, the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .client import Object


@dataclass(frozen=True)
class PodPort:
    """A container port: its number, its protocol (TCP or UDP), and its name if it has one."""

    number: int
    protocol: str = "TCP"
    name: str = ""


@dataclass(frozen=True)
class LivePod:
    """A running pod; `pid`: a process in its network namespace, 0 for a pod on its node's network."""

    namespace: str
    name: str
    ip: str
    node: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    ports: tuple[PodPort, ...] = ()
    host_network: bool = False
    pid: int = 0

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class LiveNode:
    """A node; `pid`: a process in its network namespace; `api_server`: whether the API server runs there."""

    name: str
    ip: str
    pid: int
    pod_cidr: str
    api_server: bool = False

    def __str__(self) -> str:
        return f"node {self.name}"


@dataclass(frozen=True)
class Balanced:
    """A port of a LoadBalancer Service: the address outside, and the pods that it leads to."""

    service: str
    address: str
    port: int
    protocol: str
    pod_port: int
    backends: tuple[LivePod, ...]


@dataclass(frozen=True)
class World:
    """What is outside the cluster.

    Attributes:
        address: the address on the nodes' bridge: who asks from outside has it, and cluster DNS asks it for names.
        pid: a process in the bridge's network namespace.
        server: the address that answers from outside (RFC 5737's third range).
        names: DNS names, each with an address that answers as well.
        ports: the TCP ports that answer.

    """

    address: str
    pid: int
    server: str = "203.0.113.7"
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    ports: tuple[int, ...] = (22, 80, 443)

    def __str__(self) -> str:
        return "the world"


@dataclass(frozen=True)
class Name:
    """A DNS name outside the cluster, and the address that it has there."""

    name: str
    address: str

    def __str__(self) -> str:
        return self.name


Source = LivePod | LiveNode | World
Target = LivePod | LiveNode | World | Name


@dataclass(frozen=True)
class LiveCluster:
    """A cluster at one moment.

    Attributes:
        pods: those that run.
        nodes: all.
        world: what is outside.
        balanced: the ports of LoadBalancer Services that have an address.
        namespaces: labels by name.
        policies: NetworkPolicies and both kinds of Cilium's, as manifests.
        dns: the address of cluster DNS.
        kubernetes: the address of the Service `kubernetes`, and its port.
        api_port: the port of the API server on its node.
        nodes_by_address: whether policies mean a node by its address, as an ipBlock does, and not as what it is.

    """

    pods: tuple[LivePod, ...]
    nodes: tuple[LiveNode, ...]
    world: World
    balanced: tuple[Balanced, ...]
    namespaces: Mapping[str, Mapping[str, str]]
    policies: tuple[Object, ...]
    dns: str
    kubernetes: tuple[str, int]
    api_port: int = 6443
    nodes_by_address: bool = False

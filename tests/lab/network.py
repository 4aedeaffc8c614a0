"""The network between the nodes, as Docker's `kind` network: a bridge in the lab's own network namespace.

The lab's process is what the machine is for KIND: the bridge's address is its own, and git, charts and names are
served there.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from ipaddress import IPv4Network

BRIDGE = "kind"
NETWORK = IPv4Network("172.18.0.0/16")


@dataclass
class Network:
    """The bridge, the address of each node by name, and the lab's own address (`gateway`)."""

    names: dict[str, str] = field(default_factory=dict)

    @property
    def gateway(self) -> str:
        """Return the lab's address on the bridge: for the cluster it is the world."""
        return str(NETWORK[1])

    def create(self) -> None:
        """Make the bridge, and bring loopback up: a new namespace has it down."""
        _ip("link", "set", "lo", "up")
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("address", "add", f"{self.gateway}/{NETWORK.prefixlen}", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")

    def add(self, name: str) -> str:
        """Return the address of a node: the next one, or the one that it has."""
        return self.names.setdefault(name, str(NETWORK[2 + len(self.names)]))

    def connect(self, name: str, pid: int) -> None:
        """Give the namespace of a process a network card on the bridge, called eth0."""
        # Names of links have at most 15 characters.
        outside = f"node{list(self.names).index(name)}"
        _ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
        _ip("link", "set", outside, "master", BRIDGE, "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)

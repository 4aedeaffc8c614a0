"""What a policy says once it is read: whom it selects, and which connections each of its rules is about.

NetworkPolicies and Cilium's policies differ in how they are written, not in what is left here; the oracle decides
from these alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Protocol

from .peers import Address, DnsName, Entity, Peer, Pod

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .selectors import Selector

PROTOCOLS = frozenset({"TCP", "UDP", "SCTP"})
ANY_PORT = (0, 65535)


class PeerMatch(Protocol):
    """One way a rule names the other end."""

    def matches(self, peer: Peer, labels: Mapping[str, str]) -> bool:
        """Return whether the peer, whose identity has these labels, is meant."""


@dataclass(frozen=True)
class LabelMatch:
    """Pods and entities by the labels of their identity."""

    selector: Selector

    def matches(self, _peer: Peer, labels: Mapping[str, str]) -> bool:
        """Return whether the selector selects the peer."""
        return self.selector.selects(labels)


@dataclass(frozen=True)
class PrefixMatch:
    """Addresses; on Cilium a prefix never means a pod or a node (policy-cidr-match-mode is empty).

    On other networks it means whoever has such an address: pods that have one, and nodes, asked about by theirs.
    """

    network: IPv4Network
    excluded: tuple[IPv4Network, ...] = ()

    def matches(self, peer: Peer, _labels: Mapping[str, str]) -> bool:
        """Return whether the address is in the prefix and in none of the exceptions; world is in 0.0.0.0/0."""
        if isinstance(peer, Address) or (isinstance(peer, Pod) and peer.ip):
            address = IPv4Address(peer.ip)
            return address in self.network and not any(address in network for network in self.excluded)
        return self.network.prefixlen == 0 and (isinstance(peer, DnsName) or peer == Entity("world"))


@dataclass(frozen=True)
class NameMatch:
    """DNS names by a pattern in which `*` stands for characters of one label; `*` alone means every name."""

    pattern: str

    def matches(self, peer: Peer, _labels: Mapping[str, str]) -> bool:
        """Return whether the peer was looked up by a name of this pattern, in any case, with or without a dot."""
        if not isinstance(peer, DnsName):
            return False
        if self.pattern == "*":
            return True
        expression = re.escape(_canonical(self.pattern)).replace(r"\*", "[-a-z0-9_]*")
        return re.fullmatch(expression, _canonical(peer.name)) is not None


@dataclass(frozen=True)
class PortMatch:
    """Ports of one or more protocols: the numbers `first` to `last`, or whatever number `name` stands for."""

    protocols: frozenset[str]
    first: int
    last: int
    name: str | None = None

    def matches(self, port: int, protocol: str, resolve: Callable[[str, str], int | None]) -> bool:
        """Return whether the port is meant; `resolve` gives the number of a name in a protocol."""
        if protocol not in self.protocols:
            return False
        if self.name is not None:
            return resolve(self.name, protocol) == port
        return self.first <= port <= self.last


@dataclass(frozen=True)
class Rule:
    """One entry of ingress, egress, ingressDeny or egressDeny (one for each entry of toPorts).

    `peers` None means every peer and `ports` None every port; an empty tuple means none. `inspected` says that a
    proxy reads what passes.
    """

    where: str
    peers: tuple[PeerMatch, ...] | None
    ports: tuple[PortMatch, ...] | None
    denies: bool = False
    inspected: bool = False


@dataclass(frozen=True)
class Direction:
    """What one policy says about one direction.

    `isolates`: what no rule allows is denied. A policy that says nothing about a direction has no Direction there.
    """

    isolates: bool
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Policy:
    """One policy: the endpoints it selects and what it says about each direction, None for nothing."""

    where: str
    subject: Selector
    ingress: Direction | None
    egress: Direction | None


def _canonical(name: str) -> str:
    return name.lower().removesuffix(".") + "."

"""Flows: who may talk to whom. Declared once, by one side; opened on both.

What the facts already know is not declared: webhooks, scrapes, routes and data sources are derived from the
objects that ask for them.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Final, Literal

from platform_stack.errors import called_from, fail
from platform_stack.model.checked import checked
from platform_stack.model.names import MAX_PORT, check_port, check_port_name
from platform_stack.model.roles import TraceCollector

if TYPE_CHECKING:
    from platform_stack.model.names import DnsLabel, Text
    from platform_stack.model.roles import PodRole

Protocol = Literal["TCP", "UDP"]
"""Protocol of a flow's ports."""

Protection = Literal["mTLS", "TLS", "WireGuard", "IPsec", "none"]
"""How a flow is protected on its way between nodes."""

_PATTERN = re.compile(
    r"([a-z0-9*]([-a-z0-9*]*[a-z0-9*])?\.)*[a-z0-9]([-a-z0-9]*[a-z0-9])?\.[a-z]{2,}"  # the last two without *
)


class Entity(Enum):
    """Peers that are no pods of the platform."""

    API_SERVER = "the API server"
    NODES = "the nodes"
    CLUSTER_DNS = "cluster DNS"
    WORLD = "the world"
    MESH = "every pod in the mesh"


@checked("pods")
@dataclass(frozen=True, kw_only=True)
class Pods:
    """Pods of an application.

    Attributes:
        application: its name; empty: the application that declares the flow.
        workloads: names of its workloads, as its charts, manifests or operators name them; empty: all.

    """

    application: str = ""
    workloads: tuple[str, ...] = ()


@checked("holders of a role")
@dataclass(frozen=True)
class Holders:
    """The pods that have a role, whichever applications' they are.

    Attributes:
        role: the role, such as TraceCollector.

    """

    role: type[PodRole]


@checked("everything")
@dataclass(frozen=True, kw_only=True)
class Everything:
    """Every pod of a namespace: for operators that make pods which no chart shows.

    Attributes:
        namespace: a namespace of the application that declares the flow.

    """

    namespace: DnsLabel


@checked("wider networks")
@dataclass(frozen=True, kw_only=True)
class Wider:
    """What is opened for hosts by name on a network whose policies cannot say names: more than is meant.

    Attributes:
        because: why that is right.
        networks: what is opened, as networks in CIDR notation; default: the world, all that is no address of the
            cluster (its pods, Services, nodes and API server).

    """

    because: Text
    networks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check each network."""
        if self.networks:
            Networks(self.networks)


@checked("DNS names")
@dataclass(frozen=True)
class Names:
    """Hosts outside the cluster, by DNS name.

    A `*` stands for any characters of one label, and never for a dot: `*.github.io` is every host directly below
    github.io, neither github.io itself nor a.b.github.io. Network engines know nothing else: `**` is read as `*`.

    Attributes:
        names: exact names, or patterns with `*` anywhere but in the last two labels.
        wider: what is opened for them where policies cannot say names, and nowhere else; default: nothing, the flow
            is refused there.

    """

    names: tuple[str, ...]
    wider: Wider | None = None

    def __post_init__(self) -> None:
        """Check each name."""
        if not self.names:
            fail(f"{called_from()}: DNS names", "none", "at least one name")
        for name in self.names:
            if "**" in name or not _PATTERN.fullmatch(name):
                expected = "a name such as 'github.com', or '*.github.io'"
                fail(f"{called_from()}: DNS name", name, expected, _hint(name))


def _hint(name: str) -> str:
    """Say what to write instead of a pattern that does not match what it seems to."""
    if "/" in name:
        return "leave out the scheme and the path"
    if "**" in name:
        return (
            "a network engine reads '**' as '*', characters of one label: '*.*.github.io' is two labels below"
        )
    below = name.lstrip("*")
    if "*" in below or (below != name and below.startswith(".")):
        return "the last two labels are written out: a pattern of a whole domain would be the world"
    if below != name:
        return f"a '*' stands for no dot: {below!r} and '*.{below}' are the host and those directly below it"
    return ""


@checked("networks")
@dataclass(frozen=True)
class Networks:
    """Addresses outside the cluster, as networks in CIDR notation."""

    networks: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check each network."""
        if not self.networks:
            fail(f"{called_from()}: networks", "none", "at least one network")
        for network in self.networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                fail(
                    f"{called_from()}: network", f"{network!r} ({error})", "a network such as '192.0.2.0/24'"
                )


class _AnyPort(int):
    """A number that nobody writes by mistake."""


ANY_PORT: Final = _AnyPort()
"""Stands for every port: for pods that choose their ports at run time. It equals 0, which by itself is no port."""

Peer = Pods | Holders | Everything | Entity | Names | Networks
"""Either side of a flow."""


def _check_port(where: str, value: object) -> None:
    if isinstance(value, str):
        check_port_name(where, value)
    elif isinstance(value, int) and not isinstance(value, bool):
        if not isinstance(value, _AnyPort) and not 1 <= value <= MAX_PORT:
            fail(where, value, f"a port from 1 to {MAX_PORT}, or its name")
    else:
        check_port(where, value)


def _check_protection(where: str, value: object) -> None:
    if value not in (None, "TLS"):
        fail(where, value, "'TLS', or nothing: what mesh and network give is computed")


FlowPort = Annotated[int | str, _check_port]
DeclaredProtection = Annotated[Literal["TLS"] | None, _check_protection]


@checked("flow")
@dataclass(frozen=True, kw_only=True)
class Flow:
    """One permission.

    Attributes:
        source: who opens the connection.
        target: who answers.
        ports: pod ports of the target, by number or by the name that its container gives them, or ANY_PORT.
        because: what it is for, in a few words.
        protocol: `TCP` (default) or `UDP`.
        protection: `TLS` where the two encrypt by themselves; default: what the mesh and the network give,
            which is computed.
        optional: whether the flow is dropped where the other application is not in the platform, or nobody has
            the role; default: that is an error.

    """

    source: Peer
    target: Peer
    ports: tuple[FlowPort, ...]
    because: str
    protocol: Protocol = "TCP"
    protection: DeclaredProtection = None
    optional: bool = False

    def __post_init__(self) -> None:
        """Check that there is a port, a reason, and a pod."""
        where = f"{called_from()}: flow"
        if not self.ports:
            fail(f"{where}: ports", "none", "at least one port")
        if not self.because:
            fail(f"{where}: because", "nothing", "a few words that say what it is for")
        if isinstance(self.source, Names):
            fail(
                f"{where}: source",
                ", ".join(self.source.names),
                "who is known by labels or by address: nobody sees by which name a connection comes",
                "name the Networks",
            )
        if not any(isinstance(peer, Pods | Holders | Everything) for peer in (self.source, self.target)):
            fail(where, f"{self.source} to {self.target}", "pods of the platform on one side at least")


def uses_api_server(*workloads: str) -> Flow:
    """Return the flow of workloads (default: all) that call the Kubernetes API."""
    return Flow(
        source=Pods(workloads=workloads),
        target=Entity.API_SERVER,
        ports=(6443,),
        because="calls the Kubernetes API",
        protection="TLS",
    )


def serves_webhook(*workloads: str, port: int | str) -> Flow:
    """Return the flow from the API server to a webhook that is registered at run time.

    One that a chart registers is derived.
    """
    return Flow(
        source=Entity.API_SERVER,
        target=Pods(workloads=workloads),
        ports=(port,),
        because="calls its webhook",
        protection="TLS",
    )


def reaches(
    target: Pods,
    *,
    ports: tuple[int | str, ...],
    because: str,
    source: tuple[str, ...] = (),
    optional: bool = False,
) -> Flow:
    """Return the flow from this application's workloads (`source`, default all) to another's."""
    return Flow(source=Pods(workloads=source), target=target, ports=ports, because=because, optional=optional)


def reaches_names(
    *names: str,
    ports: tuple[int | str, ...] = (443,),
    because: str,
    source: tuple[str, ...] = (),
    wider: Wider | None = None,
) -> Flow:
    """Return the flow from this application's workloads (`source`, default all) to hosts outside.

    Where policies cannot say names, it opens `wider`; without that it is refused there.
    """
    return Flow(
        source=Pods(workloads=source),
        target=Names(names, wider),
        ports=ports,
        because=because,
        protection="TLS",
    )


def within(*workloads: str, ports: tuple[int | str, ...], because: str, source: tuple[str, ...] = ()) -> Flow:
    """Return the flow from workloads of this application (`source`, default all) to others of it."""
    return Flow(source=Pods(workloads=source), target=Pods(workloads=workloads), ports=ports, because=because)


def exposed(*workloads: str, ports: tuple[int | str, ...], because: str, protocol: Protocol = "TCP") -> Flow:
    """Return the flow from outside the cluster to workloads of this application."""
    return Flow(
        source=Entity.WORLD,
        target=Pods(workloads=workloads),
        ports=ports,
        because=because,
        protocol=protocol,
        protection="TLS",
    )


def sends_traces(*workloads: str) -> Flow:
    """Return the flow of workloads (default: all) that send traces over OTLP; dropped without a TraceCollector."""
    return Flow(
        source=Pods(workloads=workloads),
        target=Holders(TraceCollector),
        ports=(4317,),
        because="sends traces",
        optional=True,
    )

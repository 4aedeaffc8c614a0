"""The docker network `kind` and the load balancer's range, and the ports of the host that kind.yaml maps."""

from __future__ import annotations

import ipaddress
import json
import socket
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.doctor.check import Diagnosis, ask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from ipaddress import IPv4Network
    from pathlib import Path

_WHERE = "load_balancer_range in apps/__main__.py"


def check_network(variables: Mapping[str, str], folder: Path) -> Iterator[Diagnosis]:
    """Yield the checks of the network.

    Args:
        variables: of the cluster, as bootstrap.read gives them.
        folder: the cluster's folder of dist/.

    """
    wanted = ipaddress.IPv4Network(variables["LOAD_BALANCER_RANGE"])
    if ask("docker", "info").ok:
        yield _range(wanted)
    yield from _ports(folder)


def _range(wanted: IPv4Network) -> Diagnosis:
    answer = ask("docker", "network", "inspect", "kind")
    name = "load-balancer range"
    if not answer.ok:
        home = _home(wanted)
        return Diagnosis(
            name,
            "warn",
            "no docker network 'kind' yet: the first cluster makes it, where Docker finds room",
            f"a network that holds {wanted}",
            f"to be sure: docker network create --subnet {home} kind",
        )
    (network,) = json.loads(answer.text)
    subnets = [ipaddress.ip_network(item["Subnet"]) for item in network["IPAM"]["Config"] or ()]
    usable = [subnet for subnet in subnets if isinstance(subnet, ipaddress.IPv4Network)]
    found = f"docker network 'kind' is {', '.join(map(str, usable)) or 'without IPv4'}"
    expected = f"a network that holds {wanted}, with nobody in it"
    if not usable:
        return Diagnosis(
            name, "fail", found, expected, f"docker network create --subnet {_home(wanted)} kind"
        )
    taken = _taken(network)
    if any(wanted.subnet_of(subnet) for subnet in usable):
        inside = sorted(str(address) for address in taken if address in wanted)
        if not inside:
            return Diagnosis(name, "ok", found, expected)
        found += f", and {', '.join(inside)} of the range is taken"
    return Diagnosis(
        name, "fail", found, expected, f"{_WHERE}: {suggestion(usable[0])!r}, then make synth and git push"
    )


def suggestion(subnet: IPv4Network) -> str:
    """Return a range in a docker network where Docker, which counts from the bottom, gives out no addresses."""
    if subnet.prefixlen <= 23:  # noqa: PLR2004  room for two networks of 256 addresses
        return f"{subnet[256]}/24"
    length = min(subnet.prefixlen + 2, 30)
    return f"{ipaddress.IPv4Network((int(subnet.broadcast_address), length), strict=False)}"


def _home(wanted: IPv4Network) -> str:
    """Return a network around a range: the /16 that Docker would have, or the range's next wider one."""
    return str(wanted.supernet(new_prefix=min(16, wanted.prefixlen)))


def _taken(network: dict[str, Any]) -> set[ipaddress.IPv4Address]:
    texts = [item.get("Gateway", "") for item in network["IPAM"]["Config"] or ()]
    texts += [item["IPv4Address"].split("/")[0] for item in network.get("Containers", {}).values()]
    return {ipaddress.IPv4Address(text) for text in texts if "." in text}


def _ports(folder: Path) -> Iterator[Diagnosis]:
    """Yield a check for each port of the host that kind.yaml maps."""
    config = yaml.safe_load((folder / "bootstrap/kind.yaml").read_text())
    wanted = [
        (mapping.get("listenAddress", "0.0.0.0"), mapping["hostPort"])  # noqa: S104  its default
        for node in config["nodes"]
        for mapping in node.get("extraPortMappings", ())
    ]
    server = config.get("networking", {}).get("apiServerPort")
    for address, port in [*wanted, *([("127.0.0.1", server)] if server else [])]:
        used = _used(address, port)
        yield Diagnosis(
            f"port {port}",
            "fail" if used else "ok",
            "in use" if used else "free",
            f"free on {address}",
            f"stop what listens there (ss -ltnp 'sport = :{port}'); fine if it is this cluster"
            if used
            else "",
        )


def _used(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return True
    return False

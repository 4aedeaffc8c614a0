"""The docker network and the range of the load balancer; ports."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_stack.doctor import Diagnosis, check_network
from platform_stack.doctor.network import suggestion

from .conftest import INFO, NETWORK

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Machine


def look(
    variables: dict[str, str], folder: Path, config: dict[str, Any] | None = None
) -> dict[str, Diagnosis]:
    file = folder / "bootstrap/kind.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(config or {"nodes": [{"role": "control-plane"}]}))
    return {check.name: check for check in check_network(variables, folder)}


def network(*subnets: str, **containers: str) -> dict[str, Any]:
    return {
        "IPAM": {"Config": [{"Subnet": subnet} for subnet in subnets]},
        "Containers": {name: {"IPv4Address": address} for name, address in containers.items()},
    }


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (NETWORK, "ok", ""),
        (network("fc00::/64", "172.18.0.0/16"), "ok", ""),
        (network("172.19.0.0/16"), "fail", "'172.19.1.0/24'"),
        (network("192.168.16.0/20"), "fail", "'192.168.17.0/24'"),
        (network("10.1.2.0/24"), "fail", "'10.1.2.192/26'"),
        (network("172.18.0.0/16", one="172.18.1.7/16"), "fail", "'172.18.1.0/24'"),
        (network("fc00::/64"), "fail", "docker network create --subnet 172.18.0.0/16 kind"),
        (None, "warn", "docker network create --subnet 172.18.0.0/16 kind"),
    ],
)
def test_the_range(
    machine: Machine,
    variables: dict[str, str],
    tmp_path: Path,
    found: dict[str, Any] | None,
    state: str,
    words: str,
) -> None:
    machine.docker(INFO, found)
    check = look(variables, tmp_path)["load-balancer range"]
    assert check.state == state
    assert words in check.hint


def test_a_taken_address_is_named(machine: Machine, variables: dict[str, str], tmp_path: Path) -> None:
    machine.docker(INFO, network("172.18.0.0/16", one="172.18.1.7/16", two="172.18.0.3/16"))
    assert "172.18.1.7 of the range is taken" in look(variables, tmp_path)["load-balancer range"].found


def test_without_docker_there_is_nothing_to_say(
    machine: Machine, variables: dict[str, str], tmp_path: Path
) -> None:
    machine.docker()
    assert look(variables, tmp_path) == {}


@given(address=st.ip_addresses(v=4), length=st.integers(8, 28))
def test_a_suggested_range_lies_in_its_network_and_not_at_its_bottom(
    address: ipaddress.IPv4Address, length: int
) -> None:
    subnet = ipaddress.IPv4Network((address, length), strict=False)
    suggested = ipaddress.IPv4Network(suggestion(subnet))
    assert suggested.subnet_of(subnet)
    assert subnet[0] not in suggested
    assert suggested.prefixlen <= 30


@pytest.mark.usefixtures("machine")
def test_ports_that_kind_wants(variables: dict[str, str], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = {
            "networking": {"apiServerPort": port},
            "nodes": [
                {"extraPortMappings": [{"hostPort": port, "listenAddress": "127.0.0.1", "containerPort": 80}]}
            ],
        }
        found = look(variables, tmp_path, config)[f"port {port}"]
        assert (found.state, found.found) == ("fail", "in use")
    assert look(variables, tmp_path, config)[f"port {port}"].state == "ok"

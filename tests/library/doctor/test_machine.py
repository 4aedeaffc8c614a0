"""Tools, CPUs, memory, inotify and the kernel."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from platform_stack.doctor import Diagnosis, check_machine, check_tools

from .conftest import EBPF, INFO, NETWORK, RELEASE

if TYPE_CHECKING:
    from .conftest import Machine


def tools() -> dict[str, Diagnosis]:
    return {check.name: check for check in check_tools()}


def look(machine: Machine, variables: dict[str, str], system: str = "Linux") -> dict[str, Diagnosis]:
    return {check.name: check for check in check_machine(variables, system, machine.root)}


@pytest.mark.usefixtures("machine")
def test_a_machine_with_everything() -> None:
    assert {name: check.state for name, check in tools().items()} == dict.fromkeys(
        ["docker", "kind", "kubectl", "helm", "git", "docker daemon"], "ok"
    )


def test_a_machine_with_everything_else(machine: Machine, variables: dict[str, str]) -> None:
    found = look(machine, variables)
    assert {check.state for check in found.values()} == {"ok"}
    assert {"CPUs", "memory", "free memory", "cgroups", "WireGuard", "eBPF", "kernel"} < set(found)


@pytest.mark.parametrize(
    ("tool", "output", "state"),
    [
        ("kind", "kind v0.33.1 go1", "ok"),
        ("kind", "kind v0.32.0 go1", "fail"),
        ("kubectl", "Client Version: v1.33.0", "ok"),
        ("kubectl", "Client Version: v1.35.9", "ok"),
        ("kubectl", "Client Version: v1.32.9", "fail"),
        ("kubectl", "Client Version: v1.36.0", "warn"),
        ("helm", "v3.8.0", "ok"),
        ("helm", "v4.1.0+g1", "ok"),
        ("helm", "v3.7.2", "fail"),
        ("helm", "who knows", "warn"),
    ],
)
def test_versions(machine: Machine, tool: str, output: str, state: str) -> None:
    machine.program(tool, f"echo '{output}'")
    assert tools()[tool].state == state


def test_a_missing_program_says_where_to_get_it(machine: Machine) -> None:
    (machine.folder / "bin" / "kind").unlink()
    found = tools()["kind"]
    assert (found.state, found.found) == ("fail", "not installed")
    assert "kind.sigs.k8s.io" in found.hint


def test_docker_that_does_not_run(machine: Machine, variables: dict[str, str]) -> None:
    machine.docker()
    assert tools()["docker"].state == "ok"
    daemon = tools()["docker daemon"]
    assert (daemon.state, daemon.found) == ("fail", "Cannot connect to the Docker daemon")
    # What only Docker knows is left out; the rest is still looked at.
    assert "CPUs" not in look(machine, variables)
    assert "eBPF" in look(machine, variables)


@pytest.mark.parametrize(
    ("change", "name", "state"),
    [
        ({"NCPU": 1}, "CPUs", "fail"),
        ({"NCPU": 2}, "CPUs", "warn"),
        ({"MemTotal": 2 * 2**30}, "memory", "fail"),
        ({"MemTotal": 4 * 2**30}, "memory", "warn"),
        ({"CgroupVersion": "1"}, "cgroups", "fail"),
    ],
)
def test_what_docker_has(
    machine: Machine, variables: dict[str, str], change: dict[str, Any], name: str, state: str
) -> None:
    machine.docker({**INFO, **change}, NETWORK)
    assert look(machine, variables)[name].state == state


def test_free_memory_counts_too(machine: Machine, variables: dict[str, str]) -> None:
    machine.file("proc/meminfo", "MemAvailable: 1048576 kB\n")
    found = look(machine, variables)["free memory"]
    assert (found.state, found.found) == ("fail", "1024 MiB")
    assert "2700 MiB" in found.expected


def test_inotify(machine: Machine, variables: dict[str, str]) -> None:
    machine.file("proc/sys/fs/inotify/max_user_watches", "8192\n")
    (machine.root / "proc/sys/fs/inotify/max_user_instances").unlink()
    found = look(machine, variables)
    assert found["inotify max_user_watches"].state == "fail"
    assert "sudo sysctl fs.inotify.max_user_watches=524288" in found["inotify max_user_watches"].hint
    assert found["inotify max_user_instances"].state == "warn"


@pytest.mark.parametrize(("release", "state"), [("5.4.0-1", "fail"), ("5.10.0", "ok"), ("", "warn")])
def test_the_kernel(machine: Machine, variables: dict[str, str], release: str, state: str) -> None:
    machine.file("proc/sys/kernel/osrelease", release)
    assert look(machine, variables)["kernel"].state == state


def test_a_kernel_without_options(machine: Machine, variables: dict[str, str]) -> None:
    options = "".join(f"CONFIG_{name}=y\n" for name in EBPF if name != "CGROUP_BPF")
    machine.file(f"boot/config-{RELEASE}", options + "# CONFIG_WIREGUARD is not set\n")
    found = look(machine, variables)
    assert (found["eBPF"].state, found["eBPF"].found) == ("fail", "without CONFIG_CGROUP_BPF")
    assert found["WireGuard"].state == "fail"


def test_a_kernel_that_packs_its_configuration(machine: Machine, variables: dict[str, str]) -> None:
    (machine.root / f"boot/config-{RELEASE}").unlink()
    options = "".join(f"CONFIG_{name}=m\n" for name in [*EBPF, "WIREGUARD"])
    (machine.root / "proc/config.gz").write_bytes(gzip.compress(options.encode()))
    found = look(machine, variables)
    assert (found["eBPF"].state, found["WireGuard"].state) == ("ok", "ok")


def test_a_kernel_that_says_nothing_is_unknown(machine: Machine, variables: dict[str, str]) -> None:
    (machine.root / f"boot/config-{RELEASE}").unlink()
    found = look(machine, variables)
    assert (found["eBPF"].state, found["WireGuard"].state) == ("warn", "warn")
    assert "unknown" in found["WireGuard"].found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("sys/module/wireguard/version", "1.0.0"),
        (
            f"lib/modules/{RELEASE}/modules.dep",
            "kernel/drivers/net/wireguard/wireguard.ko.zst: kernel/x.ko\n",
        ),
        (f"lib/modules/{RELEASE}/modules.builtin", "kernel/drivers/net/wireguard/wireguard.ko\n"),
    ],
)
def test_wireguard_shows_elsewhere(machine: Machine, variables: dict[str, str], path: str, text: str) -> None:
    (machine.root / f"boot/config-{RELEASE}").unlink()
    machine.file(path, text)
    assert look(machine, variables)["WireGuard"].state == "ok"


@pytest.mark.parametrize("system", ["Darwin", "Windows"])
def test_elsewhere_docker_has_a_machine_of_its_own(
    machine: Machine, variables: dict[str, str], system: str
) -> None:
    found = look(machine, variables, system)
    assert found["operating system"].state == "warn"
    assert "docs/guides/bootstrap.md" in found["operating system"].hint
    assert ("WSL 2" in found["operating system"].hint) == (system == "Windows")
    assert "WireGuard" not in found
    assert found["memory"].state == "ok"

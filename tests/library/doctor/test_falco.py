"""Whether the kernel lets Falco of a dist/ attach what it wants to attach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from platform_stack.integrations.falco import check_falco

if TYPE_CHECKING:
    from platform_stack.doctor import Diagnosis

    from .conftest import Machine


SYSCTL = "proc/sys/kernel/perf_event_paranoid"


LEAST = {"leastPrivileged": True}


def look(machine: Machine, probe: dict[str, Any] | None, system: str = "Linux") -> list[Diagnosis]:
    folder = machine.folder / "dist"
    if probe is not None:
        values = folder / "apps/falco/values/falco.yaml"
        values.parent.mkdir(parents=True)
        values.write_text(yaml.safe_dump({"driver": {"kind": "modern_ebpf", "modernEbpf": probe}}))
    return list(check_falco(folder, system, machine.root))


@pytest.mark.parametrize(
    ("paranoid", "probe", "state"),
    [
        ("-1", LEAST, "ok"),
        ("2", LEAST, "ok"),
        ("3", LEAST, "fail"),
        ("4", LEAST, "fail"),
        ("4", {**LEAST, "sysfsMount": True}, "fail"),
        ("4", {**LEAST, "sysfsMount": False}, "ok"),
        ("4", {"leastPrivileged": False}, "ok"),
    ],
)
def test_the_sysctl_decides_only_over_tracepoints(
    machine: Machine, paranoid: str, probe: dict[str, Any], state: str
) -> None:
    machine.file(SYSCTL, f"{paranoid}\n")
    (check,) = look(machine, probe)
    assert (check.state, check.found) == (state, paranoid)
    assert ("sudo sysctl kernel.perf_event_paranoid=2" in check.hint) == (state == "fail")


def test_a_kernel_that_does_not_say(machine: Machine) -> None:
    (check,) = look(machine, LEAST)
    assert (check.state, check.found) == ("warn", "unknown")


def test_nothing_to_say_without_falco_or_its_kernel(machine: Machine) -> None:
    assert look(machine, None) == []
    assert look(machine, LEAST, "Darwin") == []

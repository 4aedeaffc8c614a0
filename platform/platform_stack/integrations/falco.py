"""What Falco of this dist/ needs of the kernel beyond eBPF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.doctor.check import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

_SYSCTL = "kernel.perf_event_paranoid"

_MOST = 2
"""Above it Ubuntu and Debian refuse perf_event_open without SYS_ADMIN, whatever other capabilities there are
(falcosecurity/falco#2487); a kernel without their patch knows no more than 2."""


def check_falco(folder: Path, system: str, root: Path = Path("/")) -> Iterator[Diagnosis]:
    """Yield the check of the sysctl kernel.perf_event_paranoid, where there is a Falco that reads system calls.

    Falco with least privileges and a mount of tracefs attaches tracepoints by perf_event_open, and ends where
    that is refused; without the mount it warns and goes on (falcosecurity/charts#921).

    Args:
        folder: the cluster's folder of dist/.
        system: `Linux`, `Darwin` or `Windows`; elsewhere than on Linux Docker has a kernel of its own.
        root: where /proc is.

    """
    path = folder / "apps/falco/values/falco.yaml"
    if system != "Linux" or not path.is_file():
        return
    driver: dict[str, Any] = yaml.safe_load(path.read_text()).get("driver", {})
    probe: dict[str, Any] = driver.get("modernEbpf", {})
    try:
        found = (root / "proc/sys/kernel/perf_event_paranoid").read_text().strip()
    except OSError:
        found = ""
    readable = found.lstrip("-").isdigit()
    if not (probe.get("leastPrivileged") and probe.get("sysfsMount", True)):
        yield Diagnosis(_SYSCTL, "ok", found or "unknown", "any: Falco attaches without it, or has SYS_ADMIN")
        return
    refused = readable and int(found) > _MOST
    yield Diagnosis(
        _SYSCTL,
        "fail" if refused else "ok" if readable else "warn",
        found or "unknown",
        f"{_MOST} or less: else Falco, which has not SYS_ADMIN, cannot attach its tracepoints and ends",
        f"sysfsMount: False in apps/falco/values.py, or sudo sysctl {_SYSCTL}={_MOST}" if refused else "",
    )

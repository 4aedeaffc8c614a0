"""CPUs, memory, inotify and the kernel: what Docker's machine has, and what Linux says under /proc and /sys."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.doctor.check import Diagnosis, version
from platform_stack.doctor.tools import docker_info

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.doctor.check import State

_CPUS, _MANY_CPUS = 2, 4
"""kubeadm's minimum (https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/),
and what the laptop profile is laid out for."""

_COMFORT = 2.0
"""Requests are floors: a platform that is used takes more. Below this multiple of them there is a warning."""

_INOTIFY = {"max_user_watches": 524288, "max_user_instances": 512}
"""https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files"""

_KERNEL = (5, 10)
"""https://docs.cilium.io/en/v1.18/operations/system_requirements/#linux-kernel"""

_EBPF = (
    "BPF",
    "BPF_SYSCALL",
    "NET_CLS_BPF",
    "BPF_JIT",
    "NET_CLS_ACT",
    "NET_SCH_INGRESS",
    "CRYPTO_USER_API_HASH",
    "CGROUPS",
    "CGROUP_BPF",
    "PERF_EVENTS",
    "SCHEDSTATS",
    "VXLAN",
    "FIB_RULES",
)
"""Base requirements, tunnelling and routing: https://docs.cilium.io/en/v1.18/operations/system_requirements/#base-requirements.
CRYPTO_SHA1 is left out: since Linux 6.16 it has another name."""

_MIB = 2**20


def check_machine(variables: Mapping[str, str], system: str, root: Path = Path("/")) -> Iterator[Diagnosis]:
    """Yield the checks of the machine.

    Args:
        variables: of the cluster, as bootstrap.read gives them.
        system: `Linux`, `Darwin` or `Windows`; the kernel's files are looked at on Linux only: elsewhere
            Docker runs in a virtual machine of its own.
        root: where /proc, /sys, /boot and /lib are.

    """
    info = docker_info()
    if info:
        yield _cpus(int(info.get("NCPU", 0)))
        yield _memory("memory", int(info.get("MemTotal", 0)) // _MIB, int(variables["REQUESTED_MIB"]))
        group = str(info.get("CgroupVersion") or "unknown")
        yield Diagnosis(
            "cgroups",
            "ok" if group == "2" else "fail",
            f"version {group}",
            "version 2 (load balancing at the socket)",
            ""
            if group == "2"
            else "boot with systemd.unified_cgroup_hierarchy=1, or use a newer distribution",
        )
    if system != "Linux":
        yield Diagnosis(
            "operating system",
            "warn",
            system,
            "Linux, or a Docker Desktop whose virtual machine has a kernel with eBPF and WireGuard",
            "give Docker Desktop the CPUs and memory above; LoadBalancer addresses lie inside its machine: see "
            "docs/guides/bootstrap.md" + ("; run everything in WSL 2" if system == "Windows" else ""),
        )
        return
    free = re.search(r"^MemAvailable:\s+(\d+) kB", _read(root / "proc/meminfo"), re.MULTILINE)
    if free:
        yield _memory("free memory", int(free[1]) // 1024, int(variables["REQUESTED_MIB"]))
    yield from _inotify(root)
    yield from _kernel(root)


def _cpus(found: int) -> Diagnosis:
    state: State = "fail" if found < _CPUS else "warn" if found < _MANY_CPUS else "ok"
    hint = "give Docker more CPUs; with 2, use the selection SMALL of apps/__init__.py and be patient"
    return Diagnosis(
        "CPUs", state, str(found), f"{_MANY_CPUS}, at least {_CPUS}", "" if state == "ok" else hint
    )


def _memory(name: str, found: int, requested: int) -> Diagnosis:
    wanted = int(requested * _COMFORT)
    state: State = "fail" if found < requested else "warn" if found < wanted else "ok"
    expected = f"{wanted} MiB, at least {requested} MiB (what the pods request)"
    hint = "close something, give Docker more memory, or use the selection SMALL of apps/__init__.py"
    return Diagnosis(name, state, f"{found} MiB", expected, "" if state == "ok" else hint)


def _inotify(root: Path) -> Iterator[Diagnosis]:
    for name, wanted in _INOTIFY.items():
        text = _read(root / "proc/sys/fs/inotify" / name).strip()
        enough = text.isdigit() and int(text) >= wanted
        yield Diagnosis(
            f"inotify {name}",
            "ok" if enough else "fail" if text.isdigit() else "warn",
            text or "unknown",
            f"{wanted} or more: pods fail with 'too many open files' otherwise",
            ""
            if enough
            else f"sudo sysctl fs.inotify.{name}={wanted}, and a line in /etc/sysctl.d/ to keep it",
        )


def _kernel(root: Path) -> Iterator[Diagnosis]:
    release = _read(root / "proc/sys/kernel/osrelease").strip()
    found = version(release)
    new = found is not None and found >= _KERNEL
    yield Diagnosis(
        "kernel",
        "ok" if new else "fail" if found else "warn",
        release or "unknown",
        f"{'.'.join(map(str, _KERNEL))} or newer (the network)",
        "" if new else "a newer kernel",
    )
    options = _options(root, release)
    wireguard = (
        options.get("WIREGUARD") in ("y", "m")
        or (root / "sys/module/wireguard").exists()
        or any(
            "/wireguard.ko" in _read(root / "lib/modules" / release / f)
            for f in ("modules.builtin", "modules.dep")
        )
    )
    state: State = "ok" if wireguard else "fail" if options else "warn"
    yield Diagnosis(
        "WireGuard",
        state,
        {
            "ok": "in the kernel",
            "fail": "not in the kernel",
            "warn": "unknown: no configuration of the kernel",
        }[state],
        "CONFIG_WIREGUARD, or its module (encryption between nodes)",
        ""
        if wireguard
        else "sudo modprobe wireguard tells; else a kernel with it, or encryption off in the values of the network",
    )
    missing = [f"CONFIG_{name}" for name in _EBPF if options.get(name) not in ("y", "m")]
    state = "warn" if not options else "fail" if missing else "ok"
    yield Diagnosis(
        "eBPF",
        state,
        {
            "ok": "in the kernel",
            "fail": f"without {', '.join(missing)}",
            "warn": "unknown: no configuration of the kernel",
        }[state],
        "the options that the network's eBPF programs need",
        "" if state == "ok" else "https://docs.cilium.io/en/v1.18/operations/system_requirements/",
    )


def _options(root: Path, release: str) -> dict[str, str]:
    """Return the kernel's build options without their prefix, empty when no file says."""
    packed = root / "proc/config.gz"
    if packed.is_file():
        text = gzip.decompress(packed.read_bytes()).decode(errors="replace")
    else:
        text = _read(root / f"boot/config-{release}") or _read(root / f"lib/modules/{release}/config")
    return dict(re.findall(r"^CONFIG_(\w+)=(\w)$", text, re.MULTILINE))


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""

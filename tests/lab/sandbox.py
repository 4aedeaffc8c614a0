"""The namespaces that a run lives in: network, mounts, processes, host name, and nothing of it on the machine.

The command starts itself again as the first process of new namespaces. What happens inside cannot be reached from
outside, and every address of the lab (nodes, pods, the bridge between them) exists inside only. When the first
process ends, however it ends, the kernel ends all others and drops mounts and links; what is left are the control
groups and the scratch folder, which this module removes, or the next run.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from . import cgroups
from .errors import fail

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "platform-stack-lab-"
SCRATCH = "PLATFORM_STACK_LAB"
"""The environment variable with the scratch folder: set for the process inside only."""
_OWNER = "owner"
# What a kubelet sets on its machine: these belong to no namespace.
_SETTINGS = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
_SETTINGS_FILE = "settings.json"
_NAMESPACES = ("--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc")


def inside() -> Path | None:
    """Return the scratch folder when this process is the one inside, else None."""
    return Path(os.environ[SCRATCH]) if SCRATCH in os.environ else None


def run(arguments: Sequence[str], *, keep: bool) -> int:
    """Run `python -m tests.lab` with the arguments in new namespaces; return its exit code.

    Ctrl-C reaches the process inside, which ends in its own order; a second one ends it at once.
    """
    sweep()
    scratch = Path(tempfile.mkdtemp(prefix=PREFIX))
    (scratch / _OWNER).write_text(_identity(os.getpid()))
    settings = {name: Path("/proc/sys", name).read_text() for name in _SETTINGS}
    (scratch / _SETTINGS_FILE).write_text(json.dumps(settings))
    command = [
        "unshare",
        *_NAMESPACES,
        "--propagation",
        "private",
        sys.executable,
        "-m",
        "tests.lab",
        *arguments,
    ]
    process = subprocess.Popen(command, env={**os.environ, SCRATCH: str(scratch)}, start_new_session=True)
    interrupted = 0
    previous = {}

    def forward(_number: int, _frame: object) -> None:
        nonlocal interrupted
        interrupted += 1
        first = _first_process(process.pid)
        if first is None or interrupted > 1:
            process.kill()
        else:
            os.kill(first, signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        previous[number] = signal.signal(number, forward)
    try:
        code = process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        left = cgroups.remove(scratch.name)
        _restore(scratch)
        if not keep:
            shutil.rmtree(scratch, ignore_errors=True)
    if left:
        sys.stderr.write(f"not removed, processes are still in them: {', '.join(left)}\n")
    return code if code >= 0 else 2


def sweep() -> list[str]:
    """Remove what runs left that were killed before they could; return their names."""
    folders = {path.name: path for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if path.is_dir()}
    swept = []
    for name in sorted({*folders, *cgroups.runs()}):
        folder = folders.get(name)
        if folder is not None and not _abandoned(folder):
            continue
        cgroups.remove(name)
        if folder is not None:
            _restore(folder)
            shutil.rmtree(folder, ignore_errors=True)
        swept.append(name)
    return swept


def require() -> None:
    """Fail with what this machine lacks for nodes of its own."""
    if os.geteuid() != 0:
        fail(
            "make lab",
            f"user {os.geteuid()}, who may not make nodes (namespaces, control groups, BPF programs)",
            "root",
            "sudo make lab; `make test`, `make flows` and `make policies` need no root",
        )
    absent = cgroups.missing()
    if absent:
        fail(
            "control groups",
            f"not mounted one by one below {cgroups.ROOT}: {', '.join(absent)}",
            "cgroup v1 with the unified hierarchy beside it",
            "boot with systemd.unified_cgroup_hierarchy=0, or run the lab in CI; nothing was changed",
        )
    if not Path("/sys/kernel/btf/vmlinux").exists():
        fail(
            "the kernel",
            "no BTF in /sys/kernel/btf",
            "a kernel that Cilium can load programs into",
            "CONFIG_DEBUG_INFO_BTF",
        )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES") / 2**30
    if memory < MEMORY_GIB:
        fail(
            "memory",
            f"{memory:.1f} GiB free",
            f"{MEMORY_GIB} GiB for two nodes and what runs on them",
            "close something",
        )


MEMORY_GIB = 8
"""What a boot takes at its peak, with the builds done, and some room."""


def _restore(scratch: Path) -> None:
    """Give the machine its own settings back, unless another lab still runs with the kubelet's."""
    file = scratch / _SETTINGS_FILE
    if cgroups.runs() or not file.is_file():
        return
    for name, value in json.loads(file.read_text()).items():
        if Path("/proc/sys", name).read_text() != value:
            Path("/proc/sys", name).write_text(value)


def _first_process(unshare: int) -> int | None:
    """Return the process that unshare has forked: the first of the new namespace."""
    with contextlib.suppress(OSError, ValueError):
        return int(Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split()[0])
    return None


def _identity(pid: int) -> str:
    """Return what tells a process from another that gets its number later: number and start time."""
    return f"{pid} {Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[19]}"


def _abandoned(folder: Path) -> bool:
    try:
        owner = (folder / _OWNER).read_text()
        return _identity(int(owner.split()[0])) != owner
    except (OSError, ValueError, IndexError):
        # No such process, or a folder of somebody who writes no owner: only the former is ours.
        return (folder / _OWNER).is_file()

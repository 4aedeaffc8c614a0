"""Control groups of the lab's nodes: one folder a run below every controller, gone with the run.

The machines that the lab is made for mount the controllers one by one (cgroup v1); each node becomes the root of its
own cgroup namespace, so that its kubelet sees a machine of its own.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
# `unified` (v2) is for Cilium, which attaches its programs there.
CONTROLLERS = (
    "cpu",
    "cpuacct",
    "cpuset",
    "memory",
    "devices",
    "freezer",
    "blkio",
    "pids",
    "systemd",
    "unified",
)
PARENT = "platform-stack-lab"
_LEFT_SECONDS = 5.0


def missing() -> list[str]:
    """Return the controllers that this machine does not mount one by one."""
    return [name for name in CONTROLLERS if not (ROOT / name).is_dir()]


def make(run: str, node: str) -> None:
    """Make the folders of one node, with all of the machine's processors and memory."""
    for controller in CONTROLLERS:
        folder = ROOT / controller
        for part in (PARENT, run, node):
            parent, folder = folder, folder / part
            with contextlib.suppress(FileExistsError):
                folder.mkdir()
            if controller == "cpuset":
                # A new set is empty, and takes no process until it has both.
                for name in ("cpuset.cpus", "cpuset.mems"):
                    (folder / name).write_text((parent / name).read_text())
            if controller == "memory" and (folder / "memory.use_hierarchy").is_file():
                with contextlib.suppress(OSError):
                    (folder / "memory.use_hierarchy").write_text("1")


def joining(run: str, node: str) -> list[str]:
    """Return the words before a command that is to run in a node's folders."""
    script = 'for each in $1; do echo $$ > "$each/cgroup.procs"; done; shift; exec "$@"'
    folders = " ".join(str(ROOT / controller / PARENT / run / node) for controller in CONTROLLERS)
    return ["sh", "-c", script, "sh", folders]


def remove(run: str, node: str = "") -> list[str]:
    """Remove everything of one run, or of one of its nodes, whose processes must be gone; return what stays, if any."""
    left: list[str] = []
    for controller in CONTROLLERS:
        folder = ROOT / controller / PARENT / run / node
        deadline = time.monotonic() + _LEFT_SECONDS
        while folder.is_dir() and time.monotonic() < deadline:
            for each in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
                with contextlib.suppress(OSError):
                    each.rmdir()
            with contextlib.suppress(OSError):
                folder.rmdir()
            if folder.is_dir():
                time.sleep(0.1)
        if folder.is_dir():
            left.append(str(folder))
        with contextlib.suppress(OSError):
            folder.parent.rmdir()
    return left


def runs() -> list[str]:
    """Return the names of all runs that have folders here, of this lab and of others."""
    return sorted(
        {path.name for name in CONTROLLERS for path in (ROOT / name / PARENT).glob("*") if path.is_dir()}
    )

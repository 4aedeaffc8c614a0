"""One real node: namespaces and control groups of its own, a root over the machine's, containerd and a kubelet.

As KIND's nodes are: what a container of Docker is there is a set of namespaces here. The control plane's node runs
the control plane as static pods.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from . import cgroups
from .engines import OUTPUT
from .errors import fail
from .images.plan import PAUSE_IMAGE
from .processes import last_line, wait_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .kubeadm import NodeDescription
    from .network import Network

HERE = Path(__file__).resolve().parent
# What pods may write on a node: emptyDir volumes and what else the kubelet keeps.
DISK = "3G"
CONTAINERD = "/run/containerd/containerd.sock"
# Of the capabilities that containers are given, in the order of their bits in /proc/self/status.
CAPABILITIES = {
    24: "CAP_SYS_RESOURCE",
    21: "CAP_SYS_ADMIN",
    12: "CAP_NET_ADMIN",
    38: "CAP_PERFMON",
    39: "CAP_BPF",
}


@dataclass
class Node:
    """A node and its first process; `pid` is None while it is down."""

    description: NodeDescription
    address: str
    scratch: Path
    network: Network
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    pid: int | None = None

    @property
    def name(self) -> str:
        """Return its name."""
        return self.description.name

    @property
    def folder(self) -> Path:
        """Return the folder with everything that the node writes."""
        return self.scratch / "nodes" / self.name

    @property
    def root(self) -> Path:
        """Return the folder whose files lie over the machine's: /etc/hosts is root/etc/hosts."""
        return self.folder / "upper"

    @property
    def logs(self) -> Path:
        """Return the node's /var/log."""
        return self.folder / "log"

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Put files into the node's root before it starts, by path."""
        for path, content in files.items():
            target = self.root / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def start(self) -> None:
        """Start its first process and wait until containerd answers. The kubelet waits for kubeadm."""
        for name in ("upper", "work", "root", "containerd", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.write(_files(self))
        for name in ("containerd.toml", "runc"):
            (self.root / "etc/lab" / name).chmod(0o755)
        cgroups.make(self.scratch.name, self.name)
        command = [
            "unshare",
            "--net",
            "--mount",
            "--pid",
            "--uts",
            "--ipc",
            "--cgroup",
            "--fork",
            "--kill-child",
        ]
        command += ["--propagation", "private", str(HERE / "node-init.sh")]
        command += [str(self.folder), str(OUTPUT), str(self.scratch)]
        log = self.logs / "init.log"
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [*cgroups.joining(self.scratch.name, self.name), *command],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        wait_for(
            f"node {self.name}", lambda: children.read_text() != "", seconds=10, hint=str(log), interval=0.02
        )
        self.pid = int(children.read_text())
        self.network.connect(self.name, self.pid)
        ready = Path(f"/proc/{self.pid}/root/run/containerd/ready")
        wait_for(
            f"containerd of {self.name}", ready.exists, seconds=60, hint=f"read {self.logs}", interval=0.1
        )

    def kill(self) -> None:
        """End it as a power cut would; what is on its disk stays, and of its control groups nothing.

        A kubelet asks containerd for each group that it finds, one after the other, and waits for those that are gone.
        """
        if self.process is None:
            return
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.process.wait()
        self.process, self.pid = None, None
        if left := cgroups.remove(self.scratch.name, self.name):
            fail(
                f"node {self.name}",
                f"control groups that stay: {', '.join(left)}",
                "none",
                "look for a process in them",
            )

    def run(
        self,
        *command: str,
        given: bytes = b"",
        seconds: float = 120,
        check: bool = True,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program in all of the node's namespaces and control groups, as its administrator would."""
        prefix = [
            "nsenter",
            "--target",
            str(self.pid),
            "--mount",
            "--net",
            "--pid",
            "--uts",
            "--ipc",
            "--cgroup",
            "--",
        ]
        result = subprocess.run(
            [*cgroups.joining(self.scratch.name, self.name), *prefix, *command],
            input=given,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
        if check and result.returncode != 0:
            output = (result.stderr or result.stdout).decode(errors="replace").strip()
            fail(f"{command[0]} on {self.name}", output[-600:], "success", " ".join(command)[:300])
        return result

    def check(self) -> None:
        """Fail when its first process has ended although it should run."""
        if self.process is not None and self.process.poll() is not None:
            fail(f"node {self.name}", last_line(self.logs / "init.log"), "it to run", f"read {self.logs}")


def _files(node: Node) -> dict[str, str]:
    hosts = "".join(f"{address} {name}\n" for name, address in node.network.names.items())
    return {
        "/etc/hostname": f"{node.name}\n",
        "/etc/hosts": f"127.0.0.1 localhost\n{hosts}",
        "/etc/resolv.conf": f"nameserver {node.network.gateway}\n",
        "/etc/machine-id": f"{node.name.encode().hex():0<32.32}\n",
        "/etc/lab/address": node.address,
        "/etc/lab/gateway": node.network.gateway,
        "/etc/lab/disk": DISK,
        "/etc/lab/containerd.toml": _containerd(),
        "/etc/lab/runc": _runc(),
    }


def _containerd() -> str:
    return f"""\
version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "{CONTAINERD}"
[plugins."io.containerd.grpc.v1.cri"]
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  restrict_oom_score_adj = true
  sandbox_image = "{PAUSE_IMAGE}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    discard_unpacked_layers = true
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        BinaryName = "/etc/lab/runc"
"""


def _runc() -> str:
    """Return the program that containerd starts containers with."""
    runc = shutil.which("runc") or "/usr/sbin/runc"
    missing = missing_capabilities()
    if not missing:
        return f'#!/bin/sh\nexec {runc} "$@"\n'
    text = (HERE / "runc.sh").read_text()
    return text.replace("@WITHOUT@", " ".join(missing)).replace("@RUNC@", runc)


def missing_capabilities() -> list[str]:
    """Return the names of those capabilities that root does not have on this machine."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapBnd:"):
            bounds = int(line.split()[1], 16)
            return [name for bit, name in sorted(CAPABILITIES.items()) if not bounds >> bit & 1]
    return []

"""A machine made of files: programs on PATH that print what a test wants, and a root with /proc, /sys and /boot."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

RELEASE = "6.8.0-60-generic"
EBPF = (
    *(
        "BPF",
        "BPF_SYSCALL",
        "BPF_JIT",
        "NET_CLS_BPF",
        "NET_CLS_ACT",
        "NET_SCH_INGRESS",
        "CGROUPS",
        "CGROUP_BPF",
    ),
    *("CRYPTO_USER_API_HASH", "PERF_EVENTS", "SCHEDSTATS", "VXLAN", "FIB_RULES"),
)
INFO = {"ServerVersion": "28.2.2", "NCPU": 8, "MemTotal": 16 * 2**30, "CgroupVersion": "2"}
NETWORK = {
    "IPAM": {"Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}, {"Subnet": "fc00::/64"}]},
    "Containers": {"one": {"IPv4Address": "172.18.0.2/16"}},
}


@dataclass(frozen=True)
class Machine:
    """The fake machine; every method replaces what was there."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root"

    def program(self, name: str, script: str) -> None:
        """Put a program on PATH: the body of a shell script."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def docker(self, info: dict[str, Any] | None = None, network: dict[str, Any] | None = None) -> None:
        """Install Docker; without `info` its daemon does not run, without `network` it has none named kind."""
        self.file("info", json.dumps(info))
        self.file("network", json.dumps([network]))
        down = "echo 'Cannot connect to the Docker daemon' >&2; exit 1"
        none = "echo 'Error response from daemon: network kind not found' >&2; exit 1"
        server = (info or {}).get("ServerVersion")
        self.program(
            "docker",
            'case "$*" in\n'
            '--version) echo "Docker version 28.2.2, build e6534b4" ;;\n'
            f"'info --format {{{{.ServerVersion}}}}' | info) {f'echo {server}' if info else down} ;;\n"
            f"info*) {f'cat {self.root}/info' if info else down} ;;\n"
            f"network*) {f'cat {self.root}/network' if network else none} ;;\n"
            "esac",
        )

    def file(self, path: str, text: str) -> None:
        """Write a file below the root."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Return a machine on which everything is fine."""
    made = Machine(tmp_path)
    made.docker(INFO, NETWORK)
    made.program("kind", 'echo "kind v0.33.0 go1.26.1 linux/amd64"')
    made.program("kubectl", 'echo "Client Version: v1.34.2"; echo "Kustomize Version: v5.7.1"')
    made.program("helm", "echo v3.19.2+gabc")
    (tmp_path / "bin" / "git").symlink_to(shutil.which("git") or "git")
    # Only what the test put there: the real Docker of the machine must not answer.
    for name in ("sh", "cat", "echo"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    made.file("proc/meminfo", f"MemTotal: 1 kB\nMemAvailable:   {12 * 2**20} kB\n")
    made.file("proc/sys/fs/inotify/max_user_watches", "1048576\n")
    made.file("proc/sys/fs/inotify/max_user_instances", "512\n")
    made.file("proc/sys/kernel/osrelease", f"{RELEASE}\n")
    made.file(f"boot/config-{RELEASE}", "".join(f"CONFIG_{name}=y\n" for name in [*EBPF, "WIREGUARD"]))
    return made


@pytest.fixture
def variables() -> dict[str, str]:
    return {
        "CLUSTER": "kind",
        "REPO_URL": "https://github.com/you/platform",
        "REVISION": "main",
        "LOAD_BALANCER_RANGE": "172.18.1.0/24",
        "REQUESTED_MIB": "2700",
    }

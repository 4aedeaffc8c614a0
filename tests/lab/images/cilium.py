"""The files of Cilium's images: images/cilium/Dockerfile, images/runtime/Dockerfile and images/operator/Dockerfile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.engines import module_folder
from tests.lab.engines import CILIUM

from .archive import Entry, copy_tree
from .host import base, programs

if TYPE_CHECKING:
    from tests.lab.authority import Authority

MODULE = "github.com/cilium/cilium"
# The extensions that iptables loads by name: without them the agent's rules fail, and what the node sends to pods,
# the kubelet's probes among it, counts as coming from the world.
_EXTENSIONS = "/usr/lib/*-linux-gnu/xtables"
_COREUTILS = (
    *("basename", "cat", "chmod", "cp", "cut", "dirname", "head", "id", "ln", "ls", "mkdir", "mv", "rm"),
    *("sleep", "sort", "tail", "touch", "tr", "true", "uname", "wc"),
)
_TABLES = ("iptables", "ip6tables")
_PROGRAMS = {
    **dict.fromkeys(_COREUTILS, "coreutils"),
    "bash": "bash",
    "sh": "dash",
    "find": "findutils",
    "grep": "grep",
    "sed": "sed",
    "mount": "mount",
    "umount": "mount",
    "nsenter": "util-linux",
    "modprobe": "kmod",
    "ip": "iproute2",
    "tc": "iproute2",
    "ss": "iproute2",
    "bridge": "iproute2",
    "ipset": "ipset",
    **{
        f"{table}{variant}{action}": "iptables"
        for table in _TABLES
        for variant in ("", "-nft", "-legacy")
        for action in ("", "-save", "-restore")
    },
    "bpftool": "bpftool",
    # 18.1 at least, to compile bpf/.
    "clang-19": "clang-19",
    "llc-19": "llvm-19",
}
_SCRIPTS = (
    "images/cilium/init-container.sh",
    "plugins/cilium-cni/install-plugin.sh",
    "plugins/cilium-cni/cni-uninstall.sh",
)


def agent(_authority: Authority) -> list[Entry]:
    """Return the files of the agent's image: its programs, its datapath in C with the compiler, Debian's tools."""
    source = module_folder(CILIUM, MODULE)
    built = {
        "/usr/bin/cilium-agent": "daemon",
        "/usr/bin/cilium-dbg": "cilium-dbg",
        "/usr/bin/cilium-health": "cilium-health",
        "/usr/bin/cilium-mount": "mount",
        "/usr/bin/cilium-sysctlfix": "sysctlfix",
        "/opt/cni/bin/cilium-cni": "cilium-cni",
        "/cni/loopback": "loopback",
    }
    extensions = [copy_tree(folder, str(folder)) for folder in sorted(Path("/").glob(_EXTENSIONS[1:]))]
    return [
        *base(),
        *programs(_PROGRAMS),
        *(entry for entries in extensions for entry in entries),
        *(Entry(f"/usr/bin/{name}", 0o777, link=f"{name}-19") for name in ("clang", "llc")),
        *(Entry(path, source=CILIUM.program(name)) for path, name in built.items()),
        *copy_tree(source / "bpf", "/var/lib/cilium/bpf"),
        *(Entry(f"/{Path(script).name}", source=source / script) for script in _SCRIPTS),
        Entry("/home/cilium"),
    ]

"""The user's machine, for bootstrap.sh: `docker` and `kind` that start and stop the lab's own nodes.

Both are the same small program on PATH; it hands its arguments to the lab over a socket and prints the answer.
helm and kubectl are the real ones.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socketserver
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from . import controlplane, kubeadm
from .engines import HELM, KUBERNETES
from .errors import LabError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .authority import Authority
    from .controlplane import ControlPlane
    from .network import Network

PROGRAM = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as lab:
    lab.connect({address!r})
    lab.sendall(json.dumps([os.path.basename(sys.argv[0]), os.getcwd(), *sys.argv[1:]]).encode() + b"\\n")
    code, output, errors = json.loads(lab.makefile().read())
sys.stdout.write(output)
sys.stderr.write(errors)
sys.exit(code)
"""


@dataclass
class Machine:
    """What Docker and KIND know: at most one cluster, and what it mounts.

    `config` is the folder with the sealing key, `images` what every node gets; `made` is called with each new
    cluster before `kind create cluster` returns. With `no_kube_proxy` nodes have none, whatever kind.yaml says: what
    carries the pods leads Services to them.
    """

    network: Network
    authority: Authority
    scratch: Path
    config: Path
    images: Path
    made: Callable[[ControlPlane], None]
    no_kube_proxy: bool = False
    plane: ControlPlane | None = None
    cluster: str = ""
    nodes: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    server: socketserver.ThreadingUnixStreamServer | None = field(default=None, repr=False)

    @property
    def programs(self) -> Path:
        """Return the folder with the programs, the first of the script's PATH."""
        return self.scratch / "machine"

    def start(self) -> None:
        """Put the programs into their folder and answer them."""
        self.programs.mkdir()
        address = self.scratch / "machine.socket"
        program = self.programs / "stand-in"
        program.write_text(PROGRAM.format(python=os.path.realpath(sys.executable), address=str(address)))
        program.chmod(0o755)
        for name in ("docker", "kind"):
            (self.programs / name).symlink_to(program)
        (self.programs / "helm").symlink_to(HELM.program("helm"))
        (self.programs / "kubectl").symlink_to(KUBERNETES.program("kubectl"))
        self.server = socketserver.ThreadingUnixStreamServer(str(address), _handler(self))
        threading.Thread(target=self.server.serve_forever, name="machine", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()

    def environment(self) -> dict[str, str]:
        """Return the environment of the script: these programs first, and a home of its own."""
        git = Path(shutil.which("git") or "git").parent
        # The clone has no virtual environment of its own: `platform-stack` comes from this one.
        own = Path(sys.executable).parent
        return {
            "PATH": f"{self.programs}:{own}:{git}:/usr/bin:/bin",
            "HOME": str(self.scratch),
            "GIT_CONFIG_NOSYSTEM": "1",
            # This machine trusts who serves git and the charts.
            "GIT_SSL_CAINFO": str(self.authority.certificate),
            "SSL_CERT_FILE": str(self.authority.certificate),
            "PLATFORM_STACK_CONFIG": str(self.config),
        }

    def answer(self, program: str, folder: Path, *arguments: str) -> tuple[int, str]:
        """Do what a call asks for; return its exit code and its output, or raise LabError."""
        match (program, *arguments):
            case ("docker", "info") | ("docker", "start", *_):
                return 0, ""
            case ("docker", "inspect", *_, node) if node in self.nodes:
                return 0, "".join(f"{bind}\n" for bind in self.binds)
            case ("kind", "get", "clusters"):
                return 0, f"{self.cluster}\n" if self.cluster else ""
            case ("kind", "get", "nodes", "--name", self.cluster):
                return 0, "".join(f"{node}\n" for node in self.nodes)
            case ("kind", "create", "cluster", "--config", config, "--kubeconfig", kubeconfig):
                self._create(folder, folder / config)
                self._export(Path(kubeconfig))
            case ("kind", "export", "kubeconfig", "--name", self.cluster, "--kubeconfig", kubeconfig):
                self._export(Path(kubeconfig))
            case ("kind", "delete", "cluster", "--name", self.cluster, "--kubeconfig", _):
                if self.plane is not None:
                    self.plane.stop()
                self.cluster, self.nodes, self.binds = "", (), ()
            case call:
                return 1, f"the lab's {call[0]} does not know {' '.join(call[1:])}\n"
        return 0, ""

    def _create(self, folder: Path, config: Path) -> None:
        described = kubeadm.read(config)
        if self.no_kube_proxy:
            described = dataclasses.replace(described, kube_proxy=False)
        mounts = {
            node.name: tuple((Path(os.path.normpath(folder / source)), path) for source, path in node.mounts)
            for node in described.nodes
        }
        first = described.nodes[0].name
        self.binds = tuple(f"{source}:{path}:ro" for source, path in mounts[first])
        self.plane = controlplane.create(described, self.network, self.scratch, mounts, self.images)
        self.cluster, self.nodes = described.name, tuple(node.name for node in described.nodes)
        self.made(self.plane)

    def _export(self, kubeconfig: Path) -> None:
        """Write what KIND writes: kubeadm's own, with the cluster under the name of its context."""
        assert self.plane is not None
        name = f"kind-{self.cluster}"
        config = yaml.safe_load(self.plane.kubeconfig.read_text())
        config["clusters"][0]["cluster"]["server"] = (
            f"https://{self.plane.nodes[0].address}:{kubeadm.API_PORT}"
        )
        config["clusters"][0]["name"] = config["users"][0]["name"] = name
        config |= {
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
        kubeconfig.write_text(json.dumps(config))
        kubeconfig.chmod(0o600)


def _handler(machine: Machine) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            program, folder, *arguments = json.loads(self.rfile.readline())
            try:
                code, output = machine.answer(program, Path(folder), *arguments)
                errors = ""
            except LabError as error:
                code, output, errors = 1, "", f"{error}\n"
            self.wfile.write(json.dumps([code, output, errors]).encode())

    return Handler

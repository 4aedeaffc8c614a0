"""bootstrap.sh, run as a user runs it: up, interrupted, up again, status, down."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.engines import ROOT

from . import argocd
from .assertions import versions
from .errors import fail
from .pods import labelled
from .processes import last_line, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .controlplane import ControlPlane
    from .dist import Dist
    from .lab import Lab
    from .machine import Machine
    from .platform import Platform

INTERRUPTED = 130
SECONDS = 240.0


@dataclass
class Script:
    """bootstrap.sh in the lab's clone; what it prints is in the log."""

    folder: Path
    machine: Machine
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def install(cls, platform: Platform, machine: Machine, log: Path) -> Script:
        """Put the script into a clone, and the platform's description, which its commands read."""
        folder = platform.repository
        for name in ("bootstrap.sh", ".gitignore"):
            shutil.copy(ROOT / name, folder)
        ignored = shutil.ignore_patterns("__pycache__", "secrets")
        package = platform.package.replace(".", "/")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored, dirs_exist_ok=True)
        return cls(folder, machine, log)

    @property
    def kubeconfig(self) -> Path:
        """Return the file that the script writes."""
        return self.folder / ".platform-stack" / f"{self.machine.cluster}.kubeconfig"

    def start(self, *arguments: str) -> None:
        """Run the script in the background, in a process group of its own."""
        with self.log.open("ab") as stream:
            stream.write(f"\n$ ./bootstrap.sh {' '.join(arguments)}\n".encode())
            stream.flush()
            self.process = subprocess.Popen(
                # A shell cannot catch a signal that was ignored when it began, as in what runs in the background.
                ["env", "--default-signal=INT", str(self.folder / "bootstrap.sh"), *arguments],
                env={**self.machine.environment(), "TIMEOUT": "900"},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )

    def wait(self, seconds: float = SECONDS) -> int:
        """Return its exit code."""
        process = self._running()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            fail(
                "bootstrap.sh",
                f"still running after {seconds:.0f} s: {last_line(self.log)}",
                "its end",
                str(self.log),
            )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the script to its end; return its exit code and what it printed."""
        before = self.log.stat().st_size if self.log.exists() else 0
        self.start(*arguments)
        code = self.wait()
        return code, self.log.read_bytes()[before:].decode()

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit code."""
        os.killpg(self._running().pid, signal.SIGINT)
        return self.wait()

    def stop(self) -> None:
        """End it, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.interrupt()

    def check(self) -> None:
        """Fail when it has ended although it should run."""
        if self._running().poll() is not None:
            fail("bootstrap.sh up", f"it ended: {last_line(self.log)}", "it to go on", f"read {self.log}")

    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process


def begin(script: Script, platform: Platform, dist: Dist) -> tuple[ControlPlane, list[str]]:
    """Run `up`, interrupt it between the network and Argo CD, and run it again until it has applied Argo CD.

    Returns the control plane that it made, and what was not as expected.
    """
    machine = script.machine
    script.start("up")
    _until(script, "bootstrap.sh to make the cluster", lambda: machine.plane is not None)
    plane = machine.plane
    assert plane is not None
    _until(script, "bootstrap.sh to apply the network", lambda: plane.api.get(platform.first) is not None)
    code = script.interrupt()
    problems = [] if code == INTERRUPTED else [f"interrupted, it left with {code}, not with {INTERRUPTED}"]
    key = (script.folder / ".platform-stack/encryption/config.yaml").read_bytes()
    script.start("up")
    servers = f"/apis/apps/v1/namespaces/{dist.argocd_namespace}/deployments"
    _until(script, "bootstrap.sh to apply Argo CD", lambda: bool(labelled(plane.api, servers, argocd.SERVER)))
    redis = f"/api/v1/namespaces/{dist.argocd_namespace}/secrets/argocd-redis"
    _until(script, "bootstrap.sh to make the password of Redis", lambda: plane.api.get(redis) is not None)
    if machine.plane is not plane:
        problems.append("the second run made another cluster")
    if (script.folder / ".platform-stack/encryption/config.yaml").read_bytes() != key:
        problems.append("the second run made another encryption key")
    return plane, problems


def after_boot(lab: Lab, script: Script) -> None:
    """Check the end of `up`, that `up` again changes nothing, and `status`."""
    code = script.wait()
    lab.report.check(
        "bootstrap.sh up ends by itself and says where everything is",
        [] if code == 0 else [f"exit code {code}: {last_line(script.log)}"],
        look=str(script.log),
    )
    before = versions(lab)
    root = lab.api.get(lab.application_path("root")) or {}
    code, output = script.run("up")
    again = lab.api.get(lab.application_path("root")) or {}
    after = versions(lab)
    problems = [f"{key[1]} {key[2]}/{key[3]} changed" for key in before if before[key] != after.get(key)]
    if code != 0:
        problems.append(f"exit code {code}: {last_line(script.log)}")
    if root["metadata"]["generation"] != again["metadata"]["generation"]:
        problems.append("Application root changed")
    problems += [
        f"it did not leave {name} alone"
        for name in lab.dist.bootstrap_layer
        if f"Argo CD has {name}: left alone" not in output
    ]
    lab.report.check(
        "bootstrap.sh up again leaves alone what Argo CD has adopted", problems, look=str(script.log)
    )
    lab.report.check("what the script applied has one owner, Argo CD", shared(lab), look="its field manager")
    code, _ = script.run("status")
    problems = [] if code == 0 else [f"exit code {code}: {last_line(script.log)}"]
    lab.report.check("bootstrap.sh status says that it is ready", problems, look=str(script.log))
    lab.report.check("Secrets are encrypted at rest", in_the_clear(lab.plane), look="bootstrap/kind.yaml")


def shared(lab: Lab) -> list[str]:
    """Return the workloads of the bootstrap layer that somebody besides Argo CD has applied.

    A field that two have applied stays when git, through Argo CD, drops it.
    """
    problems = []
    for name in lab.dist.bootstrap_layer:
        for resource in lab.managed(name):
            if resource["kind"] in ("DaemonSet", "Deployment", "StatefulSet"):
                live = lab.api.get(lab.object_path(resource)) or {}
                appliers = {
                    each["manager"]
                    for each in live["metadata"]["managedFields"]
                    if each["operation"] == "Apply"
                }
                if appliers != {"argocd-controller"}:
                    problems.append(f"{resource['kind']} {resource['name']}: {', '.join(sorted(appliers))}")
    return problems


def in_the_clear(plane: ControlPlane) -> list[str]:
    """Return the Secrets that etcd does not hold encrypted, as read from etcd itself."""
    prefix = b"/registry/secrets/"
    body = {
        "key": base64.b64encode(prefix).decode(),
        "range_end": base64.b64encode(prefix[:-1] + b"0").decode(),
    }
    host, port, tls = plane.etcd()
    connection = http.client.HTTPSConnection(host, port, context=tls, timeout=30)
    connection.request("POST", "/v3/kv/range", json.dumps(body))
    found = json.loads(connection.getresponse().read()).get("kvs", [])
    connection.close()
    if not found:
        return ["etcd has no Secrets at all"]
    return [
        base64.b64decode(each["key"]).decode()
        for each in found
        if not base64.b64decode(each["value"]).startswith(b"k8s:enc:secretbox:v1:")
    ]


def remove(lab: Lab, script: Script) -> None:
    """Run `down`: the cluster is gone, the encryption key is not; a second time there is nothing to do."""
    script.stop()  # an `up` that still waits, when the boot has failed
    code, _ = script.run("down")
    problems = [] if code == 0 else [f"exit code {code}: {last_line(script.log)}"]
    problems += [f"{node.name} still runs" for node in lab.plane.nodes if node.process is not None]
    state = script.folder / ".platform-stack"
    left = sorted(path.relative_to(state).as_posix() for path in state.rglob("*") if path.is_file())
    if left != ["encryption/config.yaml"]:
        problems.append(f"in .platform-stack: {', '.join(left)}; only the key should be left")
    code, output = script.run("down")
    if code != 0 or "nothing to remove" not in output:
        problems.append(f"a second time: exit code {code}: {last_line(script.log)}")
    lab.report.check("bootstrap.sh down removes the cluster and nothing else", problems, look=str(script.log))


def _until(script: Script, what: str, condition: Callable[[], bool]) -> None:
    def checked() -> bool:
        script.check()
        return condition()

    wait_for(what, checked, seconds=SECONDS, hint=f"read {script.log}", interval=0.2)

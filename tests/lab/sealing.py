"""Secrets as in a real cluster: sealed into the lab's git, opened by the real controller of Sealed Secrets.

The controller is the upstream program. It runs beside the lab as the ServiceAccount of its own simulated pod, so it
may do what the chart's roles let it, and starts when that pod is Ready. It reads its account from a fixed path, which
a mount namespace gives it.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from platform_stack.secrets.keys import create
from platform_stack.secrets.store import KIND, read_store
from platform_stack.secrets.work import Workplace, seal_missing, unlock

from .actors import running
from .engines import SEALED_SECRETS
from .processes import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Api, Object
    from .controlplane import ControlPlane
    from .lab import Lab
    from .platform import Platform
    from .processes import Process, Supervisor

APPLICATION = "sealed-secrets"
NAMESPACE = "sealed-secrets"
ACCOUNT = "sealed-secrets-controller"
POD = {"app.kubernetes.io/name": "sealed-secrets"}
ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
# $1: folder with the account's files, then the command.
IN_A_MOUNT_NAMESPACE = f"""
mount -t tmpfs tmpfs /run && mkdir -p {ACCOUNT_FOLDER} && cp "$1"/* {ACCOUNT_FOLDER}/ && shift && exec "$@"
"""


@dataclass
class Sealing:
    """The lab's sealing key, what is sealed for it, and the controller that opens it: an actor.

    bootstrap.sh puts the key into the cluster; `plane` is set when there is one.
    """

    platform: Platform
    scratch: Path
    supervisor: Supervisor
    plane: ControlPlane | None = None
    controller: Process | None = None

    @classmethod
    def prepare(cls, platform: Platform, scratch: Path, supervisor: Supervisor) -> Sealing:
        """Make a key pair and seal everything that the platform declares, as its owner would before a commit."""
        made = cls(platform, scratch, supervisor)
        create(made.config, made.workplace.store, platform.cluster)
        seal_missing(made.workplace)
        return made

    @property
    def config(self) -> Path:
        """Return the folder of the private key."""
        return self.scratch / "config"

    @property
    def workplace(self) -> Workplace:
        """Return what sealing and opening works on."""
        declared = self.platform.declared
        store = read_store(declared.secrets / self.platform.cluster)
        return Workplace(
            store, self.config, tuple(secret for member in declared.members for secret in member.secrets)
        )

    def __call__(self, api: Api) -> None:
        """Start the controller once its pod is Ready."""
        if self.plane and self.controller is None and running(api, POD):
            self.controller = self._start(api, self.plane)

    def opened(self, lab: Lab) -> list[str]:
        """Compare each Secret in the cluster with what was sealed: owner, labels and every value."""
        problems = []
        sealed = self.workplace.store.sealed
        expected = {
            f"{item['metadata']['namespace']}/{item['metadata']['name']}": item
            for name in lab.dist.catalogue
            if not lab.dist.manual(name)
            for _, item in lab.dist.manifests(name)
            if item["kind"] == KIND
        }
        if not expected:
            problems.append("dist has no SealedSecret")
        for name, item in expected.items():
            namespace, _, plain = name.partition("/")
            found = lab.api.get(f"/api/v1/namespaces/{namespace}/secrets/{plain}")
            if found is None:
                problems.append(f"{name}: there is no Secret")
                continue
            owners = [(each["kind"], each["name"]) for each in found["metadata"].get("ownerReferences", [])]
            if owners != [(KIND, plain)]:
                problems.append(f"{name}: owned by {owners}")
            labels = item["spec"]["template"]["metadata"].get("labels", {})
            if found["metadata"].get("labels", {}) != labels:
                problems.append(f"{name}: labels {found['metadata'].get('labels')}, sealed with {labels}")
            values = {key: base64.b64decode(value) for key, value in found["data"].items()}
            if values != unlock(self.workplace, sealed[name]):
                problems.append(f"{name}: other values than were sealed")
        return problems

    def detail(self, lab: Lab) -> str:
        """Say how many there are, for the report."""
        found: list[Object] = lab.api.list("/apis/bitnami.com/v1alpha1/sealedsecrets")
        ready = [each for each in found if _synced(each)]
        return f"{len(ready)} of {len(found)} SealedSecrets say that they are Synced"

    def _start(self, api: Api, plane: ControlPlane) -> Process:
        folder = self.scratch / "account"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{ACCOUNT}/token"
        answer = api.call("POST", path, {"spec": {"expirationSeconds": 7200}})
        (folder / "token").write_text(answer["status"]["token"])
        (folder / "ca.crt").write_bytes((plane.scratch / "certificates" / "apiserver.crt").read_bytes())
        (folder / "namespace").write_text(NAMESPACE)
        mine = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        return self.supervisor.start(
            "sealed-secrets",
            [
                *("unshare", *mine, "--mount", "sh", "-c", IN_A_MOUNT_NAMESPACE, "sh", str(folder)),
                str(SEALED_SECRETS.program("controller")),
                *self._arguments(),
                f"--listen-addr=127.0.0.1:{free_port()}",
                f"--listen-metrics-addr=127.0.0.1:{free_port()}",
            ],
            {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": str(api.port)},
        )

    def _arguments(self) -> list[str]:
        """Return what the chart makes of the values that matter here."""
        folder = self.platform.repository / "dist" / self.platform.cluster
        path = folder / "apps" / APPLICATION / "values" / f"{APPLICATION}.yaml"
        values = yaml.safe_load(path.read_text())
        return ["--update-status", f"--key-renew-period={values['keyrenewperiod']}"]


def _synced(item: Object) -> bool:
    conditions = item.get("status", {}).get("conditions", [])
    return any(each["type"] == "Synced" and each["status"] == "True" for each in conditions)

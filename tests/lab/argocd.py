"""Argo CD's own processes: redis, repo server, application controller and ApplicationSet controller.

They are the real binaries with the platform's settings: ConfigMaps as the bootstrap put them into the cluster,
and, for the parameters that a pod would get as environment variables, the mapping of Argo CD's own manifests.
"""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from tests.engines import module_folder

from .engines import ARGOCD, HELM
from .errors import fail
from .processes import Supervisor, free_port, listens, wait_for
from .standins import ARGOCD_MODULE

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from .controlplane import ControlPlane
    from .processes import Process

NAMESPACE = "argocd"
PART_OF = {"app.kubernetes.io/part-of": "argocd"}
# Where Argo CD's own manifests say which environment variable a parameter becomes.
MANIFESTS = {
    "argocd-application-controller": "application-controller/argocd-application-controller-statefulset.yaml",
    "argocd-repo-server": "repo-server/argocd-repo-server-deployment.yaml",
    "argocd-applicationset-controller": "applicationset-controller/argocd-applicationset-controller-deployment.yaml",
}
CONFIG_MAPS = (
    "argocd-cm",
    "argocd-cmd-params-cm",
    "argocd-rbac-cm",
    "argocd-tls-certs-cm",
    "argocd-ssh-known-hosts-cm",
    "argocd-gpg-keys-cm",
)


@dataclass
class ArgoCD:
    """The running processes; the controller is replaced when a fault kills and restarts it."""

    controller: Process
    repo_server: Process
    application_sets: Process


def complete_settings(plane: ControlPlane) -> None:
    """Add what Argo CD cannot start without and what argocd-server, which does not run here, would write."""
    for name in CONFIG_MAPS:
        plane.api.create(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": name, "namespace": NAMESPACE, "labels": PART_OF},
            }
        )
    plane.api.create(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "argocd-secret", "namespace": NAMESPACE, "labels": PART_OF},
        }
    )
    key = base64.b64encode(secrets.token_hex(16).encode()).decode()
    plane.api.merge(
        f"/api/v1/namespaces/{NAMESPACE}/secrets/argocd-secret", {"data": {"server.secretkey": key}}
    )


def start(supervisor: Supervisor, plane: ControlPlane) -> ArgoCD:
    """Start Argo CD; it is ready when its controllers answer on their ports."""
    redis, repo_server, probe = free_port(), free_port(), free_port()
    supervisor.start(
        "redis",
        ["redis-server", "--bind", "127.0.0.1", "--port", str(redis), "--save", "", "--appendonly", "no"],
    )
    common = _common_environment(plane)
    program = str(ARGOCD.program("cmd"))

    def run(name: str, *arguments: str) -> Process:
        environment = {**common, **_parameters(plane, name), "ARGOCD_BINARY_NAME": name}
        return supervisor.start(name, [program, *arguments], environment)

    server = run(
        "argocd-repo-server",
        "--address=127.0.0.1",
        f"--port={repo_server}",
        "--metrics-address=127.0.0.1",
        f"--metrics-port={free_port()}",
        f"--redis=127.0.0.1:{redis}",
        "--disable-tls",
        "--client-ca-path=",
    )
    wait_for(
        "argocd-repo-server",
        lambda: listens(repo_server),
        seconds=60,
        hint=f"read {server.log}",
        interval=0.2,
    )
    controller = run(
        "argocd-application-controller",
        f"--repo-server=127.0.0.1:{repo_server}",
        "--repo-server-plaintext",
        f"--redis=127.0.0.1:{redis}",
        f"--metrics-port={free_port()}",
    )
    sets = run(
        "argocd-applicationset-controller",
        f"--argocd-repo-server=127.0.0.1:{repo_server}",
        "--repo-server-plaintext",
        f"--metrics-addr=127.0.0.1:{free_port()}",
        f"--probe-addr=127.0.0.1:{probe}",
        f"--webhook-addr=127.0.0.1:{free_port()}",
    )
    wait_for(
        "argocd-applicationset-controller",
        lambda: listens(probe),
        seconds=60,
        hint=f"read {sets.log}",
        interval=0.2,
    )
    supervisor.check()
    return ArgoCD(controller, server, sets)


def _common_environment(plane: ControlPlane) -> dict[str, str]:
    programs = plane.scratch / "bin"
    temporary = plane.scratch / "tmp"
    for folder in (programs, temporary, *(plane.scratch / name for name in ("tls", "ssh", "gpg"))):
        folder.mkdir(exist_ok=True)
    (programs / "helm").symlink_to(HELM.program("helm"))
    # The repo server calls it for every git source; whether commits are signed is not what the lab tests.
    wrapper = programs / "git-verify-wrapper.sh"
    wrapper.write_text("#!/bin/sh\nexit 0\n")
    wrapper.chmod(0o755)
    return {
        "KUBECONFIG": str(plane.kubeconfig),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(plane.scratch),
        # Work trees and caches of the repo server: two labs must not share them.
        "TMPDIR": str(temporary),
        "ARGOCD_FAKE_IN_CLUSTER": "true",
        "ARGOCD_GPG_ENABLED": "false",
        "ARGOCD_TLS_DATA_PATH": str(plane.scratch / "tls"),
        "ARGOCD_SSH_DATA_PATH": str(plane.scratch / "ssh"),
        "ARGOCD_GNUPGHOME": str(plane.scratch / "gpg"),
    }


def _parameters(plane: ControlPlane, program: str) -> dict[str, str]:
    """Return the environment that the program's pod would get from argocd-cm and argocd-cmd-params-cm."""
    manifest = _base_manifest(MANIFESTS[program])
    data: dict[str, dict[str, str]] = {}
    for name in CONFIG_MAPS:
        item = plane.api.get(f"/api/v1/namespaces/{NAMESPACE}/configmaps/{name}") or {}
        data[name] = item.get("data") or {}
    environment = {}
    workload = yaml.safe_load(manifest.read_text())
    for variable in workload["spec"]["template"]["spec"]["containers"][0]["env"]:
        reference = variable.get("valueFrom", {}).get("configMapKeyRef")
        if reference and reference["key"] in data.get(reference["name"], {}):
            environment[variable["name"]] = data[reference["name"]][reference["key"]]
    return environment


def _base_manifest(name: str) -> Path:
    path = module_folder(ARGOCD, ARGOCD_MODULE) / "manifests" / "base" / name
    if not path.is_file():
        fail(str(path), "no such file", "Argo CD's own manifest", "its layout changed with the version")
    return path


def refresh(plane: ControlPlane, names: Collection[str] | None = None, *, hard: bool = False) -> None:
    """Ask for a new comparison of Applications (default: all); `hard` also throws the cached manifests away."""
    base = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applications"
    for item in plane.api.list(base):
        name = item["metadata"]["name"]
        if names is None or name in names:
            annotations = {"argocd.argoproj.io/refresh": "hard" if hard else "normal"}
            plane.api.merge(f"{base}/{name}", {"metadata": {"annotations": annotations}})


def announce(plane: ControlPlane) -> None:
    """Tell Argo CD of a new commit, as the git server's webhook would; else it is seen at the next poll, in minutes."""
    base = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}/applicationsets"
    for item in plane.api.list(base):
        annotations = {"argocd.argoproj.io/application-set-refresh": "true"}
        plane.api.merge(f"{base}/{item['metadata']['name']}", {"metadata": {"annotations": annotations}})
    refresh(plane)

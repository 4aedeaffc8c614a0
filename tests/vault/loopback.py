"""An API server on loopback, with etcd and the controller manager behind it and no nodes."""

from __future__ import annotations

import json
import secrets
import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab.client import Api, ApiError
from tests.lab.engines import ETCD, KUBERNETES
from tests.lab.processes import Supervisor, free_port, listens, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.processes import Process


@dataclass(frozen=True)
class ControlPlane:
    """A running API server: its client, and an administrator's kubeconfig."""

    api: Api
    kubeconfig: Path


def start(supervisor: Supervisor, scratch: Path) -> ControlPlane:
    """Start everything and return when ServiceAccounts are made."""
    etcd = _start_etcd(supervisor, scratch)
    key = scratch / "service-account.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    plane = _start_api_server(supervisor, scratch, etcd, key)
    kubeconfig = f"--kubeconfig={plane.kubeconfig}"
    supervisor.start(
        "kube-controller-manager",
        [
            str(KUBERNETES.program("kube-controller-manager")),
            kubeconfig,
            f"--service-account-private-key-file={key}",
            "--use-service-account-credentials=true",
            "--leader-elect=false",
            "--secure-port=0",
        ],
    )
    wait_for(
        "the default ServiceAccount",
        # The controller manager makes it; without it no pod is admitted.
        lambda: plane.api.get("/api/v1/namespaces/kube-system/serviceaccounts/default") is not None,
        seconds=60,
        hint=f"read {supervisor.logs / 'kube-controller-manager.log'}",
    )
    return plane


def _start_etcd(supervisor: Supervisor, scratch: Path) -> str:
    client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    supervisor.start(
        "etcd",
        [
            str(ETCD.program("server")),
            f"--data-dir={scratch / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            # The data lives as long as the lab: nothing needs to survive a power cut.
            "--unsafe-no-fsync",
            "--log-level=warn",
        ],
    )
    return client


def _start_api_server(supervisor: Supervisor, scratch: Path, etcd: str, key: Path) -> ControlPlane:
    wait_for(
        "etcd",
        lambda: listens(int(etcd.rsplit(":", 1)[1])),
        seconds=30,
        hint=f"read {supervisor.logs / 'etcd.log'}",
        interval=0.1,
    )
    port = free_port()
    token = secrets.token_hex(16)
    tokens = scratch / "tokens.csv"
    tokens.write_text(f"{token},admin,admin,system:masters\n")
    certificates = scratch / "certificates"
    process = supervisor.start(
        "kube-apiserver",
        [
            str(KUBERNETES.program("kube-apiserver")),
            f"--etcd-servers={etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--cert-dir={certificates}",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--allow-privileged=true",
            "--endpoint-reconciler-type=none",
            "--profiling=false",
        ],
    )
    authority = certificates / "apiserver.crt"
    hint = f"read {process.log}"
    wait_for("the API server's certificate", authority.is_file, seconds=60, hint=hint, interval=0.2)
    wait_for("the API server's port", lambda: listens(port), seconds=60, hint=hint, interval=0.2)
    api = Api("127.0.0.1", port, ssl.create_default_context(cafile=str(authority)), token)
    wait_for("kube-apiserver", lambda: _serves(api, process), seconds=90, hint=hint, interval=0.3)
    kubeconfig = scratch / "kubeconfig"
    # JSON is YAML, and needs no writer of its own.
    kubeconfig.write_text(json.dumps(_kubeconfig(port, authority, token)))
    kubeconfig.chmod(0o600)
    return ControlPlane(api, kubeconfig)


def _kubeconfig(port: int, authority: Path, token: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "lab",
                "cluster": {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(authority)},
            }
        ],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "admin", "namespace": "argocd"}}],
        "current-context": "lab",
    }


def _serves(api: Api, process: Process) -> bool:
    if process.popen.poll() is not None:
        return False
    try:
        api.call("GET", "/readyz")
        # The namespaces of the system are made by the server's own controllers, a moment later.
        return api.get("/api/v1/namespaces/kube-system") is not None
    except (ApiError, OSError):
        return False

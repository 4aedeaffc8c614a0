"""docs/guides/vault.sh against a real server and a real API server, up to a dynamic secret for a ServiceAccount.

The server is OpenBao, the fork of Vault with the same API and commands, because PyPI has it: Vault's own program is
not to be had from a package registry.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.lab.processes import Supervisor, free_port
from tests.vault import loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.vault.loopback import ControlPlane

pytestmark = pytest.mark.vault

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "docs" / "guides" / "vault.sh"

SERVER = """
unsafe_allow_api_audit_creation = true
api_addr = "http://127.0.0.1:{api}"
cluster_addr = "http://127.0.0.1:{cluster}"
listener "tcp" {{
  tls_disable = 1
  address = "127.0.0.1:{api}"
  cluster_address = "127.0.0.1:{cluster}"
}}
storage "raft" {{
  path = "{data}"
  node_id = "one"
}}
"""


@dataclass
class Vault:
    """A running server, and the script's environment."""

    plane: ControlPlane
    scratch: Path
    program: str
    address: str

    @property
    def file(self) -> Path:
        return self.scratch / "vault.json"

    def script(self, command: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "VAULT_IN": f"env VAULT_ADDR={self.address}",
            "VAULT_PROGRAM": self.program,
            "VAULT_AUDIT_LOG": str(self.scratch / "audit.log"),
            "KUBERNETES_URL": f"https://127.0.0.1:{self.plane.api.port}",
        }
        return subprocess.run(
            [str(SCRIPT), command, str(self.file)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def client(self, token: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments],
            env={**os.environ, "VAULT_ADDR": self.address, "VAULT_TOKEN": token},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    def account_token(self, namespace: str, name: str) -> str:
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
        return str(self.plane.api.call("POST", path, {"spec": {}})["status"]["token"])


ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
# $1: folder with the account's files, then the command.
IN_A_MOUNT_NAMESPACE = f"""
mount -t tmpfs tmpfs /run && mkdir -p {ACCOUNT_FOLDER} && cp "$1"/* {ACCOUNT_FOLDER}/ && shift && exec "$@"
"""


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    scratch = tmp_path_factory.mktemp("vault")
    (scratch / "logs").mkdir()
    supervisor = Supervisor(scratch / "logs")
    try:
        plane = loopback.start(supervisor, scratch)
        for namespace in ("vault", "example", "other"):
            plane.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
            plane.api.apply(account(namespace, namespace))
        plane.api.apply(may_review_tokens())
        started = Vault(plane, scratch, os.environ["VAULT_PROGRAM"], f"http://127.0.0.1:{free_port()}")
        serve(started, supervisor)
        yield started
        plane.api.close()
    finally:
        supervisor.stop()


def account(namespace: str, name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}


def may_review_tokens() -> dict[str, Any]:
    """Return the binding that the chart makes with server.authDelegator."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "vault-server-binding"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "system:auth-delegator",
        },
        "subjects": [{"kind": "ServiceAccount", "name": "vault", "namespace": "vault"}],
    }


def serve(vault: Vault, supervisor: Supervisor) -> None:
    """Start the server where it finds its account as in a pod."""
    folder, data = vault.scratch / "account", vault.scratch / "data"
    folder.mkdir()
    data.mkdir()
    (folder / "token").write_text(vault.account_token("vault", "vault"))
    (folder / "ca.crt").write_bytes((vault.scratch / "certificates" / "apiserver.crt").read_bytes())
    config = vault.scratch / "server.hcl"
    config.write_text(SERVER.format(api=vault.address.rsplit(":")[-1], cluster=free_port(), data=data))
    mine = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    supervisor.start(
        "vault",
        [
            *("unshare", *mine, "--mount", "sh", "-c", IN_A_MOUNT_NAMESPACE, "sh", str(folder)),
            *(vault.program, "server", f"-config={config}"),
        ],
    )
    for _ in range(100):
        if "Initialized" in vault.client("", "status").stdout:
            return
        time.sleep(0.2)
    pytest.fail((supervisor.logs / "vault.log").read_text()[-2000:])


def test_from_a_new_server_to_a_dynamic_secret(vault: Vault) -> None:
    done = vault.script("init")
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(vault.file.stat().st_mode) == 0o600
    kept = json.loads(vault.file.read_text())
    root = kept["root_token"]

    again = vault.script("init")
    assert again.returncode == 1
    assert "never overwritten" in again.stderr
    assert json.loads(vault.file.read_text()) == kept

    assert vault.script("unseal").stdout == "vault-0 is unsealed\n"
    assert wait_for_leader(vault)
    outputs = [done, again]
    for _ in range(2):  # a second time changes nothing and is no error
        outputs.append(vault.script("configure"))
        assert outputs[-1].returncode == 0, outputs[-1].stderr

    example, other = (login(vault, name) for name in ("example", "other"))
    assert other.returncode != 0
    token = json.loads(example.stdout)["auth"]["client_token"]
    issued = vault.client(token, "write", "-format=json", "pki/issue/example", "common_name=web.example.test")
    assert issued.returncode == 0, issued.stderr
    certificate = json.loads(issued.stdout)["data"]
    assert "BEGIN CERTIFICATE" in certificate["certificate"]
    assert certificate["expiration"] - time.time() < 3700
    assert vault.client(token, "write", "pki/issue/example", "common_name=web.elsewhere.test").returncode != 0
    assert vault.client(token, "read", "sys/policies/acl/example").returncode != 0

    outputs.append(vault.script("revoke-root"))
    assert outputs[-1].returncode == 0, outputs[-1].stderr
    assert vault.client(root, "token", "lookup").returncode != 0
    after = json.loads(vault.file.read_text())
    assert after == {**kept, "root_token": ""}
    assert stat.S_IMODE(vault.file.stat().st_mode) == 0o600
    assert "was revoked" in vault.script("configure").stderr

    printed = "".join(one.stdout + one.stderr for one in outputs)
    audited = (vault.scratch / "audit.log").read_text()
    assert "auth/kubernetes/login" in audited
    for value in (root, kept["unseal_keys_b64"][0], kept["unseal_keys_hex"][0], token):
        assert value not in printed + audited


def login(vault: Vault, name: str) -> subprocess.CompletedProcess[str]:
    token = vault.account_token(name, name)
    return vault.client(
        "", "write", "-format=json", "auth/kubernetes/login", "role=example", "jwt=-", stdin=token
    )


def wait_for_leader(vault: Vault) -> bool:
    for _ in range(100):
        if "active" in vault.client("", "status").stdout:
            return True
        time.sleep(0.2)
    return False


def test_without_a_file_it_says_what_makes_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(SCRIPT), "unseal", str(tmp_path / "none")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "'vault.sh init FILE' makes it" in done.stderr

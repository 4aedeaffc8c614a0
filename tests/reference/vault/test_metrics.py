"""What the alerts and the dashboard of Vault ask for, asked of a real server with the platform's own configuration.

The server is OpenBao, the fork of Vault with the same metrics (see test_script.py).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from apps.vault.monitoring import METRICS_RETENTION
from tests.engines import ROOT
from tests.lab.metrics import expected, unknown_names
from tests.lab.processes import free_port
from tests.promql.asked import read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.vault

SHORT = 5
"""Seconds of METRICS_RETENTION here."""
INIT = ("operator", "init", "-key-shares=1", "-key-threshold=1", "-format=json")
VALUES = ROOT / "dist" / "kind" / "apps" / "vault" / "values" / "vault.yaml"


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """Return the configuration of dist/ but for its places, in a file beside the data."""
    text: str = yaml.safe_load(VALUES.read_text())["server"]["ha"]["raft"]["config"]
    for old, new in (
        ("[::]:8200", f"127.0.0.1:{free_port()}"),
        ("[::]:8201", f"127.0.0.1:{free_port()}"),
        ('path = "/vault/data"', f'path = "{tmp_path}"\n  node_id = "one"'),
        (f'"{METRICS_RETENTION}"', f'"{SHORT}s"'),
        ('service_registration "kubernetes" {}', f'api_addr = "http://127.0.0.1:{free_port()}"'),
        ("ui = true", f'cluster_addr = "http://127.0.0.1:{free_port()}"'),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "server.hcl").write_text(text)
    return tmp_path / "server.hcl"


@contextmanager
def serving(configuration: Path) -> Iterator[str]:
    """Run the server; yield its address."""
    match = re.search(r'  address = "(.*)"', configuration.read_text())
    assert match
    with configuration.with_name("log").open("a") as log:
        process = subprocess.Popen(
            [os.environ["VAULT_PROGRAM"], "server", f"-config={configuration}"], stdout=log, stderr=log
        )
        try:
            yield f"http://{match[1]}"
        finally:
            process.kill()
            process.wait()


def command(server: str, *arguments: str, token: str = "") -> str:
    environment = {**os.environ, "VAULT_ADDR": server, "VAULT_TOKEN": token}
    for _ in range(100):
        done = subprocess.run(
            [os.environ["VAULT_PROGRAM"], *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return done.stdout
        time.sleep(0.2)  # it starts, or elects itself
    pytest.fail(done.stderr)


def exposition(server: str) -> str:
    with urllib.request.urlopen(f"{server}/v1/sys/metrics?format=prometheus") as answer:  # noqa: S310
        return str(answer.read().decode())


def says_unsealed(server: str) -> bool:
    return re.search(r"^vault_core_unsealed(\{.*\})? 1$", exposition(server), re.MULTILINE) is not None


def unseal(server: str, kept: dict[str, Any]) -> None:
    """Unseal it, and wait until it leads and has answered."""
    command(server, "operator", "unseal", kept["unseal_keys_b64"][0])
    command(server, "secrets", "list", token=kept["root_token"])


def test_what_is_asked_for_is_exposed_while_it_is_unsealed(configuration: Path) -> None:
    with serving(configuration) as server:
        kept = json.loads(command(server, *INIT))
        assert not says_unsealed(server)
        unseal(server, kept)
        time.sleep(SHORT + 3)  # longer than a value is kept that nobody refreshes
        unseal(server, kept)
        assert says_unsealed(server)
        assert unknown_names(expected(read("laptop")), {"vault": [exposition(server)]}) == []


def test_a_sealed_server_stops_saying_that_it_is_unsealed(configuration: Path) -> None:
    with serving(configuration) as server:
        kept = json.loads(command(server, *INIT))
        unseal(server, kept)
    with serving(configuration) as server:  # it waits for the others before it leads
        unseal(server, kept)
        assert says_unsealed(server)
        command(server, "operator", "seal", token=kept["root_token"])
        time.sleep(SHORT + 3)
        assert not says_unsealed(server)

"""`platform-stack check` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tests import commands

if TYPE_CHECKING:
    import subprocess

ROOT = Path(__file__).parents[3]


DESCRIPTION = """
from platform_stack import Application, Cluster, Namespace, Platform

def manifests(chart, context):
    chart.add({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "web"},
        "spec": {"selector": {"app": "wbe"}, "ports": [{"port": 80}]},
    })

web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests)
PLATFORM = Platform(applications=(web,), clusters=(Cluster(name="one", repo_url="https://git.example.test/p"),))
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return commands.run(folder, "check", *arguments)


def test_a_finding_says_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps" / "__main__.py").write_text(DESCRIPTION)
    done = run(tmp_path)
    assert done.returncode == 1
    assert "application 'web': Service web/web" in done.stdout
    assert "RunTime(objects=…)" in done.stdout
    (finding,) = json.loads(run(tmp_path, "--json").stdout)
    assert finding["found"] == "pods labelled app=wbe: no pod"

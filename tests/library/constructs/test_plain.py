"""What prints nothing starts Node only for who asks for it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from platform_stack import Application, Cluster, Namespace, Platform
from platform_stack.synth import estates

def manifests(chart, _context):
    chart.add({{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "plain"}}}})
    {more}

web = Application(name="web", namespaces=(Namespace(name="web"),), manifests=manifests)
cluster = Cluster(name="c", repo_url="https://git.example.test/platform")
(estate,) = estates(Platform(applications=(web,), clusters=(cluster,), facts=Path("facts")))
print("Node:", "jsii" in sys.modules)
print(*(item["kind"] for item in estate.own["web"] if item["kind"] != "NetworkPolicy"))
"""


def run(folder: Path, more: str) -> subprocess.CompletedProcess[str]:
    words = (sys.executable, "-c", PROGRAM.format(more=more))
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("more", "node", "kinds"),
    [
        ("pass", False, "Namespace ConfigMap"),
        ("assert chart.node.id", True, "Namespace ConfigMap"),
        (
            "import cdk8s; cdk8s.ApiObject(chart, 'o', api_version='v1', kind='Secret')",
            True,
            "Namespace ConfigMap Secret",
        ),
        ("import cdk8s; assert isinstance(chart, cdk8s.Chart)", True, "Namespace ConfigMap"),
    ],
)
def test_node_starts_for_who_asks_for_it(tmp_path: Path, more: str, node: bool, kinds: str) -> None:  # noqa: FBT001
    result = run(tmp_path, more)
    assert result.stdout.splitlines() == [f"Node: {node}", kinds], result.stderr


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("chart.add({'kind': 'A'})", "chart 'c.web': add: apiVersion"),
        ("raise ValueError('mine')", "ValueError: mine"),
    ],
)
def test_what_goes_wrong_is_told_as_by_synth(tmp_path: Path, more: str, told: str) -> None:
    result = run(tmp_path, more)
    assert result.returncode == 1
    assert told in result.stderr

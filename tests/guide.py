"""docs/guides/add-an-application.md: its text, and doing what it says in a copy of the repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.engines import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = ROOT / "docs" / "guides" / "add-an-application.md"


def blocks(kind: str) -> list[tuple[str, str]]:
    """Return (what stands behind the kind, text) of each fenced block."""
    return re.findall(rf"^```{kind}(?: ([^\n]+))?\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


RECORD = """
import sys
from pathlib import Path

from apps.__main__ import PLATFORM
from platform_stack.facts import ChartFacts, Rendered, values_digest, write
from platform_stack.recorded import reference_context
from tests.guide import OBJECTS

(chart,) = PLATFORM.by_name["podinfo"].charts
write(
    Path("imports/facts/podinfo/podinfo.json"),
    ChartFacts(
        chart=chart.name,
        repository=chart.repository,
        version=chart.version,
        app_version=chart.version,
        custom_resource_definitions=(),
        values={"type": "object"},
        profiles={
            profile: Rendered(
                values_digest(chart.version, chart.values_for(reference_context(PLATFORM, profile))), OBJECTS
            )
            for profile in ("laptop", "ha")
        },
    ),
)
"""
LABELS = {"app.kubernetes.io/name": "podinfo"}


def _object(api_version: str, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": "podinfo", "namespace": "podinfo", "labels": LABELS}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


OBJECTS = (
    _object(
        "apps/v1",
        "Deployment",
        {
            "selector": {"matchLabels": LABELS},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {
                    "containers": [
                        {
                            "name": "podinfo",
                            "image": "ghcr.io/stefanprodan/podinfo:6.9.2",
                            "ports": [
                                {"name": "http", "containerPort": 9898, "protocol": "TCP"},
                                {"name": "http-metrics", "containerPort": 9797, "protocol": "TCP"},
                                {"name": "grpc", "containerPort": 9999, "protocol": "TCP"},
                            ],
                        }
                    ]
                },
            },
        },
    ),
    _object(
        "v1",
        "Service",
        {"selector": LABELS, "ports": [{"name": "http", "port": 9898, "targetPort": "http"}]},
    ),
    _object(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        {"selector": {"matchLabels": LABELS}, "endpoints": [{"port": "http", "path": "/metrics"}]},
    ),
)
"""What podinfo 6.9.2 makes of the guide's values: `make facts` reads it off the chart, which a test has no way to."""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy of the repository."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def describe(folder: Path) -> None:
    """Do steps 1 and 2: the application's folder, and its line in the list."""
    (module_path, module), (_, import_line), (_, list_line) = blocks("python")
    (folder / module_path).parent.mkdir()
    (folder / module_path).write_text(module)
    catalogue = folder / "apps" / "__init__.py"
    text = catalogue.read_text()
    text = text.replace("\nBOOTSTRAP", f"{import_line}\nBOOTSTRAP", 1)
    catalogue.write_text(text.replace("APPLICATIONS = (\n", f"APPLICATIONS = (\n{list_line}", 1))


def record(folder: Path) -> None:
    """Do step 3, without helm and the chart: write what they would make."""
    done = run(folder, "-c", RECORD)
    assert done.returncode == 0, done.stderr


def add_podinfo(folder: Path) -> None:
    """Add the application of the guide."""
    describe(folder)
    record(folder)

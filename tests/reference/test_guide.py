"""docs/guides/add-an-application.md, done step by step."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
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
from tests.reference.test_guide import OBJECTS

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
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_doing_what_the_guide_says_adds_an_application(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "apps", tmp_path / "apps")
    shutil.copytree(ROOT / "imports" / "facts", tmp_path / "imports" / "facts")
    (module_path, module), (_, import_line), (_, list_line) = blocks("python")
    (tmp_path / module_path).parent.mkdir()
    (tmp_path / module_path).write_text(module)
    catalogue = tmp_path / "apps" / "__init__.py"
    text = catalogue.read_text()
    text = text.replace("\nBOOTSTRAP", f"{import_line}\nBOOTSTRAP", 1)
    catalogue.write_text(text.replace("APPLICATIONS = (\n", f"APPLICATIONS = (\n{list_line}", 1))

    too_early = run(tmp_path, "-m", "platform_stack", "synth")
    assert too_early.returncode == 1
    assert "policy 'restrict-image-registries': rule" in too_early.stderr
    assert "not known: no facts are recorded for podinfo 6.9.2" in too_early.stderr
    assert "platform-stack facts --application podinfo" in too_early.stderr

    recorded = run(tmp_path, "-c", RECORD)
    assert recorded.returncode == 0, recorded.stderr
    done = run(tmp_path, "-m", "platform_stack", "synth")
    assert (done.returncode, done.stderr) == (0, "")
    talk = json.loads(
        run(tmp_path, "-m", "platform_stack", "flows", "--to", "podinfo", "--format", "json").stdout
    )
    assert [(row["source"], row["port"]) for row in talk] == [("monitoring/prometheus-kps", "9898/TCP")]

    folder = tmp_path / "dist" / "kind"
    application = yaml.safe_load((folder / "apps/podinfo/application.yaml").read_text())
    chart = application["spec"]["sources"][0]
    assert (chart["chart"], chart["targetRevision"]) == ("podinfo", "6.9.2")
    values = yaml.safe_load((folder / "apps/podinfo/values/podinfo.yaml").read_text())
    assert values["replicaCount"] == 1
    namespace = yaml.safe_load((folder / "apps/podinfo/manifests/Namespace.podinfo.yaml").read_text())
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    waves = {
        name: int(
            yaml.safe_load((folder / f"root/ApplicationSet.{name}.yaml").read_text())["metadata"][
                "annotations"
            ]["argocd.argoproj.io/sync-wave"]
        )
        for name in ("prometheus", "podinfo")
    }
    assert waves["podinfo"] == waves["prometheus"] + 1
    # Nothing else changed but what gathers from all applications.
    others = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.yaml")
        if "podinfo" not in path.as_posix()
    }
    committed = {
        path.relative_to(ROOT / "dist" / "kind").as_posix(): path.read_bytes()
        for path in (ROOT / "dist" / "kind").rglob("*.yaml")
    }
    changed = {path for path in others.keys() | committed.keys() if others.get(path) != committed.get(path)}
    namespaces = "apps/falco/manifests/ConfigMap.falco-platform-rules.yaml"
    registries = "apps/kyverno/manifests/ValidatingPolicy.restrict-image-registries"
    assert namespaces in changed
    assert {path.startswith(registries) for path in changed - {namespaces}} == {True}


def test_a_module_is_about_fifteen_lines_besides_its_values() -> None:
    (_, module), *_ = blocks("python")
    description = module.partition("podinfo = Application(")[2]
    assert len(description.splitlines()) <= 15


def test_the_commands_of_the_guide_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for _, commands in blocks("sh"):
        for command in commands.splitlines():
            assert command.removeprefix("make ") in targets

"""docs/guides/add-an-application.md, done step by step."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "guides" / "add-an-application.md"


def blocks(kind: str) -> list[tuple[str, str]]:
    """Return (what stands behind the kind, text) of each fenced block."""
    return re.findall(rf"^```{kind}(?: ([^\n]+))?\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


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

    done = subprocess.run(
        [sys.executable, "-m", "platform_stack", "synth"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no facts are recorded for podinfo 6.9.2" in done.stderr

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
    assert changed == {"apps/falco/manifests/ConfigMap.falco-platform-rules.yaml"}  # it names all namespaces


def test_a_module_is_about_fifteen_lines_besides_its_values() -> None:
    (_, module), *_ = blocks("python")
    description = module.partition("podinfo = Application(")[2]
    assert len(description.splitlines()) <= 15


def test_the_commands_of_the_guide_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for _, commands in blocks("sh"):
        for command in commands.splitlines():
            assert command.removeprefix("make ") in targets

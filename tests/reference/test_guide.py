"""docs/guides/add-an-application.md, done step by step."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import yaml

from tests.engines import ROOT
from tests.guide import blocks, describe, record, run

if TYPE_CHECKING:
    from pathlib import Path


def test_doing_what_the_guide_says_adds_an_application(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "apps", tmp_path / "apps")
    shutil.copytree(ROOT / "imports" / "facts", tmp_path / "imports" / "facts")
    describe(tmp_path)

    too_early = run(tmp_path, "-m", "platform_stack", "synth")
    assert too_early.returncode == 1
    assert "policy 'restrict-image-registries': rule" in too_early.stderr
    assert "not known: no facts are recorded for podinfo 6.9.2" in too_early.stderr
    assert "platform-stack facts --application podinfo" in too_early.stderr

    record(tmp_path)
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

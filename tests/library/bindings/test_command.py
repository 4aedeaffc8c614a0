"""The generator's command, with a stand-in for cdk8s-cli: no Node is needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import platform_stack_imports
from platform_stack.bindings import cdk8s
from platform_stack.bindings.__main__ import main
from platform_stack.errors import PlatformError


def stand_in(folder: Path, script: str) -> Path:
    path = folder / "cdk8s"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_each_group_is_imported_by_itself(tmp_path: Path) -> None:
    script = 'mkdir -p out/org/example/a_b && { echo "$@"; cat crds.yaml; } > out/org/example/a_b/__init__.py'
    sources = cdk8s.import_crds(stand_in(tmp_path, script), {"a-b.example.org": "kind: CRD\n"})
    assert sources == {
        "a-b.example.org": (
            "--check-upgrade=false import crds.yaml --language python --output out\nkind: CRD\n"
        )
    }


@pytest.mark.parametrize("script", ["echo broken >&2; exit 3", "true"])
def test_failing_import_is_an_error(tmp_path: Path, script: str) -> None:
    with pytest.raises(PlatformError, match=r"no out/org/example/__init__\.py"):
        cdk8s.import_crds(stand_in(tmp_path, script), {"example.org": ""})


def test_command_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="npm ci"):
        cdk8s.import_crds(tmp_path / "cdk8s", {})


def test_missing_schemas_end_the_command_and_leave_the_output(tmp_path: Path) -> None:
    output = tmp_path / "package"
    shutil.copytree(Path(platform_stack_imports.__file__).parent, output)
    before = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
    empty = tmp_path / "empty"
    empty.mkdir()
    result = CliRunner().invoke(main, ["--schemas", str(empty), "--output", str(output)])
    assert result.exit_code == 1
    assert "no CRD of AppProject in argoproj.io" in result.output
    assert {path: path.read_bytes() for path in output.rglob("*") if path.is_file()} == before

"""Each file of tests/library/invalid has one mistake, and in its docstring the message it must give."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = sorted((Path(__file__).parent / "invalid").glob("*.py"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_mistake_gives_its_message_and_leaves_dist_alone(case: Path, tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    shutil.copy(case, tmp_path / "apps" / "__main__.py")
    shutil.copytree(ROOT / "imports" / "facts", tmp_path / "imports" / "facts")
    old = tmp_path / "dist" / "kind" / "old.yaml"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    result = subprocess.run(
        [sys.executable, "-m", "platform_stack", "synth"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    expected = ast.get_docstring(ast.parse(case.read_text()), clean=False)
    assert expected
    assert result.stderr.rstrip() == expected.rstrip()
    assert result.returncode == 1
    assert result.stdout == ""
    assert [path.name for path in tmp_path.rglob("dist/**/*")] == ["kind", "old.yaml"]
    assert old.read_text() == "old"


def test_there_are_cases() -> None:
    assert len(CASES) > 20

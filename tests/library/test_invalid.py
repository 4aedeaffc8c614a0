"""Each file of tests/library/invalid has one mistake, and in its docstring the message it must give."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import run

INVALID = Path(__file__).parent / "invalid"
CASES = sorted(INVALID.glob("*.py"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a platform: an old dist/ and the facts of one chart."""
    (tmp_path / "apps").mkdir()
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "facts").symlink_to(INVALID / "facts")
    old = tmp_path / "dist" / "kind" / "old.yaml"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    return tmp_path


def write(case: Path, folder: Path) -> str:
    """Make the case the folder's platform; return the message it must give."""
    shutil.copy(case, folder / "apps" / "__main__.py")
    expected = ast.get_docstring(ast.parse(case.read_text()), clean=False)
    assert expected
    return expected.rstrip()


def is_left_alone(folder: Path) -> bool:
    found = [path.name for path in folder.rglob("dist/**/*")]
    return found == ["kind", "old.yaml"] and (folder / "dist/kind/old.yaml").read_text() == "old"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_mistake_gives_its_message_and_leaves_dist_alone(case: Path, folder: Path) -> None:
    expected = write(case, folder)
    done = run(folder, "synth")
    assert (done.stderr.rstrip(), done.returncode, done.stdout) == (expected, 1, "")
    assert is_left_alone(folder)


def test_a_process_says_and_does_the_same(folder: Path) -> None:
    expected = write(INVALID / "several_mistakes.py", folder)
    command = [sys.executable, "-m", "platform_stack", "synth"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.stderr.rstrip(), done.returncode, done.stdout) == (expected, 1, "")
    assert is_left_alone(folder)


def test_there_are_cases() -> None:
    assert len(CASES) > 20

"""Each file of tests/library/invalid has one mistake, and in its docstring the message it must give."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from platform_stack.cli import cli
from tests.engines import ROOT

INVALID = Path(__file__).parent / "invalid"
CASES = sorted(INVALID.glob("*.py"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a platform, in which the test runs: an old dist/ and the facts of one chart."""
    (tmp_path / "apps").mkdir()
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "facts").symlink_to(INVALID / "facts")
    old = tmp_path / "dist" / "kind" / "old.yaml"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    monkeypatch.chdir(tmp_path)
    # A folder without __init__.py, as here, stands behind the repository's own apps/ wherever that is on the path.
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if Path(entry).resolve() != ROOT])
    for name in [name for name in sys.modules if name.split(".")[0] == "apps"]:
        monkeypatch.delitem(sys.modules, name)  # another test's, which gets it back
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
def test_a_mistake_gives_its_message_and_leaves_dist_alone(
    case: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = write(case, folder)
    try:
        exit_code = cli.main(["synth"], standalone_mode=False)
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "apps"]:
            del sys.modules[name]
    printed = capsys.readouterr()
    assert printed.err.rstrip() == expected
    assert exit_code == 1
    assert printed.out == ""
    assert is_left_alone(folder)


def test_a_process_says_and_does_the_same(folder: Path) -> None:
    expected = write(INVALID / "several_mistakes.py", folder)
    done = subprocess.run(
        [sys.executable, "-m", "platform_stack", "synth"], capture_output=True, text=True, check=False
    )
    assert (done.stderr.rstrip(), done.returncode, done.stdout) == (expected, 1, "")
    assert is_left_alone(folder)


def test_there_are_cases() -> None:
    assert len(CASES) > 20

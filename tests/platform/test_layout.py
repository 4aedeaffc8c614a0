"""Rules about the repository itself."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

from apps.__main__ import PLATFORM
from platform_stack.secrets.store import read_store

ROOT = Path(__file__).parents[2]


def test_the_folder_platform_is_no_package() -> None:
    """With an __init__.py it would shadow Python's own module of that name."""
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert platform.__file__ == str(Path(sysconfig.get_path("stdlib")) / "platform.py")
    done = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.__file__)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == Path(sysconfig.get_path("stdlib")) / "platform.py"


def test_the_repository_holds_secrets_only_sealed() -> None:
    for cluster in PLATFORM.clusters:
        if PLATFORM.opener:  # who reads the folder refuses what is not sealed
            read_store(PLATFORM.secrets / cluster.name, PLATFORM.opener.role)
    for folder in ("apps", "dist", "docs", "imports"):
        for path in (ROOT / folder).rglob("*"):
            assert not path.is_file() or b"PRIVATE KEY-----" not in path.read_bytes(), path


def test_both_packages_are_typed() -> None:
    assert (ROOT / "platform" / "platform_stack" / "py.typed").exists()
    assert (ROOT / "imports" / "platform_stack_imports" / "py.typed").exists()


def test_importing_the_model_starts_no_node_and_loads_no_cryptography() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, platform_stack, apps; print({'jsii', 'cryptography'} & {*sys.modules})",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"


def test_every_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):.*?(## \S.*)?$", makefile, re.MULTILINE)
    names = {name for name, _ in targets}
    assert [name for name, explained in targets if not explained] == []
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert {*phony.split()} == names
    table = re.findall(r"^\| `make ?([a-z-]*)", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert {name or "help" for name in table} == names


def test_what_make_test_leaves_out_has_a_target_that_a_pull_request_runs() -> None:
    """A marker that no target names would be tests that never run."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    markers = {line.partition(":")[0] for line in options["markers"]}
    assert {*re.findall(r"not (\w+)", options["addopts"][-1])} == markers
    run = (ROOT / ".ci" / "run").read_text()
    rules = re.findall(r"^([a-z-]+):[^\n]*((?:\n\t[^\n]*)*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    ran = {
        marker
        for name, recipe in rules
        if re.search(rf"\bmake {name}$", run, re.MULTILINE)
        for marker in re.findall(r"pytest .*-m (\w+)", recipe)
    }
    assert ran == markers


def test_every_shell_script_is_checked() -> None:
    (checked,) = re.findall(r"shellcheck -x (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    files = {path for pattern in checked.split() for path in ROOT.glob(pattern)}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    scripts = {
        path
        for path in (ROOT / name for name in tracked.stdout.splitlines())
        if path.is_file() and re.match(rb"#!.*\b(ba)?sh\b", path.read_bytes())
    }
    assert files == scripts

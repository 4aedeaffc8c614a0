"""Rules about the repository itself."""

from __future__ import annotations

import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

from apps.__main__ import PLATFORM
from platform_stack.secrets.store import read_store

ROOT = Path(__file__).parent.parent


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
        read_store(PLATFORM.secrets / cluster.name)  # refuses what is not sealed
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

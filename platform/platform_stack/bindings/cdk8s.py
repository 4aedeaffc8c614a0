"""Run `cdk8s import` in a temporary folder."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.errors import fail

if TYPE_CHECKING:
    from collections.abc import Mapping


_TIMEOUT_SECONDS = 600


def import_crds(cdk8s: Path, crds: Mapping[str, str]) -> dict[str, str]:
    """Import the CRDs of each group, given as YAML, and return each group's Python source.

    `cdk8s` is the command of cdk8s-cli. It runs once a group; nothing stays on the disk.

    Raises:
        PlatformError: the command is not there, fails, or writes no module for a group.

    """
    if not cdk8s.is_file():
        fail(
            str(cdk8s),
            found="nothing",
            expected="the command of cdk8s-cli",
            hint="run `npm ci` in tests/node, or name the command with --cdk8s",
        )
    result: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="platform-stack-bindings-") as name:
        for group, text in crds.items():
            result[group] = _import(cdk8s.resolve(), group, text, Path(name) / group)
    return result


def _import(cdk8s: Path, group: str, text: str, folder: Path) -> str:
    folder.mkdir()
    (folder / "crds.yaml").write_text(text, encoding="utf-8")
    arguments = ("--check-upgrade=false", "import", "crds.yaml", "--language", "python", "--output", "out")
    done = subprocess.run(  # noqa: S603 # the caller's own command, no shell
        [cdk8s, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
    )
    module = folder.joinpath("out", *reversed(group.replace("-", "_").split(".")), "__init__.py")
    if done.returncode or not module.is_file():
        fail(
            f"{cdk8s} {' '.join(arguments)}",
            found=f"exit code {done.returncode} and no {module.relative_to(folder)}: {done.stderr.strip()}",
            expected=f"a module of {group}",
            hint="run `npm ci` in tests/node again",
        )
    return module.read_text(encoding="utf-8")

"""A clone with bootstrap.sh and dist/, and a world of stand-ins around it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[3]
STAND_IN = Path(__file__).parent / "stand_in.py"
TOOLS = ("docker", "kind", "kubectl", "helm", "git")


@dataclass(frozen=True)
class Sandbox:
    """A clone in which bootstrap.sh runs; `world` is what its programs play in."""

    folder: Path

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    @property
    def world(self) -> Path:
        return self.folder / "world"

    @property
    def state(self) -> Path:
        return self.clone / ".platform-stack"

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.folder / "home"),
            "WORLD": str(self.world),
            "REAL_GIT": shutil.which("git") or "git",
            "GIT_CONFIG_NOSYSTEM": "1",
            "TIMEOUT": "20",
            **(extra or {}),
        }

    def start(self, *arguments: str, **extra: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.clone / "bootstrap.sh"), *arguments],
            cwd=self.folder,  # it must find its own folder
            env=self.environment(extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell cannot catch a signal that was ignored when it began, as in what runs in the background.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no thread is here
        )

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments, **extra) as process:
            output, errors = process.communicate(timeout=60)
            return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def up(self, **extra: str) -> str:
        done = self.run("up", **extra)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log(self) -> list[dict[str, Any]]:
        path = self.world / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def calls(self) -> list[str]:
        """Return what was called, without kubectl's constant options."""
        return [
            " ".join([each["call"][0], *each["call"][5:]] if each["call"][0] == "kubectl" else each["call"])
            for each in self.log()
        ]

    def changes(self) -> list[str]:
        """Return the calls that change something."""
        harmless = ("docker info", "docker inspect", "kind get", "kubectl get", "git ", "helm ")
        return [call for call in self.calls() if not call.startswith(harmless)]

    def applied(self) -> list[dict[str, Any]]:
        path = self.world / "applied.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def forget(self) -> None:
        """Forget what was recorded so far."""
        for name in ("calls.jsonl", "applied.jsonl"):
            (self.world / name).unlink(missing_ok=True)

    def files(self) -> dict[str, bytes]:
        """Return every file of the clone."""
        return {
            path.relative_to(self.clone).as_posix(): path.read_bytes() if path.is_file() else b""
            for path in sorted(self.clone.rglob("*"))
        }

    def repo_url(self, url: str) -> None:
        """Have dist/ name another git repository."""
        path = self.clone / "dist/kind/bootstrap/cluster.env"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text(
            "".join(f"REPO_URL={url}\n" if line.startswith("REPO_URL=") else line for line in lines)
        )


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    box = Sandbox(tmp_path)
    for name in ("bin", "home", "world/clusters", "clone"):
        (tmp_path / name).mkdir(parents=True)
    program = tmp_path / "bin" / "stand-in"
    # Without site-packages it starts in a fraction of the time.
    program.write_text(f"#!{os.path.realpath(sys.executable)} -IS\n{STAND_IN.read_text()}")
    program.chmod(0o755)
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(program)
    shutil.copy(ROOT / "bootstrap.sh", box.clone)
    for source in (
        *(ROOT / "dist/kind/bootstrap").iterdir(),
        *(ROOT / "dist/kind/apps").glob("*/manifests/Namespace.*.yaml"),
        *(ROOT / "dist/kind/apps").glob("*/manifests/*NetworkPolicy.*.yaml"),
    ):
        target = box.clone / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    repository = tmp_path / "repository.git"
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.test", "-C", str(repository)]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(repository)], check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message=one"], check=True)
    subprocess.run([*git, "update-server-info"], check=True)
    box.repo_url(f"file://{repository}")
    return box

"""The git repository that Argo CD syncs from: a folder in the scratch space, with file:// as its address."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .platform import REVISION

if TYPE_CHECKING:
    from pathlib import Path

# Nobody's own git settings (signing, hooks, default branch) may change what the lab does.
GIT_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


@dataclass(frozen=True)
class Repository:
    """A git repository with a work tree; a commit is what a merged pull request is elsewhere."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> Repository:
        """Make an empty repository."""
        folder.mkdir(parents=True)
        repository = cls(folder)
        repository._git("init", "--quiet", f"--initial-branch={REVISION}")
        return repository

    def commit(self, message: str) -> str:
        """Commit the work tree as it is and return the revision."""
        self._git("add", "--all")
        self._git(
            "-c", "user.name=lab", "-c", "user.email=lab@platform.invalid", "commit", "--quiet", "-m", message
        )
        return self._git("rev-parse", "HEAD")

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.folder), *arguments]
        environment = {**GIT_ENVIRONMENT, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"}
        result = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        return result.stdout.strip()

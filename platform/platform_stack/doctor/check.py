"""The result of one check, and the programs that checks ask."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

State = Literal["ok", "warn", "fail"]

_SECONDS = 60
"""How long a program may take; a Docker that hangs is a finding too."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        name: what was looked at.
        state: `ok`; `warn`: it may work, or nobody can tell; `fail`: it will not work.
        found: what is there.
        expected: what would be right.
        hint: what to do; empty when there is nothing to do.

    """

    name: str
    state: State
    found: str
    expected: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said: `ok` is whether it succeeded, `text` its output or, if it failed, its last complaint."""

    ok: bool
    text: str


def ask(*command: str, environment: Mapping[str, str] | None = None) -> Answer:
    """Run a program without a terminal and return its answer; a missing program is an answer too."""
    program = shutil.which(command[0])
    if program is None:
        return Answer(ok=False, text="not installed")
    try:
        done = subprocess.run(  # noqa: S603  the commands are this package's own
            [program, *command[1:]],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Answer(ok=False, text=f"no answer within {_SECONDS} s")
    if done.returncode == 0:
        return Answer(ok=True, text=done.stdout.strip())
    lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    return Answer(ok=False, text=lines[-1].strip() if lines else f"exit code {done.returncode}")


def version(text: str) -> tuple[int, ...] | None:
    """Return the first version in a text, such as (1, 34, 2) for "Client Version: v1.34.2", or None."""
    match = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in match[0].split(".")) if match else None

"""The engines' own command-line programs: where they are, and how they are asked."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_stack.errors import Finding, PlatformError, fail

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILT = Path("build") / "policies"
"""Where `make policies` leaves the programs, below the working folder."""


class ProgramMissingError(PlatformError):
    """An engine's own program is not there."""


@dataclass(frozen=True)
class Program:
    """An engine's own program.

    Attributes:
        engine: the engine's name.
        names: what it may be called.
        install: URL of the page that says how to install it.
        refuses: regular expression that finds in its errors the name of the policy that it cannot read, as
            group 1.

    """

    engine: str
    names: tuple[str, ...]
    install: str
    refuses: str


def find(program: Program) -> Path:
    """Return where a program is: on PATH, or where `make policies` builds it.

    Raises:
        ProgramMissingError: it is in neither place.

    """
    names = program.names
    places = [*map(shutil.which, names), *(str(BUILT / name) for name in names if (BUILT / name).is_file())]
    found = next(filter(None, places), None)
    if found is None:
        raise ProgramMissingError(
            Finding(
                program.engine,
                f"no `{'` or `'.join(names)}` on PATH or in {BUILT}/",
                "the engine's own program",
                f"`make policies` builds it in this project's repository; elsewhere see {program.install}",
            )
        )
    return Path(found).absolute()


def run(program: Program, *arguments: str, answer: str) -> str:
    """Return what a program prints, also where it found violations.

    Args:
        program: who is asked.
        arguments: of the program.
        answer: what its output holds when it could judge; it exits with 1 for violations and for errors alike.

    Raises:
        PlatformError: the program is missing, a policy does not compile, or it cannot read what it was given.

    """
    done = subprocess.run(  # noqa: S603  the engine's own program
        [str(find(program)), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0 and answer not in done.stdout:
        message = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
        if refused := re.search(program.refuses, message):
            expected = f"a policy that {program.engine} can read"
            fail(f"policy {refused[1]!r}", message, expected, "mend its expressions")
        fail(program.engine, message, f"an answer to `{arguments[0]}`")
    return done.stdout


def write(folder: Path, name: str, documents: Iterable[Any]) -> str:
    """Write documents for a program to read and return the file's path.

    Each is JSON on one line: the programs split a file wherever a line is `---`, also inside a text.
    """
    path = folder / f"{name}.yaml"
    path.write_text("\n---\n".join(json.dumps(document) for document in documents), encoding="utf-8")
    return str(path)

"""The engines' own command-line programs: where they are, and how they are asked."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_stack.errors import fail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.model.policy import Engine

BUILT = Path("build") / "policies"
"""Where `make policies` leaves the programs, below the working folder."""

_PROGRAMS: dict[Engine, tuple[str, ...]] = {
    "kyverno": ("kyverno", "kubectl-kyverno"),
    "gatekeeper": ("gator",),
}

_INSTALL = {
    "kyverno": "https://kyverno.io/docs/kyverno-cli/install/",
    "gatekeeper": "https://open-policy-agent.github.io/gatekeeper/website/docs/gator/#installation",
}

_REFUSED = re.compile(r'(?:failed to compile policy |(?:template|constraint|unstructured) ")([\w.-]+)')
"""The policy, template or constraint that a program's own error is about."""


def find(engine: Engine) -> Path:
    """Return the program that asks an engine's policies: on PATH, or where `make policies` builds it.

    Raises:
        PlatformError: it is in neither place.

    """
    names = _PROGRAMS[engine]
    places = [*map(shutil.which, names), *(str(BUILT / name) for name in names if (BUILT / name).is_file())]
    found = next(filter(None, places), None)
    if found is None:
        fail(
            engine,
            f"no `{'` or `'.join(names)}` on PATH or in {BUILT}/",
            "the engine's own program",
            f"`make policies` builds it in this project's repository; elsewhere see {_INSTALL[engine]}",
        )
    return Path(found).absolute()


def run(engine: Engine, *arguments: str, answer: str) -> str:
    """Return what an engine's program prints, also where it found violations.

    Args:
        engine: who is asked.
        arguments: of the program.
        answer: what its output holds when it could judge; it exits with 1 for violations and for errors alike.

    Raises:
        PlatformError: the program is missing, a policy does not compile, or it cannot read what it was given.

    """
    done = subprocess.run(  # noqa: S603  the engine's own program
        [str(find(engine)), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0 and answer not in done.stdout:
        message = done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}"
        refused = _REFUSED.search(message)
        if refused:
            fail(
                f"policy {refused[1]!r}", message, f"a policy that {engine} can read", "mend its expressions"
            )
        fail(engine, message, f"an answer to `{arguments[0]}`")
    return done.stdout


def write(folder: Path, name: str, documents: Iterable[Any]) -> str:
    """Write documents for a program to read and return the file's path.

    Each is JSON on one line: the programs split a file wherever a line is `---`, also inside a text.
    """
    path = folder / f"{name}.yaml"
    path.write_text("\n---\n".join(json.dumps(document) for document in documents), encoding="utf-8")
    return str(path)

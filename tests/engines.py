"""Builds programs from the Go modules that pin them (tests/**/go.mod), into build/.

Each module is one of its own, because their dependencies conflict; its go.mod names the programs as `tool`
lines (or it is a program itself) and its go.sum pins every byte. Go's own caches make a second build a matter
of linking, and a stamp (the hash of go.mod, go.sum, its sources and the flags) skips even that.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from platform_stack.errors import fail

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


@dataclass(frozen=True)
class Engine:
    """One Go module and the programs that its build leaves.

    Attributes:
        module: its folder.
        output: the folder that gets the programs.
        programs: their names.
        package: what is built: `tool` for the go.mod's tool lines, or a package.
        toolchain: the Go that it needs where its go.mod asks for a newer one than the machine may have; Go
            fetches it by itself.
        ldflags: for the linker.
        tags: build tags, with commas between them.

    """

    module: Path
    output: Path
    programs: tuple[str, ...]
    package: str = "tool"
    toolchain: str | None = None
    ldflags: str = ""
    tags: str = ""

    @property
    def name(self) -> str:
        """The name of the module's folder."""
        return self.module.name

    def program(self, name: str) -> Path:
        """Return the path of one built program."""
        return self.output / name


def build(engine: Engine, log: Path | None = None) -> bool:
    """Build one engine unless its stamp is current; return whether anything was built.

    Args:
        engine: what to build.
        log: gets what Go says; default: <name>.log beside the programs.

    Raises:
        PlatformError: there is no Go, or it does not build.

    """
    stamp = engine.output / f".{engine.name}.stamp"
    expected = _digest(engine)
    programs = [engine.program(name) for name in engine.programs]
    if stamp.is_file() and stamp.read_text() == expected and all(path.is_file() for path in programs):
        return False
    if shutil.which("go") is None:
        fail(f"engine {engine.name}", "no `go` on PATH", "Go", "see https://go.dev/doc/install")
    stamp.unlink(missing_ok=True)
    engine.output.mkdir(parents=True, exist_ok=True)
    log = log or engine.output / f"{engine.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [
        "go",
        "build",
        "-tags",
        engine.tags,
        "-ldflags",
        f"-s -w {engine.ldflags}",
        "-o",
        f"{engine.output}/",
        engine.package,
    ]
    with log.open("wb") as stream:
        result = subprocess.run(
            command, cwd=engine.module, env=_environment(engine), stdout=stream, stderr=stream, check=False
        )
    if result.returncode != 0:
        fail(
            f"engine {engine.name}",
            f"`{' '.join(command)}` left with {result.returncode}",
            "a build",
            f"read {log}; the module is {engine.module}",
        )
    stamp.write_text(expected)
    return True


@functools.cache
def module_folder(engine: Engine, module: str) -> Path:
    """Return where Go keeps the source of one module that the engine requires (its CRDs and manifests).

    Raises:
        PlatformError: it is not in Go's module cache.

    """
    result = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", module],
        cwd=engine.module,
        env=_environment(engine),
        check=False,
        capture_output=True,
        text=True,
    )
    folder = Path(result.stdout.strip() or "/nonexistent")
    if not folder.is_dir():
        fail(
            f"module {module}",
            result.stderr.strip() or "no folder in the module cache",
            "its source in Go's module cache",
            f"cd {engine.module} && go mod download {module}",
        )
    return folder


def _digest(engine: Engine) -> str:
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum", *sorted(path.name for path in engine.module.glob("*.go"))):
        digest.update((engine.module / name).read_bytes())
    digest.update(f"{engine.toolchain} {engine.ldflags} {engine.tags}".encode())
    return digest.hexdigest()


def _environment(engine: Engine) -> dict[str, str]:
    # A workspace around the project must not change what go.mod pins.
    environment = {**os.environ, "GOWORK": "off"}
    if engine.toolchain:
        environment["GOTOOLCHAIN"] = engine.toolchain
    return environment

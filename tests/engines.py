"""Builds programs from the Go modules that pin them (tests/**/go.mod), into build/.

Each module is one of its own, because their dependencies conflict; its go.mod names the programs as `tool`
lines (or it is a program itself) and its go.sum pins every byte. Go's own caches make a second build a matter
of linking, and a stamp (the hash of go.mod, go.sum, its sources and the flags) skips even that.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.errors import fail

if TYPE_CHECKING:
    from collections.abc import Iterator

# A workspace around the project must not change what go.mod pins. Without cgo a program runs in an image that has
# no C library, and is the same whether or not there is a C compiler.
_FIXED = {"GOWORK": "off", "CGO_ENABLED": "0"}

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


@dataclass(frozen=True)
class Generated:
    """Files that upstream's own build makes before Go's, so that its module lacks them: pages that are embedded.

    Attributes:
        module: what lacks them, a requirement of the engine.
        files: the path in the module and the content of each.

    """

    module: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Engine:
    """One Go module and the programs that its build leaves.

    Attributes:
        module: its folder.
        output: the folder that gets the programs.
        programs: their names.
        packages: what is built: `tool` for all of the go.mod's tool lines, or some of them.
        toolchain: the Go that it needs where its go.mod asks for a newer one than the machine may have; Go
            fetches it by itself.
        ldflags: for the linker.
        tags: the build tags, with commas.
        generated: what the module of the program lacks, to be made here.

    """

    module: Path
    output: Path
    programs: tuple[str, ...]
    packages: tuple[str, ...] = ("tool",)
    toolchain: str | None = None
    ldflags: str = ""
    tags: str = ""
    generated: Generated | None = None

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
    with log.open("wb") as stream, _completed(engine) as flags:
        command = [
            "go",
            "build",
            *flags,
            *(("-tags", engine.tags) if engine.tags else ()),
            "-ldflags",
            f"-s -w {engine.ldflags}",
            "-o",
            f"{engine.output}/",
            *engine.packages,
        ]
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


def version(engine: Engine, module: str) -> str:
    """Return the version of one module that the engine's go.mod requires: v1.18.3.

    Raises:
        PlatformError: it does not require it.

    """
    lines = (engine.module / "go.mod").read_text().splitlines()
    required = [line.removeprefix("require ").split() for line in lines]
    found = [words[1] for words in required if len(words) > 1 and words[0] == module]
    if not found:
        fail(f"engine {engine.name}", f"no module {module}", "it in go.mod", f"read {engine.module}/go.mod")
    return found[0]


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


@contextlib.contextmanager
def _completed(engine: Engine) -> Iterator[tuple[str, ...]]:
    """Give the flag that makes Go take a copy of the module that lacks files, with these, while it builds.

    Go's own -overlay refuses to add a file beneath the module cache.
    """
    if engine.generated is None:
        yield ()
        return
    module, folder = engine.generated.module, engine.output / "generated"
    copy = folder / "module"
    shutil.rmtree(folder, ignore_errors=True)
    # If it fails, module_folder says why.
    command = ["go", "mod", "download", module]
    subprocess.run(command, cwd=engine.module, env=_environment(engine), check=False, capture_output=True)
    shutil.copytree(module_folder(engine, module), copy, copy_function=shutil.copyfile)
    # What is in the module cache may not be written, nor what is copied from it.
    for each in (copy, *copy.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)
    for name, text in engine.generated.files:
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for path in engine.module.glob("go.*"):
        shutil.copyfile(path, folder / path.name)
    modules = folder / "go.mod"
    subprocess.run(["go", "mod", "edit", f"-replace={module}={copy}", modules], check=True)
    yield (f"-modfile={modules}",)
    shutil.rmtree(folder)


def _digest(engine: Engine) -> str:
    digest = hashlib.sha256()
    # A module that depends on nothing has no go.sum.
    for path in sorted(
        path for pattern in ("go.mod", "go.sum", "*.go") for path in engine.module.glob(pattern)
    ):
        digest.update(path.read_bytes())
    flags = f"{_FIXED} {engine.packages} {engine.toolchain} {engine.ldflags} {engine.tags}"
    # Only where there are some, so that the stamps of the others stay what they are.
    digest.update(f"{flags} {engine.generated}".encode() if engine.generated else flags.encode())
    return digest.hexdigest()


def _environment(engine: Engine) -> dict[str, str]:
    environment = {**os.environ, **_FIXED}
    if engine.toolchain:
        environment["GOTOOLCHAIN"] = engine.toolchain
    return environment

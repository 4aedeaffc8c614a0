"""Builds the engines from their Go modules (tests/lab/engines/*) into build/engines/.

Each engine is a Go module of its own, because their dependencies conflict; its go.mod names the programs
as `tool` lines and its go.sum pins every byte. Go's own caches make a second build a matter of linking, and a
stamp (the hash of go.mod, go.sum and the flags) skips even that.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import fail

ROOT = Path(__file__).resolve().parents[2]
MODULES = Path(__file__).resolve().parent / "engines"
OUTPUT = ROOT / "build" / "engines"

KUBERNETES_VERSION = "1.34.2"


@dataclass(frozen=True)
class Engine:
    """One Go module under tests/lab/engines and the programs that its build leaves."""

    name: str
    programs: tuple[str, ...]
    # Argo CD's own go.mod asks for a newer Go than the machine may have; Go fetches that toolchain by itself.
    toolchain: str | None = None
    ldflags: str = ""

    def program(self, name: str) -> Path:
        """Return the path of one built program."""
        return OUTPUT / self.name / name


ETCD = Engine("etcd", ("server",))
KUBERNETES = Engine(
    "kubernetes",
    ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"),
    # Without it the API server says v0.0.0 and charts that ask for a minimum version refuse to render.
    ldflags=f"-X k8s.io/component-base/version.gitVersion=v{KUBERNETES_VERSION}"
    f" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34",
)
KWOK = Engine("kwok", ("kwok",))
HELM = Engine("helm", ("helm",))
ARGOCD = Engine("argocd", ("cmd",), toolchain="go1.27.3")
SEALED_SECRETS = Engine("sealed-secrets", ("controller",))

ENGINES = (ETCD, HELM, KUBERNETES, KWOK, ARGOCD)


def build(engine: Engine, log: Path) -> bool:
    """Build one engine unless its stamp is current; return whether anything was built."""
    stamp = OUTPUT / engine.name / ".stamp"
    expected = _digest(engine)
    programs = [engine.program(name) for name in engine.programs]
    if stamp.is_file() and stamp.read_text() == expected and all(path.is_file() for path in programs):
        return False
    stamp.unlink(missing_ok=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    command = ["go", "build", "-ldflags", f"-s -w {engine.ldflags}", "-o", f"{stamp.parent}/", "tool"]
    with log.open("wb") as stream:
        result = subprocess.run(
            command,
            cwd=MODULES / engine.name,
            env=_environment(engine),
            stdout=stream,
            stderr=stream,
            check=False,
        )
    if result.returncode != 0:
        fail(
            f"engine {engine.name}",
            f"`{' '.join(command)}` left with {result.returncode}",
            "a build",
            f"read {log}; the module is {MODULES / engine.name}",
        )
    stamp.write_text(expected)
    return True


@functools.cache
def module_folder(engine: Engine, module: str) -> Path:
    """Return where Go keeps the source of one module that the engine requires (its CRDs and manifests)."""
    result = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Dir}}", module],
        cwd=MODULES / engine.name,
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
            f"cd {MODULES / engine.name} && go mod download {module}",
        )
    return folder


def require_tools() -> None:
    """Fail early, and with the command to run, when a program that is not built here is missing."""
    packages = {"go": "golang", "git": "git", "openssl": "openssl", "redis-server": "redis-server"}
    for program, package in packages.items():
        if shutil.which(program) is None:
            fail(
                f"program {program}",
                "nothing of that name on PATH",
                "it to be installed",
                f"apt-get install --yes --no-install-recommends {package}",
            )


def _digest(engine: Engine) -> str:
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        digest.update((MODULES / engine.name / name).read_bytes())
    digest.update(f"{engine.toolchain} {engine.ldflags}".encode())
    return digest.hexdigest()


def _environment(engine: Engine) -> dict[str, str]:
    environment = dict(os.environ)
    if engine.toolchain:
        environment["GOTOOLCHAIN"] = engine.toolchain
    return environment

"""The engines of the lab: the Go modules in the folder engines beside this file, built into build/engines/."""

from __future__ import annotations

import shutil
from pathlib import Path

from platform_stack.kubernetes import MINOR_VERSION, VERSION
from tests.engines import BUILD, Engine

from .errors import fail

OUTPUT = BUILD / "engines"

_MAJOR, _MINOR = MINOR_VERSION.split(".")


def _engine(name: str, *programs: str, toolchain: str | None = None, ldflags: str = "") -> Engine:
    module = Path(__file__).resolve().parent / "engines" / name
    return Engine(module, OUTPUT / name, programs, toolchain=toolchain, ldflags=ldflags)


ETCD = _engine("etcd", "server")
KUBERNETES = _engine(
    "kubernetes",
    *("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"),
    # Without it the API server says v0.0.0 and charts that ask for a minimum version refuse to render.
    ldflags=f"-X k8s.io/component-base/version.gitVersion=v{VERSION}"
    f" -X k8s.io/component-base/version.gitMajor={_MAJOR} -X k8s.io/component-base/version.gitMinor={_MINOR}",
)
KWOK = _engine("kwok", "kwok")
HELM = _engine("helm", "helm")
ARGOCD = _engine("argocd", "cmd", toolchain="go1.27.3")
SEALED_SECRETS = _engine("sealed-secrets", "controller", "kubeseal")

ENGINES = (ETCD, HELM, KUBERNETES, KWOK, SEALED_SECRETS, ARGOCD)


def require_tools() -> None:
    """Fail early, and with the command to run, when a program that is not built here is missing."""
    packages = {
        "go": "golang",
        "git": "git",
        "openssl": "openssl",
        "redis-server": "redis-server",
        "unshare": "util-linux",
    }
    for program, package in packages.items():
        if shutil.which(program) is None:
            fail(
                f"program {program}",
                "nothing of that name on PATH",
                "it to be installed",
                f"apt-get install --yes --no-install-recommends {package}",
            )

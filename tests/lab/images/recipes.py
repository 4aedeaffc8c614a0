"""The images whose program the lab has, with the users, paths and entrypoints of upstream's images."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.engines import Engine, version
from tests.lab import engines

from . import argocd, cilium
from .archive import Config, Entry
from .host import base
from .standin import NONROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.authority import Authority

    from .references import Reference


@dataclass(frozen=True)
class Recipe:
    """An image with a real program.

    Attributes:
        entries: returns its files, given the lab's authority; the program must have been built.
        config: its process.
        version: returns the version of the program in it; None: it is the lab's own.
        engine: what builds the program; None: Debian did.
        note: how it differs from upstream's image, as a sentence; empty: only in what else lies in it.

    """

    entries: Callable[[Authority], list[Entry]]
    config: Config
    version: Callable[[], str] | None
    engine: Engine | None = None
    note: str = ""


def _go(engine: Engine, module: str, path: str, program: str = "", user: str = NONROOT) -> Recipe:
    """Return the recipe of an image that holds nothing but a static program."""
    name = program or path.rpartition("/")[2]

    def entries(_authority: Authority) -> list[Entry]:
        return [*base(), Entry(path, source=engine.program(name))]

    return Recipe(entries, Config((path,), user=user), lambda: version(engine, module), engine)


def _kyverno(program: str) -> Recipe:
    # ko names a program by its folder: .ko.yaml.
    return _go(engines.KYVERNO, "github.com/kyverno/kyverno", f"/ko-app/{program}")


def _redis_version() -> str:
    said = subprocess.run(["redis-server", "--version"], capture_output=True, text=True, check=True).stdout
    return next(word.removeprefix("v=") for word in said.split() if word.startswith("v="))


_PROMETHEUS = "github.com/prometheus/prometheus"
_OPERATOR = "github.com/prometheus-operator/prometheus-operator"


def prometheus_release(version: str) -> str:
    """Return the release that a version of Prometheus' module is of: v3.14.0 of v0.314.0 (its README.md)."""
    _, minor, patch = version.split(".")
    return f"v{int(minor) // 100}.{int(minor) % 100}.{patch}"


# By the end of the repository's name, so that a mirror's name will do.
RECIPES = {
    "argoproj/argocd": Recipe(
        argocd.argocd,
        Config(
            ("/usr/bin/tini", "--"),
            "999",
            ("USER=argocd", "GRPC_ENABLE_TXT_SERVICE_CONFIG=false"),
            "/home/argocd",
        ),
        lambda: version(engines.ARGOCD, argocd.MODULE),
        engines.ARGOCD,
        "without kustomize, git-lfs and the pages of its user interface",
    ),
    "bitnami/sealed-secrets-controller": _go(
        engines.SEALED_SECRETS,
        "github.com/bitnami-labs/sealed-secrets",
        "/usr/local/bin/controller",
        user="1001",
    ),
    "cilium/cilium": Recipe(
        cilium.agent,
        # Its containers name their commands.
        Config(("/usr/bin/cilium-dbg",), folder="/home/cilium"),
        lambda: version(engines.CILIUM, cilium.MODULE),
        engines.CILIUM,
        "without Envoy; clang, bpftool, iptables and ipset are Debian's",
    ),
    "cilium/operator-generic": _go(
        engines.CILIUM, cilium.MODULE, "/usr/bin/cilium-operator-generic", "operator", user=""
    ),
    "coredns/coredns": _go(engines.COREDNS, "github.com/coredns/coredns", "/coredns"),
    "external-dns/external-dns": _go(
        engines.EXTERNAL_DNS, "sigs.k8s.io/external-dns", "/ko-app/external-dns"
    ),
    "kyverno/background-controller": _kyverno("background-controller"),
    "kyverno/kyverno": _kyverno("kyverno"),
    "kyverno/kyvernopre": _kyverno("kyverno-init"),
    "kyverno/readiness-checker": _kyverno("readiness-checker"),
    "kyverno/reports-controller": _kyverno("reports-controller"),
    "library/redis": Recipe(
        argocd.redis, Config(("/usr/bin/redis-server",), folder="/data"), _redis_version, note="Debian's"
    ),
    "openpolicyagent/gatekeeper": _go(
        engines.GATEKEEPER, "github.com/open-policy-agent/gatekeeper/v3", "/manager", "gatekeeper"
    ),
    "registry.k8s.io/etcd": _go(
        engines.ETCD, "go.etcd.io/etcd/server/v3", "/usr/local/bin/etcd", "server", user=""
    ),
}

RECIPES["registry.k8s.io/kubectl"] = _go(engines.KUBERNETES, "k8s.io/kubernetes", "/bin/kubectl", user="")

_NOBODY = "65534"

for _name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler"):
    RECIPES[f"registry.k8s.io/{_name}"] = _go(
        engines.KUBERNETES, "k8s.io/kubernetes", f"/usr/local/bin/{_name}", user=""
    )

# What nothing that the lab asserts waits for: only in a whole one, for they take long to build.
FULL_RECIPES = {
    "kube-state-metrics/kube-state-metrics": _go(
        engines.KUBE_STATE_METRICS, "k8s.io/kube-state-metrics/v2", "/kube-state-metrics", user=_NOBODY
    ),
    "oliver006/redis_exporter": _go(
        engines.REDIS_EXPORTER, "github.com/oliver006/redis_exporter", "/redis_exporter", user="59000"
    ),
    "prometheus-operator/prometheus-config-reloader": _go(
        engines.PROMETHEUS_OPERATOR, _OPERATOR, "/bin/prometheus-config-reloader", user=_NOBODY
    ),
    "prometheus-operator/prometheus-operator": _go(
        engines.PROMETHEUS_OPERATOR, _OPERATOR, "/bin/operator", user=_NOBODY
    ),
    "prometheus/alertmanager": replace(
        _go(engines.ALERTMANAGER, "github.com/prometheus/alertmanager", "/bin/alertmanager", user=_NOBODY),
        note="without the pages of its user interface",
    ),
    "prometheus/node-exporter": _go(
        engines.NODE_EXPORTER,
        "github.com/prometheus/node_exporter",
        "/bin/node_exporter",
        user=_NOBODY,
    ),
    "prometheus/prometheus": replace(
        _go(engines.PROMETHEUS, _PROMETHEUS, "/bin/prometheus", user=_NOBODY),
        version=lambda: prometheus_release(version(engines.PROMETHEUS, _PROMETHEUS)),
    ),
}


def recipe_of(reference: Reference, *, full: bool = False) -> Recipe | None:
    """Return the recipe of an image, or None where there is no program for it.

    Args:
        reference: the image.
        full: whether the programs of FULL_RECIPES count.

    """
    for name, recipe in (RECIPES | (FULL_RECIPES if full else {})).items():
        if reference.is_of(name):
            return recipe
    return None

"""The engines of the lab: the Go modules in the folder engines beside this file, built into build/engines/."""

from __future__ import annotations

import shutil
from pathlib import Path

from platform_stack.kubernetes import KUBERNETES_VERSION, MINOR_VERSION
from tests.engines import BUILD, Engine, Generated

from .errors import fail

OUTPUT = BUILD / "engines"

_HERE = Path(__file__).resolve().parent / "engines"
# The modules of the policy tests make the controllers too: most of their packages are the same.
_POLICIES = Path(__file__).resolve().parent.parent / "policies" / "engines"
_KYVERNO = "github.com/kyverno/kyverno/cmd"
_GATEKEEPER = "github.com/open-policy-agent/gatekeeper/v3"
_MAJOR, _MINOR = MINOR_VERSION.split(".")


def _engine(
    name: str,
    *programs: str,
    toolchain: str | None = None,
    ldflags: str = "",
    tags: str = "",
    generated: Generated | None = None,
) -> Engine:
    return Engine(
        _HERE / name,
        OUTPUT / name,
        programs,
        toolchain=toolchain,
        ldflags=ldflags,
        tags=tags,
        generated=generated,
    )


def _program(name: str) -> Engine:
    return Engine(_HERE / name, OUTPUT / name, (name,), packages=(".",))


ETCD = _engine("etcd", "server")
KUBERNETES = _engine(
    "kubernetes",
    *("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubeadm", "kubectl", "kubelet"),
    # Without it the API server says v0.0.0 and charts that ask for a minimum version refuse to render.
    ldflags=f"-X k8s.io/component-base/version.gitVersion=v{KUBERNETES_VERSION}"
    f" -X k8s.io/component-base/version.gitMajor={_MAJOR} -X k8s.io/component-base/version.gitMinor={_MINOR}",
)
HELM = _engine("helm", "helm")
ARGOCD = _engine(
    "argocd", "cmd", toolchain="go1.27.3", ldflags="-X github.com/argoproj/argo-cd/v3/common.version=3.6.1"
)
SEALED_SECRETS = _engine("sealed-secrets", "controller", "kubeseal")

CILIUM = _engine(
    "cilium",
    *("daemon", "operator", "cilium-cni", "cilium-dbg", "cilium-health", "mount", "sysctlfix", "loopback"),
    # Version, commit and date of the tag, as its Makefile has them; with fewer words it knows none.
    ldflags="-X 'github.com/cilium/cilium/pkg/version.ciliumVersion=1.18.3 c16016890116 2025-10-22T21:44:47Z'",
    # What makes the operator the `generic` one: operator/Makefile.
    tags="ipam_provider_operator",
)
_CONTROLLERS = ("kyverno", "kyverno-init", "background-controller", "reports-controller", "readiness-checker")
KYVERNO = Engine(
    _POLICIES / "kyverno",
    OUTPUT / "kyverno",
    _CONTROLLERS,
    packages=tuple(f"{_KYVERNO}/{name}" for name in _CONTROLLERS),
)
GATEKEEPER = Engine(
    _POLICIES / "gator",
    OUTPUT / "gatekeeper",
    ("gatekeeper",),
    packages=(_GATEKEEPER,),
    ldflags=f"-X {_GATEKEEPER}/pkg/version.Version=v3.23.0",
)
COREDNS = _engine("coredns", "coredns")
EXTERNAL_DNS = _engine(
    "external-dns",
    "external-dns",
    ldflags="-X sigs.k8s.io/external-dns/pkg/apis/externaldns.Version=v0.21.0",
)
# With these the lab is a whole one: make lab FULL=1.
ALERTMANAGER = _engine(
    "alertmanager",
    "alertmanager",
    ldflags="-X github.com/prometheus/common/version.Version=0.34.0",
    # Its pages are compiled from Elm: ui/app/Makefile. It answers 404 for them.
    generated=Generated("github.com/prometheus/alertmanager", (("ui/app/dist/index.html", ""),)),
)
KUBE_STATE_METRICS = _engine("kube-state-metrics", "kube-state-metrics")
NODE_EXPORTER = _engine("node-exporter", "node_exporter")
PROMETHEUS = _engine("prometheus", "prometheus")
PROMETHEUS_OPERATOR = _engine("prometheus-operator", "operator", "prometheus-config-reloader")
REDIS_EXPORTER = _engine("redis-exporter", "redis_exporter")

STANDIN = _program("standin")
PAUSE = _program("pause")

ENGINES = (
    *(ETCD, HELM, KUBERNETES, STANDIN, PAUSE, CILIUM, COREDNS, ARGOCD),
    *(KYVERNO, GATEKEEPER, SEALED_SECRETS, EXTERNAL_DNS),
)
FULL = (
    *(PROMETHEUS_OPERATOR, PROMETHEUS, ALERTMANAGER),
    *(KUBE_STATE_METRICS, NODE_EXPORTER, REDIS_EXPORTER),
)


# Programs that the nodes and the images need, with their package.
_TOOLS = {
    "go": "golang",
    "git": "git",
    "unshare": "util-linux",
    "ip": "iproute2",
    "containerd": "containerd",
    "runc": "runc",
    "iptables": "iptables",
    "ipset": "ipset",
    "clang-19": "clang-19",
    "llc-19": "llvm-19",
    "bpftool": "bpftool",
    "redis-server": "redis-server",
    "gpg": "gpg",
    "ssh": "openssh-client",
    "tini": "tini",
    "kmod": "kmod",
    "mkfs.ext4": "e2fsprogs",
}


def missing_tools() -> dict[str, str]:
    """Return the programs that are neither built here nor on PATH, each with its Debian package."""
    return {program: package for program, package in _TOOLS.items() if shutil.which(program) is None}


def require_tools() -> None:
    """Fail early, and with the command to run, when a program that is not built here is missing."""
    missing = missing_tools()
    if missing:
        fail(
            f"programs {', '.join(missing)}",
            "nothing of that name on PATH",
            "them to be installed",
            f"apt-get install --yes --no-install-recommends {' '.join(dict.fromkeys(missing.values()))}",
        )

"""What runs in the tests and the lab is what dist/ installs: the pins of tests/**/go.mod against images."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from apps.__main__ import PLATFORM
from platform_stack.facts import read
from platform_stack.kubernetes import COREDNS_VERSION, ETCD_VERSION, KUBERNETES_VERSION
from tests.engines import ROOT, module_folder
from tests.lab.engines import ARGOCD, HELM, KUBERNETES
from tests.lab.images.recipes import prometheus_release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The images of each module: a repository, or a folder of them where several programs of one release are installed.
IMAGES = {
    "github.com/argoproj/argo-cd/v3": "quay.io/argoproj/argocd",
    "github.com/bitnami-labs/sealed-secrets": "docker.io/bitnami/sealed-secrets-controller",
    "github.com/cilium/cilium": "quay.io/cilium/",
    "github.com/coredns/coredns": "registry.k8s.io/coredns/coredns",
    "github.com/kyverno/kyverno": "reg.kyverno.io/kyverno/",
    "github.com/oliver006/redis_exporter": "ghcr.io/oliver006/redis_exporter",
    "github.com/open-policy-agent/gatekeeper/v3": "openpolicyagent/gatekeeper",
    "github.com/prometheus-operator/prometheus-operator": "quay.io/prometheus-operator/",
    "github.com/prometheus/alertmanager": "quay.io/prometheus/alertmanager",
    "github.com/prometheus/node_exporter": "quay.io/prometheus/node-exporter",
    "github.com/prometheus/prometheus": "quay.io/prometheus/prometheus",
    "go.etcd.io/etcd/server/v3": "registry.k8s.io/etcd",
    "k8s.io/kube-state-metrics/v2": "registry.k8s.io/kube-state-metrics/kube-state-metrics",
    "k8s.io/kubernetes": "kindest/node",
    "sigs.k8s.io/external-dns": "registry.k8s.io/external-dns/external-dns",
}
# What is installed in a version that nothing here runs.
NOT_RUN = {"github.com/oliver006/redis_exporter": {"1.75.0"}}  # of the chart of redis-ha, on ha alone
# What no image of dist/ is made of. Helm is a program in Argo CD's image: test_helm_is_that_of_argo_cd.
NOT_IN_DIST = {
    "github.com/containernetworking/plugins": "nodes of the lab: KIND's node image brings its own",
    "github.com/google/go-jsonnet": "a benchmark",
    "helm.sh/helm/v4": "in Argo CD's image",
}

MODULES = sorted(path for path in (ROOT / "tests").rglob("go.mod") if "node_modules" not in path.parts)


def _required(go_mod: Path) -> dict[str, str]:
    """Every module that a go.mod requires, with its version as it is after its `replace` lines."""
    text = re.sub(r"//.*", "", go_mod.read_text())
    required = dict(re.findall(r"^(?:require)?\s+(\S+\.\S+) (v\S+)\s*$", text, re.MULTILINE))
    replaced = re.findall(r"^(?:replace)?\s+(\S+)(?: v\S+)? => (\S+) (v\S+)\s*$", text, re.MULTILINE)
    return required | {module: version for module, by, version in replaced if module == by}


def _programs(go_mod: Path) -> Iterator[tuple[str, str]]:
    """Give module and version of each `tool` that a go.mod builds, and of each module of IMAGES that it imports."""
    required = _required(go_mod)
    text = go_mod.read_text()
    for block, line in re.findall(r"^tool (?:\(([^)]*)\)|(\S+))", text, re.MULTILINE):
        for package in (block or line).split():
            module = max((each for each in required if f"{package}/".startswith(f"{each}/")), key=len)
            yield module, required[module]
    for module, version, comment in re.findall(r"^(?:require)?\s+(\S+) (v\S+)(.*)$", text, re.MULTILINE):
        if module in IMAGES and "indirect" not in comment:
            yield module, version


PROGRAMS = sorted(
    {(path.parent.relative_to(ROOT).as_posix(), *program) for path in MODULES for program in _programs(path)}
)


def _images(node: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a manifest
    if isinstance(node, dict):
        if isinstance(node.get("image"), str):
            yield node["image"]
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for each in node:
            yield from _images(each)


@functools.cache
def installed() -> frozenset[str]:
    """Every image of the charts' recorded objects, on each profile, and of the manifests of dist/."""
    found: set[str] = set()
    for path in sorted(PLATFORM.facts.glob("*/*.json")):
        for rendered in read(path).profiles.values():
            found.update(_images(rendered.objects))
    for path in sorted((ROOT / "dist").rglob("*.yaml")):
        for document in yaml.load_all(path.read_text(), yaml.CSafeLoader):
            found.update(_images(document))
    return frozenset(found)


def versions(images: str) -> set[str]:
    """Give the versions of an image, or of each in a folder: without digest, v and variant or rebuild."""
    tags = set()
    for image in installed():
        repository, _, tag = image.partition("@")[0].rpartition(":")
        if repository == images or (images.endswith("/") and repository.startswith(images)):
            tags.add(re.sub(r"-(\d+|distroless)$", "", tag.removeprefix("v")))
    return tags


@pytest.mark.parametrize(("engine", "module", "version"), PROGRAMS)
def test_what_runs_is_what_is_installed(engine: str, module: str, version: str) -> None:
    if module in NOT_IN_DIST:
        return
    assert module in IMAGES, f"{engine} builds {module}: name its image in IMAGES, or say why it has none"
    released = prometheus_release(version) if module == "github.com/prometheus/prometheus" else version
    installed_here = versions(IMAGES[module])  # none, where a platform installs no such program
    assert installed_here in (set(), {released.removeprefix("v")} | NOT_RUN.get(module, set())), engine


def test_all_of_kubernetes_has_one_version() -> None:
    required = _required(KUBERNETES.module / "go.mod")
    assert required["k8s.io/kubernetes"] == f"v{KUBERNETES_VERSION}"
    # Its libraries have the same version with 0 for 1; all but these are released with it.
    staging = {
        module: version
        for module, version in required.items()
        if module.startswith("k8s.io/") and version.startswith("v0.") and not version.startswith("v0.0.0-")
    }
    assert len(staging) > 20, "the go.mod is not read"
    assert set(staging.values()) == {f"v0{KUBERNETES_VERSION[1:]}"}


@pytest.mark.sources
def test_helm_is_that_of_argo_cd() -> None:
    tools = (
        module_folder(ARGOCD, "github.com/argoproj/argo-cd/v3") / "hack" / "tool-versions.sh"
    ).read_text()
    (version,) = re.findall(r"^HELM_VERSION=(\S+)$", tools, re.MULTILINE)
    assert _required(HELM.module / "go.mod")["helm.sh/helm/v4"] == f"v{version}"


@pytest.mark.sources
def test_each_node_has_the_images_of_the_dns() -> None:
    constants = module_folder(KUBERNETES, "k8s.io/kubernetes") / "cmd/kubeadm/app/constants/constants.go"
    pinned = dict(
        re.findall(
            r'^\s*(DefaultEtcdVersion|CoreDNSVersion)\s*=\s*"(\S+)"', constants.read_text(), re.MULTILINE
        )
    )
    assert pinned == {"DefaultEtcdVersion": ETCD_VERSION, "CoreDNSVersion": COREDNS_VERSION}

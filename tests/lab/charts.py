"""The chart repository of the lab: the real charts where they can be had, else stand-ins from the recorded facts."""

from __future__ import annotations

import concurrent.futures
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from platform_stack.kubernetes import KUBERNETES_VERSION
from tests.engines import module_folder

from .engines import CILIUM, GATEKEEPER, HELM, KYVERNO
from .errors import fail

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engines import Engine

    from .client import Object
    from .dist import ChartPin, Dist

# Charts that lie in the Go module of their program: (engine, module, folder of the chart).
IN_MODULES: dict[str, tuple[Engine, str, str]] = {
    "cilium": (CILIUM, "github.com/cilium/cilium", "install/kubernetes/cilium"),
    "gatekeeper": (GATEKEEPER, "github.com/open-policy-agent/gatekeeper/v3", "charts/gatekeeper"),
    "kyverno": (KYVERNO, "github.com/kyverno/kyverno", "charts/kyverno"),
}
# CRDs that such a chart takes from another chart, which lie in the Go module of their types.
CRDS_IN_MODULES = {"kyverno": ("github.com/kyverno/api", "config/crds")}


@dataclass(frozen=True)
class ChartRepository:
    """A static Helm repository: packages and an index.yaml in a folder, under an address."""

    folder: Path
    url: str

    def publish(self, sources: dict[tuple[str, str], Path]) -> None:
        """Package the charts, each a folder or a .tgz by (name, version), and write the index."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for (chart, version), source in sorted(sources.items()):
            if source.is_dir():
                helm("package", str(source), "--destination", str(self.folder))
            else:
                (self.folder / source.name).write_bytes(source.read_bytes())
            if not self.package(chart, version).is_file():
                fail(
                    f"chart {chart}",
                    f"{source} holds another version",
                    f"version {version}, which dist/ asks for",
                    "give the charts at the pins of the platform",
                )
        helm("repo", "index", str(self.folder), "--url", self.url)

    def package(self, chart: str, version: str) -> Path:
        """Return where the package of a chart lies."""
        return self.folder / f"{chart}-{version}.tgz"


def module_charts(pins: tuple[ChartPin, ...], folder: Path) -> dict[tuple[str, str], Path]:
    """Copy the charts that lie in Go modules, without the dependencies that do not; return them by (name, version).

    A chart of another version than dist/ asks for is not taken.
    """
    found: dict[tuple[str, str], Path] = {}
    for pin in pins:
        if pin.chart not in IN_MODULES:
            continue
        engine, module, path = IN_MODULES[pin.chart]
        source = module_folder(engine, module) / path
        about = yaml.safe_load((source / "Chart.yaml").read_text())
        if about["version"] != pin.version:
            continue
        target = folder / pin.chart
        shutil.copytree(source, target, copy_function=shutil.copyfile)
        # What is in the module cache may not be written, nor what is copied from it.
        for each in (target, *target.rglob("*")):
            each.chmod(0o755 if each.is_dir() else 0o644)
        there = {each.name for each in (target / "charts").glob("*")}
        about["dependencies"] = [each for each in about.get("dependencies", []) if each["name"] in there]
        (target / "Chart.yaml").write_text(yaml.safe_dump(about))
        (target / "Chart.lock").unlink(missing_ok=True)
        if pin.chart in CRDS_IN_MODULES:
            other, crds = CRDS_IN_MODULES[pin.chart]
            (target / "crds").mkdir(exist_ok=True)
            for each in sorted((module_folder(engine, other) / crds).rglob("*.yaml")):
                (target / "crds" / each.name).write_bytes(each.read_bytes())
        found[pin.chart, pin.version] = target
    return found


def find_charts(folder: Path, pins: tuple[ChartPin, ...]) -> dict[tuple[str, str], Path]:
    """Find each chart in a folder of the real ones: NAME/Chart.yaml or NAME-VERSION.tgz, at any depth below it."""
    found: dict[tuple[str, str], Path] = {}
    for pin in pins:
        archive = next(iter(sorted(folder.rglob(f"{pin.chart}-{pin.version}.tgz"))), None)
        unpacked = folder / pin.chart
        if archive is not None:
            found[pin.chart, pin.version] = archive
        elif (unpacked / "Chart.yaml").is_file():
            found[pin.chart, pin.version] = unpacked
        else:
            fail(
                f"chart {pin.chart} {pin.version}",
                f"neither {pin.chart}/ nor {pin.chart}-{pin.version}.tgz in {folder}",
                "every chart that dist/ asks for",
                "leave --charts away to use stand-ins",
            )
    return found


def rendered(dist: Dist, repository: ChartRepository) -> list[Object]:
    """Return every object that the charts of dist/ make with their values, as helm prints them."""

    def render(pin: ChartPin) -> list[Object]:
        values = [f"--values={dist.repository / path}" for path in pin.values]
        versions = f"--kube-version={KUBERNETES_VERSION}", "--api-versions=monitoring.coreos.com/v1"
        package = str(repository.package(pin.chart, pin.version))
        text = helm("template", pin.release, package, f"--namespace={pin.namespace}", *versions, *values)
        return [item for item in yaml.load_all(text, yaml.CSafeLoader) if item]

    with concurrent.futures.ThreadPoolExecutor() as pool:
        return [item for items in pool.map(render, dist.charts) for item in items]


def helm(*arguments: str) -> str:
    """Run the helm that was built here and return its output."""
    result = subprocess.run(
        [str(HELM.program("helm")), *arguments], check=False, capture_output=True, text=True
    )
    if result.returncode != 0:
        fail(f"helm {arguments[0]}", result.stderr.strip()[-600:], "success", " ".join(arguments))
    return result.stdout

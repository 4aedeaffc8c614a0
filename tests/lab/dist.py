"""Reads what synth wrote: dist/<cluster>/ as Applications, ApplicationSets, charts and manifests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Object

SYNC_WAVE = "argocd.argoproj.io/sync-wave"
GATE_EXEMPT = "platform-stack.io/gate-exempt"
ROOT_APPLICATION = "root"


@dataclass(frozen=True)
class ChartPin:
    """A chart as an Application asks for it, with the file of values that goes with it (relative to git's root)."""

    chart: str
    version: str
    release: str
    namespace: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Dist:
    """One cluster's folder. Nothing here is written; faults edit files under it and make a new one."""

    repository: Path
    folder: Path

    @cached_property
    def argocd_namespace(self) -> str:
        """Return the namespace of Argo CD: that of the root Application."""
        return str(self.applications[ROOT_APPLICATION]["metadata"]["namespace"])

    @cached_property
    def application_files(self) -> dict[str, Path]:
        """Return the file of every Application: apps/*/application.yaml, root/*.yaml and bootstrap/root.yaml."""
        patterns = ("apps/*/application.yaml", "root/*.yaml", "bootstrap/root.yaml")
        return {
            item["metadata"]["name"]: path
            for pattern in patterns
            for path in sorted(self.folder.glob(pattern))
            for item in load(path)
            if item["kind"] == "Application"
        }

    @cached_property
    def applications(self) -> dict[str, Object]:
        """Return every Application of the cluster by name, the root among them."""
        return {
            name: item
            for name, path in self.application_files.items()
            for item in load(path)
            if item["kind"] == "Application" and item["metadata"]["name"] == name
        }

    @cached_property
    def application_sets(self) -> dict[str, Object]:
        """Return every ApplicationSet by name."""
        items = (item for path in sorted(self.folder.glob("root/*.yaml")) for item in load(path))
        return {item["metadata"]["name"]: item for item in items if item["kind"] == "ApplicationSet"}

    @cached_property
    def catalogue(self) -> tuple[str, ...]:
        """Return the names of the Applications that ApplicationSets make."""
        return tuple(sorted(self.application_sets))

    @cached_property
    def bootstrap_layer(self) -> tuple[str, ...]:
        """Return the names of the Applications that the root syncs as they are."""
        return tuple(sorted(set(self.applications) - set(self.catalogue) - {ROOT_APPLICATION}))

    def namespaces(self, names: tuple[str, ...]) -> set[str]:
        """Return the namespaces that applications own."""
        return {
            item["metadata"]["name"]
            for name in names
            for _, item in self.manifests(name)
            if item["kind"] == "Namespace"
        }

    @cached_property
    def waves(self) -> dict[str, int]:
        """Return the wave in which the root creates each Application of the catalogue."""
        return {name: _wave(self.application_sets[name]) for name in self.catalogue}

    def manual(self, name: str) -> bool:
        """Say whether an Application is not synced automatically, by design."""
        return "automated" not in self.applications[name]["spec"].get("syncPolicy", {})

    def gated(self, name: str) -> bool:
        """Say whether later waves wait for an Application."""
        return GATE_EXEMPT not in self.applications[name]["metadata"].get("annotations", {})

    @cached_property
    def charts(self) -> tuple[ChartPin, ...]:
        """Return every chart that an Application asks for."""
        pins: list[ChartPin] = []
        for item in self.applications.values():
            spec = item["spec"]
            for source in spec.get("sources", [spec["source"]] if "source" in spec else []):
                if "chart" in source:
                    helm = source.get("helm", {})
                    pins.append(
                        ChartPin(
                            source["chart"],
                            source["targetRevision"],
                            helm.get("releaseName", item["metadata"]["name"]),
                            helm.get("namespace", spec["destination"].get("namespace", "default")),
                            tuple(name.removeprefix("$values/") for name in helm.get("valueFiles", [])),
                        )
                    )
        return tuple(pins)

    def manifests(self, name: str) -> list[tuple[Path, Object]]:
        """Return the objects of one application's manifests folder, each with its file."""
        files = sorted((self.folder / "apps" / name / "manifests").glob("*.yaml"))
        return [(path, item) for path in files for item in load(path)]

    @cached_property
    def everything(self) -> list[tuple[Path, Object]]:
        """Return every object of the tree that Argo CD reads as it is, each with its file."""
        files = [*self.folder.glob("root/*.yaml"), *self.folder.glob("apps/*/application.yaml")]
        objects = [(path, item) for path in sorted(files) for item in load(path)]
        folders = [path.name for path in sorted((self.folder / "apps").iterdir())]
        return objects + [pair for name in folders for pair in self.manifests(name)]

    def bootstrap(self, name: str) -> Path:
        """Return a file of the bootstrap folder."""
        return self.folder / "bootstrap" / name


def load(path: Path) -> list[Object]:
    """Return the documents of a YAML file."""
    documents: list[Any] = [item for item in yaml.safe_load_all(path.read_text()) if item]
    return documents


def _wave(item: Object) -> int:
    return int(item["metadata"].get("annotations", {}).get(SYNC_WAVE, "0"))

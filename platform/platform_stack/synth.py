"""The composition root: model -> cdk8s charts -> checks -> files of dist/."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.checks import namespaces as namespaces_check
from platform_stack.checks import providers, values
from platform_stack.constructs import ManifestApp, ManifestChart, argocd
from platform_stack.constructs.namespaces import namespace
from platform_stack.errors import PlatformError, fail
from platform_stack.facts.scope import is_namespaced
from platform_stack.kind import kind_config
from platform_stack.model import Context, SyncWave
from platform_stack.recorded import Release, index, releases
from platform_stack.writer import Changes, compare, write_tree
from platform_stack.yaml_output import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from platform_stack.facts import CustomResource
    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Cluster, Platform

Tree = dict[str, bytes]
"""Content of each file of a cluster's folder, by path relative to it."""


@dataclass(frozen=True)
class Synthesized:
    """One cluster's folder, before it is written.

    Attributes:
        cluster: the cluster.
        files: the content of each file.
        warnings: what is true of the recorded facts and should not stay so.

    """

    cluster: Cluster
    files: Tree
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """One cluster's folder, and what writing it changed (or would change).

    Attributes:
        folder: the folder.
        files: how many files it has.
        changes: which of them are new, other or gone.
        warnings: as in Synthesized.

    """

    folder: Path
    files: int
    changes: Changes
    warnings: tuple[str, ...]


def synth(platform: Platform, output: Path | None = None, *, check: bool = False) -> list[Written]:
    """Make all clusters' folders in memory, then write them below `output`.

    Args:
        platform: what to make.
        output: default: the environment variable CDK8S_OUTDIR (set by `cdk8s synth`), else `dist`.
        check: change nothing, only say what would change.

    Raises:
        PlatformError: the description is wrong, or the output cannot be written; nothing was changed.

    """
    return write(synthesize(platform), output, check=check)


def write(made: Sequence[Synthesized], output: Path | None = None, *, check: bool = False) -> list[Written]:
    """Write folders that were made in memory; arguments and errors as for `synth`."""
    base = output or Path(os.environ.get("CDK8S_OUTDIR") or "dist")
    result = []
    for one in made:
        folder = base / one.cluster.name
        changes = compare(folder, one.files) if check else write_tree(folder, one.files)
        result.append(Written(folder, len(one.files), changes, one.warnings))
    return result


def synthesize(platform: Platform) -> list[Synthesized]:
    """Make each cluster's folder in memory.

    Raises:
        PlatformError: a rule is broken; all findings of the first cluster that has some.

    """
    app = ManifestApp()
    contexts = [Context(platform, cluster) for cluster in platform.clusters]
    found = [list(releases(platform, context)) for context in contexts]
    for context in contexts:
        for member in platform.members:
            _fill(ManifestChart(app, _chart_id(context, member.name)), member, context)
    charts = dict(app.charts_with_manifests())
    by_id = {chart.node.id: manifests for chart, manifests in charts.items()}
    return [
        _Folder(app, context, known, {m.name: by_id[_chart_id(context, m.name)] for m in platform.members}).make()
        for context, known in zip(contexts, found, strict=True)
    ]


def _chart_id(context: Context, name: str) -> str:
    return f"{context.cluster.name}-{name}"


def _fill(chart: ManifestChart, member: Application, context: Context) -> None:
    for spec in member.namespaces:
        chart.add(namespace(spec), wave=SyncWave.NAMESPACE)
    if member.manifests is not None:
        member.manifests(chart, context)


class _Folder:
    """One cluster's folder in the making."""

    def __init__(
        self,
        app: ManifestApp,
        context: Context,
        known: Sequence[Release],
        manifests: Mapping[str, list[Manifest]],
    ) -> None:
        self.app = app
        self.cluster = context.cluster
        self.platform = context.platform
        self.known = known
        self.releases = index(list(known))
        self.custom = [
            crd for release in known if release.facts for crd in release.facts.custom_resource_definitions
        ]
        self.manifests = {
            member.name: _with_namespaces(member, manifests[member.name], self.custom)
            for member in self.platform.members
        }
        self.files: Tree = {}

    def make(self) -> Synthesized:
        findings = [
            *values.check(self.known),
            *namespaces_check.check(self.platform, self.releases, self.manifests),
            *providers.check(self.platform, self.releases, self.manifests),
        ]
        if findings:
            raise PlatformError(*findings)
        for member in self.platform.members:
            self._member(member)
        self._root()
        self._write("bootstrap/kind.yaml", kind_config(self.cluster))
        return Synthesized(self.cluster, self.files, tuple(_warnings(self.known)))

    def _member(self, member: Application) -> None:
        bootstrap = member.name not in self.platform.waves
        for release in self.releases.get(member.name, ()):
            path = argocd.values_path(member, release.chart, bootstrap=bootstrap)
            self._write(path, release.values, where=f"{member.source}: application {member.name!r}: values")
        for name, manifest in _file_names(member, self.manifests[member.name]):
            self._write(f"apps/{member.name}/manifests/{name}", manifest, where=f"{member.source}: {name}")

    def _root(self) -> None:
        """Write the Applications, and what makes them."""
        root = ManifestChart(self.app, f"{self.cluster.name}-root")
        applications = ManifestChart(self.app, f"{self.cluster.name}-applications")
        bootstrap = [root.add(argocd.root_project(self.cluster)), root.add(argocd.root_application(self.cluster))]
        for member in self.platform.members:
            root.add(argocd.app_project(member, self.cluster, self._footprint(member)))
        for position, member in enumerate(self.platform.bootstrap):
            root.add(self._application(member, wave=position - len(self.platform.bootstrap)))
        for member in self.platform.applications:
            root.add(argocd.application_set(member, self.cluster, self.platform.waves[member.name]))
            applications.add(self._application(member))
        for manifest in root.manifests:
            self._write(f"root/{manifest['kind']}.{manifest['metadata']['name']}.yaml", manifest)
        for manifest in applications.manifests:
            self._write(f"apps/{manifest['metadata']['name']}/application.yaml", manifest)
        self._write("bootstrap/root.yaml", *bootstrap)

    def _application(self, member: Application, wave: int | None = None) -> Any:  # noqa: ANN401  an ApiObject
        has_manifests = bool(self.manifests[member.name])
        return argocd.application(member, self.cluster, wave=wave, has_manifests=has_manifests)

    def _footprint(self, member: Application) -> argocd.Footprint:
        found = self.releases.get(member.name, [])
        objects = [item for release in found for item in release.objects]
        if any(release.facts and release.facts.custom_resource_definitions for release in found):
            objects.append(
                {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {}}
            )
        complete = all(release.objects for release in found)
        return argocd.footprint([*objects, *self.manifests[member.name]], complete=complete)

    def _write(self, path: str, *documents: Any, where: str = "") -> None:  # noqa: ANN401  what YAML can hold
        try:
            self.files[path] = to_yaml(*documents)
        except yaml.YAMLError as error:
            fail(where or path, str(error), "maps, lists, text, numbers, bools and nulls only")


def _with_namespaces(
    member: Application, manifests: Iterable[Manifest], custom: Sequence[CustomResource]
) -> list[Manifest]:
    """Write the namespace into each namespaced object that names none: what is reviewed is what is applied."""
    result = []
    for manifest in manifests:
        metadata = manifest["metadata"]
        if not metadata.get("namespace") and member.namespaces and is_namespaced(manifest, custom):
            result.append({**manifest, "metadata": {**metadata, "namespace": member.namespaces[0].name}})
        else:
            result.append(manifest)
    return result


def _file_names(member: Application, manifests: Iterable[Manifest]) -> list[tuple[str, Manifest]]:
    """Return <Kind>.<name>.yaml for each manifest, with the namespace in between where two would collide."""
    groups: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        name = str(manifest["metadata"].get("name") or "")
        if not name:
            fail(f"{member.source}: application {member.name!r}: manifest", manifest, "a metadata.name")
        safe = name.replace(":", "-").replace("/", "-")
        groups.setdefault(f"{manifest['kind']}.{safe}.yaml", []).append(manifest)
    result = []
    for file_name, group in groups.items():
        if len(group) == 1:
            result.append((file_name, group[0]))
            continue
        kind, _, rest = file_name.partition(".")
        taken: set[str] = set()
        for manifest in group:
            longer = f"{kind}.{manifest['metadata'].get('namespace', '')}.{rest}"
            if longer in taken:
                fail(
                    f"{member.source}: application {member.name!r}: manifests",
                    f"two objects {kind} {manifest['metadata']['name']!r}",
                    "each object once",
                )
            taken.add(longer)
            result.append((longer, manifest))
    return result


def _warnings(known: Iterable[Release]) -> Iterable[str]:
    for release in known:
        what = f"{release.application.source}: release {release.chart.release!r}"
        hint = "record them: make facts CHARTS=DIR"
        if release.facts is None:
            yield (
                f"{what}: no facts are recorded for {release.chart.name} {release.chart.version}, so its values "
                f"are not checked and Argo CD may give it no cluster-scoped kinds; {hint}"
            )
        elif release.stale:
            yield f"{what}: the recorded facts are stale ({release.stale}); {hint}"



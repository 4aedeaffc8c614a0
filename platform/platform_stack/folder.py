"""One cluster's folder of dist/: charts filled from the model, checked, printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack import bootstrap, budget
from platform_stack.checks import mesh, providers, selectors, tenants
from platform_stack.checks import namespaces as namespaces_check
from platform_stack.checks import routes as routes_check
from platform_stack.checks import secrets as secrets_check
from platform_stack.constructs import ManifestApp, ManifestChart, argocd, project
from platform_stack.constructs.namespaces import namespace
from platform_stack.constructs.routes import ingress
from platform_stack.errors import PlatformError, fail
from platform_stack.facts.scope import is_namespaced
from platform_stack.inventory import inventory as readme
from platform_stack.kind import kind_config
from platform_stack.model import SyncWave
from platform_stack.model.tenant import PREFIX
from platform_stack.network.mesh import mesh_policies
from platform_stack.network.pods import Inventory
from platform_stack.network.policies import policies
from platform_stack.network.resolve import resolve
from platform_stack.policies import Estate, compiled
from platform_stack.recorded import index
from platform_stack.secrets.store import read_store
from platform_stack.yaml_output import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from platform_stack.facts import CustomResource, Manifest
    from platform_stack.model import Application, Context
    from platform_stack.network.resolve import ResolvedFlow
    from platform_stack.recorded import Release
    from platform_stack.secrets.store import Store

Tree = dict[str, bytes]
"""Content of each file of a cluster's folder, by path relative to it."""


@dataclass(frozen=True)
class Folder:
    """One cluster's folder.

    Attributes:
        files: content by path.
        objects: what each application's charts (as skeletons) and manifests hold, by its name.
        flows: who may talk to whom.

    """

    files: Tree
    objects: Mapping[str, Sequence[Manifest]]
    flows: Sequence[ResolvedFlow]


def make_folders(contexts: Sequence[Context], known: Sequence[Sequence[Release]]) -> list[Folder]:
    """Make the folder of each cluster of one platform, through one cdk8s App.

    Args:
        contexts: one for each cluster.
        known: the releases of each.

    Raises:
        PlatformError: a construct's validation failed, a rule is broken, or a SealedSecret is damaged.

    """
    app = ManifestApp()
    charts: dict[tuple[str, str], ManifestChart] = {}
    stores: dict[str, Store] = {}
    for context in contexts:
        cluster = context.cluster.name
        store = stores[cluster] = read_store(context.platform.secrets / cluster)
        for member in context.platform.members:
            chart = charts[cluster, member.name] = ManifestChart(app, f"{cluster}.{member.name}")
            _fill(chart, member, context, store)
    made = dict(app.charts_with_manifests())
    return [
        _Folder(
            app,
            context,
            releases,
            stores[context.cluster.name],
            {m.name: charts[context.cluster.name, m.name] for m in context.platform.members},
            {m.name: made[charts[context.cluster.name, m.name]] for m in context.platform.members},
        ).make()
        for context, releases in zip(contexts, known, strict=True)
    ]


def _fill(chart: ManifestChart, member: Application, context: Context, store: Store) -> None:
    for spec in member.namespaces:
        chart.add(namespace(spec, member), wave=SyncWave.NAMESPACE)
    for secret in member.secrets:
        if sealed := store.sealed.get(secret.full_name):
            chart.add(sealed.manifest, wave=SyncWave.SECRET)
    for route in member.routes:
        in_mesh = route.service.namespace in context.platform.mesh_namespaces
        made = ingress(route, context.cluster, mesh=in_mesh)
        chart.add(made, wave=SyncWave.AFTER_CHART)
    if member.manifests is not None:
        member.manifests(chart, context)


class _Folder:
    """One cluster's folder in the making."""

    def __init__(
        self,
        app: ManifestApp,
        context: Context,
        known: Sequence[Release],
        store: Store,
        charts: Mapping[str, ManifestChart],
        manifests: Mapping[str, list[Manifest]],
    ) -> None:
        self.app = app
        self.charts = charts
        self.store = store
        self.context = context
        self.cluster = context.cluster
        self.platform = context.platform
        self.releases = index(list(known))
        self.custom = [
            crd for release in known if release.facts for crd in release.facts.custom_resource_definitions
        ]
        self.manifests = {
            member.name: _with_namespaces(member, manifests[member.name], self.custom)
            for member in self.platform.members
        }
        self.files: Tree = {}

    def make(self) -> Folder:
        refused = list(tenants.check(self.context, self.manifests))
        if refused:
            raise PlatformError(*refused)
        inventory = Inventory(self.context, self._objects())
        flows = resolve(self.context, inventory)
        for owner, policy, wave in (
            *policies(self.context, flows),
            *mesh_policies(self.context, inventory, flows),
        ):
            self.manifests[owner].append(self.charts[owner].add(policy, wave=wave))
        if self.platform.policies:
            found = providers.by_kind(self.platform, self.releases)
            for owner, item, at in compiled(Estate(self.context, self._objects()), found):
                self.manifests[owner].append(self.charts[owner].add(item, wave=at))
        findings = [
            *namespaces_check.check(self.platform, self.releases, self.manifests),
            *providers.check(self.platform, self.releases, self.manifests),
            *mesh.check(self.platform, inventory),
            *secrets_check.check(self.platform, self.releases),
            *selectors.check(self.platform, self.manifests),
            *routes_check.check(self.platform, self._objects()),
        ]
        if findings:
            raise PlatformError(*findings)
        for member in self.platform.members:
            self._member(member)
        self._root()
        self._write("bootstrap/kind.yaml", kind_config(self.cluster))
        objects = self._objects()
        pods = budget.workloads(self.context, objects)
        requested = budget.total(each.total for each in pods)
        self.files[bootstrap.FILE] = bootstrap.environment(self.context, requested)
        self.files["README.md"] = readme(self.context, objects, flows, self.store, pods).encode()
        return Folder(self.files, objects, flows)

    def _member(self, member: Application) -> None:
        bootstrap = member.name not in self.platform.waves
        for release in self.releases.get(member.name, ()):
            path = argocd.values_path(member, release.chart, bootstrap=bootstrap)
            self._write(path, release.values, where=f"{member.source}: application {member.name!r}: values")
        for name, manifest in _file_names(member, self.manifests[member.name]):
            self._write(f"apps/{member.name}/manifests/{name}", manifest, where=f"{member.source}: {name}")

    def _root(self) -> None:
        """Write the Applications, and what makes them."""
        root = ManifestChart(self.app, f"{self.cluster.name}.root.objects")
        applications = ManifestChart(self.app, f"{self.cluster.name}.root.applications")
        first = ManifestChart(self.app, f"{self.cluster.name}.root.bootstrap")
        first.add(root.add(project.root_project(self.cluster)))
        first.add(argocd.root_application(self.cluster))
        for member in self.platform.members:
            root.add(project.app_project(member, self.cluster, self._footprint(member)))
        for position, member in enumerate(self.platform.bootstrap):
            root.add(self._application(member, wave=position - len(self.platform.bootstrap)))
        for member in self.platform.installed:
            root.add(argocd.application_set(member, self.cluster, self.platform.waves[member.name]))
            applications.add(self._application(member))
        for tenant in self.platform.tenants:
            root.add(project.tenant_project(tenant))
            for repository in tenant.repositories:
                wave = self.platform.waves[PREFIX + tenant.name] + 1
                root.add(argocd.tenant_application(tenant, repository, wave))
        for manifest in root.manifests:
            self._write(f"root/{manifest['kind']}.{manifest['metadata']['name']}.yaml", manifest)
        for manifest in applications.manifests:
            self._write(f"apps/{manifest['metadata']['name']}/application.yaml", manifest)
        self._write("bootstrap/root.yaml", *first.manifests)

    def _application(self, member: Application, wave: int | None = None) -> Any:  # noqa: ANN401  an ApiObject
        has_manifests = bool(self.manifests[member.name])
        return argocd.application(member, self.cluster, wave=wave, has_manifests=has_manifests)

    def _objects(self) -> dict[str, list[Manifest]]:
        """Return what each application's charts and manifests hold."""
        return {
            name: [*(item for release in self.releases.get(name, ()) for item in release.objects), *manifests]
            for name, manifests in self.manifests.items()
        }

    def _footprint(self, member: Application) -> project.Footprint:
        found = self.releases.get(member.name, [])
        objects = [item for release in found for item in release.objects]
        if any(release.facts and release.facts.custom_resource_definitions for release in found):
            objects.append(
                {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {}}
            )
        complete = all(release.objects for release in found)
        manifests = [*objects, *self.manifests[member.name]]
        return project.footprint(manifests, member.runtime_workloads(self.context), complete=complete)

    def _write(self, path: str, *documents: Any, where: str = "") -> None:  # noqa: ANN401  what YAML can hold
        try:
            self.files[path] = to_yaml(*documents)
        except yaml.YAMLError as error:
            fail(
                where or path,
                ": ".join(map(str, error.args)),
                "maps, lists, text, numbers, bools and nulls only",
            )


def _with_namespaces(
    member: Application, manifests: Iterable[Manifest], custom: Sequence[CustomResource]
) -> list[Manifest]:
    """Write the namespace into each namespaced object that names none: a reviewer should see it."""
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

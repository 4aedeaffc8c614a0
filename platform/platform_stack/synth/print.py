"""The last step of synth: one cluster's folder of dist/, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack import bootstrap, budget
from platform_stack.errors import Finding, PlatformError
from platform_stack.file_names import file_names
from platform_stack.integrations.argo_cd import applications, projects
from platform_stack.integrations.kind.configuration import kind_config
from platform_stack.model import NetworkEngine
from platform_stack.model.tenant import PREFIX
from platform_stack.processes import spread
from platform_stack.recorded import made_by, unknown
from platform_stack.synth.readme import readme
from platform_stack.yaml_output import to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate
    from platform_stack.model import Application
    from platform_stack.synth.fill import Filled

Tree = dict[str, bytes]
"""Content of each file of a cluster's folder, by path relative to it."""

_FILES_FOR_A_PROCESS = 1_000
"""What takes about ten times as long as its start."""


@dataclass(frozen=True)
class _File:
    path: str
    documents: tuple[Any, ...]
    where: str = ""


def print_folder(filled: Filled) -> Tree:
    """Return the files of one cluster's folder.

    The policies join the objects of their application's chart, and what Argo CD starts with gets charts of its own.

    Raises:
        PlatformError: values or manifests hold what YAML cannot say; all findings at once.

    """
    estate = filled.estate
    for owner, manifests in estate.compiled.objects.items():
        for manifest in manifests:
            filled.charts[owner].add(manifest)
    printed = [
        *(file for member in estate.platform.members for file in _member(estate, member)),
        *_root(filled),
        _File(
            "bootstrap/kind.yaml",
            (kind_config(estate.context.cluster, estate.platform.role(NetworkEngine)),),
        ),
    ]
    files, findings = Tree(), list[Finding]()
    for file, text in zip(printed, spread(_text, printed, _FILES_FOR_A_PROCESS), strict=True):
        if isinstance(text, Finding):
            findings.append(text)
        else:
            files[file.path] = text
    if findings:
        raise PlatformError(*findings)
    requested = budget.total(each.total for each in estate.budget)
    files[bootstrap.FILE] = bootstrap.environment(estate.context, requested)
    files["README.md"] = readme(estate).encode()
    return files


def _member(estate: Estate, member: Application) -> Iterator[_File]:
    of_bootstrap = member.name not in estate.platform.waves
    for release in estate.by_application.get(member.name, ()):
        path = applications.values_path(member, release.chart, bootstrap=of_bootstrap)
        yield _File(path, (release.values,), f"{member.source}: application {member.name!r}: values")
    for name, manifest in file_names(estate.own[member.name]):
        yield _File(f"apps/{member.name}/manifests/{name}", (manifest,), f"{member.source}: {name}")


def _root(filled: Filled) -> Iterator[_File]:
    """Yield the Applications, and what makes them."""
    estate, root, installs, first = filled.estate, filled.root, filled.installs, filled.first
    platform, cluster = estate.platform, estate.context.cluster
    first.add(root.add(projects.root_project(cluster)))
    first.add(applications.root_application(cluster))
    for member in platform.members:
        root.add(projects.app_project(member, cluster, _footprint(estate, member)))
    for position, member in enumerate(platform.bootstrap):
        root.add(_application(estate, member, wave=position - len(platform.bootstrap)))
    for member in platform.installed:
        root.add(applications.application_set(member, cluster, platform.waves[member.name]))
        installs.add(_application(estate, member))
    for tenant in platform.tenants:
        root.add(projects.tenant_project(tenant, platform, cluster))
        for repository in tenant.repositories:
            wave = platform.waves[PREFIX + tenant.name] + 1
            root.add(applications.tenant_application(tenant, repository, cluster, wave))
    for manifest in root.manifests:
        yield _File(f"root/{manifest['kind']}.{manifest['metadata']['name']}.yaml", (manifest,))
    for manifest in installs.manifests:
        yield _File(f"apps/{manifest['metadata']['name']}/application.yaml", (manifest,))
    yield _File("bootstrap/root.yaml", first.manifests)


def _application(estate: Estate, member: Application, wave: int | None = None) -> Any:  # noqa: ANN401  an ApiObject
    has_manifests = bool(estate.own[member.name])
    return applications.application(member, estate.context.cluster, wave=wave, has_manifests=has_manifests)


def _footprint(estate: Estate, member: Application) -> projects.Footprint:
    found = estate.by_application.get(member.name, ())
    objects = list(made_by(found))
    if any(release.facts and release.facts.custom_resource_definitions for release in found):
        objects.append(
            {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {}}
        )
    manifests = [*objects, *estate.own[member.name]]
    return projects.footprint(manifests, estate.runtime_workloads[member.name], complete=not unknown(found))


def _text(file: _File) -> bytes | Finding:
    try:
        return to_yaml(*file.documents)
    except yaml.YAMLError as error:
        return Finding(
            file.where or file.path,
            ": ".join(map(str, error.args)),
            "maps, lists, text, numbers, bools and nulls only",
        )

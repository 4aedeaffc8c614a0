"""The first step of synth: a cdk8s chart for each application, filled from the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.constructs import ManifestApp, ManifestChart, routes
from platform_stack.constructs.namespaces import namespace
from platform_stack.errors import PlatformError, collecting
from platform_stack.estate import Estate
from platform_stack.facts.scope import is_namespaced
from platform_stack.model import Mesh, SyncWave

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from platform_stack.errors import Finding
    from platform_stack.facts import CustomResource, Manifest
    from platform_stack.model import Application


@dataclass(frozen=True)
class Filled:
    """One cluster, with the charts of its applications.

    Attributes:
        estate: everything known of it.
        charts: the cdk8s chart of each application, by its name.
        root: the empty chart of what the root Application syncs.
        installs: the empty chart of the Applications.
        first: the empty chart of what starts everything.

    """

    estate: Estate
    charts: Mapping[str, ManifestChart]
    root: ManifestChart
    installs: ManifestChart
    first: ManifestChart


def fill(app: ManifestApp, described: Sequence[Estate]) -> list[Filled]:
    """Make and fill the charts of each cluster of one platform, in one cdk8s App.

    Args:
        app: the App.
        described: one estate for each cluster, without manifests.

    Raises:
        PlatformError: an application's function, or the validation of a construct, found something wrong, or a
            sealed Secret is damaged; all findings at once.

    """
    findings: list[Finding] = []
    charts: dict[tuple[str, str], ManifestChart] = {}
    for estate in described:
        cluster = estate.context.cluster.name
        for member in estate.platform.members:
            chart = charts[cluster, member.name] = ManifestChart(app, f"{cluster}.{member.name}")
            with collecting(findings):
                _fill(chart, member, estate)
    if findings:
        raise PlatformError(*dict.fromkeys(findings))
    made = dict(app.charts_with_manifests())
    return [
        Filled(
            Estate(
                estate.context,
                {
                    member.name: _with_namespaces(
                        member,
                        made[charts[estate.context.cluster.name, member.name]],
                        estate.custom_resources,
                    )
                    for member in estate.platform.members
                },
                estate.releases,
            ),
            {
                member.name: charts[estate.context.cluster.name, member.name]
                for member in estate.platform.members
            },
            *(
                ManifestChart(app, f"{estate.context.cluster.name}.root.{name}")
                for name in ("objects", "applications", "bootstrap")
            ),
        )
        for estate in described
    ]


def _fill(chart: ManifestChart, member: Application, estate: Estate) -> None:
    context = estate.context
    for spec in member.namespaces:
        reason = estate.no_default_deny.get(spec.name, "")
        made = namespace(spec, member, context.platform.role(Mesh), reason)
        chart.add(made, wave=SyncWave.NAMESPACE)
    for secret in member.secrets:
        if sealed := estate.store.sealed.get(secret.full_name):
            chart.add(sealed.manifest, wave=SyncWave.SECRET)
    for route in member.routes:
        for item in routes.objects(route, context):
            chart.add(item, wave=SyncWave.AFTER_CHART)
    if member.manifests is not None:
        member.manifests(chart, context)


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

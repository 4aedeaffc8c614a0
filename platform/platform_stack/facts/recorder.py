"""The facts of a chart release, made with helm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.facts.errors import FactsError
from platform_stack.facts.render import find_chart, render
from platform_stack.facts.scope import is_namespaced
from platform_stack.facts.shape import record_shape
from platform_stack.facts.skeleton import skeleton
from platform_stack.facts.source import read_chart
from platform_stack.facts.store import ChartFacts, CustomResource, Rendered, values_digest
from platform_stack.integrations.promql import reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from platform_stack.facts.store import Manifest

_TEST_HOOKS = frozenset({"test", "test-success", "test-failure"})


def record(  # noqa: PLR0913 - each is a fact that only the caller knows
    helm: str | Path,
    charts_dir: Path,
    *,
    application: str,
    chart: str,
    repository: str,
    version: str,
    release: str,
    namespace: str,
    values_by_profile: Mapping[str, Mapping[str, Any]],
    api_versions: Sequence[str],
) -> ChartFacts:
    """Render a chart with each profile's values and record what it makes.

    Args:
        helm: the helm command, 3.8 or newer.
        charts_dir: a folder that holds the chart, as a folder or a ``.tgz`` package.
        application: the application that the release belongs to; named in errors only.
        chart: the chart's name.
        repository: the URL of the chart's repository; recorded, not asked.
        version: the exact version that is pinned.
        release: the release's name.
        namespace: the release's namespace.
        values_by_profile: the values, as JSON data, by the profile's name; one profile at least.
        api_versions: API versions that the cluster will have beyond Kubernetes' own. A chart that makes
            ServiceMonitors only where they are known needs ``monitoring.coreos.com/v1`` here.

    Returns:
        The facts. CustomResourceDefinitions are those of all profiles together, apart from the objects;
        objects are sorted by kind, namespace and name; helm's test hooks are left out.

    Raises:
        FactsError: the chart is not there at that version, is damaged, or helm refuses it.

    """
    where = f"{application}/{release}"
    if not values_by_profile:
        raise FactsError(
            where,
            found="no profile",
            expected="the values of one profile at least",
            hint="name a profile with its values",
        )
    chart_path = find_chart(charts_dir, chart, version)
    source = read_chart(chart_path)
    rendered = {
        profile: render(
            helm,
            chart_path,
            release=release,
            namespace=namespace,
            values=values,
            api_versions=api_versions,
        )
        for profile, values in sorted(values_by_profile.items())
    }
    definitions = _custom_resources(manifest for manifests in rendered.values() for manifest in manifests)
    return ChartFacts(
        chart=chart,
        repository=repository,
        version=version,
        app_version=str(source.metadata.get("appVersion") or ""),
        custom_resource_definitions=definitions,
        values=record_shape(chart_path),
        profiles={
            profile: Rendered(
                values_digest=values_digest(version, values_by_profile[profile]),
                objects=_skeletons(manifests, namespace, definitions),
                without_namespace=_without_namespace(manifests, definitions),
            )
            for profile, manifests in rendered.items()
        },
        reads=reads(manifest for manifests in rendered.values() for manifest in manifests),
    )


def _skeletons(
    manifests: Iterable[Manifest], namespace: str, definitions: Sequence[CustomResource]
) -> tuple[Manifest, ...]:
    objects = [
        skeleton(
            manifest,
            release_namespace=namespace,
            namespaced=is_namespaced(manifest, definitions),
        )
        for manifest in manifests
        if manifest["kind"] != "CustomResourceDefinition" and not _is_test(manifest)
    ]
    return tuple(sorted(objects, key=_order))


def _without_namespace(
    manifests: Iterable[Manifest], definitions: Sequence[CustomResource]
) -> tuple[str, ...]:
    return tuple(
        sorted(
            f"{manifest['kind']} {manifest['metadata']['name']}"
            for manifest in manifests
            if is_namespaced(manifest, definitions) and not manifest["metadata"].get("namespace")
            if not _is_test(manifest)
        )
    )


def _order(manifest: Manifest) -> tuple[str, str, str]:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata.get("name", "")


def _is_test(manifest: Manifest) -> bool:
    """Say whether an object is made by ``helm test`` alone."""
    annotations = (manifest.get("metadata") or {}).get("annotations") or {}
    hooks = {hook.strip() for hook in str(annotations.get("helm.sh/hook", "")).split(",")}
    return hooks <= _TEST_HOOKS


def _custom_resources(manifests: Iterable[Manifest]) -> tuple[CustomResource, ...]:
    found: dict[tuple[str, str], CustomResource] = {}
    for manifest in manifests:
        if manifest["kind"] == "CustomResourceDefinition":
            spec = manifest["spec"]
            names = spec["names"]
            found[spec["group"], names["kind"]] = CustomResource(
                group=spec["group"],
                kind=names["kind"],
                plural=names["plural"],
                scope=spec["scope"],
                versions=tuple(version["name"] for version in spec["versions"] if version.get("served")),
            )
    return tuple(found[key] for key in sorted(found))

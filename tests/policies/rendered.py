"""The objects of a platform with its charts as the real helm renders them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.facts.render import find_chart, render
from platform_stack.facts.scope import is_namespaced
from platform_stack.model import Context
from platform_stack.recorded import releases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from platform_stack import Platform
    from platform_stack.facts import Manifest
    from platform_stack.recorded import Release
    from platform_stack.synth import Synthesized

_NO_PART_OF_A_RELEASE = frozenset({"test", "test-success", "test-failure"})


def render_charts(platform: Platform, made: Synthesized, charts: Path, helm: str) -> list[Manifest]:
    """Return the manifests and what helm makes of each chart, CustomResourceDefinitions left out."""
    known = list(releases(platform, Context(platform, made.cluster)))
    recorded = {id(item) for release in known for item in release.objects}
    found = [item for items in made.objects.values() for item in items if id(item) not in recorded]
    definitions = [
        crd for release in known if release.facts for crd in release.facts.custom_resource_definitions
    ]
    for release in known:
        namespace = release.application.namespace_of(release.chart)
        for item in render(
            helm,
            find_chart(charts, release.chart.name, release.chart.version),
            release=release.chart.release,
            namespace=namespace,
            values=release.values,
            api_versions=_api_versions(known),
        ):
            hooks = (item["metadata"].get("annotations") or {}).get("helm.sh/hook", "").split(",")
            if item["kind"] == "CustomResourceDefinition" or _NO_PART_OF_A_RELEASE.intersection(hooks):
                continue
            if is_namespaced(item, definitions) and not item["metadata"].get("namespace"):
                item["metadata"]["namespace"] = namespace
            found.append(item)
    return found


def _api_versions(known: Sequence[Release]) -> list[str]:
    return sorted(
        name
        for release in known
        if release.facts and release.chart.custom_resources_with_bootstrap
        for crd in release.facts.custom_resource_definitions
        for version in crd.versions
        for name in (f"{crd.group}/{version}", f"{crd.group}/{version}/{crd.kind}")
    )

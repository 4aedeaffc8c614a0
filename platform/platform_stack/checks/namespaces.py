"""Every object lies in a namespace that its application owns or shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding, did_you_mean
from platform_stack.recorded import made_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from platform_stack.estate import Estate
    from platform_stack.model import Application
    from platform_stack.recorded import Release


def own_namespaces(estate: Estate) -> Iterator[Finding]:
    """Yield each object in a namespace of somebody else that is not declared as shared.

    So is each release that leaves it to whoever applies it where an object goes: helm and Argo CD would disagree.
    """
    platform, releases = estate.platform, estate.by_application
    owners = {namespace.name: member.name for member in platform.members for namespace in member.namespaces}
    for member in platform.members:
        yield from _left_to_the_destination(member, releases.get(member.name, ()))
        allowed = platform.namespaces_for(member)
        found: dict[str, str] = {}
        for items in (made_by(releases.get(member.name, ())), estate.own[member.name]):
            for item in items:
                namespace = item["metadata"].get("namespace")
                if namespace and namespace not in allowed:
                    found.setdefault(namespace, f"{item['kind']} {item['metadata']['name']!r}")
        for namespace, example in sorted(found.items()):
            owner = owners.get(namespace)
            yield Finding(
                where=f"{member.source}: application {member.name!r}: namespace {namespace!r}",
                found=f"{example} in a namespace that {owner or 'no application'} owns",
                expected="objects in namespaces that the application owns or shares",
                hint=(
                    f"add {owner!r} to depends_on and shares_namespaces_of"
                    if owner
                    else f"add Namespace(name={namespace!r}) to its namespaces, or: "
                    + did_you_mean(namespace, allowed)
                ),
            )


def _left_to_the_destination(member: Application, releases: Sequence[Release]) -> Iterator[Finding]:
    """Yield each release with objects that helm and Argo CD would put into different namespaces."""
    destination = member.namespaces[0].name if member.namespaces else ""
    for release in releases:
        namespace = member.namespace_of(release.chart)
        left = release.without_namespace
        if left and namespace != destination:
            yield Finding(
                where=f"{member.source}: application {member.name!r}: release {release.chart.release!r}",
                found=f"{', '.join(left)} without a namespace, in a release whose namespace is {namespace!r}",
                expected=f"a namespace in the manifest: Argo CD puts the object into {destination!r} otherwise",
                hint="name it in the chart's values, or make the release's namespace the application's first",
            )

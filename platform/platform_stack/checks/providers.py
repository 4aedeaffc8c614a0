"""Each custom kind has one provider, and whoever uses the kind depends on it.

An object whose CRD is not there yet blocks the sync of its application; two applications with the same CRD
fight over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding
from platform_stack.kubernetes import is_custom, kind_of
from platform_stack.model import PolicyEngine
from platform_stack.recorded import made_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Platform
    from platform_stack.recorded import Release


def one_provider(estate: Estate) -> Iterator[Finding]:
    """Yield each custom kind without a provider, with two, or used without a dependency on its provider."""
    platform, releases, manifests = estate.platform, estate.by_application, estate.own
    providers, with_bootstrap = _providers(platform, releases, manifests)
    for kind, names in sorted(providers.items()):
        if len(names) > 1:
            yield Finding(
                where=f"{platform.source}: platform: kind {kind}",
                found=f"providers {' and '.join(names)}",
                expected="one provider for each custom kind",
                hint="switch the CRDs off in the values of all but one",
            )
    unprovided: dict[str, list[Application]] = {}
    for member in platform.members:
        reachable = {member.name, *(one.name for one in platform.bootstrap), *platform.reach[member.name]}
        for kind in _custom_kinds(releases.get(member.name, ()), manifests.get(member.name, ())):
            if kind in with_bootstrap or reachable.intersection(providers.get(kind, ())):
                continue
            if kind not in providers:
                unprovided.setdefault(kind, []).append(member)
            else:
                provider = providers[kind][0]
                yield Finding(
                    where=f"{member.source}: application {member.name!r}: kind {kind}",
                    found=f"no dependency on {provider!r}, which provides it",
                    expected=f"{provider!r} among what it depends on, directly or not",
                    hint=f"add {provider!r} to depends_on",
                )

    for kind, users in sorted(unprovided.items()):
        yield Finding(
            where=f"{users[0].source}: kind {kind}",
            found=f"a custom kind that no application provides, used by {', '.join(user.name for user in users)}",
            expected="an application whose chart has the CRD, or that names the kind in `provides`",
            hint="add the application that provides it, or record its facts: make facts CHARTS=DIR",
        )


def _providers(
    platform: Platform,
    releases: Mapping[str, Sequence[Release]],
    manifests: Mapping[str, Sequence[Manifest]],
) -> tuple[dict[str, list[str]], set[str]]:
    """Return who provides each custom kind, and the kinds whose CRDs come with the bootstrap."""
    providers: dict[str, list[str]] = {}
    with_bootstrap = set()
    engines = [holder.role for holder in platform.holders(PolicyEngine)]
    for member in platform.members:
        kinds = set(member.provides)
        for item in manifests.get(member.name, ()):
            for engine in engines:
                kinds.update(engine.kinds_made_by(item))
        for release in releases.get(member.name, ()):
            crds = release.facts.custom_resource_definitions if release.facts else ()
            from_chart = {f"{crd.group}/{crd.kind}" for crd in crds}
            kinds |= from_chart
            if release.chart.custom_resources_with_bootstrap:
                with_bootstrap |= from_chart
        for kind in kinds:
            providers.setdefault(kind, []).append(member.name)
    return providers, with_bootstrap


def _custom_kinds(releases: Sequence[Release], manifests: Sequence[Manifest]) -> list[str]:
    found = {
        kind_of(item)
        for items in (made_by(releases), manifests)
        for item in items
        if is_custom(item["apiVersion"])
    }
    return sorted(found)

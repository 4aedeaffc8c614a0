"""What only the whole list of a platform can show: names that are given twice, dependencies that lead nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from platform_stack.errors import Finding, collecting, did_you_mean
from platform_stack.model.waves import waves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from platform_stack.model.application import Application
    from platform_stack.model.platform import Platform
    from platform_stack.model.tenant import Tenant

    Named = TypeVar("Named", Application, Tenant)

_OWN_PROJECT = "default"
"""Argo CD makes it itself (https://argo-cd.readthedocs.io/en/stable/user-guide/projects/#the-default-project)."""


def inconsistencies(platform: Platform) -> Iterator[Finding]:
    """Yield what is wrong between the parts of a platform, each of which is right by itself.

    Where two members share a name, that is told, and the first one stands for both in what else is looked at.
    """
    if not platform.clusters:
        yield Finding(f"{platform.source}: platform: clusters", "none", "at least one Cluster")
    yield from _doubles("cluster", ((cluster.name, platform.source) for cluster in platform.clusters))
    yield from _doubles("policy", ((policy.name, policy.source) for policy in platform.policies))
    yield from _names(platform)
    members = _distinct(platform.members)
    yield from _doubles(
        "route", ((route.host, member.source) for member in members for route in member.routes)
    )
    yield from _namespaces(members)
    yield from _releases(members)
    yield from _dependencies(platform, members)
    yield from _shared_namespaces(platform, members)


def dependencies(platform: Platform) -> dict[str, tuple[str, ...]]:
    """Return what each installed application waits for, by its name: members that are there, without the bootstrap."""
    installed = {member.name for member in platform.installed} - {
        member.name for member in platform.bootstrap
    }
    return {
        member.name: tuple(need for need in member.dependencies if need in installed)
        for member in platform.installed
    }


def _names(platform: Platform) -> Iterator[Finding]:
    """Find applications and tenants that share a name, or of which Argo CD's objects would share one."""
    own = (*platform.bootstrap, *platform.applications)
    tenants = _distinct(platform.tenants)
    becoming = _distinct(member for member in platform.installed if member.tenant)
    yield from _doubles("tenant", ((tenant.name, tenant.source) for tenant in platform.tenants))
    yield from _doubles("application", ((member.name, member.source) for member in (*own, *becoming)))
    roots = dict.fromkeys(cluster.argo_cd.root for cluster in platform.clusters)
    for member in own:
        if member.name in roots:
            yield Finding(
                f"{member.place}: name",
                member.name,
                "another name: this is the Application that syncs all others",
            )
    named = [(member.name, member.source) for member in _distinct(own) if member.name not in roots]
    teams = [(tenant.name, tenant.source) for tenant in tenants]
    taken = [*((root, "the root Application's") for root in roots), (_OWN_PROJECT, "Argo CD's own")]
    yield from _doubles("AppProject", (*taken, *named, *teams))
    installs = [(one.application_of(each), one.source) for one in tenants for each in one.repositories]
    everybody = [(member.name, member.source) for member in _distinct(platform.members)]
    yield from _doubles("Argo CD Application", (*everybody, *installs))


def _namespaces(members: Iterable[Application]) -> Iterator[Finding]:
    owners: dict[str, Application] = {}
    for member in members:
        for namespace in member.namespaces:
            owner = owners.setdefault(namespace.name, member)
            if owner is not member:
                yield Finding(
                    f"{member.place}: namespaces",
                    f"namespace {namespace.name!r}, which {owner.owner!r} owns ({owner.source})",
                    "one owner for each namespace",
                    "choose another name: a tenant shares no namespace"
                    if member.tenant
                    else f"add {owner.name!r} to shares_namespaces_of and depends_on instead",
                )


def _releases(members: Iterable[Application]) -> Iterator[Finding]:
    owners: dict[tuple[str, str], Application] = {}
    for member in members:
        for chart in member.charts:
            namespace = member.namespace_of(chart)
            owner = owners.setdefault((chart.release, namespace), member)
            if owner is not member:
                yield Finding(
                    f"{member.place}: charts",
                    f"release {chart.release!r} in namespace {namespace!r}, "
                    f"which {owner.name!r} has too ({owner.source})",
                    "a release name that is unique in its namespace",
                )


def _dependencies(platform: Platform, members: Iterable[Application]) -> Iterator[Finding]:
    bootstrap = {member.name for member in platform.bootstrap}
    names = {member.name for member in platform.members}
    for member in members:
        for need in member.dependencies:
            where = f"{member.place}: depends_on"
            if member.name in bootstrap and need not in bootstrap:
                expected = "a member of the bootstrap layer: it comes before every application"
                yield Finding(where, need, expected)
            elif need not in names:
                yield Finding(
                    where,
                    f"{need!r}, which is not an application of this platform",
                    "the name of an application in the platform's list",
                    did_you_mean(need, names),
                )
    findings: list[Finding] = []
    with collecting(findings):
        waves(dependencies(platform), {member.name: member.source for member in platform.installed})
    yield from findings


def _shared_namespaces(platform: Platform, members: Iterable[Application]) -> Iterator[Finding]:
    for member in members:
        for host in member.hosts:
            if host not in member.dependencies:
                yield Finding(
                    f"{member.place}: shares_namespaces_of",
                    f"{host!r}, which it does not depend on",
                    "a direct dependency: a namespace must be there before others use it",
                    f"add {host!r} to depends_on",
                )
        if not set(member.hosts) <= platform.by_name.keys():
            continue
        allowed = platform.namespaces_for(member)
        for chart in member.charts:
            found = member.namespace_of(chart)
            if found not in allowed:
                yield Finding(
                    f"{member.place}: chart {chart.name!r}: namespace",
                    found,
                    "a namespace that the application owns or shares",
                    did_you_mean(found, allowed),
                )


def _distinct(members: Iterable[Named]) -> tuple[Named, ...]:
    """Return the first of each name."""
    found: dict[str, Named] = {}
    for member in members:
        found.setdefault(member.name, member)
    return tuple(found.values())


def _doubles(what: str, members: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """Yield each name, of names and places, that was there before."""
    seen: dict[str, str] = {}
    for name, source in members:
        if name in seen:
            yield Finding(
                f"{source}: {what} {name!r}: name",
                f"a second {what} named {name!r} (the first: {seen[name]})",
                f"a name of its own for each {what}",
            )
        seen.setdefault(name, source)

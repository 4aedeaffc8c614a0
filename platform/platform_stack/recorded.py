"""The recorded facts of a platform's charts, and whether they are still true."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from platform_stack.errors import Finding, PlatformError, collecting, fail
from platform_stack.facts import ChartFacts, Rendered, read, values_digest
from platform_stack.model import Cluster, Context

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Chart, Platform, Profile, Values


@dataclass(frozen=True)
class Unknown:
    """What stands for the objects of a release where nobody knows them: nothing may be concluded from it.

    Attributes:
        because: why they are not known.
        record: the command that makes them known.

    """

    because: str
    record: str


@dataclass(frozen=True)
class Release:
    """One release of the platform on one cluster, with what is known of it.

    Attributes:
        application: who it belongs to.
        chart: the chart at its version.
        values: its values on this cluster.
        facts: its recorded facts, or None where none are recorded.
        stale: why the facts are not those of this version and these values; empty if they are.

    """

    application: Application
    chart: Chart
    values: Values
    facts: ChartFacts | None
    stale: str
    profile: Profile

    @property
    def without_namespace(self) -> tuple[str, ...]:
        """Which known objects leave their namespace to whoever applies them, as "Kind name"."""
        return () if isinstance(self.made, Unknown) else self.made.without_namespace

    @property
    def made(self) -> Rendered | Unknown:
        """What the chart makes on this cluster's profile, or why that is not known."""
        record = f"platform-stack facts --application {self.application.name}"
        if self.facts is None:
            return Unknown(f"no facts are recorded for {self.chart.name} {self.chart.version}", record)
        if self.profile not in self.facts.profiles:
            return Unknown(f"the facts of {self.chart.name} do not know the profile {self.profile!r}", record)
        return self.facts.profiles[self.profile]

    @property
    def objects(self) -> tuple[Manifest, ...]:
        """What the chart makes on this cluster's profile, as skeletons.

        Raises:
            PlatformError: it is not known; whoever can do without asks `made` first.

        """
        if isinstance(self.made, Unknown):
            fail(self.place, self.made.because, KNOWN, f"record them: {self.made.record}")
        return self.made.objects

    @property
    def place(self) -> str:
        """Where and what it is, for messages."""
        return f"{self.application.source}: release {self.chart.release!r}"

    @property
    def namespaces(self) -> frozenset[str]:
        """Where its pods may be: its own namespace, and those that its application owns."""
        owned = (namespace.name for namespace in self.application.namespaces)
        return frozenset((self.application.namespace_of(self.chart), *owned))


KNOWN = "recorded facts of what the chart makes"
"""What a message expects where a release is unknown."""


def unknown(found: Iterable[Release]) -> list[Release]:
    """Return the releases of which it is not known what they make."""
    return [release for release in found if isinstance(release.made, Unknown)]


def made_by(found: Iterable[Release]) -> Iterator[Manifest]:
    """Yield what the known ones of some releases make."""
    for release in found:
        if not isinstance(release.made, Unknown):
            yield from release.made.objects


def no_default_deny(platform: Platform, found: Iterable[Release]) -> dict[str, str]:
    """Return why namespaces have no default deny, by the namespace: pods of an unknown release may be there.

    Those that Kubernetes makes itself never have one, and are not among them.
    """
    never = {one.name for member in platform.members for one in member.namespaces if one.existing}
    reasons: dict[str, list[str]] = {}
    for release in found:
        if isinstance(release.made, Unknown):
            for namespace in release.namespaces - never:
                reasons.setdefault(namespace, []).append(release.made.because)
    return {name: "; ".join(dict.fromkeys(reasons[name])) for name in sorted(reasons)}


def needs(where: str, what: str, found: Iterable[Release]) -> Finding:
    """Return the finding that something needs to know what some releases make, and how to record it.

    Args:
        where: the place of what needs it.
        what: what it is that is not known, such as "pods of 'web'".
        found: the unknown releases that may make it.

    """
    reasons = [release.made for release in found if isinstance(release.made, Unknown)]
    because = "; ".join(dict.fromkeys(one.because for one in reasons))
    commands = " and ".join(dict.fromkeys(one.record for one in reasons))
    return Finding(where, f"{what}, not known: {because}", KNOWN, f"record them: {commands}")


def reference_context(platform: Platform, profile: Profile) -> Context:
    """Return the context that facts are recorded for.

    Facts must not depend on what every user sets anew (name, URLs, domain, address range), so they are
    recorded, and compared, at one fixed cluster for each profile.
    """
    cluster = Cluster(
        name="reference",
        repo_url="https://git.platform.test/reference",
        profile=profile,
        iscsi=profile == "ha",
    )
    return Context(platform, cluster)


def releases(platform: Platform, context: Context) -> Iterator[Release]:
    """Yield each release of the platform on the context's cluster, in the order of the list.

    Raises:
        PlatformError: values are not a map, or what makes them found something wrong; all findings at once.
        FactsError: a facts file is damaged.

    """
    profile = context.cluster.profile
    reference = reference_context(platform, profile)
    findings: list[Finding] = []
    for application in platform.members:
        for chart in application.charts:
            facts = _read(platform.facts / application.name / f"{chart.release}.json")
            with collecting(findings):
                yield Release(
                    application=application,
                    chart=chart,
                    values=chart.values_for(context),
                    facts=facts,
                    stale=_stale(facts, chart, reference) if facts else "",
                    profile=profile,
                )
    if findings:
        raise PlatformError(*findings)


def _stale(facts: ChartFacts, chart: Chart, reference: Context) -> str:
    if (facts.chart, facts.version) != (chart.name, chart.version):
        return f"they are of {facts.chart} {facts.version}"
    profile = reference.cluster.profile
    if profile not in facts.profiles:
        return f"they do not know the profile {profile!r}"
    if facts.profiles[profile].values_digest != values_digest(chart.version, chart.values_for(reference)):
        return "its values have changed since"
    return ""


@cache
def _read_once(path: Path, _mtime: int) -> ChartFacts:
    return read(path)


def _read(path: Path) -> ChartFacts | None:
    try:
        modified = path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _read_once(path, modified)


def index(found: Iterable[Release]) -> Mapping[str, list[Release]]:
    """Return the releases of each application under its name."""
    result: dict[str, list[Release]] = {}
    for release in found:
        result.setdefault(release.application.name, []).append(release)
    return result

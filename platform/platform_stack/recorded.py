"""The recorded facts of a platform's charts, and whether they are still true."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from platform_stack.facts import ChartFacts, read, values_digest
from platform_stack.model import Cluster, Context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Chart, Platform, Profile, Values


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
        """Return which of them leave their namespace to whoever applies them, as "Kind name"."""
        if self.facts is None or self.profile not in self.facts.profiles:
            return ()
        return self.facts.profiles[self.profile].without_namespace

    @property
    def objects(self) -> tuple[Manifest, ...]:
        """What the chart makes on this cluster's profile, as skeletons; nothing if that is not known."""
        if self.facts is None or self.profile not in self.facts.profiles:
            return ()
        return self.facts.profiles[self.profile].objects


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
        PlatformError: values are not a map.
        FactsError: a facts file is damaged.

    """
    profile = context.cluster.profile
    reference = reference_context(platform, profile)
    for application in platform.members:
        for chart in application.charts:
            facts = _read(platform.facts / application.name / f"{chart.release}.json")
            yield Release(
                application=application,
                chart=chart,
                values=chart.values_for(context),
                facts=facts,
                stale=_stale(facts, chart, reference) if facts else "",
                profile=profile,
            )


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


def index(found: list[Release]) -> Mapping[str, list[Release]]:
    """Return the releases of each application under its name."""
    result: dict[str, list[Release]] = {}
    for release in found:
        result.setdefault(release.application.name, []).append(release)
    return result

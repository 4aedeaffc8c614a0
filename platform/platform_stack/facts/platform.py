"""Recording the facts of all charts of a platform."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.errors import did_you_mean, fail
from platform_stack.facts.recorder import record
from platform_stack.facts.store import read, write
from platform_stack.model.cluster import PROFILES
from platform_stack.recorded import reference_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platform_stack.facts.store import ChartFacts
    from platform_stack.model import Chart, Platform


def record_platform(
    platform: Platform, helm: str, charts: Path | None, *, only: Sequence[str] = ()
) -> list[Path]:
    """Record the facts of each chart of a platform, and drop the files of charts that it no longer has.

    Args:
        platform: the platform.
        helm: the helm command.
        charts: folder of the charts; None: helm pulls them from their repositories.
        only: names of applications to record; default: all.

    Returns:
        the files written.

    Raises:
        PlatformError: an application is unknown, or a chart cannot be pulled.
        FactsError: a chart is missing, has another version, or cannot be rendered.

    """
    for name in only:
        if name not in platform.by_name:
            fail(
                f"application {name!r}",
                "unknown",
                "an application of the platform",
                did_you_mean(name, platform.by_name),
            )
    pairs = [(member, chart) for member in platform.members for chart in member.charts]
    # Those whose CRDs come with the bootstrap first: other charts ask whether the cluster has their kinds.
    pairs.sort(key=lambda pair: not pair[1].custom_resources_with_bootstrap)
    api_versions: list[str] = []
    folder = platform.facts
    written = []
    with tempfile.TemporaryDirectory() as scratch:
        for member, chart in pairs:
            wanted = not only or member.name in only
            if not (wanted or chart.custom_resources_with_bootstrap):
                continue
            path = folder / member.name / f"{chart.release}.json"
            if not wanted and path.exists():  # only its kinds are asked for, and these are recorded
                api_versions = sorted({*api_versions, *_api_versions(read(path))})
                continue
            source = charts or _pull(helm, chart, Path(scratch))
            facts = record(
                helm,
                source,
                application=member.name,
                chart=chart.name,
                repository=chart.repository,
                version=chart.version,
                release=chart.release,
                namespace=member.namespace_of(chart),
                values_by_profile={
                    profile: chart.values_for(reference_context(platform, profile)) for profile in PROFILES
                },
                api_versions=api_versions,
            )
            if chart.custom_resources_with_bootstrap:
                api_versions = sorted({*api_versions, *_api_versions(facts)})
            if wanted:
                write(path, facts)
                written.append(path)
    _prune(folder, {folder / member.name / f"{chart.release}.json" for member, chart in pairs})
    return sorted(written)


def _api_versions(facts: ChartFacts) -> set[str]:
    return {
        name
        for crd in facts.custom_resource_definitions
        for version in crd.versions
        for name in (f"{crd.group}/{version}", f"{crd.group}/{version}/{crd.kind}")
    }


def _pull(helm: str, chart: Chart, folder: Path) -> Path:
    if chart.repository.startswith("oci://"):
        source = [f"{chart.repository.rstrip('/')}/{chart.name}"]
    else:
        source = [chart.name, "--repo", chart.repository]
    done = subprocess.run(  # noqa: S603  the user's own helm
        [helm, "pull", *source, "--version", chart.version, "--destination", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        fail(
            f"chart {chart.name} {chart.version}",
            done.stderr.strip(),
            f"the chart in {chart.repository}",
            "name a folder that holds it with --charts",
        )
    return folder


def _prune(folder: Path, keep: set[Path]) -> None:
    for path in folder.glob("*/*.json"):
        if path not in keep:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()

"""Releases whose recorded facts are missing or old: said each time, until somebody records them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding
from platform_stack.recorded import KNOWN, Unknown, no_default_deny

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from platform_stack.model import Platform
    from platform_stack.recorded import Release


def check(platform: Platform, releases: Iterable[Release]) -> Iterator[Finding]:
    """Yield each release of which it is not known what it makes now, with what that costs."""
    for release in releases:
        where = f"{release.application.source}: release {release.chart.release!r}"
        if isinstance(release.made, Unknown):
            namespaces = ", ".join(no_default_deny(platform, [release])) or "no namespace"
            yield Finding(
                where,
                f"{release.made.because}: no default deny in {namespaces}, no check of its values, and no "
                "cluster-scoped kinds in its AppProject",
                KNOWN,
                f"record them: {release.made.record}",
            )
        elif release.stale:
            yield Finding(
                where,
                f"the recorded facts are stale ({release.stale}): what it makes now may have no flows",
                "facts of this version and these values",
                f"record them: platform-stack facts --application {release.application.name}",
            )

"""Releases whose recorded facts are missing or old: said each time, until somebody records them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import Finding
from platform_stack.recorded import KNOWN, Unknown, no_default_deny

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate


def unknown_releases(estate: Estate) -> Iterator[Finding]:
    """Yield each release without recorded facts, of which nobody knows what it makes, with what that costs."""
    for release in estate.unknown:
        if isinstance(release.made, Unknown):
            namespaces = ", ".join(no_default_deny(estate.platform, [release])) or "no namespace"
            yield Finding(
                release.place,
                f"{release.made.because}: no default deny in {namespaces}, no check of its values, and no "
                "cluster-scoped kinds in its AppProject",
                KNOWN,
                f"record them: {release.made.record}",
            )


def stale_facts(estate: Estate) -> Iterator[Finding]:
    """Yield each release whose facts are of another version or other values: what it makes now may lack flows."""
    for release in estate.releases:
        if release.stale and release not in estate.unknown:
            yield Finding(
                release.place,
                f"the recorded facts are stale ({release.stale}): what it makes now may have no flows",
                "facts of this version and these values",
                f"record them: platform-stack facts --application {release.application.name}",
            )

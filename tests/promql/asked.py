"""What the rules and dashboards of the platform read: its own, and the charts' as they are recorded."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from apps.__main__ import PLATFORM
from platform_stack.integrations.promql import reads
from platform_stack.recorded import reference_context, releases
from tests.policies.estate import estate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platform_stack import Profile


@cache
def read(profile: Profile) -> Mapping[str, Mapping[str, list[str]]]:
    """Return by rule group or dashboard the metrics, each with its windows; see promql.reads."""
    found: dict[str, Mapping[str, list[str]]] = {**reads(estate(profile))}
    for release in releases(PLATFORM, reference_context(PLATFORM, profile)):
        if release.facts:
            found.update(release.facts.reads)
    return found

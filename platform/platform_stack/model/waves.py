"""Order: sync waves of applications, and of the objects inside one.

Argo CD syncs a wave after everything in the waves before it is healthy; waves are small integers in an
annotation (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from platform_stack.errors import Finding, PlatformError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class SyncWave(IntEnum):
    """Waves inside one application: what others need comes first."""

    NAMESPACE = -40
    SECRET = -35
    ALLOW = -30
    DENY = -20
    CHART = 0
    AFTER_CHART = 10


def waves(
    dependencies: Mapping[str, Sequence[str]], where: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Return each application's wave: the length of its longest chain of dependencies, 0 for none.

    Args:
        dependencies: for each application's name the names of those it depends on.
        where: for each application the place of its description, for messages; default: its name.

    Raises:
        PlatformError: dependencies are unknown (with the nearest known name), or there are cycles (printed); all
            findings at once.

    """
    places = where or {}
    result: dict[str, int] = {}
    findings: list[Finding] = []
    path: list[str] = []
    on_path: set[str] = set()
    for start in dependencies:
        # An explicit stack: a chain of a thousand applications must not hit Python's recursion limit.
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, index = stack.pop()
            if index == 0:
                if name in result:
                    continue
                if name in on_path:
                    cycle = [*path[path.index(name) :], name]
                    findings.append(
                        Finding(
                            f"{places.get(name, name)}: application {name!r}: depends_on",
                            "a cycle: " + " -> ".join(cycle),
                            "dependencies without a cycle",
                            "remove one of these dependencies",
                        )
                    )
                    continue
                path.append(name)
                on_path.add(name)
            needs = dependencies[name]
            if index < len(needs):
                need = needs[index]
                stack.append((name, index + 1))
                if need in dependencies:
                    stack.append((need, 0))
                else:
                    findings.append(
                        Finding(
                            f"{places.get(name, name)}: application {name!r}: depends_on",
                            f"{need!r}, which is not an application of this platform",
                            "the name of an application in the platform's list",
                            did_you_mean(need, dependencies),
                        )
                    )
            else:
                result[name] = 1 + max((result.get(need, -1) for need in needs), default=-1)
                path.pop()
                on_path.discard(name)
    if findings:
        raise PlatformError(*findings)
    return {name: result[name] for name in dependencies}

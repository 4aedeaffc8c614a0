"""Order: sync waves of applications, and of the objects inside one.

Argo CD syncs a wave after everything in the waves before it is healthy; waves are small integers in an
annotation (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from platform_stack.errors import did_you_mean, fail

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
        PlatformError: a dependency is unknown (with the nearest known name), or there is a cycle (printed).

    """
    places = where or {}
    result: dict[str, int] = {}
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
                    fail(
                        f"{places.get(name, name)}: application {name!r}: depends_on",
                        "a cycle: " + " -> ".join(cycle),
                        "dependencies without a cycle",
                        "remove one of these dependencies",
                    )
                path.append(name)
                on_path.add(name)
            needs = dependencies[name]
            if index < len(needs):
                need = needs[index]
                if need not in dependencies:
                    fail(
                        f"{places.get(name, name)}: application {name!r}: depends_on",
                        f"{need!r}, which is not an application of this platform",
                        "the name of an application in the platform's list",
                        did_you_mean(need, dependencies),
                    )
                stack.append((name, index + 1))
                stack.append((need, 0))
            else:
                result[name] = 1 + max((result[need] for need in needs), default=-1)
                path.pop()
                on_path.discard(name)
    return {name: result[name] for name in dependencies}

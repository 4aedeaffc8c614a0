"""The name of each manifest's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.facts import Manifest


def file_names(manifests: Iterable[Manifest]) -> list[tuple[str, Manifest]]:
    """Return <Kind>.<name>.yaml for each manifest, with the namespace in between where two would collide.

    Two manifests of one name here are one object twice, which the rule `object-once` refuses.
    """
    groups: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        safe = str(manifest["metadata"].get("name") or "").replace(":", "-").replace("/", "-")
        groups.setdefault(f"{manifest['kind']}.{safe}.yaml", []).append(manifest)
    result = []
    for name, group in groups.items():
        if len(group) == 1:
            result.append((name, group[0]))
            continue
        kind, _, rest = name.partition(".")
        result += [(f"{kind}.{item['metadata'].get('namespace', '')}.{rest}", item) for item in group]
    return result

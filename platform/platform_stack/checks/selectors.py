"""What selects pods still selects them after the next upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.errors import Finding
from platform_stack.kubernetes import full_name
from platform_stack.labels import CHANGING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Platform


def lasting_selectors(estate: Estate) -> Iterator[Finding]:
    """Yield each of the applications' own objects that selects a label which changes with a version."""
    yield from changing(estate.platform, estate.own)


def changing(platform: Platform, manifests: Mapping[str, Sequence[Manifest]]) -> Iterator[Finding]:
    """Yield each of the applications' own objects that selects a label which changes with a version.

    Args:
        platform: whose members made them.
        manifests: the objects of each member, by its name; what charts make is the charts' matter.

    """
    for member in platform.members:
        for item in manifests.get(member.name, ()):
            found = sorted(set(_selected(item)) & CHANGING)
            if found:
                metadata = item["metadata"]
                name = full_name(item["kind"], metadata.get("namespace"), metadata.get("name", ""))
                yield Finding(
                    f"{member.source}: application {member.name!r}: {name}",
                    f"a selector with {', '.join(found)}, which changes with a version",
                    "labels that stay, or it misses the pods of the next version",
                    "give the workload's pods a label of their own, such as app.kubernetes.io/component",
                )


def _selected(node: Any) -> Iterator[str]:  # noqa: ANN401  any part of a manifest
    """Yield the keys of all label selectors within, without a prefix that says where it is from (`k8s:`, `any:`)."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "matchLabels" and isinstance(value, dict):
                yield from (label.rpartition(":")[2] for label in value)
            elif key == "matchExpressions" and isinstance(value, list):
                yield from (
                    str(one.get("key", "")).rpartition(":")[2] for one in value if isinstance(one, dict)
                )
            elif key == "selector" and isinstance(value, dict):
                yield from (label for label, one in value.items() if isinstance(one, str))
                yield from _selected(value)
            else:
                yield from _selected(value)
    elif isinstance(node, list):
        for value in node:
            yield from _selected(value)

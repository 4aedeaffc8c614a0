"""What the steps of synth could not make: flows that lead nowhere, exceptions and policies that are none."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from platform_stack.errors import Finding
from platform_stack.file_names import file_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate


def flows_resolve(estate: Estate) -> Iterator[Finding]:
    """Yield each declared flow whose application, workload or port does not exist, or is not known."""
    yield from estate.resolution.findings


def policies_compile(estate: Estate) -> Iterator[Finding]:
    """Yield each policy, exception and flow of which no object can be made.

    The engine is not on the platform; a rule is of another engine, or has an action or a parameter that it cannot
    have; an exception names no policy or no object; the mesh cannot say what a flow asks for.
    """
    yield from estate.compiled.findings


def each_object_once(estate: Estate) -> Iterator[Finding]:
    """Yield each object of an application without a name, and each that is there twice."""
    for member in estate.platform.members:
        for manifest in estate.own[member.name]:
            if not manifest["metadata"].get("name"):
                where = f"{member.source}: application {member.name!r}: manifest"
                yield Finding(where, repr(manifest), "a metadata.name")
        named = [item for item in estate.own[member.name] if item["metadata"].get("name")]
        names = file_names(named)
        count = Counter(name for name, _ in names)
        for name, manifest in dict(names).items():
            if count[name] > 1:
                yield Finding(
                    f"{member.source}: application {member.name!r}: manifests",
                    f"two objects {manifest['kind']} {manifest['metadata']['name']!r}",
                    "each object once",
                )

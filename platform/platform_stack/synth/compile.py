"""The third step of synth: policies from flows, and the engines' objects from policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.errors import collecting
from platform_stack.integrations.argo_cd.sync import in_wave
from platform_stack.network.mesh import mesh_policies
from platform_stack.network.policies import policies
from platform_stack.typed import ApiObject, to_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.errors import Finding
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import SyncWave


@dataclass(frozen=True)
class Compiled:
    """What is made of flows and policies.

    Attributes:
        objects: the manifests, by the name of the application whose folder they lie in.
        findings: why something could not be made.

    """

    objects: Mapping[str, Sequence[Manifest]]
    findings: tuple[Finding, ...]


def compiled(estate: Estate) -> Compiled:
    """Return what is made of an estate's flows and policies, as far as it can be made."""
    objects: dict[str, list[Manifest]] = {}
    findings: list[Finding] = []
    for makes in (policies, mesh_policies, _admission):
        with collecting(findings):
            for owner, item, wave in makes(estate):
                manifest = to_manifest(item) if isinstance(item, ApiObject) else item
                objects.setdefault(owner, []).append(in_wave(manifest, wave))
    return Compiled(objects, tuple(findings))


def _admission(estate: Estate) -> Iterator[tuple[str, ApiObject | Manifest, SyncWave | int]]:
    if estate.platform.policies:
        from platform_stack.admission.compiler import compiled as admission  # noqa: PLC0415  for who has some

        yield from admission(estate)

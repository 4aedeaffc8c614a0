"""Annotations by which Argo CD decides when it applies an object, and whether it deletes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platform_stack.model import SyncWave

WAVE_ANNOTATION = "argocd.argoproj.io/sync-wave"
"""Objects are applied wave by wave, the lowest first."""

OPTIONS_ANNOTATION = "argocd.argoproj.io/sync-options"
"""What is different for one object."""

KEPT = "Prune=false,Delete=false"
"""Options of what is never deleted: not when git drops it, and not with its Application."""


def in_wave(manifest: Mapping[str, Any], wave: SyncWave | int | None) -> dict[str, Any]:
    """Return a manifest with the annotation of its wave; None and 0, Argo CD's default, need none."""
    if not wave:
        return dict(manifest)
    metadata = manifest["metadata"]
    annotations = {**metadata.get("annotations", {}), WAVE_ANNOTATION: str(int(wave))}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}

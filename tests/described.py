"""The platform of apps/, as synth makes it: each variant once a process, for every test that only reads it."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from apps.__main__ import PLATFORM
from platform_stack.synth import synthesize

if TYPE_CHECKING:
    from platform_stack import Platform, Profile
    from platform_stack.synth import Synthesized


def on(profile: Profile) -> Platform:
    """Return the platform with its first cluster alone, on a profile."""
    cluster = PLATFORM.clusters[0]
    if cluster.profile != profile:
        cluster = dataclasses.replace(cluster, profile=profile, iscsi=profile == "ha")
    return dataclasses.replace(PLATFORM, clusters=(cluster,))


@functools.cache
def committed() -> tuple[Synthesized, ...]:
    """Return what synth makes of each cluster, as it is described."""
    return tuple(synthesize(PLATFORM))


@functools.cache
def made(profile: Profile = "laptop") -> Synthesized:
    """Return what synth makes of the first cluster on a profile; who changes it changes it for all."""
    first = committed()[0]
    if first.cluster.profile == profile:
        return first
    (result,) = synthesize(on(profile))
    return result

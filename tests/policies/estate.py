"""The platform of apps/ with a tenant, as the engines see it."""

from __future__ import annotations

import dataclasses
import functools
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from apps.__main__ import PLATFORM
from apps.tenants.sample import SAMPLE
from platform_stack.admission.judge import compiled
from platform_stack.synth import Synthesized, synthesize

from .rendered import render_charts
from .small import ENGINES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack import Platform, Profile
    from platform_stack.facts import Manifest

CASES = Path(__file__).resolve().parent / "cases"


def platform(profile: Profile = "laptop", *, with_exceptions: bool = True) -> Platform:
    """Return the platform with a tenant on one cluster of a profile."""
    cluster = dataclasses.replace(PLATFORM.clusters[0], profile=profile, iscsi=profile == "ha")
    bootstrap, applications = (
        tuple(member if with_exceptions else dataclasses.replace(member, exceptions=()) for member in members)
        for members in (PLATFORM.bootstrap, PLATFORM.applications)
    )
    found = dataclasses.replace(
        PLATFORM, clusters=(cluster,), tenants=(SAMPLE,), bootstrap=bootstrap, applications=applications
    )
    return found if with_exceptions else dataclasses.replace(found, exceptions=lambda _cluster: ())


@functools.cache
def synthesized(profile: Profile = "laptop", *, with_exceptions: bool = True) -> Synthesized:
    """Return what synth makes of it."""
    (made,) = synthesize(platform(profile, with_exceptions=with_exceptions))
    return made


def policies(made: Synthesized) -> list[Manifest]:
    """Return what the engines read."""
    return compiled(ENGINES, (item for items in made.objects.values() for item in items))


@functools.cache
def estate(profile: Profile) -> Sequence[Manifest]:
    """Return all objects: what the cluster holds by itself, manifests, and what the charts make.

    Of the charts it is what is recorded of them, or, where the environment names the folder CHARTS, what the
    real helm renders.
    """
    made = synthesized(profile)
    by_itself = made.estate.of_cluster
    if charts := os.environ.get("CHARTS"):
        return [*by_itself, *render_charts(platform(profile), made, Path(charts), os.environ["HELM"])]
    return [*by_itself, *(item for items in made.objects.values() for item in items)]


def namespaces(made: Synthesized) -> Mapping[str, Mapping[str, str]]:
    """Return the labels of each namespace."""
    return {
        item["metadata"]["name"]: item["metadata"].get("labels", {})
        for items in (made.estate.of_cluster, *made.objects.values())
        for item in items
        if item["kind"] == "Namespace"
    }


def lay_out(folder: Path) -> dict[str, Manifest]:
    """Write the compiled policies and copy the cases: policies/ENGINE/FILE and cases/ENGINE/POLICY/.

    Return the policies' objects by their path below `folder`.
    """
    shutil.copytree(CASES, folder / "cases")
    found = {}
    for path, content in synthesized().files.items():
        if not (path.startswith("apps/") and "/manifests/" in path):
            continue
        manifest = yaml.load(content, yaml.CSafeLoader)
        if compiled(ENGINES, [manifest]):
            engine = "kyverno" if manifest["apiVersion"].startswith("policies.kyverno.io/") else "gatekeeper"
            place = f"policies/{engine}/{Path(path).name}"
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            found[place] = manifest
    return found

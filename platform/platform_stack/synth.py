"""Synth: a platform's description in, the folders of dist/ out."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.checks import facts, memory, values
from platform_stack.errors import PlatformError
from platform_stack.model import Context
from platform_stack.recorded import releases
from platform_stack.writer import Changes, compare, write_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack.errors import Finding
    from platform_stack.facts import Manifest
    from platform_stack.folder import Tree
    from platform_stack.model import Cluster, Platform
    from platform_stack.network.resolve import ResolvedFlow
    from platform_stack.recorded import Release

# What the work after Node's start needs first; jsii imports typeguard at its first call, for as long as all
# the others take together.
_MEANWHILE = ("typeguard", "platform_stack_imports.argoproj", "platform_stack.yaml_output")
_MEANWHILE_FOR_POLICIES = ("jsonschema",)


@dataclass(frozen=True)
class Synthesized:
    """One cluster's folder, before it is written.

    Attributes:
        cluster: the cluster.
        files: the content of each file.
        objects: what each application's charts (as skeletons) and manifests hold, by its name.
        flows: who may talk to whom.
        releases: the releases, with what is known of them.
        warnings: what is true of the recorded facts and should not stay so.

    """

    cluster: Cluster
    files: Tree
    objects: Mapping[str, Sequence[Manifest]]
    flows: Sequence[ResolvedFlow]
    releases: Sequence[Release]
    warnings: tuple[Finding, ...]


@dataclass(frozen=True)
class Written:
    """One cluster's folder, and what writing it changed (or would change).

    Attributes:
        folder: the folder.
        files: how many files it has.
        changes: which of them are new, other or gone.
        warnings: as in Synthesized.

    """

    folder: Path
    files: int
    changes: Changes
    warnings: tuple[Finding, ...]


def synth(platform: Platform, output: Path | None = None, *, check: bool = False) -> list[Written]:
    """Make all clusters' folders in memory, then write them below `output`.

    Args:
        platform: what to make.
        output: default: the environment variable CDK8S_OUTDIR (set by `cdk8s synth`), else `dist`.
        check: change nothing, only say what would change.

    Raises:
        PlatformError: the description is wrong, or the output cannot be written; nothing was changed.

    """
    return write(synthesize(platform), output, check=check)


def write(made: Sequence[Synthesized], output: Path | None = None, *, check: bool = False) -> list[Written]:
    """Write folders that were made in memory; arguments and errors as for `synth`."""
    base = output or Path(os.environ.get("CDK8S_OUTDIR") or "dist")
    result = []
    for one in made:
        folder = base / one.cluster.name
        changes = compare(folder, one.files) if check else write_tree(folder, one.files)
        result.append(Written(folder, len(one.files), changes, one.warnings))
    return result


def synthesize(platform: Platform) -> list[Synthesized]:
    """Make each cluster's folder in memory.

    Raises:
        PlatformError: a rule is broken; all findings of one kind of rule at once.

    """
    load_cdk8s()
    contexts = [Context(platform, cluster) for cluster in platform.clusters]
    known = [list(releases(platform, context)) for context in contexts]
    findings = [
        finding for of_cluster in known for finding in (*values.check(of_cluster), *memory.check(of_cluster))
    ]
    if findings:
        raise PlatformError(*dict.fromkeys(findings))
    for name in (*_MEANWHILE, *(_MEANWHILE_FOR_POLICIES if platform.policies else ())):
        import_module(name)
    from platform_stack.folder import make_folders  # noqa: PLC0415  waits for cdk8s

    return [
        Synthesized(
            context.cluster,
            folder.files,
            folder.objects,
            folder.flows,
            of_cluster,
            tuple(facts.check(platform, of_cluster)),
        )
        for context, folder, of_cluster in zip(contexts, make_folders(contexts, known), known, strict=True)
    ]


def load_cdk8s() -> None:
    """Begin to import cdk8s in a thread.

    Most of that import is waiting for Node to start; meanwhile the description can be read and checked.
    """
    import_module("jsii")  # not in the thread: it is Python's own work, and Node starts only after it
    # No daemon: a process that ends early waits for it, or jsii would complain of being cut off.
    threading.Thread(target=_import_cdk8s).start()


def _import_cdk8s() -> None:
    with suppress(Exception):  # whoever imports it next gets the error
        import_module("cdk8s")

"""Synth: a platform's description in, the folders of dist/ out."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack.checks import Phase, errors, warnings
from platform_stack.errors import PlatformError, in_order
from platform_stack.estate import Estate
from platform_stack.model import Context
from platform_stack.processes import spread
from platform_stack.recorded import releases
from platform_stack.writer import Changes, compare, write_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from platform_stack.errors import Finding
    from platform_stack.facts import Manifest
    from platform_stack.model import Cluster, Platform
    from platform_stack.network.resolve import ResolvedFlow
    from platform_stack.synth.fill import Filled
    from platform_stack.synth.print import Tree

# What the work after Node's start needs first; jsii imports typeguard at its first call, for as long as all
# the others take together.
_MEANWHILE = ("typeguard", "platform_stack.integrations.argo_cd.applications", "platform_stack.yaml_output")
_MEANWHILE_FOR_POLICIES = ("jsonschema",)

_CLUSTERS_FOR_A_PROCESS = 2
"""A cluster of many applications takes about ten times as long as a process's start."""


@dataclass(frozen=True)
class Synthesized:
    """One cluster's folder, before it is written.

    Attributes:
        estate: everything known of the cluster.
        files: the content of each file.
        warnings: what is true of the estate and should not stay so.

    """

    estate: Estate
    files: Tree
    warnings: tuple[Finding, ...]

    @property
    def cluster(self) -> Cluster:
        """The cluster."""
        return self.estate.context.cluster

    @property
    def objects(self) -> Mapping[str, Sequence[Manifest]]:
        """What each application's charts (as skeletons) and manifests hold, by its name."""
        return self.estate.everything

    @property
    def flows(self) -> Sequence[ResolvedFlow]:
        """Who may talk to whom."""
        return self.estate.flows


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
        output: default: the environment variable CDK8S_OUTDIR (set by `cdk8s synth`), else `dist`. It changes no
            byte of what is written: Argo CD follows dist/ of the git repository (Cluster.path).
        check: change nothing, only say what would change.

    Raises:
        PlatformError: the description is wrong, or the output cannot be written; nothing was changed.

    """
    return write(synthesize(platform), output, check=check)


def write(made: Sequence[Synthesized], output: Path | None = None, *, check: bool = False) -> list[Written]:
    """Write folders that were made in memory; arguments and errors as for `synth`."""
    base = output or Path(os.environ.get("CDK8S_OUTDIR") or "dist")

    def written(one: Synthesized) -> Written:
        folder = base / one.cluster.name
        changes = compare(folder, one.files) if check else write_tree(folder, one.files)
        return Written(folder, len(one.files), changes, one.warnings)

    return spread(written, made, _CLUSTERS_FOR_A_PROCESS)


def synthesize(platform: Platform) -> list[Synthesized]:
    """Make each cluster's folder in memory: fill its charts, ask the rules, compile policies, print.

    Raises:
        PlatformError: rules are broken, or an application's function found something wrong; all findings at once.

    """
    load_cdk8s()
    described = [
        Estate(context, {}, tuple(releases(platform, context)))
        for context in (Context(platform, cluster) for cluster in platform.clusters)
    ]
    by_cluster = spread(lambda one: errors([one], Phase.DECLARED), described, _CLUSTERS_FOR_A_PROCESS)
    wrong = [finding for found in by_cluster for finding in found]
    for name in (*_MEANWHILE, *(_MEANWHILE_FOR_POLICIES if platform.policies else ())):
        import_module(name)
    from platform_stack.constructs import ManifestApp  # noqa: PLC0415  waits for cdk8s
    from platform_stack.synth.fill import fill  # noqa: PLC0415  see above

    app = ManifestApp()
    try:
        filled = fill(app, described)
    except PlatformError as error:
        raise PlatformError(*in_order([*wrong, *error.findings])) from None
    checked = spread(lambda one: _check(one, and_print=not wrong), filled, _CLUSTERS_FOR_A_PROCESS)
    wrong += [finding for one in checked for finding in one.errors]
    if wrong:
        raise PlatformError(*in_order(wrong))
    return [
        Synthesized(one.estate, result.files, result.warnings)
        for one, result in zip(filled, checked, strict=True)
    ]


@dataclass(frozen=True)
class _Checked:
    errors: Sequence[Finding] = ()
    files: Tree = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()


def _check(filled: Filled, *, and_print: bool) -> _Checked:
    """Ask one cluster's rules, and print its folder where nothing is wrong."""
    if (wrong := errors([filled.estate], Phase.FILLED, Phase.COMPILED)) or not and_print:
        return _Checked(wrong)
    from platform_stack.synth.print import print_folder  # noqa: PLC0415  waits for cdk8s

    try:
        files = print_folder(filled)
    except PlatformError as error:
        return _Checked(error.findings)
    return _Checked((), files, tuple(warnings([filled.estate], Phase.DECLARED, Phase.FILLED)))


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

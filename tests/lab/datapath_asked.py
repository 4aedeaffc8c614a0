"""The network of the running platform: every connection asked of the real datapath, compared with what is declared."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

from platform_stack import Context
from platform_stack.synth import synthesize
from tests.flows.judge import Judge

from . import carrier
from .declared import Declared
from .errors import LabError
from .live import World
from .probing import check
from .snapshot import cluster_of, pids_of_pods, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .lab import Lab
    from .probing import Result


def after_boot(lab: Lab) -> None:
    """Ask everything; once more if a pod ended meanwhile."""
    try:
        result = _asked(lab)
    except LabError as error:
        lab.report.say(f"the network is asked again: {error}")
        result = _asked(lab)
    lab.report.check(
        "every connection is let through or not as `platform-stack flows` says, and so say oracle and engine",
        result.problems,
        detail=result.detail,
        look="docs/guides/declare-a-flow.md",
    )
    for line in result.summary:
        lab.report.say(f"          {line}")


def _asked(lab: Lab) -> Result:
    declared = lab.platform.declared
    (synthesized,) = synthesize(declared)
    nodes = {node.name: node.pid for node in lab.plane.nodes if node.pid is not None}
    own = dict(lab.names.names)

    def announce(names: Mapping[str, str]) -> None:
        lab.names.names = {**own, **names}

    live = cluster_of(
        read(lab.api), pids_of_pods(Path("/proc")), nodes, World(lab.names.address, os.getpid())
    )
    context = Context(declared, declared.clusters[0])
    # The engine is asked as Cilium is by itself: there an ipBlock means no node, as it does for other networks.
    by_address = carrier.is_needed(lab.dist)
    live = dataclasses.replace(live, nodes_by_address=by_address)
    asked = contextlib.nullcontext() if by_address else Judge()
    with asked as engine:
        return check(live, Declared.of(context, synthesized.flows), engine, announce=announce)

"""What containers really use of memory, beside what they ask for and may have.

The working set is the kubelet's: all memory in use but the file pages that the kernel can drop (inactive_file). The
highest one is not recorded anywhere; here it is the highest that was seen, or the control group's own high-water mark
less those file pages as they are now, whichever is more. The mark has every page of every file that was read, so
taken as it is it grows to the limit in whatever reads much.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from platform_stack.quantity import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .client import Api, Object

HEADROOM = 2
"""How many times its measured peak a container's limit must be."""

MEBIBYTE = 2**20
Container = tuple[str, str, str]
"""Namespace, pod, container."""

_Key = TypeVar("_Key")

_CONTAINER_ID = re.compile(r"(?:^|-)([0-9a-f]{64})(?:\.scope)?$")
# The high-water mark, and the line of memory.stat with the file pages below, in version 2 and 1 of cgroups.
_MARKS = {"memory.peak": "inactive_file", "memory.max_usage_in_bytes": "total_inactive_file"}


@dataclass(frozen=True)
class Usage:
    """Memory of one container in bytes; None where it has no request or limit, or where nothing was measured."""

    namespace: str
    workload: str
    pod: str
    container: str
    working_set: int | None
    peak: int | None
    request: int | None
    limit: int | None

    def __str__(self) -> str:
        return f"{self.namespace}/{self.pod} {self.container}"


def read_working_sets(api: Api, nodes: Iterable[str]) -> dict[Container, int]:
    """Ask the kubelet of each node, through the API server, for what its containers use."""
    return working_sets(api.call("GET", f"/api/v1/nodes/{node}/proxy/stats/summary") for node in nodes)


def working_sets(summaries: Iterable[Object]) -> dict[Container, int]:
    """Return the working set of each container in summaries of kubelets (stats/v1alpha1)."""
    return {
        (pod["podRef"]["namespace"], pod["podRef"]["name"], container["name"]): container["memory"][
            "workingSetBytes"
        ]
        for summary in summaries
        for pod in summary["pods"]
        for container in pod.get("containers") or ()
        if "workingSetBytes" in container.get("memory", {})
    }


def highest(*seen: Mapping[_Key, int]) -> dict[_Key, int]:
    """Return the most of each container in several readings, of working sets or of peaks."""
    return {key: max(one.get(key, 0) for one in seen) for key in {key for one in seen for key in one}}


def peaks(root: Path) -> dict[str, int]:
    """Return the highest working set of each container by its id, from the control groups below a folder.

    It is the high-water mark less the file pages that can be dropped now: too much where there were more of them at
    the time of the mark, too little where there were fewer. So read it often and keep the highest: what a program took
    at its start is hidden once files that it read fill the mark.

    Args:
        root: of cgroup v1's memory controller, of cgroup v2, or a folder of a node below either.

    """
    found = {}
    for name, line in _MARKS.items():
        for file in root.rglob(name):
            match = _CONTAINER_ID.search(file.parent.name)
            if match:
                try:
                    mark = int(file.read_text())
                    statistics = dict(
                        each.split() for each in (file.parent / "memory.stat").read_text().splitlines()
                    )
                except OSError:  # the container has ended meanwhile
                    continue
                found[match.group(1)] = mark - int(statistics.get(line, 0))
    return found


def usages(
    pods: Iterable[Object],
    now: Mapping[Container, int],
    most: Mapping[Container, int],
    marks: Mapping[str, int],
) -> list[Usage]:
    """Return the memory of every container of running pods, sorted.

    Args:
        pods: as the API server gives them.
        now: the last reading of the working sets.
        most: the highest of all readings (`highest`).
        marks: the peaks of control groups by the id of their container (`peaks`).

    """
    found = []
    for pod in pods:
        if pod["status"].get("phase") != "Running":
            continue
        metadata, spec = pod["metadata"], pod["spec"]
        ids = {
            each["name"]: each.get("containerID", "").partition("://")[2]
            for kind in ("containerStatuses", "initContainerStatuses")
            for each in pod["status"].get(kind) or ()
        }
        sidecars = (each for each in spec.get("initContainers", ()) if each.get("restartPolicy") == "Always")
        for container in (*spec["containers"], *sidecars):
            key = metadata["namespace"], metadata["name"], container["name"]
            measured = [
                value
                for value in (now.get(key), most.get(key), marks.get(ids.get(container["name"], "")))
                if value is not None
            ]
            resources = container.get("resources", {})
            found.append(
                Usage(
                    metadata["namespace"],
                    _workload(metadata),
                    metadata["name"],
                    container["name"],
                    now.get(key),
                    max(measured, default=None),
                    _bytes(resources.get("requests", {})),
                    _bytes(resources.get("limits", {})),
                )
            )
    return sorted(found, key=lambda one: (one.namespace, one.pod, one.container))


def findings(found: Iterable[Usage]) -> list[str]:
    """Return a line for each container whose limit is below twice its peak, or of which nothing is known."""
    problems = []
    for one in found:
        if one.peak is None:
            problems.append(
                f"{one}: memory: found no measurement; expected a working set from its kubelet; "
                "hint: a container that has just started has none yet"
            )
        elif one.limit is not None and one.limit < HEADROOM * one.peak:
            problems.append(
                f"{one}: memory limit: found {_mebibytes(one.limit)} at a measured peak of {_mebibytes(one.peak)}; "
                f"expected at least {_mebibytes(HEADROOM * one.peak)}; hint: raise it in the values"
            )
    return problems


def table(found: Iterable[Usage]) -> list[str]:
    """Return a header and a line for each container, in Mi: working set, peak, request, limit."""
    lines = [f"{'container':70} {'working set':>11} {'peak':>7} {'request':>7} {'limit':>7}"]
    for one in found:
        cells = [one.working_set, one.peak, one.request, one.limit]
        numbers = ["-" if cell is None else f"{cell / MEBIBYTE:.0f}" for cell in cells]
        lines.append(f"{one!s:70} {numbers[0]:>11} {numbers[1]:>7} {numbers[2]:>7} {numbers[3]:>7}")
    return lines


def _workload(metadata: Object) -> str:
    """Return the name of what made a pod: its Deployment, where the owner is a ReplicaSet of one."""
    owner = next(
        (each["name"] for each in metadata.get("ownerReferences") or () if each.get("controller")), None
    )
    revision = (metadata.get("labels") or {}).get("pod-template-hash")
    name: str = owner or metadata["name"]
    return name.removesuffix(f"-{revision}") if revision else name


def _bytes(amounts: Object) -> int | None:
    return int(quantity(amounts["memory"])) if "memory" in amounts else None


def _mebibytes(amount: int) -> str:
    return f"{-(-amount // MEBIBYTE)}Mi"

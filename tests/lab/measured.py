"""Memory of every container from the boot on: what it takes at rest, and the most that it took."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import cgroups, usage
from .client import ApiError
from .images.references import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .controlplane import ControlPlane
    from .lab import Lab

INTERVAL_SECONDS = 15.0


@dataclass
class Memory:
    """Samples the kubelets and the control groups on a thread of its own."""

    plane: ControlPlane
    run: str
    seen: dict[usage.Container, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="memory", daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL_SECONDS):
            self._sample()

    def _sample(self) -> dict[usage.Container, int]:
        try:
            now = usage.read_working_sets(self.plane.api, [node.name for node in self.plane.nodes])
        except (ApiError, OSError):
            return {}
        self.seen = usage.highest(self.seen, now)
        self.marks = usage.highest(
            self.marks, usage.peaks(cgroups.ROOT / "memory" / cgroups.PARENT / self.run)
        )
        return now

    def usages(self) -> list[usage.Usage]:
        """Return what each container that runs now takes, and the most that it took."""
        now = self._sample()
        return usage.usages(self.plane.api.list("/api/v1/pods"), now, self.seen, self.marks)


def after_boot(lab: Lab) -> None:
    """Check the limits of the containers whose program is the real one, and print what each of them took."""
    images = {
        (pod["metadata"]["namespace"], pod["metadata"]["name"], container["name"]): container["image"]
        for pod in lab.api.list("/api/v1/pods")
        for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
    }
    real: list[usage.Usage] = []
    # Of a pod with a stand-in in it nobody knows what it takes as a whole.
    partly: set[tuple[str, str]] = set()
    for each in lab.memory.usages():
        if str(parse(images[each.namespace, each.pod, each.container])) in lab.programs:
            real.append(each)
        else:
            partly.add((each.namespace, each.pod))
    lab.report.check(
        "every limit is at least twice the most that was measured",
        usage.findings(real),
        detail=f"{len(real)} containers with the real program",
        look="the limit in the application's values",
    )
    if lab.platform.is_reference:
        _check_known(lab, [each for each in real if (each.namespace, each.pod) not in partly])
    lab.report.say("memory, containers with the real program:\n" + "\n".join(usage.table(real)))


def _check_known(lab: Lab, real: Sequence[usage.Usage]) -> None:
    known = {
        name: text
        for member in lab.platform.declared.members
        for name, text in member.run_time.known_idle.items()
    }
    lab.report.check(
        "what dist/ says that programs take at rest is what they take",
        unknown(real, known),
        look="known_idle of the application",
    )


def unknown(real: Sequence[usage.Usage], known: Mapping[str, str]) -> list[str]:
    """Return the workloads whose memory at rest is said nowhere, or is not within half and twice of what is said.

    The cluster's own (kubeadm's) are nobody's to describe.
    """
    sums: dict[tuple[str, str, str], int] = {}
    for each in real:
        if each.working_set is not None:
            key = (each.namespace, each.workload, each.pod)
            sums[key] = sums.get(key, 0) + each.working_set
    problems = []
    for (namespace, workload, _), found in sorted(sums.items()):
        megabytes = found / usage.MEBIBYTE
        said = [float(part) for part in known.get(workload, "").removesuffix("Mi").split("-") if part]
        if not said and namespace != "kube-system":
            problems.append(f"{namespace}/{workload}: {megabytes:.0f}Mi, and nothing is said")
        elif said and not min(said) / 2 <= megabytes <= max(said) * 2:
            problems.append(f"{namespace}/{workload}: {megabytes:.0f}Mi, said is {known[workload]}")
    return problems

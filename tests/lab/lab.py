"""One run of the lab: everything that is started, and the waiting for it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import argocd, pods
from .dist import ROOT_APPLICATION
from .errors import fail
from .timeline import health_of, ready, sync_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from .client import Api, Object
    from .controlplane import ControlPlane
    from .dist import Dist
    from .dns import NameServer
    from .measured import Memory
    from .platform import Platform
    from .report import Report
    from .repository import Repository
    from .sealing import Sealing
    from .timeline import Timeline
    from .web import Web

SHOWN_PODS = 6
POLL_SECONDS = 0.5
# How long a heal may take before the lab calls it a failure.
HEAL_SECONDS = 480.0


@dataclass
class Lab:
    """What assertions and faults work with. `dist` and `platform` are what git holds at the moment."""

    report: Report
    plane: ControlPlane
    web: Web
    repository: Repository
    platform: Platform
    dist: Dist
    timeline: Timeline
    sealing: Sealing
    names: NameServer
    memory: Memory
    # Images that hold the real program: what their containers take is worth measuring.
    programs: frozenset[str]
    logs: Path
    # Every object that the bootstrap left, before the root was applied.
    before: dict[tuple[str, str, str, str], Object] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        """Return the client of the API server."""
        return self.plane.api

    def push(self, message: str, dist: Dist | None = None) -> None:
        """Commit what the work tree holds and announce it to Argo CD, as a merge and its webhook would."""
        self.repository.commit(message)
        if dist is not None:
            self.dist = dist
        self.announce()

    def announce(self) -> None:
        """Have Argo CD look at git now."""
        argocd.announce(self)

    def wait(
        self,
        what: str,
        condition: Callable[[], bool],
        *,
        seconds: float = HEAL_SECONDS,
        again: Callable[[], None] | None = None,
    ) -> float:
        """Poll until a condition holds and return the seconds; `again` runs every 15 s meanwhile."""
        start = announced = time.monotonic()
        while not condition():
            now = time.monotonic()
            for node in self.plane.nodes:
                node.check()
            if now - start > seconds:
                fail(what, f"not so after {seconds:.0f} s; {self.state()}", "it to happen", self.look())
            if again and now - announced > 15:
                announced = now
                again()
            time.sleep(POLL_SECONDS)
        return time.monotonic() - start

    def wait_ready(self, names: Iterable[str] | None = None, *, seconds: float = HEAL_SECONDS) -> float:
        """Wait until Applications (default: all that are synced automatically) are Synced and Healthy.

        Argo CD sometimes misses that an object became healthy and looks again only minutes later (seen with CRDs whose
        conditions come while its cache reloads): what is synced but not ready is refreshed meanwhile.
        """
        wanted = set(names) if names is not None else self.expected_ready()
        return self.wait(
            f"Synced and Healthy: {', '.join(sorted(wanted))}",
            lambda: not self.unready(wanted),
            seconds=seconds,
            again=lambda: argocd.refresh(self, self.stale(wanted)),
        )

    def stale(self, wanted: Iterable[str]) -> set[str]:
        """Return the Applications that are not ready although no operation of theirs runs."""
        states = self.timeline.states()
        return {
            name
            for name in wanted
            if name in states
            and not ready(states[name])
            and states[name].get("status", {}).get("operationState", {}).get("phase") != "Running"
        }

    def expected_ready(self) -> set[str]:
        """Return the Applications that must be Synced and Healthy: all but those that are manual by design."""
        return {name for name in self.dist.applications if not self.dist.manual(name)}

    def unready(self, wanted: Iterable[str]) -> list[str]:
        """Return what is not Synced and Healthy among some Applications, in words."""
        states = self.timeline.states()
        return [
            f"{name}: {describe(states[name])}" if name in states else f"{name}: not created"
            for name in sorted(wanted)
            if name not in states or not ready(states[name])
        ]

    def state(self) -> str:
        """Say in one line what is not as it should be: Applications, and the first pods that wait for something."""
        waiting = pods.waiting(self.api)
        parts = [*self.unready(self.expected_ready()), *waiting[:SHOWN_PODS]]
        if len(waiting) > SHOWN_PODS:
            parts.append(f"and {len(waiting) - SHOWN_PODS} pods more")
        return "; ".join(parts) or "everything is Synced and Healthy"

    def look(self) -> str:
        """Say where to look first when something does not happen."""
        return (
            f"{self.logs}: pods/NAMESPACE_POD_…/CONTAINER/*.log, kubelet.log and actors.log there; with --keep: the "
            "kubectl that it names"
        )

    def application_path(self, name: str) -> str:
        """Return the path of an Application."""
        return f"{argocd.path(self.dist.argocd_namespace)}/{name}"

    def managed(self, name: str) -> list[Object]:
        """Return the objects that an Application's status lists as its own."""
        item = self.timeline.states().get(name, {})
        resources: list[Object] = item.get("status", {}).get("resources", [])
        return resources

    def object_path(self, resource: Object) -> str:
        """Return the path of an object that an Application's status lists."""
        group, version = resource.get("group", ""), resource["version"]
        gv = f"{group}/{version}" if group else version
        return self.api.path(gv, resource["kind"], resource.get("namespace"), resource["name"])


def describe(item: Object) -> str:
    """Return an Application's state with the first message that says why."""
    status = item.get("status", {})
    operation = status.get("operationState", {})
    messages = [each.get("message", "") for each in status.get("conditions", [])]
    messages.append(operation.get("message", ""))
    unhealthy = [
        f"{each['kind']} {each['name']} is {each.get('health', {}).get('status') or each.get('status')}"
        for each in status.get("resources", [])
        if each.get("status") not in (None, "Synced")
        or each.get("health", {}).get("status") not in (None, "Healthy")
    ]
    why = next((message for message in messages if message), "")
    return (
        f"{sync_of(item)}, {health_of(item)}, operation {operation.get('phase', 'none')}"
        + (f" [{', '.join(unhealthy[:4])}]" if unhealthy else "")
        + (f": {why[:300]}" if why else "")
    )


__all__ = ["HEAL_SECONDS", "ROOT_APPLICATION", "Lab", "describe"]

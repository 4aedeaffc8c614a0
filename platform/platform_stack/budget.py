"""Requests of a platform: what its pods ask the scheduler for, against what a cluster has.

Requests are floors for the scheduler, not what a component uses.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from platform_stack.kubernetes import full_name
from platform_stack.model.network import Mesh
from platform_stack.quantity import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from platform_stack.estate import Estate
    from platform_stack.model import Platform

_MIB = 2**20


@dataclass(frozen=True)
class Request:
    """CPU in cores and memory in bytes."""

    cpu: Decimal = Decimal(0)
    memory: Decimal = Decimal(0)

    def __add__(self, other: Request) -> Request:
        """Return the sum."""
        return Request(self.cpu + other.cpu, self.memory + other.memory)

    def __mul__(self, count: int) -> Request:
        """Return the request of `count` pods."""
        return Request(self.cpu * count, self.memory * count)

    def __str__(self) -> str:
        """Give it as "20m / 64Mi"."""
        return f"{self.cpu * 1000:.0f}m / {self.memory / _MIB:.0f}Mi"


@dataclass(frozen=True)
class WorkloadRequests:
    """What one workload asks for.

    Attributes:
        application: name of its application.
        namespace: its namespace.
        kind: its kind.
        name: its name.
        pods: how many pods it has.
        pod: the request of one pod.
        known_idle: memory that one pod is known to use when idle; empty: not known.

    """

    application: str
    namespace: str
    kind: str
    name: str
    pods: int
    pod: Request
    known_idle: str = ""

    @property
    def total(self) -> Request:
        """The request of all its pods."""
        return self.pod * self.pods


def workloads(estate: Estate) -> list[WorkloadRequests]:
    """Return the long-running workloads of a platform: its objects' and those declared as made at run time.

    What the mesh adds to their pods follows each as a workload of its own.
    """
    nodes = estate.context.cluster.nodes
    found = []
    for member in estate.platform.members:
        for item in estate.objects.get(member.name, ()):
            if item["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
                spec = item["spec"]
                found.append(
                    WorkloadRequests(
                        member.name,
                        item["metadata"]["namespace"],
                        item["kind"],
                        item["metadata"]["name"],
                        nodes if item["kind"] == "DaemonSet" else spec.get("replicas", 1),
                        pod_request(spec["template"]["spec"], f"{member.place}: {_named(item)}"),
                        member.run_time.known_idle.get(item["metadata"]["name"], ""),
                    )
                )
        for runtime in estate.runtime_workloads[member.name]:
            count = nodes if runtime.kind == "DaemonSet" else runtime.replicas
            request = Request(quantity(runtime.cpu or 0), quantity(runtime.memory or 0))
            idle = member.run_time.known_idle.get(runtime.name, "")
            found.append(
                WorkloadRequests(
                    member.name, runtime.namespace, runtime.kind, runtime.name, count, request, idle
                )
            )
    injected = {(one.namespace, one.name) for one in estate.inventory.all() if one.mesh}
    return [
        counted
        for one in found
        for counted in (
            one,
            *(_sidecars(estate.platform, one) if (one.namespace, one.name) in injected else ()),
        )
    ]


def _sidecars(platform: Platform, host: WorkloadRequests) -> Iterator[WorkloadRequests]:
    """Yield what the mesh adds to the pods of a workload, as a workload of its own."""
    for holder in platform.holders(Mesh):
        sidecar = holder.role.sidecar
        request = Request(quantity(sidecar.cpu), quantity(sidecar.memory))
        yield dataclasses.replace(
            host, name=f"{host.name} (sidecar)", pod=request, known_idle=sidecar.known_idle
        )


def pod_request(pod: dict[str, Any], where: str = "pod") -> Request:
    """Return what the scheduler counts for a pod, `where` being its place for messages.

    The sum of the containers and of the init containers that keep running, or the largest init container if
    that is more (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers).
    """
    inits = pod.get("initContainers", [])
    sidecars = [one for one in inits if one.get("restartPolicy") == "Always"]
    running = total(_request(one, where) for one in (*pod["containers"], *sidecars))
    once = [_request(one, where) for one in inits if one.get("restartPolicy") != "Always"]
    return Request(
        max([running.cpu, *(one.cpu for one in once)]), max([running.memory, *(one.memory for one in once)])
    )


def total(requests: Iterable[Request]) -> Request:
    """Return the sum of requests."""
    return sum(requests, Request())


def _request(container: dict[str, Any], where: str) -> Request:
    requests = container.get("resources", {}).get("requests", {})
    place = f"{where}: container {container.get('name', '')!r}: requests"
    return Request(
        quantity(requests.get("cpu", 0), f"{place}: cpu"),
        quantity(requests.get("memory", 0), f"{place}: memory"),
    )


def _named(item: dict[str, Any]) -> str:
    metadata = item["metadata"]
    return full_name(item["kind"], metadata.get("namespace"), metadata["name"])

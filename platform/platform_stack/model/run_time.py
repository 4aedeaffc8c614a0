"""What no chart of an application shows: what is made, and what is used, at run time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal

from platform_stack.errors import called_from, fail
from platform_stack.model.checked import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from platform_stack.model.names import Bytes, Cores, DnsLabel, DnsName, Port, PortName, Text
    from platform_stack.model.platform import Context

    Objects = tuple[Mapping[str, Any], ...]

_MADE_OBJECT = re.compile(r"[A-Z][A-Za-z0-9]* ([-a-z0-9]+/)?[-a-z0-9.:]+")


def _check_made_object(where: str, value: object) -> None:
    if not (isinstance(value, str) and _MADE_OBJECT.fullmatch(value)):
        fail(where, repr(value), "'Kind namespace/name', such as 'Secret argocd/argocd-redis'")


MadeObject = Annotated[str, _check_made_object]


@checked("runtime workload")
@dataclass(frozen=True, kw_only=True)
class RuntimeWorkload:
    """Pods that an operator makes at run time, so that no chart shows them.

    Attributes:
        name: name of the workload, as `kubectl get` shows it.
        namespace: its namespace.
        kind: `StatefulSet`, `Deployment` or `DaemonSet`.
        labels: labels of its pods by which others find them.
        ports: container ports by name.
        cpu: CPU request of one pod, as a Kubernetes quantity; default: it asks for none.
        memory: memory request of one pod; default: none.
        replicas: number of pods; for a DaemonSet it is the number of nodes.
        service_account: their service account, which is their identity in the mesh; default `default`.

    """

    name: DnsName
    namespace: DnsLabel
    kind: Literal["StatefulSet", "Deployment", "DaemonSet"]
    labels: Mapping[str, str]
    ports: Mapping[PortName, Port]
    cpu: Cores | None = None
    memory: Bytes | None = None
    replicas: int = 1
    service_account: DnsName = "default"

    def __post_init__(self) -> None:
        """Check that there may be a pod."""
        if self.replicas < 0:
            where = f"{called_from()}: runtime workload {self.name!r}: replicas"
            fail(where, self.replicas, "how many pods there are, 0 or more")


@checked("run time")
@dataclass(frozen=True, kw_only=True)
class RunTime:
    """What is made and used at run time, and no chart of the application shows.

    Attributes:
        workloads: makes the list of pods that its operators make, from its objects (what its charts make, as recorded,
            and its manifests) and the context: `workloads(objects, context)`. A module of `integrations` reads an
            operator's kinds (`prometheus_operator.workloads`). Default: none.
        objects: what operators make, or what selects only that, as "Kind namespace/name", each with who makes it;
            `platform-stack check` misses it otherwise.
        known_idle: memory that a pod of a workload is known to use when idle, by the workload's name.

    """

    workloads: Callable[[Objects, Context], tuple[RuntimeWorkload, ...]] = field(
        default=lambda _objects, _context: ()
    )
    objects: Mapping[MadeObject, Text] = field(default_factory=dict)
    known_idle: Mapping[DnsName, Text] = field(default_factory=dict)

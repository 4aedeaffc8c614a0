"""What arrives at a pod's sidecar: some flows to pods in the mesh, from one source or from several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.labels import ALLOWS
from platform_stack.network.permission import described, policy_name
from platform_stack.network.table import name_of
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platform_stack.network.pods import Workload
    from platform_stack.network.resolve import ResolvedFlow, ResolvedPeer


@dataclass(frozen=True)
class Arrivals:
    """Flows to pods in the mesh whose sidecar takes them.

    Attributes:
        place: the application of the pods, for messages: `apps/web.py:12: application 'web'`.
        target: the pods.
        flows: the flows, one or more.

    """

    place: str
    target: Workload
    flows: Sequence[ResolvedFlow]

    @property
    def source(self) -> ResolvedPeer:
        """Where the first of them comes from."""
        return self.flows[0].source

    @property
    def ports(self) -> list[int]:
        """The ports of the pods, sorted; ANY_PORT stands for every one."""
        return sorted({flow.port for flow in self.flows})

    @property
    def metadata(self) -> ObjectMeta:
        """The metadata of what lets the source in: as the network policy's."""
        return self._named(policy_name("ingress", self.target, self.source), described(self.flows))

    @property
    def metadata_of_plaintext(self) -> ObjectMeta:
        """The metadata of what lets plain text in: the name of the pods, and who sends it."""
        reasons = {
            f"{flow.port}/TCP {name_of(flow.source)}, outside the mesh, {flow.because}" for flow in self.flows
        }
        return self._named(self.target.name, "; ".join(sorted(reasons)))

    def _named(self, name: str, allows: str) -> ObjectMeta:
        return ObjectMeta(name=name, namespace=self.target.namespace, annotations={ALLOWS: allows})

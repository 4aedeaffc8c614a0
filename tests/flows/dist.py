"""The network of the platform in apps/, as the oracle reads it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from platform_stack.estate import Estate
from platform_stack.model.flow import ANY_PORT
from platform_stack.model.flow import Entity as Declared
from platform_stack.network.pods import DNS, Inventory, Workload
from tests import described
from tests.flows.oracle import Oracle
from tests.flows.peers import Pod

if TYPE_CHECKING:
    from platform_stack import Context, Profile
    from platform_stack.network.resolve import ResolvedFlow
    from platform_stack.synth import Synthesized


STRANGER = Pod("tenant", "stranger", {"app": "stranger"}, {})


POLICIES = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")


@functools.cache
def made(profile: Profile) -> tuple[Synthesized, Context, Inventory, list[ResolvedFlow]]:
    result = described.made(profile)
    context = result.estate.context
    objects = {
        name: [item for item in items if item["kind"] not in POLICIES]
        for name, items in result.objects.items()
    }
    estate = Estate(context, objects)
    return result, context, estate.inventory, list(estate.flows)


def pod(workload: Workload) -> Pod:
    return Pod(workload.namespace, workload.name, dict(workload.labels), dict(workload.ports))


@functools.cache
def oracle(profile: Profile) -> Oracle:
    result, _, _, _ = made(profile)
    everything: list[dict[str, Any]] = [item for items in result.objects.values() for item in items]
    namespaces = {
        item["metadata"]["name"]: item["metadata"].get("labels", {})
        for item in everything
        if item["kind"] == "Namespace"
    }
    return Oracle(
        [item for item in everything if item["kind"] in POLICIES],
        [*(pod(workload) for workload in workloads(profile)), pod(DNS), STRANGER],
        {**namespaces, STRANGER.namespace: {}},
    )


def workloads(profile: Profile) -> list[Workload]:
    _, _, inventory, _ = made(profile)
    return [workload for workload in inventory.all() if not workload.host_network]


def declared(profile: Profile, source: Workload, target: Workload, port: int) -> bool:
    """Whether a flow between the two was declared or derived."""
    _, _, _, flows = made(profile)
    return any(
        port in (flow.port, flow.port or port)
        and matches(flow.source, source)
        and matches(flow.target, target)
        for flow in flows
        if flow.protocol == "TCP" and flow.port in (port, ANY_PORT)
    )


def matches(peer: object, workload: Workload) -> bool:
    if peer is Declared.MESH:
        return workload.mesh
    return isinstance(peer, Workload) and (
        peer == workload or (not peer.selector and peer.namespace == workload.namespace)
    )

"""A tenant opens nothing but its own pods: its flows and its objects reach no further than its namespaces.

Its flows are among its own pods, to DNS names outside the cluster, and of traces. What is meant for everybody in
the mesh, the platform declares; the gateway comes by routes, Prometheus by monitors, both derived. Any other
flow would open a pod of the platform, or of another tenant: the one that answers may declare it, not the tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.constructs.project import TENANT_KINDS
from platform_stack.constructs.tenant import objects
from platform_stack.errors import Finding
from platform_stack.kubernetes import group_of
from platform_stack.model.flow import Entity, Everything, Names, Networks, Pods, sends_traces
from platform_stack.typed import to_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Tenant
    from platform_stack.model.flow import Flow, Peer

_MONITORS = frozenset({("monitoring.coreos.com", "PodMonitor"), ("monitoring.coreos.com", "ServiceMonitor")})
"""Kinds that a tenant may have in apps/ beside those it makes itself: the platform's team reads them there."""

_IN_CLUSTER = (".svc", ".cluster.local")
_TRACES = sends_traces()


def within_the_tenant(estate: Estate) -> Iterator[Finding]:
    """Yield each flow and each object of its own by which a tenant would open more than its own pods."""
    for member in estate.platform.members:
        if member.tenant:
            for flow in member.flows(estate.context):
                yield from _flow(member, member.tenant, flow)
            yield from _objects(member, member.tenant, estate.manifests[member.name])


def _flow(member: Application, tenant: Tenant, flow: Flow) -> Iterator[Finding]:
    if not _own(member, tenant, flow.source):
        end, peer = "from", flow.source
    elif not (
        _own(member, tenant, flow.target)
        or _outside(flow.target)
        or (flow.target, flow.ports, flow.protocol) == (_TRACES.target, _TRACES.ports, _TRACES.protocol)
    ):
        end, peer = "to", flow.target
    else:
        return
    yield Finding(
        f"{member.place}: flows: {flow.because!r}",
        f"a flow {end} {_described(peer)}",
        "flows among the tenant's own pods, to DNS names outside the cluster, or of traces (sends_traces)",
        "routes and monitors open the rest; else the application that answers declares the flow",
    )


def _own(member: Application, tenant: Tenant, peer: Peer) -> bool:
    if isinstance(peer, Everything):
        return peer.namespace in tenant.namespace_names
    return isinstance(peer, Pods) and peer.application in ("", member.name)


def _outside(peer: Peer) -> bool:
    # Where names cannot be said a tenant opens the world, which no address of the cluster is in, and no network.
    return (
        isinstance(peer, Names)
        and not (peer.wider and peer.wider.networks)
        and not any(name.endswith(_IN_CLUSTER) for name in peer.names)
    )


def _described(peer: Peer) -> str:
    match peer:
        case Pods(application=application, workloads=workloads):
            return f"{', '.join(workloads) or 'every pod'} of {application!r}"
        case Everything(namespace=namespace):
            return f"every pod of the namespace {namespace!r}"
        case Names(names) | Networks(names):
            return ", ".join(names)
        case Entity():
            return peer.value


def _objects(member: Application, tenant: Tenant, manifests: Sequence[Manifest]) -> Iterator[Finding]:
    made = {
        *(("Namespace", "", name) for name in tenant.namespace_names),
        *(("Ingress", route.service.namespace, route.host) for route in tenant.routes),
        *(_identity(to_manifest(item)) for item in objects(tenant)),
    }
    for item in manifests:
        kind = (group_of(item["apiVersion"]), item["kind"])
        if _identity(item) in made:
            continue
        if kind not in TENANT_KINDS | _MONITORS:
            yield Finding(
                f"{member.place}: {item['kind']} {item['metadata']['name']!r}",
                "a kind that decides about more than the tenant's own pods",
                "workloads with their Services, settings, volumes, disruption budgets, alerts and monitors",
                "declare a route or a flow instead, or let an application of the platform have it",
            )
        elif kind in _MONITORS and item["spec"].get("namespaceSelector"):
            yield Finding(
                f"{member.place}: {item['kind']} {item['metadata']['name']!r}: namespaceSelector",
                str(item["spec"]["namespaceSelector"]),
                "none: a tenant's monitor selects pods of its own namespace",
            )


def _identity(item: Manifest) -> tuple[str, str, str]:
    return item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]

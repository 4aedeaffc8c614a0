"""A tenant opens nothing but its own pods: its flows and its objects reach no further than its namespaces.

Its flows are among its own pods, to DNS names outside the cluster, and of traces. What is meant for everybody in
the mesh, the platform declares; the gateway comes by routes, the scraper by monitors, both derived. Any other
flow would open a pod of the platform, or of another tenant: the one that answers may declare it, not the tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.constructs import routes
from platform_stack.constructs.tenant import objects
from platform_stack.errors import Finding
from platform_stack.integrations.argo_cd.projects import tenant_kinds
from platform_stack.kubernetes import group_of, kind_of
from platform_stack.model.flow import Entity, Everything, Holders, Names, Networks, Pods, sends_traces
from platform_stack.model.roles import Scraper
from platform_stack.network.derive import endpoints
from platform_stack.typed import to_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Platform, Tenant
    from platform_stack.model.flow import Flow, Peer

_IN_CLUSTER = (".svc", ".cluster.local")
_TRACES = sends_traces()


def within_the_tenant(estate: Estate) -> Iterator[Finding]:
    """Yield each flow and each object of its own by which a tenant would open more than its own pods."""
    for member in estate.platform.members:
        if member.tenant:
            for flow in member.flows(estate.context):
                yield from _flow(member, member.tenant, flow)
            yield from _objects(member, member.tenant, estate)


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
        case Holders(role):
            return f"whoever has the role {role.__name__}"
        case Everything(namespace=namespace):
            return f"every pod of the namespace {namespace!r}"
        case Names(names) | Networks(names):
            return ", ".join(names)
        case Entity():
            return peer.value


def _objects(member: Application, tenant: Tenant, estate: Estate) -> Iterator[Finding]:
    """Yield what decides about more than the tenant's own pods.

    Monitors it may have beside what its repositories may hold: the platform's team reads them in apps/.
    """
    monitors = {kind for holder in estate.platform.holders(Scraper) for kind in holder.role.kinds}
    allowed = tenant_kinds(estate.platform)
    made = {
        *(("Namespace", "", name) for name in tenant.namespace_names),
        *(_identity(item) for route in tenant.routes for item in routes.objects(route, estate.context)),
        *(_identity(to_manifest(item)) for item in objects(tenant)),
    }
    for item in estate.manifests[member.name]:
        if _identity(item) in made:
            continue
        where = f"{member.place}: {item['kind']} {item['metadata']['name']!r}"
        if kind_of(item) in monitors:
            yield from _monitor(where, estate.platform, item)
        elif (group_of(item["apiVersion"]), item["kind"]) not in allowed:
            yield Finding(
                where,
                "a kind that decides about more than the tenant's own pods",
                "workloads with their Services, settings, volumes, disruption budgets, alerts and monitors",
                "declare a route or a flow instead, or let an application of the platform have it",
            )


def _monitor(where: str, platform: Platform, item: Manifest) -> Iterator[Finding]:
    own = (item["metadata"].get("namespace"),)
    for looks in dict.fromkeys(endpoint.namespaces for _, endpoint in endpoints(platform, item)):
        if looks != own:
            yield Finding(
                f"{where}: namespaceSelector",
                "every namespace" if looks is None else ", ".join(looks),
                "none: a tenant's monitor selects pods of its own namespace",
            )


def _identity(item: Manifest) -> tuple[str, str, str]:
    return item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]

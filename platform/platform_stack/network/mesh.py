"""AuthorizationPolicies and PeerAuthentications from flows: what a sidecar lets in.

A sidecar demands mutual TLS on every port (the mesh's own PeerAuthentication is STRICT) but those that somebody
outside the mesh was allowed to reach; who has a certificate is let in by its identity, everywhere. Who has none
is the network policies' business.

Sources: https://istio.io/latest/docs/reference/config/security/authorization-policy/ and
https://istio.io/latest/docs/reference/config/security/peer_authentication/.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from platform_stack.errors import fail
from platform_stack.model import SyncWave
from platform_stack.model.flow import ANY_PORT, Entity
from platform_stack.network.pods import Workload
from platform_stack.network.policies import ALLOWS, described, policy_name
from platform_stack.network.table import name_of
from platform_stack_imports import istio_security as api
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from platform_stack.estate import Estate
    from platform_stack.network.resolve import Peer, ResolvedFlow
    from platform_stack.typed import ApiObject

TRUST_DOMAIN = "cluster.local"
"""Istio's default; the first part of every identity."""

_ANYBODY = "*"
"""As a principal: whoever has an identity, whichever."""


def mesh_policies(estate: Estate) -> Iterator[tuple[str, ApiObject, SyncWave]]:
    """Yield each policy of the mesh with the application that it belongs to and its wave.

    Every namespace with a pod in the mesh gets a default deny, every such pod what the flows to it allow, and
    PERMISSIVE ports where one of them comes from outside the mesh. Allowing comes before denying. A namespace
    whose pods are not known here, such as a tenant's, is left to the network policies; one that may hold pods of
    an unknown release has no default deny either.

    Raises:
        PlatformError: a flow from outside the mesh is for every pod of a namespace in it, which Istio cannot say.

    """
    inventory = estate.inventory
    owners = {
        namespace.name: member.name for member in estate.platform.members for namespace in member.namespaces
    }
    denied = dict.fromkeys(
        one.namespace for one in inventory.all() if one.mesh and not inventory.unknown_in(one.namespace)
    )
    for name in denied:
        yield owners[name], _default_deny(name), SyncWave.DENY
    pairs: dict[tuple[Workload, Peer], list[ResolvedFlow]] = defaultdict(list)
    plaintext: dict[Workload, list[ResolvedFlow]] = defaultdict(list)
    for flow in estate.flows:
        target = flow.target
        if isinstance(target, Workload) and target.answers_through_sidecar(flow.port, flow.protocol):
            if target.namespace in denied:
                pairs[target, flow.source].append(flow)
            if principal(flow.source) is None:
                plaintext[target].append(flow)
    for (target, source), members in pairs.items():
        yield owners[target.namespace], _allow(target, source, members), SyncWave.ALLOW
    for target, members in plaintext.items():
        if not target.selector:
            owner = estate.platform.by_name[owners[target.namespace]]
            fail(
                f"{owner.source}: application {owner.name!r}: flows: {members[0].because!r}",
                f"{name_of(members[0].source)}, outside the mesh, to every pod of {target.namespace!r}, in the mesh",
                "pods by name: Istio lets plain text in on a port of particular pods only",
                "name the workloads, or leave the namespace outside the mesh",
            )
        yield owners[target.namespace], _permissive(target, members), SyncWave.ALLOW


def principal(peer: Peer) -> str | None:
    """Return the identity of a peer in the mesh, as AuthorizationPolicies write it; None outside the mesh."""
    if peer is Entity.MESH:
        return _ANYBODY
    if isinstance(peer, Workload) and peer.mesh:
        return f"{TRUST_DOMAIN}/ns/{peer.namespace}/sa/{peer.service_account}"
    return None


def _default_deny(namespace: str) -> api.AuthorizationPolicy:
    return api.AuthorizationPolicy(
        metadata=ObjectMeta(
            name="default-deny",
            namespace=namespace,
            annotations={ALLOWS: "nothing, unless another policy does"},
        ),
        spec=api.AuthorizationPolicySpec(action="ALLOW"),  # without a rule nothing matches
    )


def _allow(target: Workload, source: Peer, flows: Sequence[ResolvedFlow]) -> api.AuthorizationPolicy:
    identity = principal(source)
    # Without an identity means: in plain text. Whoever has one is not let in by this rule.
    who = (
        api.AuthorizationPolicySpecRulesFromSource(not_principals=[_ANYBODY])
        if identity is None
        else api.AuthorizationPolicySpecRulesFromSource(principals=[identity])
    )
    # None: every pod of the namespace.
    labels = dict(target.selector)
    selector = api.AuthorizationPolicySpecSelector(match_labels=labels) if labels else None
    ports = sorted({flow.port for flow in flows})
    to = [
        api.AuthorizationPolicySpecRulesTo(
            operation=api.AuthorizationPolicySpecRulesToOperation(ports=[str(port) for port in ports])
        )
    ]
    return api.AuthorizationPolicy(
        metadata=ObjectMeta(
            name=policy_name("ingress", target, source),
            namespace=target.namespace,
            annotations={ALLOWS: described(flows)},
        ),
        spec=api.AuthorizationPolicySpec(
            selector=selector,
            action="ALLOW",
            rules=[
                api.AuthorizationPolicySpecRules(
                    from_=[api.AuthorizationPolicySpecRulesFrom(source=who)],
                    to=None if ANY_PORT in ports else to,
                )
            ],
        ),
    )


def _permissive(target: Workload, flows: Sequence[ResolvedFlow]) -> api.PeerAuthentication:
    """Return what lets plain text in beside mutual TLS: on the ports of these flows only."""
    mode = api.PeerAuthenticationSpecPortLevelMtls
    ports = sorted({flow.port for flow in flows})
    reasons = sorted(
        {f"{flow.port}/TCP {name_of(flow.source)}, outside the mesh, {flow.because}" for flow in flows}
    )
    return api.PeerAuthentication(
        metadata=ObjectMeta(
            name=target.name, namespace=target.namespace, annotations={ALLOWS: "; ".join(reasons)}
        ),
        spec=api.PeerAuthenticationSpec(
            selector=api.PeerAuthenticationSpecSelector(match_labels=dict(target.selector)),
            mtls=api.PeerAuthenticationSpecMtls(mode="PERMISSIVE" if ANY_PORT in ports else "STRICT"),
            port_level_mtls={str(port): mode(mode="PERMISSIVE") for port in ports if port != ANY_PORT}
            or None,
        ),
    )

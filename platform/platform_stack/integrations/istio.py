"""Istio: a mesh. A sidecar beside each pod in it, mutual TLS between them, and who is let in by its identity.

A sidecar demands mutual TLS on every port (the mesh's own PeerAuthentication is STRICT) but those that somebody
outside the mesh was allowed to reach; who has a certificate is let in by its identity, everywhere. Who has none
is the network policies' business.

Sources: https://istio.io/latest/docs/reference/config/security/authorization-policy/,
https://istio.io/latest/docs/reference/config/security/peer_authentication/,
https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/ and
https://istio.io/latest/docs/ops/deployment/application-requirements/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import fail
from platform_stack.labels import ALLOWS
from platform_stack.model.flow import ANY_PORT, Entity
from platform_stack.model.network import Interception, Mesh, Selected
from platform_stack.network.pods import Workload
from platform_stack.network.table import name_of
from platform_stack.typed import to_manifest
from platform_stack_imports import istio_security as api
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from platform_stack.model import Sidecar
    from platform_stack.model.network import PodMetadata
    from platform_stack.network.arrivals import Arrivals
    from platform_stack.network.resolve import ResolvedPeer

TRUST_DOMAIN = "cluster.local"
"""Istio's default; the first part of every identity."""

_NAMESPACE_LABEL = {"istio-injection": "enabled"}
_INJECT = "sidecar.istio.io/inject"
_TRAFFIC = "traffic.sidecar.istio.io"

_SIDECARS_OWN = (15020, 15021, 15090)
"""Ports of the sidecar itself (metrics, health), which it does not take."""

_ANYBODY = "*"
"""As a principal: whoever has an identity, whichever."""


def mesh(*, sidecar: Sidecar) -> Mesh:
    """Return the role of the application that installs Istio with sidecars.

    A pod is in the mesh by its namespace's label `istio-injection: enabled`, or by its own label
    `sidecar.istio.io/inject`, which counts more.

    Args:
        sidecar: what a sidecar asks for, as in the values of istiod's chart.

    """
    return Mesh(
        sidecar=sidecar,
        namespace_labels=_NAMESPACE_LABEL,
        takes_in=_takes_in,
        members=(Selected(namespace=_NAMESPACE_LABEL), Selected(pods={_INJECT: "true"})),
        denies=_denies,
        allows=_allows,
        plaintext=_plaintext,
        selectors={"AuthorizationPolicy": "selector", "PeerAuthentication": "selector"},
    )


def _takes_in(pods: PodMetadata) -> tuple[Interception, ...]:
    """Say what the injector makes of pods: their own label counts more than their namespace's."""
    inject = pods.labels.get(_INJECT)
    if inject == "false" or (inject != "true" and not pods.in_mesh):
        return ()
    included = pods.annotations.get(f"{_TRAFFIC}/includeInboundPorts", "*")
    excluded = _ports(pods.annotations.get(f"{_TRAFFIC}/excludeInboundPorts", ""))
    return (Interception(None if included == "*" else _ports(included), (*excluded, *_SIDECARS_OWN)),)


def _ports(text: str) -> tuple[int, ...]:
    return tuple(int(port) for port in text.split(",") if port)


def _principal(peer: ResolvedPeer) -> str | None:
    """Return the identity of a peer in the mesh, as AuthorizationPolicies write it; None outside the mesh."""
    if peer is Entity.MESH:
        return _ANYBODY
    if isinstance(peer, Workload) and peer.mesh:
        return f"{TRUST_DOMAIN}/ns/{peer.namespace}/sa/{peer.service_account}"
    return None


def _denies(namespace: str) -> tuple[dict[str, object], ...]:
    policy = api.AuthorizationPolicy(
        metadata=ObjectMeta(
            name="default-deny",
            namespace=namespace,
            annotations={ALLOWS: "nothing, unless another policy does"},
        ),
        spec=api.AuthorizationPolicySpec(action="ALLOW"),  # without a rule nothing matches
    )
    return (to_manifest(policy),)


def _allows(arrivals: Arrivals) -> tuple[dict[str, object], ...]:
    identity = _principal(arrivals.source)
    # Without an identity means: in plain text. Whoever has one is not let in by this rule.
    who = (
        api.AuthorizationPolicySpecRulesFromSource(not_principals=[_ANYBODY])
        if identity is None
        else api.AuthorizationPolicySpecRulesFromSource(principals=[identity])
    )
    # None: every pod of the namespace.
    labels = dict(arrivals.target.selector)
    selector = api.AuthorizationPolicySpecSelector(match_labels=labels) if labels else None
    to = [
        api.AuthorizationPolicySpecRulesTo(
            operation=api.AuthorizationPolicySpecRulesToOperation(
                ports=[str(port) for port in arrivals.ports]
            )
        )
    ]
    policy = api.AuthorizationPolicy(
        metadata=arrivals.metadata,
        spec=api.AuthorizationPolicySpec(
            selector=selector,
            action="ALLOW",
            rules=[
                api.AuthorizationPolicySpecRules(
                    from_=[api.AuthorizationPolicySpecRulesFrom(source=who)],
                    to=None if ANY_PORT in arrivals.ports else to,
                )
            ],
        ),
    )
    return (to_manifest(policy),)


def _plaintext(arrivals: Arrivals) -> tuple[dict[str, object], ...]:
    """Return what lets plain text in beside mutual TLS: on the ports of these flows only."""
    target = arrivals.target
    if not target.selector:
        fail(
            f"{arrivals.place}: flows: {arrivals.flows[0].because!r}",
            f"{name_of(arrivals.source)}, outside the mesh, to every pod of {target.namespace!r}, in the mesh",
            "pods by name: Istio lets plain text in on a port of particular pods only",
            "name the workloads, or leave the namespace outside the mesh",
        )
    mode = api.PeerAuthenticationSpecPortLevelMtls
    policy = api.PeerAuthentication(
        metadata=arrivals.metadata_of_plaintext,
        spec=api.PeerAuthenticationSpec(
            selector=api.PeerAuthenticationSpecSelector(match_labels=dict(target.selector)),
            mtls=api.PeerAuthenticationSpecMtls(
                mode="PERMISSIVE" if ANY_PORT in arrivals.ports else "STRICT"
            ),
            port_level_mtls={
                str(port): mode(mode="PERMISSIVE") for port in arrivals.ports if port != ANY_PORT
            }
            or None,
        ),
    )
    return (to_manifest(policy),)

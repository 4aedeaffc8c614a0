"""Roles of the network: who carries and enforces what pods say to each other, and who gives them identities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from platform_stack.model.checked import checked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from platform_stack.model.declarations import Sidecar
    from platform_stack.network.arrivals import Arrivals
    from platform_stack.network.permission import Permission

Encryption = Literal["WireGuard", "IPsec"]
"""What encrypts between nodes."""


@dataclass(frozen=True)
class Interception:
    """Which arriving connections a sidecar takes.

    Attributes:
        only: the TCP ports that it takes; None: all but those left out.
        left_out: the TCP ports that it does not take.

    """

    only: tuple[int, ...] | None = None
    left_out: tuple[int, ...] = ()

    def intercepts(self, port: int) -> bool:
        """Return whether it takes what arrives at a TCP port."""
        if self.only is not None:
            return port in self.only
        return port not in self.left_out


@dataclass(frozen=True)
class PodMetadata:
    """What a mesh decides by whether pods are in it.

    Attributes:
        labels: labels of the pods.
        annotations: their annotations.
        in_mesh: whether their namespace is in the mesh (`Namespace.mesh`).

    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    in_mesh: bool


@checked("selected pods")
@dataclass(frozen=True, kw_only=True)
class Selected:
    """Pods by labels.

    Attributes:
        namespace: labels of their namespaces; empty: every namespace.
        pods: labels of their own; empty: every pod.

    """

    namespace: Mapping[str, str] = field(default_factory=dict)
    pods: Mapping[str, str] = field(default_factory=dict)


@checked("network engine")
@dataclass(frozen=True, kw_only=True)
class NetworkEngine:
    """Carries what pods say to each other, and enforces the network policies. A platform has one at most.

    Attributes:
        policies: makes the policies of a permission that a NetworkPolicy cannot say: the API server, nodes, the world,
            networks and DNS names. Default: none, it enforces NetworkPolicies only.
        selectors: the field of each further kind of policy that selects pods of its own namespace, by the kind.
        encryption: what encrypts between nodes what pods say to each other; default: nothing does.
        replaces_kube_proxy: whether it leads Services to pods, so that nodes need no kube-proxy; default False.

    """

    policies: Callable[[Permission], tuple[dict[str, Any], ...]] | None = None
    selectors: Mapping[str, str] = field(default_factory=dict)
    encryption: Encryption | None = None
    replaces_kube_proxy: bool = False


@checked("mesh")
@dataclass(frozen=True, kw_only=True)
class Mesh:
    """Gives pods an identity, and encrypts what they say to each other. A platform has one at most.

    Attributes:
        sidecar: the container that it adds to each of its pods.
        namespace_labels: labels of a namespace whose pods it takes in.
        namespace_annotations: annotations of such a namespace; default: none.
        takes_in: says of pods that use no node's network how the sidecar stands before them; nothing: they are
            outside the mesh.
        members: the pods in it, by labels of theirs and of their namespaces.
        denies: makes what lets nobody in, for a namespace by its name; default: nothing.
        allows: makes what lets one source in, of flows that the sidecar takes; default: nothing.
        plaintext: makes what lets plain text in, of flows from outside the mesh that the sidecar takes; default:
            nothing.
        selectors: the field of each kind of these policies that selects pods of its own namespace, by the kind.

    """

    sidecar: Sidecar
    namespace_labels: Mapping[str, str]
    takes_in: Callable[[PodMetadata], tuple[Interception, ...]]
    members: tuple[Selected, ...]
    namespace_annotations: Mapping[str, str] = field(default_factory=dict)
    denies: Callable[[str], tuple[dict[str, Any], ...]] = lambda _namespace: ()
    allows: Callable[[Arrivals], tuple[dict[str, Any], ...]] = lambda _arrivals: ()
    plaintext: Callable[[Arrivals], tuple[dict[str, Any], ...]] = lambda _arrivals: ()
    selectors: Mapping[str, str] = field(default_factory=dict)

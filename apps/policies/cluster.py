"""What the cluster itself makes, and policies do not apply to: the control plane and cluster DNS of kubeadm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import excepted
from platform_stack.integrations.kind.objects import COREDNS, STATIC_PODS, SYSTEM, static_pod

from ..shared.values import PLATFORM_TEAM

if TYPE_CHECKING:
    from platform_stack import Cluster, PolicyException


def cluster_exceptions(cluster: Cluster) -> tuple[PolicyException, ...]:
    """Return the exceptions for what no application makes, so that nobody can mend it in git."""
    control_plane = (
        exception
        for component in STATIC_PODS
        for exception in excepted(
            "Pod",
            static_pod(component, cluster),
            "pod-security-drop-capabilities",
            "pod-security-host-namespaces",
            "pod-security-host-path",
            "pod-security-host-ports",
            "pod-security-host-probes",
            "pod-security-privilege-escalation",
            "pod-security-run-as-non-root",
            "pod-security-volume-types",
            "require-requests-limits",
            because="the control plane: kubeadm writes it for the node's kubelet, which runs it on the node's network",
            owner=PLATFORM_TEAM,
            namespace=SYSTEM,
        )
    )
    return (
        *excepted(
            "Deployment",
            COREDNS,
            "pod-security-run-as-non-root",
            "pod-security-seccomp-profile",
            because="cluster DNS: kubeadm writes it, and sets neither",
            owner=PLATFORM_TEAM,
            namespace=SYSTEM,
        ),
        *control_plane,
    )

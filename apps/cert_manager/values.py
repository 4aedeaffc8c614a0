"""The values of cert-manager's chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.values import NO_SIDECAR, resources, service_monitor

if TYPE_CHECKING:
    from platform_stack import Context, Values

NAMESPACE = "cert-manager"


def cert_manager_values(context: Context) -> Values:
    """Return the values; on `ha` with two of each."""
    available = context.cluster.is_highly_available
    replicas = {"replicaCount": 2 if available else 1, "podDisruptionBudget": {"enabled": available}}
    return {
        "crds": {"enabled": True, "keep": True},
        "global": {"leaderElection": {"namespace": NAMESPACE}, "logLevel": 2},
        "enableCertificateOwnerRef": False,
        "maxConcurrentChallenges": 5,
        "podLabels": NO_SIDECAR,
        **replicas,
        "resources": resources("10m", "48Mi", "192Mi"),
        "prometheus": {"enabled": True, "servicemonitor": service_monitor()},
        "webhook": {
            **replicas,
            "timeoutSeconds": 10,
            "podLabels": NO_SIDECAR,  # the API server calls it, and it is there before the mesh
            "resources": resources("5m", "24Mi", "96Mi"),
        },
        "cainjector": {
            "enabled": True,
            **replicas,
            "podLabels": NO_SIDECAR,
            "resources": resources("5m", "48Mi", "256Mi"),
        },
        "startupapicheck": {"enabled": False},  # a hook job; Argo CD's health checks and retries do its work
    }

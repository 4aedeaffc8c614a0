"""Values that many charts take in the same form."""

from __future__ import annotations

from typing import Any

from platform_stack.integrations.prometheus import INTERVAL

SCRAPE_INTERVAL = INTERVAL
"""How often Prometheus asks each component, whatever the charts' own choice (10 seconds to a minute)."""

NO_SIDECAR = {"sidecar.istio.io/inject": "false"}
"""Pod label that keeps Istio's sidecar out of what must run before, or without, the mesh."""

PLATFORM_TEAM = "platform team"
"""Who answers for exceptions from policies; a fork names its own."""


def resources(cpu: str, memory: str, limit: str) -> dict[str, Any]:
    """Return requests, and a limit for memory only: a CPU limit would throttle without protecting anyone."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": limit}}


def restricted_container(**more: Any) -> dict[str, Any]:  # noqa: ANN401  whatever a securityContext may hold
    """Return a container's securityContext that the Pod Security level `restricted` accepts."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
        **more,
    }


def restricted_pod(user: int) -> dict[str, Any]:
    """Return a pod's securityContext for `restricted`, with one number for user, group and volumes."""
    return {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": user,
        "fsGroup": user,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def service_monitor() -> dict[str, Any]:
    """Return what most charts want to know of their ServiceMonitor."""
    return {"enabled": True, "interval": SCRAPE_INTERVAL}

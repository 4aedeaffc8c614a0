"""The values of Istio's charts: the control plane and the CNI plugin; the third, of the CRDs, has none."""

from __future__ import annotations

from typing import Any

from platform_stack import Context, Sidecar, Values
from platform_stack.typed import to_manifest

from ..shared.endpoints import TEMPO_OTLP
from ..shared.values import resources
from ..shared.workloads import spread

NAMESPACE = "istio-system"

TRACES = "tempo"
"""Name of the mesh's tracing provider."""

_RUNTIME_DEFAULT = {"type": "RuntimeDefault"}

SIDECAR = Sidecar(cpu="5m", memory="16Mi", known_idle="40-60Mi")
"""What each injected sidecar asks for; a floor, as all requests here."""


def istiod_values(context: Context) -> Values:
    """Return the values of the control plane; on `ha` with two of it, spread over the nodes."""
    available = context.cluster.is_highly_available
    return {
        "autoscaleEnabled": False,  # the number of replicas comes from git
        "replicaCount": 2 if available else 1,
        "topologySpreadConstraints": [to_manifest(spread({"app": "istiod"}))] if available else [],
        "resources": resources("50m", "128Mi", "512Mi"),
        "seccompProfile": _RUNTIME_DEFAULT,
        "cni": {"enabled": True},
        # Said, not left to `auto`: a job's sidecar must end with it, and init containers need the network.
        "env": {"ENABLE_NATIVE_SIDECARS": "true"},
        "sidecarInjectorWebhook": {
            "enableNamespacesByDefault": False,
            "rewriteAppHTTPProbe": True,  # the kubelet has no certificate of the mesh
            "reinvocationPolicy": "IfNeeded",
        },
        "meshConfig": _mesh(context),
        "global": {
            "istioNamespace": NAMESPACE,
            "logAsJson": True,
            "defaultPodDisruptionBudget": {"enabled": available},
            "networkPolicy": {"enabled": False},
            "proxy": {
                "logLevel": "warning",
                "seccompProfile": _RUNTIME_DEFAULT,  # what is injected passes `restricted`
                "resources": _sidecar_resources(context),
            },
        },
    }


def _threads(context: Context) -> int:
    """Return how many threads of Envoy answer requests."""
    return 2 if context.cluster.is_highly_available else 1


def _sidecar_resources(context: Context) -> dict[str, Any]:
    """Return what a sidecar gets; its CPU limit is the cores that it can use.

    It has a limit because the chart has one, of 2, that no value takes away: a null stays in what is injected.
    The sidecar's Go part takes the number of its threads from it (GOMAXPROCS).
    """
    amounts = resources(SIDECAR.cpu, SIDECAR.memory, "192Mi")
    return {**amounts, "limits": {**amounts["limits"], "cpu": str(_threads(context))}}


def _mesh(context: Context) -> dict[str, Any]:
    """Return what holds for every sidecar."""
    return {
        "enablePrometheusMerge": True,  # one scrape gets the metrics of the sidecar and of its application
        "accessLogFile": "/dev/stdout",
        "accessLogEncoding": "JSON",
        # Who may leave the cluster is Cilium's business; a sidecar can be gone around.
        "outboundTrafficPolicy": {"mode": "ALLOW_ANY"},
        "defaultConfig": {
            "concurrency": _threads(context),
            "holdApplicationUntilProxyStarts": True,
        },
        **_tracing(context),
    }


def _tracing(context: Context) -> dict[str, Any]:
    """Return where traces go; nothing on a platform without tracing."""
    if "tracing" not in context.platform.by_name:
        return {}
    # The full name, as istiod knows the Service; a name it does not know drops the traces silently.
    service = {"service": f"{TEMPO_OTLP.host}.cluster.local", "port": TEMPO_OTLP.port}
    return {"enableTracing": True, "extensionProviders": [{"name": TRACES, "opentelemetry": service}]}


CNI_VALUES: Values = {
    "excludeNamespaces": ["kube-system", NAMESPACE],
    # A pod that started before the plugin was on its node is mended in place; that needs no further rights.
    "repair": {"enabled": True, "repairPods": True, "deletePods": False, "labelPods": False},
    "resources": resources("5m", "32Mi", "128Mi"),
    "global": {"logAsJson": True},
}

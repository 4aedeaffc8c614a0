"""Istio: the service mesh. Mutual TLS between all pods in it, metrics and traces of each request.

A pod joins by its namespace's label `istio-injection: enabled`, or by its own label
`sidecar.istio.io/inject: "true"`. Three charts: the CRDs, the control plane, and the CNI plugin that
redirects a pod's traffic, so that no pod in the mesh needs a privilege of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import (
    Application,
    Chart,
    Context,
    IgnoreDifferences,
    Namespace,
    Sidecar,
    SyncWave,
    Values,
    excepted,
)
from platform_stack.model.flow import Entity, Flow, Pods, uses_api_server
from platform_stack.typed import to_manifest
from platform_stack_imports import istio_security, istio_telemetry
from platform_stack_imports.k8s import ObjectMeta

from ..shared.endpoints import TEMPO_OTLP
from ..shared.values import PLATFORM_TEAM, resources
from ..shared.workloads import spread
from .monitoring import monitoring

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

NAMESPACE = "istio-system"
REPOSITORY = "https://istio-release.storage.googleapis.com/charts"
VERSION = "1.28.0"

TRACES = "tempo"
"""Name of the mesh's tracing provider."""

SAMPLED_PERCENT = 10
"""Share of the requests whose trace is kept."""

_RUNTIME_DEFAULT = {"type": "RuntimeDefault"}
_WEBHOOK_FIELDS = (".webhooks[]?.failurePolicy", ".webhooks[]?.clientConfig.caBundle")

SIDECAR = Sidecar(cpu="5m", memory="16Mi", known_idle="40-60Mi")
"""What each injected sidecar asks for; a floor, as all requests here."""


def _istiod(context: Context) -> Values:
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


_CNI: Values = {
    "excludeNamespaces": ["kube-system", NAMESPACE],
    # A pod that started before the plugin was on its node is mended in place; that needs no further rights.
    "repair": {"enabled": True, "repairPods": True, "deletePods": False, "labelPods": False},
    "resources": resources("5m", "32Mi", "128Mi"),
    "global": {"logAsJson": True},
}


def _manifests(chart: ManifestChart, context: Context) -> None:
    chart.add(
        istio_security.PeerAuthentication(
            # In the root namespace, without a selector: it holds for the whole mesh.
            metadata=ObjectMeta(name="default", namespace=NAMESPACE),
            spec=istio_security.PeerAuthenticationSpec(
                mtls=istio_security.PeerAuthenticationSpecMtls(mode="STRICT")
            ),
        ),
        wave=SyncWave.AFTER_CHART,
    )
    if "tracing" in context.platform.by_name:
        chart.add(_telemetry(), wave=SyncWave.AFTER_CHART)
    for item in monitoring(NAMESPACE):
        chart.add(item)


def _telemetry() -> istio_telemetry.Telemetry:
    """Return what switches tracing on: a provider alone does nothing."""
    return istio_telemetry.Telemetry(
        metadata=ObjectMeta(name="mesh-default", namespace=NAMESPACE),
        spec=istio_telemetry.TelemetrySpec(
            tracing=[
                istio_telemetry.TelemetrySpecTracing(
                    providers=[istio_telemetry.TelemetrySpecMetricsProviders(name=TRACES)],
                    random_sampling_percentage=SAMPLED_PERCENT,
                )
            ]
        ),
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(),
        Flow(
            source=Entity.MESH,
            target=Pods(workloads=("istiod",)),
            ports=("tls-xds",),
            because="gets its configuration and certificate",
            protection="TLS",
        ),
        Flow(
            source=Entity.MESH,
            target=Pods(application="tracing", workloads=("tempo",)),
            ports=("otlp-grpc",),
            because="sends traces",
            optional=True,
        ),
        Flow(
            source=Pods(application="prometheus", workloads=("prometheus-kps",)),
            target=Entity.MESH,
            ports=(15020,),
            because="scrapes the sidecars",
            optional=True,
        ),
    )


istio = Application(
    name="istio",
    sidecar=SIDECAR,
    exceptions=excepted(
        "DaemonSet",
        "istio-cni-node",
        "pod-security-app-armor",
        "pod-security-capabilities",
        "pod-security-drop-capabilities",
        "pod-security-host-path",
        "pod-security-privilege-escalation",
        "pod-security-run-as-non-root",
        "pod-security-run-as-user",
        "pod-security-seccomp-profile",
        "pod-security-volume-types",
        because="it writes the node's CNI folders and enters pods' network namespaces, as root",
        owner=PLATFORM_TEAM,
    ),
    made_at_run_time={
        "PodMonitor istio-system/sidecars": "the injector adds what it selects",
    },
    flows=_flows,
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="it is the mesh",
            pod_security="privileged",
            because="istio-cni-node writes the node's CNI folders and enters pods' network namespaces (host paths, "
            "SYS_ADMIN, NET_ADMIN)",
        ),
    ),
    charts=(
        Chart(repository=REPOSITORY, name="base", version=VERSION, release="istio-base"),
        Chart(repository=REPOSITORY, name="istiod", version=VERSION, values=_istiod),
        Chart(repository=REPOSITORY, name="cni", version=VERSION, release="istio-cni", values=_CNI),
    ),
    manifests=_manifests,
    ignore_differences=(
        IgnoreDifferences(
            group="admissionregistration.k8s.io",
            kind="ValidatingWebhookConfiguration",
            jq_path_expressions=_WEBHOOK_FIELDS,
            because="istiod writes its CA, and Fail instead of Ignore once it answers",
        ),
        IgnoreDifferences(
            group="admissionregistration.k8s.io",
            kind="MutatingWebhookConfiguration",
            jq_path_expressions=_WEBHOOK_FIELDS[1:],
            because="istiod writes its CA",
        ),
    ),
)

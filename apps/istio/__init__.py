"""Istio: the service mesh. Mutual TLS between all pods in it, metrics and traces of each request.

A pod joins by its namespace's label `istio-injection: enabled`, or by its own label
`sidecar.istio.io/inject: "true"`. Three charts: the CRDs, the control plane, and the CNI plugin that
redirects a pod's traffic, so that no pod in the mesh needs a privilege of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import (
    Application,
    Chart,
    Context,
    IgnoreDifferences,
    Namespace,
    RunTime,
    Synchronization,
    SyncWave,
    excepted,
)
from platform_stack.integrations.istio import mesh
from platform_stack.model.flow import Entity, Flow, Pods, uses_api_server
from platform_stack_imports import istio_security, istio_telemetry
from platform_stack_imports.k8s import ObjectMeta

from ..shared.values import PLATFORM_TEAM
from .monitoring import istio_monitoring
from .values import CNI_VALUES, NAMESPACE, SIDECAR, TRACES, istiod_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

REPOSITORY = "https://istio-release.storage.googleapis.com/charts"
VERSION = "1.28.0"

SAMPLED_PERCENT = 10
"""Share of the requests whose trace is kept."""

_WEBHOOK_FIELDS = (".webhooks[]?.failurePolicy", ".webhooks[]?.clientConfig.caBundle")


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
    for item in istio_monitoring(NAMESPACE):
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
    roles=(mesh(sidecar=SIDECAR),),
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
    run_time=RunTime(
        objects={
            "PodMonitor istio-system/sidecars": "the injector adds what it selects",
        },
    ),
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
        Chart(repository=REPOSITORY, name="istiod", version=VERSION, values=istiod_values),
        Chart(repository=REPOSITORY, name="cni", version=VERSION, release="istio-cni", values=CNI_VALUES),
    ),
    manifests=_manifests,
    sync=Synchronization(
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
    ),
)

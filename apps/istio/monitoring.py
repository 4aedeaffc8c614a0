"""What is measured of the mesh: the control plane, the CNI plugin and every sidecar.

The metrics' names are those of https://istio.io/latest/docs/reference/config/metrics/ (requests),
https://istio.io/latest/docs/reference/commands/pilot-discovery/ (istiod) and
https://istio.io/latest/docs/ops/diagnostic-tools/cni/ (the plugin).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down, pod_monitor, service_monitor
from platform_stack_imports import prometheus_operator
from platform_stack_imports.k8s import ConfigMap, ObjectMeta

from ..shared.values import SCRAPE_INTERVAL

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject

IN_MESH = {"security.istio.io/tlsMode": "istio"}
"""The label that the injector gives to every pod with a sidecar."""

OF_THE_PLATFORM = (
    ".*:.*|ALERTS.*|SeaweedFS_.*"  # with a colon: recorded series
    "|(aggregator|alertmanager|alloy|apiserver|argocd|certmanager|cilium|citadel|container|etcd|external_dns)_.*"
    "|(falcosecurity|gatekeeper|ingress_controller|istio_cni|kong|kube|kubelet|kubernetes|kyverno|loki)_.*"
    "|(longhorn|node|pilot|prometheus|reloader|sealed_secrets|sidecar_injection|tempo|vault|velero)_.*"
)
"""Names of metrics that the platform's rules take for the platform's, whoever says them: a regular expression.

Of what the rules read, those are left out that they ask for by their job."""

_SAMPLES = 20_000
"""Of one scrape. Kong's own sidecar makes most: three histograms of 22 series for each host and answer's code."""

_ROOT_CERTIFICATE_DAYS = 30


def istio_monitoring(namespace: str) -> list[ApiObject]:
    """Return the monitors, alerts and dashboard of Istio, for the namespace of its control plane."""
    return [
        service_monitor(
            "istiod", namespace, labels={"app": "istiod", "istio": "pilot"}, port="http-monitoring"
        ),
        pod_monitor("istio-cni", namespace, labels={"k8s-app": "istio-cni-node"}, port="metrics"),
        _sidecar_monitor(namespace),
        _alerts(namespace),
        _dashboard(namespace),
    ]


def _sidecar_monitor(namespace: str) -> prometheus_operator.PodMonitor:
    """Return the monitor of all sidecars, in all namespaces.

    It asks the agent's port 15020, which mutual TLS leaves out and which adds the application's own metrics
    (of pods annotated with prometheus.io/port); only Envoy's port 15090 is declared in the pod, so that is
    the one found. An application says of itself what it likes: what it says in the platform's name is dropped, and
    a scrape that is too large counts as failed.
    """
    relabeling = prometheus_operator.ServiceMonitorSpecEndpointsRelabelings
    return prometheus_operator.PodMonitor(
        metadata=ObjectMeta(name="sidecars", namespace=namespace),
        spec=prometheus_operator.PodMonitorSpec(
            selector=prometheus_operator.PodMonitorSpecSelector(match_labels=IN_MESH),
            sample_limit=_SAMPLES,
            body_size_limit="16MB",
            label_limit=64,
            label_name_length_limit=256,
            label_value_length_limit=2048,
            namespace_selector=prometheus_operator.PodMonitorSpecNamespaceSelector(any=True),
            pod_metrics_endpoints=[
                prometheus_operator.PodMonitorSpecPodMetricsEndpoints(
                    port="http-envoy-prom",
                    path="/stats/prometheus",
                    interval=SCRAPE_INTERVAL,
                    relabelings=[
                        relabeling(
                            source_labels=["__meta_kubernetes_pod_ip"],
                            target_label="__address__",
                            replacement="$1:15020",
                        )
                    ],
                    metric_relabelings=[
                        relabeling(source_labels=["__name__"], regex=OF_THE_PLATFORM, action="drop")
                    ],
                )
            ],
        ),
    )


def _alerts(namespace: str) -> prometheus_operator.PrometheusRule:
    return alerts(
        "istio",
        namespace,
        down("Istiod", "istiod", severity="critical"),
        down("IstioCni", f"{namespace}/istio-cni", severity="critical"),
        Alert(
            name="IstioCniNotInstalled",
            expr="istio_cni_install_ready == 0",
            summary="The mesh's CNI plugin is not installed on the node of {{ $labels.pod }}.",
            hint="New pods of the mesh do not start there. Look at the logs of istio-cni-node.",
            severity="critical",
        ),
        Alert(
            name="IstioConfigurationRejected",
            expr="sum(rate(pilot_total_xds_rejects[5m])) > 0",
            summary="Sidecars reject the configuration that istiod sends.",
            hint="They go on with the one before. Look for `rejected` in the logs of istiod.",
        ),
        Alert(
            name="IstioInjectionFails",
            expr="sum(increase(sidecar_injection_failure_total[15m])) > 0",
            summary="Sidecars cannot be injected: pods of the mesh are refused.",
            hint="Look at the logs of istiod and the events of the ReplicaSets that lack pods.",
            duration="0m",
        ),
        Alert(
            name="IstioRootCertificateExpires",
            expr=f"min(citadel_server_root_cert_expiry_timestamp) - time() < {_ROOT_CERTIFICATE_DAYS} * 86400",
            summary=f"The mesh's root certificate expires in less than {_ROOT_CERTIFICATE_DAYS} days.",
            hint=f"It lies in the Secret istio-ca-secret of {namespace}.",
        ),
    )


def _dashboard(namespace: str) -> ConfigMap:
    requests = 'istio_requests_total{reporter="source"'
    latency = 'istio_request_duration_milliseconds_bucket{reporter="source"}'
    convergence = "pilot_proxy_convergence_time_bucket"
    return dashboard(
        "istio",
        namespace,
        "Istio",
        Panel(
            "Requests",
            f"sum by (destination_service_name) (rate({requests}}}[5m]))",
            "{{destination_service_name}}",
            "reqps",
        ),
        Panel(
            "Requests answered with 5xx",
            f'sum by (destination_service_name) (rate({requests}, response_code=~"5.."}}[5m]))',
            "{{destination_service_name}}",
            "reqps",
        ),
        Panel(
            "Request duration, 99th percentile",
            f"histogram_quantile(0.99, sum by (le, destination_service_name) (rate({latency}[5m])))",
            "{{destination_service_name}}",
            "ms",
        ),
        Panel(
            "Requests received without mutual TLS",
            "sum by (destination_workload) (rate(istio_requests_total"
            '{reporter="destination", connection_security_policy!="mutual_tls"}[5m]))',
            "{{destination_workload}}",
            "reqps",
        ),
        Panel("Sidecars connected", "sum(pilot_xds)"),
        Panel(
            "Time until a change reaches the sidecars, 99th percentile",
            f"histogram_quantile(0.99, sum by (le) (rate({convergence}[5m])))",
            unit="s",
        ),
    )

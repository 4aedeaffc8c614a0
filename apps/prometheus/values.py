"""The values of kube-prometheus-stack: the operator, Prometheus, and what is scraped and recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..shared.endpoints import PROMETHEUS_NAME
from ..shared.values import SCRAPE_INTERVAL, resources
from .alertmanager import alertmanager_values
from .exporters import kube_state_metrics_values, node_exporter_values
from .grafana import grafana_values
from .operator import OF_THE_PLATFORM, RUN_AS

if TYPE_CHECKING:
    from platform_stack import Context, Values

EVALUATION_INTERVAL = "60s"
"""How often rules are evaluated: half as often as they get samples, for half the work."""

_MAX_SAMPLES = 5_000_000
"""How many samples one query holds in memory, 16 bytes each: ten of every one of 260,000 series, and as much again."""

AS_WRITTEN = (
    "argocd",
    "cert-manager",
    "external-dns",
    "falco",
    "gatekeeper-system",
    "istio-system",
    "kong",
    "kube-system",
    "kyverno",
    "logging",
    "longhorn-system",
    "monitoring",
    "node-monitoring",
    "sealed-secrets",
    "seaweedfs",
    "tracing",
    "vault",
    "velero",
)
"""The platform's namespaces whose monitors and rules may be about others.

Names, not what the platform's list has: another application must not change this chart's values. One whose rules are
about its own namespace need not be here."""

_OFF = {"enabled": False}
_EVERYTHING = False
"""For the *SelectorNilUsesHelmValues switches: select every monitor and rule, whatever its labels."""

_BUCKETS = (
    "(apiserver_request_(sli_duration|duration|body_size)_seconds_bucket|apiserver_request_body_size_bytes_bucket"
    "|apiserver_response_sizes_bucket|apiserver_watch_(events_sizes|list_duration_seconds"
    "|cache_read_wait_seconds)_bucket|etcd_request_duration_seconds_bucket|apiserver_flowcontrol_.*_bucket"
    "|workqueue_(queue|work)_duration_seconds_bucket)"
)
"""The API server's histograms: most of the series of a small cluster."""


def prometheus_values(context: Context) -> Values:
    """Return the values; on `ha` with two of Prometheus and of Alertmanager."""
    available = context.cluster.is_highly_available
    return {
        "fullnameOverride": PROMETHEUS_NAME,
        "cleanPrometheusOperatorObjectNames": True,
        "crds": {"enabled": True, "upgradeJob": _OFF},
        # KIND binds these to the nodes' loopback, and there is no kube-proxy beside Cilium.
        "kubeProxy": _OFF,
        "kubeControllerManager": _OFF,
        "kubeScheduler": _OFF,
        "kubeEtcd": _OFF,
        "kubelet": {
            "serviceMonitor": {
                "interval": SCRAPE_INTERVAL,
                "cAdvisorInterval": SCRAPE_INTERVAL,
                "probes": False,
            }
        },
        "kubeApiServer": {
            "serviceMonitor": {
                "interval": SCRAPE_INTERVAL,
                "metricRelabelings": [{"action": "drop", "sourceLabels": ["__name__"], "regex": _BUCKETS}],
            }
        },
        "defaultRules": {"create": True, "rules": _rules()},
        "windowsMonitoring": _OFF,
        "nodeExporter": {"operatingSystems": {"aix": _OFF, "darwin": _OFF}},
        "prometheusOperator": _operator(),
        "prometheus": _prometheus(context, available=available),
        "alertmanager": alertmanager_values(available=available),
        "kube-state-metrics": kube_state_metrics_values(),
        "prometheus-node-exporter": node_exporter_values(),
        "grafana": grafana_values(context),
    }


def _rules() -> dict[str, bool]:
    """Switch off the rules of what is not scraped, and those that need the API server's histograms."""
    off = (
        "etcd",
        "kubeProxy",
        "kubeControllerManager",
        "kubeSchedulerAlerting",
        "kubeSchedulerRecording",
        "windows",
        "kubeApiserverAvailability",
        "kubeApiserverBurnrate",
        "kubeApiserverHistogram",
        "kubeApiserverSlos",
    )
    return dict.fromkeys(off, False)


def _operator() -> Values:
    return {
        # A certificate from cert-manager: no hook jobs, and none generated anew at each render.
        # Ignore: with Fail the first sync would refuse the chart's own rules, before the operator runs.
        "admissionWebhooks": {
            "enabled": True,
            "failurePolicy": "Ignore",
            "patch": _OFF,
            "certManager": {"enabled": True},
        },
        "kubeletEndpointsEnabled": False,  # Endpoints are deprecated since Kubernetes 1.33
        "kubeletEndpointSliceEnabled": True,
        "resources": resources("10m", "48Mi", "192Mi"),
        "prometheusConfigReloader": {"resources": resources("5m", "16Mi", "64Mi")},
    }


def _prometheus(context: Context, *, available: bool) -> Values:
    return {
        "serviceMonitor": {"selfMonitor": True, "interval": SCRAPE_INTERVAL},
        "podDisruptionBudget": {"enabled": available},
        "prometheusSpec": {
            "replicas": 2 if available else 1,
            "podAntiAffinity": "hard" if available else "soft",
            "scrapeInterval": SCRAPE_INTERVAL,
            "evaluationInterval": EVALUATION_INTERVAL,
            "retention": "2d",
            "retentionSize": "3GB",  # two days of 260,000 series at 2 bytes a sample
            "serviceDiscoveryRole": "EndpointSlice",
            "serviceMonitorSelectorNilUsesHelmValues": _EVERYTHING,
            "podMonitorSelectorNilUsesHelmValues": _EVERYTHING,
            "probeSelectorNilUsesHelmValues": _EVERYTHING,
            "ruleSelectorNilUsesHelmValues": _EVERYTHING,
            "scrapeConfigSelectorNilUsesHelmValues": _EVERYTHING,
            "probeNamespaceSelector": OF_THE_PLATFORM,
            "scrapeConfigNamespaceSelector": OF_THE_PLATFORM,
            "enforcedNamespaceLabel": "namespace",
            "excludedFromEnforcement": _as_written(context),
            "query": {"maxSamples": _MAX_SAMPLES, "maxConcurrency": 4, "timeout": "60s"},
            "enableFeatures": ["exemplar-storage"],
            "exemplars": {"maxSize": 20000},
            "enableRemoteWriteReceiver": True,  # for the metrics that Tempo makes of traces
            "resources": resources("95m", "496Mi", "1Gi"),  # with the reloader 100m and 512Mi for the pod
            "storageSpec": {"volumeClaimTemplate": {"spec": _claim("5Gi")}},
            "securityContext": RUN_AS,
        },
    }


def _as_written(context: Context) -> list[dict[str, str]]:
    """Name what of the platform's own namespaces is taken as it is written.

    Everything else, so a tenant's, reads and makes series of its own namespace only: the operator writes the label
    into each selector and each result
    (https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.CommonPrometheusFields).
    """
    of_tenants = {name for tenant in context.platform.tenants for name in tenant.namespace_names}
    return [
        {"namespace": namespace, "resource": resource}
        for namespace in AS_WRITTEN
        if namespace not in of_tenants
        for resource in ("podmonitors", "prometheusrules", "servicemonitors")
    ]


def _claim(storage: str) -> dict[str, Any]:
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage}}}

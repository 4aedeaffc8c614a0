"""Prometheus: metrics, alerts and Grafana (kube-prometheus-stack).

Its CRDs come with the bootstrap: everybody's ServiceMonitors need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import (
    Application,
    Chart,
    Context,
    DataSource,
    Namespace,
    Route,
    RuntimeWorkload,
    Service,
    SyncWave,
    Values,
    excepted,
)
from platform_stack.constructs.observability import alerts, down
from platform_stack.model.flow import Entity, Flow, Pods, uses_api_server, within
from platform_stack_imports import k8s

from ..cert_manager import cert_manager
from ..cilium import cilium
from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..sealed_secrets import sealed_secrets
from ..shared.endpoints import (
    ALERTMANAGER_UID,
    BASIC_AUTH,
    MONITORING,
    PROMETHEUS,
    PROMETHEUS_NAME,
    PROMETHEUS_UID,
    TEMPO_UID,
)
from ..shared.values import PLATFORM_TEAM, SCRAPE_INTERVAL, resources
from .exporters import (
    KUBE_STATE_METRICS,
    NODE_EXPORTER,
    NODE_NAMESPACE,
    kube_state_metrics_values,
    node_exporter_values,
)
from .grafana import (
    DASHBOARD_READER,
    GRAFANA,
    ROUTE,
    SECRETS,
    grafana_values,
)

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

ALERTMANAGER = Service(name=f"{PROMETHEUS_NAME}-alertmanager", namespace=MONITORING, port=9093)

EVALUATION_INTERVAL = "60s"
"""How often rules are evaluated: half as often as they get samples, for half the work."""

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

_RUN_AS = {
    "runAsGroup": 2000,
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "fsGroup": 2000,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def _values(context: Context) -> Values:
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
        "prometheus": _prometheus(available=available),
        "alertmanager": _alertmanager(available=available),
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


def _prometheus(*, available: bool) -> Values:
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
            "enableFeatures": ["exemplar-storage"],
            "exemplars": {"maxSize": 20000},
            "enableRemoteWriteReceiver": True,  # for the metrics that Tempo makes of traces
            "resources": resources("95m", "496Mi", "1Gi"),  # with the reloader 100m and 512Mi for the pod
            "storageSpec": {"volumeClaimTemplate": {"spec": _claim("5Gi")}},
            "securityContext": _RUN_AS,
        },
    }


def _alertmanager(*, available: bool) -> Values:
    return {
        "serviceAccount": {"automountServiceAccountToken": False},
        "serviceMonitor": {"interval": SCRAPE_INTERVAL},
        "podDisruptionBudget": {"enabled": available},
        "alertmanagerSpec": {
            "automountServiceAccountToken": False,
            "replicas": 2 if available else 1,
            "podAntiAffinity": "hard" if available else "soft",
            "retention": "24h",
            "alertmanagerConfigNamespaceSelector": {},
            "alertmanagerConfigSelector": {},
            "resources": resources("5m", "24Mi", "96Mi"),
            "securityContext": _RUN_AS,
        },
        # A receiver with a credential belongs into an AlertmanagerConfig and a SealedSecret, never here.
        "config": {
            "global": {"resolve_timeout": "5m"},
            "inhibit_rules": [
                _inhibit("severity = critical", "severity =~ warning|info", "namespace", "alertname"),
                _inhibit("severity = warning", "severity = info", "namespace", "alertname"),
                _inhibit("alertname = InfoInhibitor", "severity = info", "namespace"),
                {"target_matchers": ["alertname = InfoInhibitor"]},
            ],
            "route": {
                "group_by": ["namespace", "alertname"],
                "group_wait": "30s",
                "group_interval": "5m",
                "repeat_interval": "12h",
                "receiver": "null",
                "routes": [{"receiver": "null", "matchers": ['alertname = "Watchdog"']}],
            },
            "receivers": [{"name": "null"}],
            "templates": ["/etc/alertmanager/config/*.tmpl"],
        },
    }


def _runtime_workloads(context: Context) -> tuple[RuntimeWorkload, ...]:
    """Return what the operator makes of the chart's Prometheus and Alertmanager, each with a reloader beside it."""
    replicas = 2 if context.cluster.is_highly_available else 1
    return (
        RuntimeWorkload(
            name=f"prometheus-{PROMETHEUS_NAME}",
            namespace=MONITORING,
            kind="StatefulSet",
            labels={"app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": PROMETHEUS_NAME},
            ports={"http-web": 9090, "reloader-web": 8080},
            cpu="100m",
            memory="512Mi",
            replicas=replicas,
        ),
        RuntimeWorkload(
            name=f"alertmanager-{PROMETHEUS_NAME}",
            namespace=MONITORING,
            kind="StatefulSet",
            labels={"app.kubernetes.io/name": "alertmanager", "alertmanager": PROMETHEUS_NAME},
            ports={"http-web": 9093, "mesh-tcp": 9094, "reloader-web": 8080},
            cpu="10m",
            memory="40Mi",
            replicas=replicas,
        ),
    )


def _claim(storage: str) -> dict[str, Any]:
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage}}}


def _inhibit(source: str, target: str, *equal: str) -> dict[str, Any]:
    return {"source_matchers": [source], "target_matchers": [target], "equal": list(equal)}


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(
        k8s.ClusterRole(
            metadata=k8s.ObjectMeta(name=DASHBOARD_READER),
            rules=[k8s.PolicyRule(api_groups=[""], resources=["configmaps"], verbs=["get", "list", "watch"])],
        ),
        wave=SyncWave.SECRET,
    )
    # Prometheus itself is watched from outside: the chart's alert Watchdog always fires, until it is down.
    chart.add(
        alerts(
            "monitoring",
            MONITORING,
            down("Alertmanager", ALERTMANAGER.name, severity="critical"),
            down("Grafana", GRAFANA.name),
            down("PrometheusOperator", f"{PROMETHEUS_NAME}-operator"),
            down("KubeStateMetrics", KUBE_STATE_METRICS, severity="critical"),
            down("NodeExporter", NODE_EXPORTER),
        )
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(
            f"prometheus-{PROMETHEUS_NAME}", f"{PROMETHEUS_NAME}-operator", "kube-state-metrics", "grafana"
        ),
        within(
            f"alertmanager-{PROMETHEUS_NAME}",
            ports=("http-web",),
            because="sends alerts",
            source=(f"prometheus-{PROMETHEUS_NAME}",),
        ),
        within(
            f"alertmanager-{PROMETHEUS_NAME}",
            ports=("mesh-tcp",),
            because="shares silences",
            source=(f"alertmanager-{PROMETHEUS_NAME}",),
        ),
        Flow(
            source=Pods(workloads=(f"prometheus-{PROMETHEUS_NAME}",)),
            target=Entity.NODES,
            ports=(10250,),
            because="scrapes the kubelets",
            protection="TLS",
        ),
    )


prometheus = Application(
    name="prometheus",
    exceptions=excepted(
        "DaemonSet",
        NODE_EXPORTER,
        "pod-security-host-namespaces",
        "pod-security-host-path",
        "pod-security-host-ports",
        "pod-security-volume-types",
        because="it reads the node's /proc, /sys and network, and answers on it",
        owner=PLATFORM_TEAM,
        namespace=NODE_NAMESPACE,
    ),
    plaintext_because={"node-exporter": "metrics of the node, on the node's network"},
    made_at_run_time={
        "ServiceMonitor monitoring/kps-apiserver": "the Service kubernetes in namespace default",
        "ServiceMonitor monitoring/kps-kubelet": "the operator makes the Service kps-kubelet",
    },
    flows=_flows,
    depends_on=(cilium, cert_manager, sealed_secrets, gatekeeper, kyverno),
    shares_namespaces_of=(cilium,),  # the Services by which CoreDNS and the kubelets are scraped
    namespaces=(
        Namespace(
            name=MONITORING,
            outside_mesh_because="Prometheus must see that the mesh does not work, and Grafana takes no other Host "
            "than its own",
        ),
        Namespace(
            name=NODE_NAMESPACE,
            outside_mesh_because="node-exporter is on the node's network",
            pod_security="privileged",
            because="node-exporter reads the node's /proc, /sys and network (host network, host paths)",
        ),
    ),
    charts=(
        Chart(
            repository="https://prometheus-community.github.io/helm-charts",
            name="kube-prometheus-stack",
            version="88.5.3",
            values=_values,
            custom_resources_with_bootstrap=True,
        ),
    ),
    manifests=_manifests,
    secrets=SECRETS,
    # Neither Prometheus nor Alertmanager knows a login; the latter has no route, Grafana shows it.
    routes=(ROUTE, Route(host="prometheus", service=PROMETHEUS, plugins=(BASIC_AUTH,))),
    runtime_workloads=_runtime_workloads,
    known_idle={"grafana": "200-300Mi"},
    data_sources=(
        DataSource(
            name="Prometheus",
            uid=PROMETHEUS_UID,
            type="prometheus",
            service=PROMETHEUS,
            settings={
                "httpMethod": "POST",
                "timeInterval": SCRAPE_INTERVAL,  # $__rate_interval is at least four of it
                "prometheusType": "Prometheus",
                # By the label that names the trace: Tempo's own, and OpenTelemetry's.
                "exemplarTraceIdDestinations": [
                    {"name": label, "datasourceUid": TEMPO_UID} for label in ("traceID", "trace_id")
                ],
            },
            is_default=True,
        ),
        DataSource(
            name="Alertmanager",
            uid=ALERTMANAGER_UID,
            type="alertmanager",
            service=ALERTMANAGER,
            settings={"implementation": "prometheus", "handleGrafanaManagedAlerts": False},
        ),
    ),
)

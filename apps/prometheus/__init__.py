"""Prometheus: metrics, alerts and Grafana (kube-prometheus-stack).

Its CRDs come with the bootstrap: everybody's ServiceMonitors need them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import (
    Application,
    Chart,
    Context,
    DataSource,
    Namespace,
    Route,
    RunTime,
    SyncWave,
    excepted,
)
from platform_stack.integrations import prometheus_operator
from platform_stack.integrations.grafana import dashboards
from platform_stack.integrations.prometheus import scraper
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
from ..shared.values import PLATFORM_TEAM, SCRAPE_INTERVAL
from .alertmanager import ALERTMANAGER
from .exporters import NODE_EXPORTER, NODE_NAMESPACE
from .grafana import DASHBOARD_READER, GRAFANA, ROUTE, SECRETS
from .monitoring import prometheus_monitoring
from .values import prometheus_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(
        k8s.ClusterRole(
            metadata=k8s.ObjectMeta(name=DASHBOARD_READER),
            rules=[k8s.PolicyRule(api_groups=[""], resources=["configmaps"], verbs=["get", "list", "watch"])],
        ),
        wave=SyncWave.SECRET,
    )
    for item in prometheus_monitoring():
        chart.add(item)


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
    roles=(scraper(workloads=(f"prometheus-{PROMETHEUS_NAME}",)), dashboards(workloads=(GRAFANA.name,))),
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
    run_time=RunTime(
        workloads=prometheus_operator.workloads,
        objects={
            "ServiceMonitor monitoring/kps-apiserver": "the Service kubernetes in namespace default",
            "ServiceMonitor monitoring/kps-kubelet": "the operator makes the Service kps-kubelet",
        },
        known_idle={"grafana": "200-300Mi"},
    ),
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
            values=prometheus_values,
            custom_resources_with_bootstrap=True,
        ),
    ),
    manifests=_manifests,
    secrets=SECRETS,
    # Neither Prometheus nor Alertmanager knows a login; the latter has no route, Grafana shows it.
    routes=(ROUTE, Route(host="prometheus", service=PROMETHEUS, plugins=(BASIC_AUTH,))),
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

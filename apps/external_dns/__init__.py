"""external-dns: makes a DNS record of each route and each exposed Service.

By default it writes into a DNS server in the cluster (`apps.platform_dns`), which needs no account anywhere;
CLOUD has it write into a zone of a cloud instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, PolicyException, SyncWave, Values
from platform_stack.constructs.observability import Alert, Panel, alerts, dashboard, down, pod_monitor
from platform_stack.model.flow import Flow, exposed, uses_api_server, within

from ..cilium import cilium
from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..shared.values import NO_SIDECAR, resources, restricted_container, service_monitor
from .dns_server import DNS, ETCD, METRICS_PORT, NAME_LABEL, NAMESPACE, dns_server

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart
    from platform_stack_imports.k8s import ConfigMap

CLOUD: Values = {}
"""The chart's values for a zone in a cloud; empty: the DNS server in the cluster. For AWS, without a key:

    {
        "provider": {"name": "aws"},
        "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::…:role/external-dns"}},
    }

A credential comes from a Secret, by `env`, never as an argument. Records are then never deleted
(`upsert-only`), since the zone may hold those of others; say `"policy": "sync"` once it does not.
Values by provider: https://kubernetes-sigs.github.io/external-dns/latest/
"""

_IN_CLUSTER: Values = {
    "provider": {"name": "coredns"},
    "env": [{"name": "ETCD_URLS", "value": ETCD.url}],
    "policy": "sync",
}

_INTERVAL_MINUTES = 2


def _values(context: Context) -> Values:
    cluster = context.cluster
    return {
        "sources": ["service", "ingress"],
        "domainFilters": [cluster.domain],
        "registry": "txt",
        "txtOwnerId": f"platform-stack-{cluster.name}",  # two clusters with one would delete each other's records
        "interval": f"{_INTERVAL_MINUTES}m",
        "triggerLoopOnEvent": True,
        "logFormat": "json",
        "extraArgs": {"min-event-sync-interval": "10s"},
        "revisionHistoryLimit": 2,
        "securityContext": {**restricted_container(), "runAsUser": 65532, "runAsGroup": 65532},
        "podLabels": NO_SIDECAR,
        "resources": resources("5m", "32Mi", "96Mi"),
        "serviceMonitor": service_monitor(),
        **({"policy": "upsert-only", **CLOUD} if CLOUD else _IN_CLUSTER),
    }


def _manifests(chart: ManifestChart, context: Context) -> None:
    rules = [
        down("ExternalDns", "external-dns"),
        Alert(
            name="ExternalDnsNotSynced",
            expr="time() - max(external_dns_controller_last_sync_timestamp_seconds) > "
            f"{_INTERVAL_MINUTES * 60 * 5}",
            summary="DNS records have not been brought up to date for five intervals.",
            hint="Look at the logs of external-dns: the DNS server or its credential refuses it.",
        ),
    ]
    if not CLOUD:
        for item in dns_server(context.cluster):
            chart.add(item, wave=SyncWave.CHART - 1)  # external-dns ends when etcd does not answer
        for name in (ETCD.name, DNS.name):
            chart.add(pod_monitor(name, NAMESPACE, labels={NAME_LABEL: name}, port=METRICS_PORT))
        rules += [
            down("PlatformDns", f"{NAMESPACE}/{DNS.name}", severity="critical"),
            down("PlatformDnsEtcd", f"{NAMESPACE}/{ETCD.name}"),
            Alert(
                name="PlatformDnsEtcdFull",
                expr=f'max(etcd_mvcc_db_total_size_in_bytes{{job="{NAMESPACE}/{ETCD.name}"}}) '
                f'/ max(etcd_server_quota_backend_bytes{{job="{NAMESPACE}/{ETCD.name}"}}) > 0.8',
                summary="The records' etcd is at 80 % of its quota; when full it takes no more.",
                hint="Delete its pod: external-dns writes all records again.",
            ),
        ]
    chart.add(alerts("external-dns", NAMESPACE, *rules))
    chart.add(_dashboard())


def _dashboard() -> ConfigMap:
    job = f'job="{NAMESPACE}/{DNS.name}"'
    return dashboard(
        "external-dns",
        NAMESPACE,
        "External DNS",
        Panel("Records wanted", "max(external_dns_source_endpoints_total)"),
        Panel("Records written", "max(external_dns_registry_endpoints_total)"),
        Panel(
            "Age of the last synchronization",
            "time() - max(external_dns_controller_last_sync_timestamp_seconds)",
            unit="s",
        ),
        Panel(
            "Errors",
            "sum(rate(external_dns_registry_errors_total[5m]))"
            " + sum(rate(external_dns_source_errors_total[5m]))",
            unit="ops",
        ),
        Panel(
            "Answers of the platform's DNS",
            f"sum by (rcode) (rate(coredns_dns_responses_total{{{job}}}[5m]))",
            "{{rcode}}",
            "ops",
        ),
        Panel(
            "Time to answer, 99th percentile",
            "histogram_quantile(0.99, sum by (le) "
            f"(rate(coredns_dns_request_duration_seconds_bucket{{{job}}}[5m])))",
            unit="s",
        ),
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server("external-dns"),
        *(
            ()
            if CLOUD
            else (
                within(
                    ETCD.name,
                    ports=(2379,),
                    because="keeps the records there",
                    source=("external-dns", DNS.name),
                ),
                exposed(DNS.name, ports=(1053,), because="answers DNS queries"),
                exposed(DNS.name, ports=(1053,), because="answers DNS queries", protocol="UDP"),
            )
        ),
    )


external_dns = Application(
    name="external-dns",
    flows=_flows,
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="its three sidecars are not in the laptop's budget, and DNS over UDP goes around them",
        ),
    ),
    depends_on=(cilium, gatekeeper, kyverno),
    charts=(
        Chart(
            repository="https://kubernetes-sigs.github.io/external-dns/",
            name="external-dns",
            version="1.21.1",
            values=_values,
        ),
    ),
    manifests=_manifests,
    exceptions=()
    if CLOUD
    else (
        PolicyException(
            policy="no-load-balancer",
            kind="Service",
            name=DNS.name,
            because="the machine outside asks it for the names of the routes; the gateway speaks no DNS",
            owner="platform team",
        ),
    ),
)

"""What is watched of external-dns, and of the DNS server in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down, pod_monitor

from .dns_server import DNS, ETCD, METRICS_PORT, NAME_LABEL, NAMESPACE
from .values import INTERVAL_MINUTES

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject
    from platform_stack_imports.k8s import ConfigMap


def external_dns_monitoring(*, in_cluster: bool) -> list[ApiObject]:
    """Return the alerts, the dashboard, and the monitors of the DNS server.

    Args:
        in_cluster: whether there is one in the cluster.

    """
    monitors: list[ApiObject] = []
    rules = [
        down("ExternalDns", "external-dns"),
        Alert(
            name="ExternalDnsNotSynced",
            expr="time() - max(external_dns_controller_last_sync_timestamp_seconds) > "
            f"{INTERVAL_MINUTES * 60 * 5}",
            summary="DNS records have not been brought up to date for five intervals.",
            hint="Look at the logs of external-dns: the DNS server or its credential refuses it.",
        ),
    ]
    if in_cluster:
        monitors = [
            pod_monitor(name, NAMESPACE, labels={NAME_LABEL: name}, port=METRICS_PORT)
            for name in (ETCD.name, DNS.name)
        ]
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
    return [*monitors, alerts("external-dns", NAMESPACE, *rules), _dashboard()]


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

"""What is watched of Longhorn and its volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down

from .values import NAMESPACE

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject
    from platform_stack_imports import k8s


def longhorn_monitoring() -> list[ApiObject]:
    """Return the alerts and the dashboard."""
    return [
        alerts("longhorn", NAMESPACE, *_alerts()),
        _dashboard(),
    ]


def _alerts() -> tuple[Alert, ...]:
    """Return the alerts; metrics: https://longhorn.io/docs/1.12.1/monitoring/metrics/."""
    return (
        down("Longhorn", "longhorn-backend", severity="critical"),
        Alert(
            name="LonghornVolumeFaulted",
            expr='longhorn_volume_robustness{state="faulted"} == 1',
            summary="The volume {{ $labels.volume }} has no replica left that works.",
            hint="Longhorn's user interface: salvage a replica, or restore a backup.",
            severity="critical",
            duration="5m",
        ),
        Alert(
            name="LonghornVolumeDegraded",
            expr='longhorn_volume_robustness{state="degraded"} == 1',
            summary="The volume {{ $labels.volume }} has fewer replicas than it should.",
            hint="A node down, or no room for the replica on another one.",
            duration="30m",
        ),
        Alert(
            name="LonghornDiskAlmostFull",
            expr="longhorn_node_storage_usage_bytes / longhorn_node_storage_capacity_bytes > 0.85",
            summary="Longhorn's disk on the node {{ $labels.node }} is more than 85 % full.",
            hint="Delete snapshots, or add a disk.",
        ),
        Alert(
            name="LonghornNodeNotReady",
            expr='longhorn_node_status{condition="ready"} == 0',
            summary="Longhorn cannot use the node {{ $labels.node }}.",
            hint="Conditions of the node in Longhorn's user interface: {{ $labels.condition_reason }}.",
        ),
    )


def _dashboard() -> k8s.ConfigMap:
    return dashboard(
        "longhorn",
        NAMESPACE,
        "Longhorn",
        Panel("Volumes by robustness", "sum by (state) (longhorn_volume_robustness)", "{{state}}"),
        Panel("Volumes by state", "sum by (state) (longhorn_volume_state)", "{{state}}"),
        Panel(
            "Disk in use",
            "longhorn_node_storage_usage_bytes / longhorn_node_storage_capacity_bytes",
            "{{node}}",
            "percentunit",
        ),
        Panel("Volume size", "longhorn_volume_actual_size_bytes", "{{pvc_namespace}}/{{pvc}}", "bytes"),
        Panel("Read", "longhorn_volume_read_throughput", "{{pvc_namespace}}/{{pvc}}", "Bps"),
        Panel("Written", "longhorn_volume_write_throughput", "{{pvc_namespace}}/{{pvc}}", "Bps"),
    )

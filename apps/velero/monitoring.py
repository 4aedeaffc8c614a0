"""What is watched of Velero (metrics: https://github.com/vmware-tanzu/velero/blob/main/pkg/metrics/metrics.go).

Velero's counters begin anew with its pod; the time of the last complete backup is read back from the backups
that exist. So the two critical alerts use that time only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down

if TYPE_CHECKING:
    from platform_stack_imports.k8s import ConfigMap
    from platform_stack_imports.prometheus_operator import PrometheusRule


def velero_alerts(namespace: str, schedule: str) -> PrometheusRule:
    """Return the alerts of Velero in a namespace, for one of its chart's schedules."""
    last = f'velero_backup_last_successful_timestamp{{schedule="velero-{schedule}"}}'
    failed = " or ".join(
        f'increase(velero_backup_{kind}_total{{schedule!=""}}[24h]) > 0'
        for kind in ("failure", "partial_failure", "validation_failure")
    )
    return alerts(
        "velero",
        namespace,
        down("Velero", "velero"),
        down("VeleroNodeAgent", f"{namespace}/node-agent"),
        Alert(
            name="VeleroBackupFailed",
            expr=failed,
            summary="A backup of the schedule {{ $labels.schedule }} failed, in whole or in part.",
            hint="velero backup get, then velero backup logs NAME.",
            duration="0m",
        ),
        Alert(
            name="VeleroBackupMissing",
            expr=f"time() - max({last}) > 36 * 3600",
            summary="There has been no complete backup for 36 hours.",
            hint="velero schedule get and velero backup get; a partial failure does not count as a backup.",
            severity="critical",
        ),
        Alert(
            name="VeleroNeverBackedUp",
            expr=f"absent({last})",
            summary="In 36 hours there has not been one complete backup.",
            hint="velero backup-location get: is the store there, are the credentials right?",
            severity="critical",
            duration="36h",
        ),
        Alert(
            name="VeleroStoreUnavailable",
            expr="velero_backup_location_status_gauge == 0",
            summary="Velero cannot use the location {{ $labels.backup_location_name }}.",
            hint="velero backup-location get, then the log of SeaweedFS.",
            duration="30m",
        ),
    )


def velero_dashboard(namespace: str) -> ConfigMap:
    """Return the dashboard of Velero."""
    scheduled = '{schedule!=""}'
    return dashboard(
        "velero",
        namespace,
        "Velero",
        Panel(
            "Age of the last complete backup",
            f"time() - max by (schedule) (velero_backup_last_successful_timestamp{scheduled})",
            "{{schedule}}",
            "s",
        ),
        Panel("Backups kept", "max(velero_backup_total)", "backups"),
        Panel(
            "Complete backups in a day",
            f"sum by (schedule) (increase(velero_backup_success_total{scheduled}[24h]))",
            "{{schedule}}",
        ),
        Panel(
            "Failed backups in a day",
            f"sum by (schedule) (increase(velero_backup_failure_total{scheduled}[24h]) "
            f"+ increase(velero_backup_partial_failure_total{scheduled}[24h]))",
            "{{schedule}}",
        ),
        Panel(
            "Size of the objects' backup",
            f"max by (schedule) (velero_backup_tarball_size_bytes{scheduled})",
            "{{schedule}}",
            "bytes",
        ),
        Panel("Restores in a day", "sum(increase(velero_restore_success_total[24h]))", "complete"),
    )

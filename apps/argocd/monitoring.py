"""What is measured of Argo CD: its components, and the state of every Application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def argocd_monitoring(namespace: str, release: str, *, available: bool) -> list[ApiObject]:
    """Return the alerts and the dashboard.

    Args:
        namespace: where Argo CD runs.
        release: prefix of its Services' names, which are Prometheus' jobs.
        available: whether Redis is three with sentinels and proxies, or a single one.

    """
    return [
        alerts("argocd", namespace, *_components(release, available=available), *_APPLICATIONS),
        dashboard("argocd", namespace, "Argo CD", *_PANELS, *_of_the_pods(namespace)),
    ]


def _components(release: str, *, available: bool) -> list[Alert]:
    redis = (
        [down("ArgoCDRedis", f"{release}-redis-ha"), down("ArgoCDRedisProxy", f"{release}-redis-ha-haproxy")]
        if available
        else [down("ArgoCDRedis", f"{release}-redis-metrics")]
    )
    return [
        down("ArgoCDController", f"{release}-application-controller-metrics", severity="critical"),
        down("ArgoCDRepoServer", f"{release}-repo-server-metrics", severity="critical"),
        down("ArgoCDServer", f"{release}-server-metrics"),
        down("ArgoCDApplicationSetController", f"{release}-applicationset-controller-metrics"),
        *redis,
    ]


_APPLICATIONS = (
    # Not of what is synced by hand on purpose: it may stay out of sync.
    Alert(
        name="ArgoCDApplicationOutOfSync",
        expr='sum by (name) (argocd_app_info{autosync_enabled="true",sync_status="OutOfSync"}) > 0',
        summary="Application {{ $labels.name }} is not what git says.",
        hint="Look at its differences and at its last sync in Argo CD.",
        duration="15m",
    ),
    Alert(
        name="ArgoCDApplicationDegraded",
        expr='sum by (name) (argocd_app_info{autosync_enabled="true",health_status=~"Degraded|Missing"}) > 0',
        summary="Application {{ $labels.name }} is degraded.",
        hint="Look at the health of its objects in Argo CD.",
        duration="15m",
    ),
    Alert(
        name="ArgoCDSyncFailed",
        expr='sum by (name) (increase(argocd_app_sync_total{phase=~"Error|Failed"}[15m])) > 2',
        summary="Application {{ $labels.name }} fails to sync, again and again.",
        hint="Look at the message of its last sync in Argo CD.",
    ),
)

_PANELS = (
    Panel("Applications by sync", "sum by (sync_status) (argocd_app_info)", "{{sync_status}}"),
    Panel("Applications by health", "sum by (health_status) (argocd_app_info)", "{{health_status}}"),
    Panel("Syncs", "sum by (phase) (increase(argocd_app_sync_total[10m]))", "{{phase}}"),
    Panel(
        "Reconciliation, 99th percentile",
        "histogram_quantile(0.99, sum by (le) (rate(argocd_app_reconcile_bucket[10m])))",
        unit="s",
    ),
    Panel(
        "Requests to git, 99th percentile",
        "histogram_quantile(0.99, sum by (le, request_type) "
        "(rate(argocd_git_request_duration_seconds_bucket[10m])))",
        "{{request_type}}",
        "s",
    ),
)
"""Metric names: https://argo-cd.readthedocs.io/en/stable/operator-manual/metrics/."""


def _of_the_pods(namespace: str) -> list[Panel]:
    return [
        Panel(
            "Queues",
            f'sum by (name) (workqueue_depth{{namespace="{namespace}"}})',
            "{{name}}",
        ),
        Panel(
            "Memory",
            f'sum by (pod) (process_resident_memory_bytes{{namespace="{namespace}"}})',
            "{{pod}}",
            "bytes",
        ),
        Panel("Redis memory", f'redis_memory_used_bytes{{namespace="{namespace}"}}', "{{pod}}", "bytes"),
    ]

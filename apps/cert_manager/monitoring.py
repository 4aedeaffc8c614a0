"""What is watched of cert-manager, and of every certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down

from .values import NAMESPACE

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def cert_manager_monitoring() -> list[ApiObject]:
    """Return the alerts and the dashboard."""
    return [
        alerts("cert-manager", NAMESPACE, *_ALERTS),
        dashboard("cert-manager", NAMESPACE, "cert-manager", *_PANELS),
    ]


_EXPIRY = "certmanager_certificate_expiration_timestamp_seconds"
_LEFT = f"({_EXPIRY} > 0) - time()"
"""Seconds that are left; a certificate that was never issued has the timestamp 0."""

_ALERTS = (
    # The chart takes a job's name from the label app.kubernetes.io/name.
    down("CertManager", "cert-manager"),
    down("CertManagerWebhook", "webhook"),
    down("CertManagerCAInjector", "cainjector"),
    Alert(
        name="CertificateExpiresSoon",
        expr=f"{_LEFT} < 7 * 24 * 3600",
        summary="Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} expires in less than 7 days.",
        hint="It should have been renewed: look at the conditions of the Certificate and its CertificateRequests.",
        severity="critical",
    ),
    Alert(
        name="CertificateNotReady",
        expr='max by (exported_namespace, name) (certmanager_certificate_ready_status{condition!="True"}) == 1',
        summary="Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} is not ready.",
        hint="Look at the conditions of the Certificate and its CertificateRequests.",
        duration="15m",
    ),
)

_PANELS = (
    Panel("Days until expiry", f"({_LEFT}) / 86400", "{{exported_namespace}}/{{name}}"),
    Panel(
        "Certificates by readiness",
        "sum by (condition) (certmanager_certificate_ready_status)",
        "{{condition}}",
    ),
    Panel(
        "Reconciliations",
        "sum by (controller) (rate(certmanager_controller_sync_call_count[5m]))",
        "{{controller}}",
        "reqps",
    ),
    Panel(
        "Failed reconciliations",
        "sum by (controller) (rate(certmanager_controller_sync_error_count[5m]))",
        "{{controller}}",
        "reqps",
    ),
)
"""Metric names: https://cert-manager.io/docs/devops-tips/prometheus-metrics/."""

"""What is watched of Gatekeeper.

Metrics: https://open-policy-agent.github.io/gatekeeper/website/docs/metrics/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down, pod_monitor

from ..policies.admission import GATEKEEPER_NAMESPACE as NAMESPACE
from .values import AUDIT_INTERVAL

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject
    from platform_stack_imports.prometheus_operator import PodMonitor

_WEBHOOK = "gatekeeper-controller-manager"
_AUDIT = "gatekeeper-audit"


def _monitor(name: str, component: str) -> PodMonitor:
    labels = {"gatekeeper.sh/system": "yes", "control-plane": component}
    return pod_monitor(name, NAMESPACE, labels=labels, port="metrics")


def gatekeeper_monitoring() -> list[ApiObject]:
    """Return what the chart lacks: monitors, alerts and a dashboard."""
    duration = "gatekeeper_validation_request_duration_seconds"
    return [
        _monitor(_WEBHOOK, "controller-manager"),
        _monitor(_AUDIT, "audit-controller"),
        alerts(
            "gatekeeper",
            NAMESPACE,
            down("GatekeeperWebhook", f"{NAMESPACE}/{_WEBHOOK}"),
            down("GatekeeperAudit", f"{NAMESPACE}/{_AUDIT}"),
            Alert(
                name="GatekeeperAuditStale",
                expr=f"time() - max(gatekeeper_audit_last_run_end_time) > {3 * AUDIT_INTERVAL}",
                summary="Gatekeeper has not finished an audit for three intervals.",
                hint="Look at the log of gatekeeper-audit: memory, or the API server.",
            ),
            Alert(
                name="GatekeeperTemplateBroken",
                expr='max(gatekeeper_constraint_templates{status="error"}) > 0',
                summary="A ConstraintTemplate does not compile: its constraints check nothing.",
                hint="kubectl get constrainttemplates -o yaml shows the error in status.byPod.",
            ),
            Alert(
                name="GatekeeperViolations",
                expr='max(gatekeeper_violations{enforcement_action="deny"}) > 0',
                summary="Objects exist that a constraint in force would refuse.",
                hint="kubectl get constraints shows how many, status.violations of each which.",
                severity="info",
            ),
        ),
        dashboard(
            "gatekeeper",
            NAMESPACE,
            "Gatekeeper",
            Panel(
                "Requests",
                f"sum by (admission_status) (rate({duration}_count[5m]))",
                "{{admission_status}}",
                "reqps",
            ),
            Panel(
                "Request duration, 99th percentile",
                f"histogram_quantile(0.99, sum by (le) (rate({duration}_bucket[5m])))",
                "p99",
                "s",
            ),
            Panel(
                "Violations found by the audit",
                "max by (enforcement_action) (gatekeeper_violations)",
                "{{enforcement_action}}",
            ),
            Panel("Age of the last audit", "time() - max(gatekeeper_audit_last_run_end_time)", "age", "s"),
            Panel("Constraint templates", "max by (status) (gatekeeper_constraint_templates)", "{{status}}"),
            Panel(
                "Constraints",
                "max by (enforcement_action, status) (gatekeeper_constraints)",
                "{{enforcement_action}}, {{status}}",
            ),
        ),
    ]

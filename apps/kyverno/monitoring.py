"""What is watched of Kyverno."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down

from ..policies.admission import KYVERNO_NAMESPACE as NAMESPACE

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def kyverno_monitoring() -> list[ApiObject]:
    """Return the alerts and the dashboard.

    The chart's dashboard knows the metrics of ClusterPolicy only; each kind of policies.kyverno.io has its own
    (Kyverno 1.19, pkg/metrics).
    """
    return [
        alerts(
            "kyverno",
            NAMESPACE,
            # Critical: its webhooks fail closed, so no pod outside the exempt namespaces can start.
            down("Kyverno", "kyverno-svc-metrics", severity="critical"),
            down("KyvernoBackgroundController", "kyverno-background-controller-metrics"),
            down("KyvernoReportsController", "kyverno-reports-controller-metrics"),
            Alert(
                name="KyvernoAdmissionSlow",
                expr=(
                    "histogram_quantile(0.99, sum by (le) "
                    "(rate(kyverno_admission_review_duration_seconds_bucket[5m]))) > 5"
                ),
                summary="Kyverno takes more than 5 s for one admission review in a hundred.",
                hint="The API server gives up after 10 s; look at the registry and at Sigstore first.",
            ),
        ),
        dashboard(
            "kyverno",
            NAMESPACE,
            "Kyverno",
            Panel(
                "Refused requests",
                'sum by (resource_kind) (rate(kyverno_admission_requests_total{request_allowed="false"}[5m]))',
                "{{resource_kind}}",
                "reqps",
            ),
            Panel(
                "Failed checks, by policy",
                'sum by (policy_name) (rate(kyverno_validating_policy_results_total{result="fail"}[5m]))',
                "{{policy_name}}",
            ),
            Panel(
                "Time of an admission review",
                "histogram_quantile(0.99, sum by (le) (rate(kyverno_admission_review_duration_seconds_bucket[5m])))",
                "99 of 100",
                "s",
            ),
            Panel(
                "Time of a policy, mean",
                "sum by (policy_name) (rate(kyverno_validating_policy_execution_duration_seconds_sum[5m])) / "
                "sum by (policy_name) (rate(kyverno_validating_policy_execution_duration_seconds_count[5m]))",
                "{{policy_name}}",
                "s",
            ),
            Panel(
                "Changed objects, by policy",
                "sum by (policy_name) (rate(kyverno_mutating_policy_results_total[5m]))",
                "{{policy_name}}",
            ),
            Panel(
                "Made objects, by policy",
                "sum by (policy_name) (rate(kyverno_generating_policy_results_total[5m]))",
                "{{policy_name}}",
            ),
            Panel(
                "Images whose signature was looked at",
                "sum by (policy_name, result) (rate(kyverno_image_validating_policy_results_total[5m]))",
                "{{policy_name}} {{result}}",
            ),
            Panel(
                "Reconciliations, by controller",
                "sum by (controller_name) (rate(kyverno_controller_reconcile_total[5m]))",
                "{{controller_name}}",
            ),
        ),
    ]

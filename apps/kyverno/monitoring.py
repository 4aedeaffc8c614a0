"""What is watched of Kyverno."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.prometheus import Alert, alerts, down

from ..policies.admission import KYVERNO_NAMESPACE as NAMESPACE

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def kyverno_monitoring() -> list[ApiObject]:
    """Return the alerts; the dashboard is the chart's."""
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
    ]

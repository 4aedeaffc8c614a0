"""Gatekeeper: the policy engine for organisation-wide rules, and for rules that compare objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, IgnoreDifferences, Namespace, Values
from platform_stack.constructs.observability import Alert, Panel, alerts, dashboard, down, pod_monitor
from platform_stack.model.flow import Flow, uses_api_server

from ..policies.admission import EXEMPT_NAMESPACES
from ..policies.admission import GATEKEEPER_NAMESPACE as NAMESPACE
from ..shared.values import NO_SIDECAR, resources

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

_AUDIT_INTERVAL = 300
"""Seconds between two audits of what exists."""

_OFF = {"enabled": False}

_WEBHOOK = "gatekeeper-controller-manager"
_AUDIT = "gatekeeper-audit"


def _values(context: Context) -> Values:
    available = context.cluster.is_highly_available
    pods = {
        "resources": resources("5m", "32Mi", "512Mi"),
        "podSecurityContext": {
            "fsGroup": 999,
            "supplementalGroups": [999],
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    return {
        "replicas": 2 if available else 1,
        # With one replica a budget of one would forbid every drain.
        "pdb": {"controllerManager": {"minAvailable": 1 if available else 0}},
        "revisionHistoryLimit": 2,
        "podLabels": NO_SIDECAR,  # the API server calls the webhook, without an identity in the mesh
        "auditInterval": _AUDIT_INTERVAL,
        "auditChunkSize": 200,
        "auditMatchKindOnly": True,
        "constraintViolationsLimit": 50,
        "disableMutation": True,  # Kyverno mutates: one question, one engine
        "enableExternalData": False,
        "enableDeleteOperations": False,
        # The webhook and the audit ask; no ValidatingAdmissionPolicy beside each template in CEL.
        "defaultCreateVAPForTemplates": False,
        "defaultCreateVAPBindingForConstraints": False,
        # Both webhooks fail open: Kyverno fails closed on pods, and while Gatekeeper is down Argo CD must be
        # able to make and label namespaces. The audit finds what slipped through.
        "validatingWebhookFailurePolicy": "Ignore",
        "validatingWebhookCheckIgnoreFailurePolicy": "Ignore",
        "validatingWebhookTimeoutSeconds": 3,
        "validatingWebhookSubResources": [],  # exec, log, port-forward and evictions never wait for it
        "validatingWebhookExemptNamespacesLabels": {"kubernetes.io/metadata.name": EXEMPT_NAMESPACES},
        "logDenies": True,
        "metricsBackends": ["prometheus"],
        # Kubernetes admits critical pods outside kube-system only where a ResourceQuota names their class.
        "resourceQuota": True,
        "podCountLimit": "10",
        "controllerManager": {
            # Who may carry the label admission.gatekeeper.sh/ignore.
            "exemptNamespaces": EXEMPT_NAMESPACES,
            "tlsMinVersion": "1.3",
            **pods,
        },
        "audit": pods,
        # Hook jobs that Argo CD would run on every sync. It applies the chart's CRDs itself, and the
        # namespace's labels are in git.
        "upgradeCRDs": _OFF,
        "postInstall": {"labelNamespace": _OFF, "probeWebhook": _OFF},
        "postUpgrade": {"labelNamespace": _OFF},
        "preUninstall": {"deleteWebhookConfigurations": _OFF},
    }


def _manifests(chart: ManifestChart, _context: Context) -> None:
    """Add what the chart lacks: monitors, alerts and a dashboard.

    Metrics: https://open-policy-agent.github.io/gatekeeper/website/docs/metrics/
    """
    for name, component in ((_WEBHOOK, "controller-manager"), (_AUDIT, "audit-controller")):
        labels = {"gatekeeper.sh/system": "yes", "control-plane": component}
        chart.add(pod_monitor(name, NAMESPACE, labels=labels, port="metrics"))
    chart.add(
        alerts(
            "gatekeeper",
            NAMESPACE,
            down("GatekeeperWebhook", f"{NAMESPACE}/{_WEBHOOK}"),
            down("GatekeeperAudit", f"{NAMESPACE}/{_AUDIT}"),
            Alert(
                name="GatekeeperAuditStale",
                expr=f"time() - max(gatekeeper_audit_last_run_end_time) > {3 * _AUDIT_INTERVAL}",
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
        )
    )
    duration = "gatekeeper_validation_request_duration_seconds"
    chart.add(
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
        )
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (uses_api_server(),)


gatekeeper = Application(
    name="gatekeeper",
    flows=_flows,
    known_idle={"gatekeeper-audit": "98-113Mi", "gatekeeper-controller-manager": "98-113Mi"},
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="the API server calls its webhook: every change in the cluster waits for it",
        ),
    ),
    charts=(
        Chart(
            repository="https://open-policy-agent.github.io/gatekeeper/charts",
            name="gatekeeper",
            version="3.23.0",
            values=_values,
        ),
    ),
    manifests=_manifests,
    ignore_differences=(
        IgnoreDifferences(
            group="",
            kind="Secret",
            name="gatekeeper-webhook-server-cert",
            jq_path_expressions=(".data",),
            because="the webhook makes its certificate, and renews it, in this Secret",
        ),
    ),
)

"""The values of Gatekeeper's chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..policies.admission import EXEMPT_NAMESPACES
from ..shared.values import NO_SIDECAR, resources

if TYPE_CHECKING:
    from platform_stack import Context, Values

AUDIT_INTERVAL = 300
"""Seconds between two audits of what exists."""

_OFF = {"enabled": False}


def gatekeeper_values(context: Context) -> Values:
    """Return the values; on `ha` with two that answer the webhooks."""
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
        "auditInterval": AUDIT_INTERVAL,
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

"""Sealed Secrets: opens, in the cluster, the secrets that lie sealed in git."""

from __future__ import annotations

from apps.common import resources, restricted_container, service_monitor
from platform_stack import Application, Chart, Namespace

sealed_secrets = Application(
    name="sealed-secrets",
    namespaces=(Namespace(name="sealed-secrets"),),
    charts=(
        Chart(
            repository="https://bitnami-labs.github.io/sealed-secrets",
            name="sealed-secrets",
            version="2.18.5",
            # The same on both profiles: two controllers would each renew the sealing key.
            values={
                "fullnameOverride": "sealed-secrets-controller",  # the name that kubeseal looks for
                "revisionHistoryLimit": 2,
                "image": {"pullPolicy": "IfNotPresent"},
                "keyrenewperiod": "720h",
                "updateStatus": True,  # Argo CD's health check for SealedSecrets reads it
                "logFormat": "json",
                "logLevel": "INFO",
                "logInfoStdout": True,
                "resources": resources("2m", "16Mi", "96Mi"),
                "podSecurityContext": {
                    "enabled": True,
                    "fsGroup": 65534,
                    "runAsNonRoot": True,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containerSecurityContext": {"enabled": True, **restricted_container(runAsUser=1001)},
                # Off: every authenticated user could reach the controller through the API server's proxy.
                "rbac": {"serviceProxier": {"create": False, "bind": False}},
                "priorityClassName": "system-cluster-critical",
                "metrics": {
                    "serviceMonitor": service_monitor(),
                    "dashboards": {"create": True, "labels": {"grafana_dashboard": "1"}},
                },
            },
        ),
    ),
)

"""Sealed Secrets: opens, in the cluster, the secrets that lie sealed in git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, RunTime
from platform_stack.integrations import sealed_secrets as product
from platform_stack.integrations.prometheus import Alert, alerts, down
from platform_stack.model.flow import Flow, uses_api_server

from ..shared.values import resources, restricted_container, service_monitor

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

NAMESPACE = "sealed-secrets"
NAME = "sealed-secrets-controller"
"""The name that kubeseal looks for."""


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(
        alerts(
            "sealed-secrets",
            NAMESPACE,
            down("SealedSecrets", f"{NAME}-metrics"),
            Alert(
                name="SealedSecretsUnsealErrors",
                expr="sum by (reason) (increase(sealed_secrets_controller_unseal_errors_total[15m])) > 0",
                summary="A SealedSecret cannot be opened: {{ $labels.reason }}.",
                hint="It may be sealed with another cluster's key, or for another name or namespace.",
            ),
        )
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (uses_api_server(),)


sealed_secrets = Application(
    name="sealed-secrets",
    roles=(product.secret_opener(),),
    run_time=RunTime(known_idle={"sealed-secrets-controller": "10-21Mi"}),
    flows=_flows,
    namespaces=(Namespace(name=NAMESPACE, outside_mesh_because="it must work before the mesh does"),),
    charts=(
        Chart(
            repository="https://bitnami-labs.github.io/sealed-secrets",
            name="sealed-secrets",
            version="2.18.5",
            # The same on both profiles: a controller knows of no other, and each would write the same Secrets.
            values={
                "fullnameOverride": NAME,
                "revisionHistoryLimit": 2,
                "image": {"pullPolicy": "IfNotPresent"},
                # Off: the key is its owner's, outside the cluster (docs/guides/secrets.md). One that the controller
                # made would be lost with the cluster.
                "keyrenewperiod": "0",
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
    manifests=_manifests,
)

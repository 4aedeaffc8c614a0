"""What is measured of Vault and of its injector.

The metrics' names are those of https://developer.hashicorp.com/vault/docs/internals/telemetry/metrics and
https://developer.hashicorp.com/vault/docs/platform/k8s/injector (the injector).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.grafana import Panel, dashboard
from platform_stack.integrations.prometheus import Alert, alerts, down
from platform_stack_imports import prometheus_operator
from platform_stack_imports.k8s import ConfigMap, ObjectMeta

from ..shared.values import SCRAPE_INTERVAL

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject

METRICS_RETENTION = "5m"
"""How long Vault shows the last value of what it no longer measures; its default is 24 hours.

An unsealed Vault measures every second whether it is, a sealed one does not. Until it leads, its gauge is without the
name of the cluster, then with it: when it is sealed only the latter becomes 0, and the former stays at 1 for so long
(hashicorp/vault#25214).
"""

_JOB = "vault-internal"
_INJECTOR_JOB = "vault-agent-injector-svc"


def vault_monitoring(namespace: str, *, injector_secret: str, injector_host: str) -> list[ApiObject]:
    """Return the alerts and dashboard of Vault, and the monitor of its injector; Vault's is the chart's.

    Args:
        namespace: where they all are.
        injector_secret: the Secret with the injector's certificate and its CA.
        injector_host: the name in that certificate.

    """
    return [
        _injector_monitor(namespace, injector_secret, injector_host),
        _alerts(namespace),
        _dashboard(namespace),
    ]


def _injector_monitor(namespace: str, secret: str, host: str) -> prometheus_operator.ServiceMonitor:
    ca = prometheus_operator.ServiceMonitorSpecEndpointsTlsConfigCa(
        secret=prometheus_operator.ServiceMonitorSpecEndpointsBasicAuthPassword(name=secret, key="ca.crt")
    )
    return prometheus_operator.ServiceMonitor(
        metadata=ObjectMeta(name="vault-agent-injector", namespace=namespace),
        spec=prometheus_operator.ServiceMonitorSpec(
            selector=prometheus_operator.ServiceMonitorSpecSelector(
                match_labels={"app.kubernetes.io/name": "vault-agent-injector"}
            ),
            endpoints=[
                prometheus_operator.ServiceMonitorSpecEndpoints(
                    port="https",
                    path="/metrics",
                    scheme="https",
                    interval=SCRAPE_INTERVAL,
                    tls_config=prometheus_operator.ServiceMonitorSpecEndpointsTlsConfig(
                        ca=ca, server_name=host
                    ),
                )
            ],
        ),
    )


def _alerts(namespace: str) -> prometheus_operator.PrometheusRule:
    return alerts(
        "vault",
        namespace,
        down("Vault", _JOB, severity="critical"),
        Alert(
            name="VaultSealed",
            # What does not say that it is unsealed is sealed: a Vault that was never unsealed says nothing, and
            # one that was sealed stops saying so, at METRICS_RETENTION at the latest.
            expr=f'up{{job="{_JOB}"}} unless on (namespace, pod) (vault_core_unsealed == 1)',
            summary="{{ $labels.pod }} is sealed: nobody can read or write a secret there.",
            hint="`vault operator unseal` in that pod; on a new cluster `vault operator init` once before.",
            severity="critical",
            duration="5m",
        ),
        Alert(
            name="VaultWithoutLeader",
            expr="(max(vault_core_unsealed) == 1) and (max(vault_core_active) == 0)",
            summary="No Vault is the leader although one is unsealed.",
            hint="Two of three must be unsealed to elect one; then `vault operator raft list-peers`.",
            severity="critical",
            duration="5m",
        ),
        Alert(
            name="VaultAuditFails",
            # The second half: a counter that begins with the first failure has not increased.
            expr=(
                "sum(increase(vault_audit_log_request_failure[10m])) > 0"
                " or sum(vault_audit_log_request_failure unless vault_audit_log_request_failure offset 10m) > 0"
            ),
            summary="Vault cannot write its audit log, and refuses what it cannot write down.",
            hint="Look whether the volume audit-vault-… is full.",
            severity="critical",
            duration="0m",
        ),
        down("VaultInjector", _INJECTOR_JOB),
    )


def _dashboard(namespace: str) -> ConfigMap:
    return dashboard(
        "vault",
        namespace,
        "Vault",
        Panel("Unsealed", "max by (pod) (vault_core_unsealed)", "{{pod}}"),
        Panel("Leader", "max by (pod) (vault_core_active)", "{{pod}}"),
        Panel("Requests", "sum(rate(vault_core_handle_request_count[5m]))", unit="reqps"),
        Panel(
            "Request duration, 99th percentile",
            'max by (pod) (vault_core_handle_request{quantile="0.99"})',
            "{{pod}}",
            "ms",
        ),
        Panel("Leases", "max(vault_expire_num_leases)"),
        Panel(
            "Pods given secrets",
            # Prometheus keeps `namespace` for that of the injector.
            "sum by (exported_namespace) (rate(vault_agent_injector_injections_by_namespace_total[5m]))",
            "{{exported_namespace}}",
            "ops",
        ),
    )

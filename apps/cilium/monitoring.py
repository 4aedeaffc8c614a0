"""What is watched of Cilium."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.prometheus import Alert, alerts, down

from .values import NAMESPACE

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def cilium_monitoring() -> list[ApiObject]:
    """Return the alerts; the dashboards are the chart's."""
    return [
        alerts(
            "cilium",
            NAMESPACE,
            down("Cilium", "cilium-agent", severity="critical"),
            down("CiliumOperator", "cilium-operator"),
            down("Hubble", "hubble-metrics"),
            Alert(
                name="CiliumNodesUnreachable",
                expr="max by (pod) (cilium_unreachable_nodes) > 0",
                summary="Cilium on {{ $labels.pod }} does not reach every node.",
                hint="Run `cilium-health status` in that pod.",
            ),
            Alert(
                name="CiliumPolicyImportFails",
                expr='sum by (pod) (increase(cilium_policy_change_total{outcome=~"fail.*"}[15m])) > 0',
                summary="Cilium on {{ $labels.pod }} cannot import a network policy.",
                hint="Look at the agent's log.",
            ),
        ),
    ]

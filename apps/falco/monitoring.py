"""What is watched of Falco, and the alert for what Falco itself finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.prometheus import Alert, alerts, down

from .values import NAMESPACE

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject


def falco_monitoring() -> list[ApiObject]:
    """Return the alerts; the dashboard is the chart's."""
    # The counter's priority is a number from 0 (emergency) to 7 (debug). Its series begins at the first
    # match, and increase() of one sample is 0: a new series counts as a match as well.
    matches = 'falcosecurity_falco_rules_matches_total{priority=~"[0-4]"}'
    by_rule = "sum by (rule_name)"
    return [
        alerts(
            "falco",
            NAMESPACE,
            down("Falco", "falco-metrics", severity="critical"),
            Alert(
                name="FalcoNodeUnwatched",
                expr='count(up{job="falco-metrics"} == 1) < count(kube_node_info)',
                summary="Falco does not run on every node.",
                hint="Look at the DaemonSet falco: kernel without BTF, or a pod out of memory.",
            ),
            Alert(
                name="FalcoAlert",
                expr=(
                    f"({by_rule} (increase({matches}[10m])) > 0) or "
                    f"({by_rule} ({matches}) unless {by_rule} ({matches} offset 10m))"
                ),
                summary="Falco's rule {{ $labels.rule_name }} matched.",
                hint="The log of the pods in the namespace falco has each event, with pod and command.",
                duration="0m",
            ),
            Alert(
                name="FalcoDropsEvents",
                expr="sum by (instance) (rate(falcosecurity_scap_n_drops_total[10m])) > 10",
                summary="Falco loses system calls: its buffers are too small.",
                hint="Raise driver.modernEbpf.bufSizePreset in its values.",
            ),
        ),
    ]

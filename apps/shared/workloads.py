"""What several workloads say of themselves: how they spread, and how many of their pods may go at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack_imports import k8s

if TYPE_CHECKING:
    from collections.abc import Mapping


def spread(labels: Mapping[str, str], *, otherwise: str = "ScheduleAnyway") -> k8s.TopologySpreadConstraint:
    """Ask for pods with these labels on as many nodes as there are.

    Args:
        labels: of the pods.
        otherwise: what the scheduler does where that cannot be: `ScheduleAnyway` or `DoNotSchedule`.

    """
    return k8s.TopologySpreadConstraint(
        max_skew=1,
        topology_key="kubernetes.io/hostname",
        when_unsatisfiable=otherwise,
        label_selector=k8s.LabelSelector(match_labels=dict(labels)),
    )


def budget(metadata: k8s.ObjectMeta, labels: Mapping[str, str]) -> k8s.PodDisruptionBudget:
    """Let one pod with these labels go at a time, and one that is not ready at any time."""
    return k8s.PodDisruptionBudget(
        metadata=metadata,
        spec=k8s.PodDisruptionBudgetSpec(
            max_unavailable=1,
            selector=k8s.LabelSelector(match_labels=dict(labels)),
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
    )

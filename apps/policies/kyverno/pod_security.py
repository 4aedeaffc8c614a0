"""Pod Security Standards, one policy a control, so that an exception gives away one control and no more.

The API server enforces a level for each namespace by itself; these name the container and what to do, except
single workloads, and report what exists. The controls are those of Kubernetes 1.34
(https://kubernetes.io/docs/concepts/security/pod-security-standards/) for Linux nodes: a pod for Windows is
held to the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import Check, Validation

from .pods import ALL

if TYPE_CHECKING:
    from platform_stack.model.policy import Severity

CONTAINERS = ("spec.containers", "spec.initContainers", "spec.ephemeralContainers")


def control(
    name: str,
    severity: Severity,
    *checks: Check,
    protects_from: str,
    asks: str,
    hint: str,
    of_pod: tuple[str, ...] = (),
    of_containers: tuple[str, ...] = (),
) -> Policy:
    """Return the policy of one control.

    Args:
        name: the control's; the policy is called `pod-security-` and it.
        severity: as in Policy.
        checks: all must hold; they may use the variables of `pods.ALL`.
        protects_from: as in Policy.
        asks: as in Policy.
        hint: as in Policy.
        of_pod: the fields of the pod that it judges, below spec unless they begin with `metadata`.
        of_containers: the fields of each container that it judges.

    """
    return Policy(
        name=f"pod-security-{name}",
        severity=severity,
        protects_from=protects_from,
        asks=asks,
        hint=hint,
        judges=(
            *(f"Pod {path}" if path.startswith("metadata") else f"Pod spec.{path}" for path in of_pod),
            *(f"Pod {kind}.{path}" for path in of_containers for kind in CONTAINERS),
        ),
        engine="kyverno",
        tenants=Action.DENY,
        # The level of its namespace binds the platform; what is above it is reported, and has an exception.
        platform=Action.AUDIT,
        rule=Validation(variables=ALL, checks=checks),
    )

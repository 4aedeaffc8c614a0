"""What the reader of a policy's objects in the cluster is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.labels import ASKS, HINT, POLICY, PROTECTS_FROM, SEVERITY

if TYPE_CHECKING:
    from platform_stack.model import Policy


def description(policy: Policy) -> dict[str, str]:
    """Return annotations: what a policy asks, what it protects from, how bad it is, what to do when refused."""
    return {
        POLICY: policy.name,
        ASKS: policy.asks,
        PROTECTS_FROM: policy.protects_from,
        SEVERITY: policy.severity,
        HINT: policy.hint,
    }

"""What the reader of a policy's objects in the cluster is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_stack.model import Policy

PREFIX = "platform-stack.io/"


def description(policy: Policy) -> dict[str, str]:
    """Return annotations: what a policy asks, what it protects from, how bad it is, what to do when refused."""
    return {
        f"{PREFIX}policy": policy.name,
        f"{PREFIX}asks": policy.asks,
        f"{PREFIX}protects-from": policy.protects_from,
        f"{PREFIX}severity": policy.severity,
        f"{PREFIX}hint": policy.hint,
    }

"""What the reader of a policy's objects in the cluster is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_stack.model import Policy

_PREFIX = "platform-stack.io/"

POLICY = f"{_PREFIX}policy"
"""Annotation of each compiled object: the policy that it is of."""


def description(policy: Policy) -> dict[str, str]:
    """Return annotations: what a policy asks, what it protects from, how bad it is, what to do when refused."""
    return {
        POLICY: policy.name,
        f"{_PREFIX}asks": policy.asks,
        f"{_PREFIX}protects-from": policy.protects_from,
        f"{_PREFIX}severity": policy.severity,
        f"{_PREFIX}hint": policy.hint,
    }

"""The policies of a platform as rows, for the command and for the inventory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.model.policy import Action

if TYPE_CHECKING:
    from platform_stack.estate import Estate
    from platform_stack.labels import Tier


@dataclass(frozen=True)
class ExceptionRow:
    """One exception.

    Attributes:
        policy: the policy it is from.
        target: the object as "Kind namespace/name".
        application: who declared it; `cluster`: the platform, for what the cluster holds by itself.
        because: what the object needs, and what for.
        owner: who answers for it.

    """

    policy: str
    target: str
    application: str
    because: str
    owner: str


@dataclass(frozen=True)
class PolicyRow:
    """One policy.

    Attributes:
        policy: its name.
        engine: who asks it.
        tenants: what happens in namespaces of tenants; None: it does not apply there.
        platform: the same for namespaces of the platform.
        severity: how bad it is when it is broken.
        asks: what an object must be like.
        exceptions: what it does not apply to.

    """

    policy: str
    engine: str
    tenants: Action | None
    platform: Action | None
    severity: str
    asks: str
    exceptions: tuple[ExceptionRow, ...]


def rows(estate: Estate) -> list[PolicyRow]:
    """Return the policies in the order of the platform's list.

    Raises:
        PlatformError: an exception is wrong (see `exceptions`).

    """
    excepted = estate.excepted
    return [
        PolicyRow(
            policy.name,
            policy.engine,
            policy.tenants,
            policy.platform,
            policy.severity,
            policy.asks,
            tuple(
                ExceptionRow(
                    policy.name, one.target, one.application, one.exception.because, one.exception.owner
                )
                for one in excepted[policy.name]
            ),
        )
        for policy in estate.context.platform.policies
    ]


def summary(found: list[PolicyRow], tier: Tier) -> str:
    """Return how many policies do what in the namespaces of a tier: "deny 12, audit 3"."""
    actions = Counter(row.tenants if tier == "tenant" else row.platform for row in found)
    return ", ".join(f"{action.value} {actions[action]}" for action in Action if actions[action])

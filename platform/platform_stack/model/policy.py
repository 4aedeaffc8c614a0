"""Policies: what is asked of the objects in the cluster, which engine asks it, and who is excepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from platform_stack.errors import called_from, fail
from platform_stack.model.checked import checked

if TYPE_CHECKING:
    from collections.abc import Callable

    from platform_stack.estate import Estate
    from platform_stack.labels import Tier
    from platform_stack.model.names import DnsLabel

Severity = Literal["low", "medium", "high", "critical"]
"""How bad it is when a policy is broken, mildest first."""


class PolicyRule:
    """How an engine asks a policy's question; the classes of rules are in the engine's module."""


class Action(StrEnum):
    """What a policy does: to an object that breaks it, or for the object it looks for."""

    DENY = "deny"
    """It is refused."""
    AUDIT = "audit"
    """It is accepted and reported."""
    MUTATE = "mutate"
    """It is changed into what it should be, before it is stored."""
    GENERATE = "generate"
    """What belongs to it is made, and kept as it is."""


@checked("policy")
@dataclass(frozen=True, kw_only=True)
class Policy:
    """One question about objects, asked by one engine.

    The engine is an application of the platform that has the role PolicyEngine.

    Attributes:
        name: DNS label; the name of the policy, or of the constraint, in the cluster.
        severity: how bad it is when it is broken.
        protects_from: what could happen without it, as a sentence.
        asks: what an object must be like, as a sentence.
        hint: what somebody who was refused should do, as a sentence.
        judges: the fields that it decides about, each as "Kind path" (`Pod spec.containers.image`); two
            engines never judge the same field of the same kind.
        rule: how the engine asks it, or what makes that from the estate (the images and tenants there are).
        engine: name of the PolicyEngine that asks it, such as `kyverno`.
        tenants: what happens in namespaces of tenants; None: it does not apply there.
        platform: the same for namespaces of the platform. Where both are equal the policy applies
            everywhere, to cluster-scoped objects and to namespaces without a tier too.

    Raises:
        PlatformError: a field has a wrong form, or a sentence is missing.

    """

    name: DnsLabel
    severity: Severity
    protects_from: str
    asks: str
    hint: str
    judges: tuple[str, ...]
    rule: PolicyRule | Callable[[Estate], PolicyRule]
    engine: DnsLabel
    tenants: Action | None
    platform: Action | None
    source: str = field(init=False, default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check that nothing is left unsaid."""
        object.__setattr__(self, "source", called_from())
        where = f"{self.source}: policy {self.name!r}: "
        for name in ("protects_from", "asks", "hint"):
            if not getattr(self, name).strip():
                fail(where + name, "nothing", "a sentence")
        if not self.judges:
            fail(
                where + "judges",
                "nothing",
                'the fields that it decides about, such as "Pod spec.hostNetwork"',
            )
        if self.tenants is None and self.platform is None:
            fail(
                where + "tenants, platform",
                "None in both",
                "an action for tenants, for the platform, or both",
            )

    def action(self, tier: Tier) -> Action | None:
        """Return what happens in namespaces of a tier, or None where it does not apply."""
        return self.tenants if tier == "tenant" else self.platform


@checked("exception")
@dataclass(frozen=True, kw_only=True)
class PolicyException:
    """One object that one policy does not apply to; declared by the application that needs it.

    Attributes:
        policy: name of the policy.
        kind: kind of the object (`DaemonSet`, `Service`, …); an exception for a workload covers its pods.
        name: name of the object.
        namespace: its namespace; default: the application's first.
        because: what the object needs, and what for.
        owner: who answers for it.

    Raises:
        PlatformError: a reason or an owner is missing.

    """

    policy: str
    kind: str
    name: str
    because: str
    owner: str
    namespace: str = ""
    source: str = field(init=False, default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check that each field says something."""
        object.__setattr__(self, "source", called_from())
        where = f"{self.source}: exception from {self.policy!r} for {self.kind} {self.name!r}: "
        for name, expected in (
            ("policy", "the name of a policy"),
            ("kind", "the kind of the object, such as 'DaemonSet'"),
            ("name", "the name of the object"),
            ("because", "a sentence that says what the object needs, and what for"),
            ("owner", "who answers for it: a team or a person"),
        ):
            if not getattr(self, name).strip():
                fail(where + name, "nothing", expected)


def excepted(
    kind: str, name: str, *policies: str, because: str, owner: str, namespace: str = ""
) -> tuple[PolicyException, ...]:
    """Return the exceptions of one object from several policies for one reason; fields as in PolicyException."""
    return tuple(
        PolicyException(
            policy=policy, kind=kind, name=name, namespace=namespace, because=because, owner=owner
        )
        for policy in policies
    )

"""The exceptions that the applications declare, each with the object that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_stack.errors import Finding, PlatformError, did_you_mean
from platform_stack.kubernetes import full_name, pod_template
from platform_stack.model.declarations import RuntimeWorkload

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Policy, PolicyException
    from platform_stack.policies.estate import Estate


@dataclass(frozen=True)
class Excepted:
    """One object that one policy does not apply to.

    Attributes:
        exception: what was declared.
        application: the application that declared it, and whose object it is.
        item: the object, or the workload that an operator makes at run time.

    """

    exception: PolicyException
    application: Application
    item: Manifest | RuntimeWorkload

    @property
    def namespace(self) -> str:
        """The object's namespace; empty for a cluster-scoped one."""
        if isinstance(self.item, RuntimeWorkload):
            return self.item.namespace
        return str(self.item["metadata"].get("namespace", ""))

    @property
    def pod_labels(self) -> Mapping[str, str]:
        """The labels of the workload's pods; empty for what makes no pods."""
        if isinstance(self.item, RuntimeWorkload):
            return self.item.labels
        labels: Any = (pod_template(self.item).get("metadata") or {}).get("labels")
        return labels or {}

    @property
    def target(self) -> str:
        """The object as "Kind namespace/name", or "Kind name"."""
        return full_name(self.exception.kind, self.namespace, self.exception.name)


def exceptions(estate: Estate) -> Mapping[str, tuple[Excepted, ...]]:
    """Return the exceptions of all members by the policy's name, in the order of the members' list.

    A policy without exceptions has an empty tuple. Where a platform has no policies at all, there is nothing to
    be excepted from, and what its applications declare is not looked at.

    Raises:
        PlatformError: an exception names a policy or an object that does not exist, or a policy that does not
            apply there, or is declared twice; all findings at once.

    """
    policies = {policy.name: policy for policy in estate.context.platform.policies}
    found: dict[str, list[Excepted]] = {name: [] for name in policies}
    if not policies:
        return {}
    findings: list[Finding] = []
    seen: dict[tuple[str, str], PolicyException] = {}
    for member in estate.context.platform.members:
        for exception in member.exceptions:
            one = _one(estate, member, exception, policies)
            if isinstance(one, Finding):
                findings.append(one)
                continue
            key = (exception.policy, one.target)
            if key in seen:
                findings.append(
                    Finding(
                        f"{exception.source}: application {member.name!r}: exceptions",
                        f"a second exception from {exception.policy!r} for {one.target} "
                        f"(the first: {seen[key].source})",
                        "each exception once",
                    )
                )
            else:
                seen[key] = exception
                found[exception.policy].append(one)
    if findings:
        raise PlatformError(*findings)
    return {name: tuple(of_policy) for name, of_policy in found.items()}


def _one(
    estate: Estate, member: Application, exception: PolicyException, policies: Mapping[str, Policy]
) -> Excepted | Finding:
    where = f"{exception.source}: application {member.name!r}: exception from {exception.policy!r}"
    policy = policies.get(exception.policy)
    if policy is None:
        return Finding(
            where,
            f"{exception.policy!r}, which is not a policy of this platform",
            "the name of a policy in the platform's list",
            did_you_mean(exception.policy, policies),
        )
    if policy.action(member.tier) is None:
        return Finding(
            where,
            f"a policy that does not apply in the namespaces of {_TIERS[member.tier]}",
            "an exception from a policy that does",
            "leave the exception out",
        )
    candidates = dict(_candidates(estate, member))
    default = member.namespaces[0].name if member.namespaces else ""
    # A cluster-scoped object has no namespace, so that of the application cannot be meant.
    for namespace in [exception.namespace] if exception.namespace else [default, ""]:
        item = candidates.get((exception.kind, namespace, exception.name))
        if item is not None:
            return Excepted(exception, member, item)
    sought = full_name(exception.kind, exception.namespace or default, exception.name)
    return Finding(
        where,
        f"{sought}, which neither its charts nor its manifests nor its runtime_workloads make",
        "an object of the application",
        did_you_mean(sought, [full_name(*key) for key in _alike(exception, candidates)]),
    )


_TIERS = {"platform": "the platform", "tenant": "tenants"}


def _candidates(
    estate: Estate, member: Application
) -> Iterator[tuple[tuple[str, str, str], Manifest | RuntimeWorkload]]:
    """Yield what the application makes, each with its kind, namespace and name."""
    for item in estate.objects.get(member.name, ()):
        metadata = item["metadata"]
        yield (item["kind"], metadata.get("namespace", ""), metadata.get("name", "")), item
    for workload in member.runtime_workloads(estate.context):
        yield (workload.kind, workload.namespace, workload.name), workload


def _alike(
    exception: PolicyException, candidates: Mapping[tuple[str, str, str], object]
) -> Iterator[tuple[str, str, str]]:
    """Yield what may have been meant: all of the kind, or where there is none, all of the name."""
    of_kind = [key for key in candidates if key[0] == exception.kind]
    yield from of_kind or (key for key in candidates if key[2] == exception.name)

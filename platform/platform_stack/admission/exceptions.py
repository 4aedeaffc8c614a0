"""The exceptions that the applications declare, each with the object that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_stack.errors import Finding, PlatformError, did_you_mean
from platform_stack.kubernetes import full_name, pod_template
from platform_stack.model.run_time import RuntimeWorkload
from platform_stack.recorded import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.labels import Tier
    from platform_stack.model import Policy, PolicyException
    from platform_stack.recorded import Release

CLUSTER = "cluster"
"""Stands for an application where the platform excepts what the cluster holds by itself."""


@dataclass(frozen=True)
class Excepted:
    """One object that one policy does not apply to.

    Attributes:
        exception: what was declared.
        application: name of the application that declared it, and whose object it is; `cluster`: the platform did,
            for what the cluster holds by itself.
        tier: who works where the object is.
        item: the object, or the workload that an operator makes at run time.

    """

    exception: PolicyException
    application: str
    tier: Tier
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
    """Return the exceptions of all members by the policy's name, by the members' list, then the platform's.

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
    for who in _declarers(estate):
        for exception in who.exceptions:
            one = _one(who, exception, policies)
            if isinstance(one, Finding):
                findings.append(one)
                continue
            key = (exception.policy, one.target)
            if key in seen:
                findings.append(
                    Finding(
                        f"{exception.source}: {who.words}: exceptions",
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


@dataclass(frozen=True)
class _Declarer:
    """Who declares exceptions: an application, or the platform for what the cluster holds by itself."""

    name: str
    words: str
    tier: Tier
    namespace: str
    exceptions: tuple[PolicyException, ...]
    candidates: Mapping[tuple[str, str, str], Manifest | RuntimeWorkload]
    unknown: tuple[Release, ...] = ()


def _declarers(estate: Estate) -> Iterator[_Declarer]:
    for member in estate.context.platform.members:
        namespace = member.namespaces[0].name if member.namespaces else ""
        candidates: dict[tuple[str, str, str], Manifest | RuntimeWorkload] = {
            _key(item): item for item in estate.objects.get(member.name, ())
        }
        candidates |= {
            (one.kind, one.namespace, one.name): one for one in estate.runtime_workloads[member.name]
        }
        words = f"application {member.name!r}"
        missing = tuple(one for one in estate.unknown if one.application is member)
        yield _Declarer(member.name, words, member.tier, namespace, member.exceptions, candidates, missing)
    declared = estate.context.platform.exceptions(estate.context.cluster)
    by_itself = {_key(item): item for item in estate.of_cluster}
    yield _Declarer(CLUSTER, "platform", "platform", "", declared, by_itself)


def _key(item: Manifest) -> tuple[str, str, str]:
    return item["kind"], item["metadata"].get("namespace", ""), item["metadata"].get("name", "")


def _one(who: _Declarer, exception: PolicyException, policies: Mapping[str, Policy]) -> Excepted | Finding:
    where = f"{exception.source}: {who.words}: exception from {exception.policy!r}"
    policy = policies.get(exception.policy)
    if policy is None:
        return Finding(
            where,
            f"{exception.policy!r}, which is not a policy of this platform",
            "the name of a policy in the platform's list",
            did_you_mean(exception.policy, policies),
        )
    if policy.action(who.tier) is None:
        return Finding(
            where,
            f"a policy that does not apply in the namespaces of {_TIERS[who.tier]}",
            "an exception from a policy that does",
            "leave the exception out",
        )
    # A cluster-scoped object has no namespace, so that of the application cannot be meant.
    for namespace in [exception.namespace] if exception.namespace else [who.namespace, ""]:
        item = who.candidates.get((exception.kind, namespace, exception.name))
        if item is not None:
            return Excepted(exception, who.name, who.tier, item)
    sought = full_name(exception.kind, exception.namespace or who.namespace, exception.name)
    if who.unknown:
        return needs(where, sought, who.unknown)
    makers = "neither its charts nor its manifests nor its operators (RunTime.workloads) make"
    return Finding(
        where,
        f"{sought}, which {makers if who.name != CLUSTER else 'the cluster does not hold by itself'}",
        "an object of the application" if who.name != CLUSTER else "one of kubeadm's or KIND's",
        did_you_mean(sought, [full_name(*key) for key in _alike(exception, who.candidates)]),
    )


_TIERS = {"platform": "the platform", "tenant": "tenants"}


def _alike(
    exception: PolicyException, candidates: Mapping[tuple[str, str, str], object]
) -> Iterator[tuple[str, str, str]]:
    """Yield what may have been meant: all of the kind, or where there is none, all of the name."""
    of_kind = [key for key in candidates if key[0] == exception.kind]
    yield from of_kind or (key for key in candidates if key[2] == exception.name)

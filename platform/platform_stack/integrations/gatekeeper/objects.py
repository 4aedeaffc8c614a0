"""Gatekeeper's objects from policies and exceptions: templates, what they compare with, and constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from platform_stack.admission.description import description
from platform_stack.errors import PlatformError, collecting, did_you_mean, fail
from platform_stack.facts.scope import is_cluster_scoped
from platform_stack.integrations.argo_cd.sync import OPTIONS_ANNOTATION
from platform_stack.integrations.gatekeeper import GROUP
from platform_stack.integrations.gatekeeper.constraint_template import (
    constraint_template,
    group_version_kind,
    parameter_schema,
)
from platform_stack.labels import EXCEPTIONS, EXCLUDED, POLICIES, TIER
from platform_stack.model import Action, SyncWave
from platform_stack.model.names import check_dns_label
from platform_stack_imports import gatekeeper_syncset
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.admission import Asked
    from platform_stack.admission.exceptions import Excepted
    from platform_stack.errors import Finding
    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.integrations.gatekeeper.rules import Constraint
    from platform_stack.labels import Tier
    from platform_stack.model import Policy
    from platform_stack.typed import ApiObject

_CONSTRAINT_WAVE = SyncWave.AFTER_CHART + 5

# Action.AUDIT: the audit counts what breaks it, and nobody is refused or warned.
_ENFORCEMENT = {Action.DENY: "deny", Action.AUDIT: "dryrun"}

_WEBHOOK = "validation.gatekeeper.sh"
_NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"
_KUBERNETES = ("default", "kube-node-lease", "kube-public", "kube-system")


def objects(estate: Estate, asked: Sequence[Asked]) -> Iterator[tuple[ApiObject | Manifest, SyncWave | int]]:
    """Yield the objects of Gatekeeper's policies, and of the exceptions from them, each with its wave.

    Templates and what they compare with come first: constraints are of kinds that Gatekeeper makes from the
    templates.

    Args:
        estate: what there is.
        asked: the policies that Gatekeeper asks.

    Raises:
        PlatformError: a kind has two questions, a parameter is not what its schema says, an excluded namespace
            does not exist, or a cluster-scoped kind has an action for one tier.

    """
    exempt = exempt_namespaces(estate)
    findings: list[Finding] = []
    rules = [(one.policy, cast("Constraint", one.rule)) for one in asked]
    kinds: dict[str, list[tuple[Policy, Constraint]]] = {}
    for policy, rule in rules:
        with collecting(findings):
            _check(estate, exempt, policy, rule)
            kinds.setdefault(rule.kind, []).append((policy, rule))
    for uses in kinds.values():
        with collecting(findings):
            _check_same_question(uses)
    if findings:
        raise PlatformError(*findings)
    for uses in kinds.values():
        yield constraint_template(uses[0][1], [policy.name for policy, _ in uses]), SyncWave.AFTER_CHART
    comparing = [(policy, rule) for policy, rule in rules if rule.compares_with]
    if comparing:
        yield _sync_set(comparing), SyncWave.AFTER_CHART
    for (policy, rule), one in zip(rules, asked, strict=True):
        for item in _constraints(policy, rule, exempt, one.excepted):
            yield item, _CONSTRAINT_WAVE


def exempt_namespaces(estate: Estate) -> tuple[str, ...]:
    """Return the namespaces that Gatekeeper's webhook leaves alone, sorted: its own configuration says which.

    The audit does not read that configuration, so each constraint excludes them too: what nobody refuses
    should not be reported either.
    """
    found: set[str] = set()
    for items in estate.objects.values():
        for item in items:
            if item["kind"] == "ValidatingWebhookConfiguration":
                for webhook in item.get("webhooks") or ():
                    if webhook["name"] == _WEBHOOK:
                        selector = webhook.get("namespaceSelector") or {}
                        for one in selector.get("matchExpressions") or ():
                            if (one["key"], one["operator"]) == (_NAME_OF_NAMESPACE, "NotIn"):
                                found.update(one["values"])
    return tuple(sorted(found))


def _check(estate: Estate, exempt: Sequence[str], policy: Policy, rule: Constraint) -> None:
    from jsonschema import Draft4Validator  # noqa: PLC0415  loaded where there are constraints

    where = f"{policy.source}: policy {policy.name!r}: "
    for error in Draft4Validator(parameter_schema(rule)).iter_errors(_parameters(policy, rule, ())):
        place = "".join(f"[{step!r}]" for step in error.absolute_path)
        fail(f"{where}parameters{place}", error.message, "parameters as the constraint's schema says")
    known = {
        *_KUBERNETES,
        *exempt,
        *(namespace.name for member in estate.context.platform.members for namespace in member.namespaces),
    }
    for namespace in rule.not_in:
        if namespace not in known:
            hint = did_you_mean(namespace, known)
            fail(where + "not_in", f"{namespace!r}, which nobody makes", "a namespace of the platform", hint)
    if policy.tenants != policy.platform:
        for kind in rule.match:
            group, _, name = kind.rpartition("/")
            if is_cluster_scoped(group, name, estate.custom_resources) and name != "Namespace":
                fail(
                    where + "tenants, platform",
                    f"different actions for {name}, which lies in no namespace",
                    "the same action in both, or kinds that lie in a namespace",
                )


def _check_same_question(uses: Sequence[tuple[Policy, Constraint]]) -> None:
    first, *others = uses
    for policy, rule in others:
        if rule.question != first[1].question:
            fail(
                f"{policy.source}: policy {policy.name!r}: kind {rule.kind!r}",
                f"another question than that of {first[0].name!r} ({first[0].source})",
                "one question for each kind of constraint",
                "give it a kind of its own, or make the difference a parameter",
            )


def _sync_set(comparing: Sequence[tuple[Policy, Constraint]]) -> gatekeeper_syncset.SyncSet:
    """Return the one SyncSet, with every kind that some constraint compares with."""
    compared = sorted({one for _, rule in comparing for one in rule.compares_with})
    return gatekeeper_syncset.SyncSet(
        metadata=ObjectMeta(
            name="compared", annotations={POLICIES: ", ".join(policy.name for policy, _ in comparing)}
        ),
        spec=gatekeeper_syncset.SyncSetSpec(
            gvks=[gatekeeper_syncset.SyncSetSpecGvks(**group_version_kind(one)) for one in compared]
        ),
    )


def _constraints(
    policy: Policy, rule: Constraint, exempt: Sequence[str], excepted: Sequence[Excepted]
) -> Iterator[Manifest]:
    """Yield one constraint where both tiers have the same action, else one for each tier that has one."""
    if policy.tenants == policy.platform and policy.tenants is not None:
        yield _constraint(policy, rule, policy.tenants, exempt, excepted)
        return
    names: dict[Tier, str] = {"tenant": policy.name, "platform": f"{policy.name}-platform"}
    for tier, name in names.items():
        action = policy.action(tier)
        if action is not None:
            check_dns_label(f"{policy.source}: policy {policy.name!r}: name for one tier", name)
            of_tier = [one for one in excepted if one.tier == tier]
            manifest = _constraint(policy, rule, action, exempt, of_tier)
            manifest["metadata"]["name"] = name
            manifest["spec"]["match"]["namespaceSelector"] = {"matchLabels": {TIER: tier}}
            yield manifest


def _constraint(
    policy: Policy,
    rule: Constraint,
    action: Action,
    exempt: Sequence[str],
    excepted: Sequence[Excepted],
) -> Manifest:
    excluded = dict.fromkeys(exempt, "Gatekeeper's webhook leaves it alone") | dict(rule.not_in)
    return {
        "apiVersion": f"{GROUP}/v1beta1",
        "kind": rule.kind,
        "metadata": {
            "name": policy.name,
            "annotations": {
                **description(policy),
                **({EXCLUDED: _reasons(excluded)} if excluded else {}),
                **({EXCEPTIONS: "; ".join(map(_reason, excepted))} if excepted else {}),
                # The kind exists only once Gatekeeper has read the template.
                OPTIONS_ANNOTATION: "SkipDryRunOnMissingResource=true",
            },
        },
        "spec": {
            "enforcementAction": _ENFORCEMENT[action],
            "match": {
                "kinds": _kinds(rule.match),
                **({"excludedNamespaces": sorted(excluded)} if excluded else {}),
            },
            "parameters": _parameters(policy, rule, excepted),
        },
    }


def _parameters(policy: Policy, rule: Constraint, excepted: Sequence[Excepted]) -> dict[str, Any]:
    targets = [one.target for one in excepted]
    return {**rule.parameters, "exceptions": targets, "hint": policy.hint}


def _kinds(match: Sequence[str]) -> list[dict[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for one in match:
        group, _, kind = one.rpartition("/")
        groups.setdefault(group, []).append(kind)
    return [{"apiGroups": [group], "kinds": kinds} for group, kinds in groups.items()]


def _reasons(excluded: Mapping[str, str]) -> str:
    by_reason: dict[str, list[str]] = {}
    for namespace in sorted(excluded):
        by_reason.setdefault(excluded[namespace], []).append(namespace)
    return "; ".join(f"{', '.join(names)}: {because}" for because, names in by_reason.items())


def _reason(one: Excepted) -> str:
    return f"{one.target}: {one.exception.because} ({one.exception.owner})"

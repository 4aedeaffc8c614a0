"""Exceptions from Kyverno's policies: one workload each, with the pods it makes and no others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from platform_stack.integrations.kyverno.cel import literal
from platform_stack.labels import APPLICATION, BECAUSE, OWNER
from platform_stack_imports import k8s, kyverno

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platform_stack.admission.exceptions import Excepted

_OWNED = "object.metadata.?ownerReferences.orValue([]).exists(o, {owner})"


def policy_exception(
    one: Excepted, kind: str, names: Sequence[str], namespace: str
) -> kyverno.PolicyException:
    """Return the PolicyException of one object.

    Args:
        one: the exception and its object.
        kind: Kyverno's kind of the policy.
        names: the names of the policy's objects.
        namespace: where Kyverno looks for exceptions.

    """
    exception = one.exception
    parts = (exception.policy, exception.kind, one.namespace, exception.name)
    return kyverno.PolicyException(
        metadata=k8s.ObjectMeta(
            name=re.sub(r"[^a-z0-9.-]", "-", ".".join(filter(None, parts)).lower()),
            namespace=namespace,
            annotations={
                BECAUSE: exception.because,
                OWNER: exception.owner,
                APPLICATION: one.application,
            },
        ),
        spec=kyverno.PolicyExceptionSpec(
            policy_refs=[kyverno.PolicyExceptionSpecPolicyRefs(kind=kind, name=name) for name in names],
            report_result="skip",
            match_conditions=[
                kyverno.MutatingPolicySpecVariables(
                    name="this-object", expression=matches(exception.kind, exception.name, one.namespace)
                )
            ],
        ),
    )


def matches(kind: str, name: str, namespace: str) -> str:
    """Return CEL that is true of an object and of the pods it makes, and of nothing else.

    A pod is known by its controller. A Deployment's pods are those of a ReplicaSet whose name is the
    Deployment's with the pod's own template hash: `web` does not stand for `web-2`. A CronJob's pods are those
    of its Jobs, which Kubernetes names after the minute they are for.
    """
    alternatives = [f"object.kind == {literal(kind)} && object.metadata.?name.orValue('') == {literal(name)}"]
    if kind in ("DaemonSet", "StatefulSet", "Job", "ReplicaSet"):
        alternatives.append(_pod(f"o.kind == {literal(kind)} && o.name == {literal(name)}"))
    if kind == "Deployment":
        replica_set = f"{literal(name + '-')} + object.metadata.?labels[?'pod-template-hash'].orValue('')"
        alternatives.append(_pod(f"o.kind == 'ReplicaSet' && o.name == {replica_set}"))
    if kind == "CronJob":
        owner = _OWNED.format(owner=f"o.kind == 'CronJob' && o.name == {literal(name)}")
        alternatives.append(f"object.kind == 'Job' && {owner}")
        pattern = literal(f"^{re.escape(name)}-[0-9]+$")
        alternatives.append(_pod(f"o.kind == 'Job' && o.name.matches({pattern})"))
    either = " || ".join(f"({alternative})" for alternative in alternatives)
    if not namespace:
        return either
    return f"object.metadata.namespace == {literal(namespace)} && ({either})"


def _pod(owner: str) -> str:
    return f"object.kind == 'Pod' && {_OWNED.format(owner=owner)}"

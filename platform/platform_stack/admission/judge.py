"""Objects judged by the engines themselves, with the programs that hold the code that runs in the cluster.

None is asked about what its program cannot judge (PolicyEngine.not_judged), nor about what a policy generates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.admission.stored import stored
from platform_stack.kubernetes import full_name, group_of
from platform_stack.labels import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from platform_stack.facts import Manifest
    from platform_stack.model import Action, PolicyEngine


@dataclass(frozen=True)
class Violation:
    """One object that breaks one policy.

    Attributes:
        engine: who says so.
        policy: the policy's name.
        action: what happens in the cluster: the object is refused, or accepted and reported.
        api_version: of the object.
        kind: of the object.
        namespace: of the object; empty for a cluster-scoped one.
        name: of the object.
        message: what is wrong, in the engine's words.
        hint: what to do about it, where that is not what its policy says; default: nothing.

    """

    engine: str
    policy: str
    action: Action
    api_version: str
    kind: str
    namespace: str
    name: str
    message: str
    hint: str = ""

    @property
    def target(self) -> str:
        """The object as "Kind namespace/name", or "Kind name"."""
        return full_name(self.kind, self.namespace, self.name)


def compiled(engines: Iterable[PolicyEngine], objects: Iterable[Manifest]) -> list[Manifest]:
    """Return those of a platform's objects that the engines read: policies, exceptions and what goes with them."""
    groups = {group for engine in engines for group in engine.api_groups}
    return [item for item in objects if group_of(item["apiVersion"]) in groups]


def not_judged(engines: Iterable[PolicyEngine], policies: Iterable[Manifest]) -> dict[str, list[str]]:
    """Return the names of the policies that `judge` leaves out, sorted, by the reason."""
    reasons = {
        (group, kind): because
        for engine in engines
        for group in engine.api_groups
        for kind, because in engine.not_judged.items()
    }
    found: dict[str, set[str]] = {}
    for item in policies:
        if because := reasons.get((group_of(item["apiVersion"]), item["kind"])):
            found.setdefault(because, set()).add(policy_of(item))
    return {because: sorted(names) for because, names in found.items()}


def judge(
    engines: Sequence[PolicyEngine],
    policies: Sequence[Manifest],
    objects: Sequence[Manifest],
    namespaces: Mapping[str, Mapping[str, str]],
    beside: Sequence[Manifest] = (),
) -> list[Violation]:
    """Ask engines about objects.

    Args:
        engines: who is asked.
        policies: what the engines read (see `compiled`).
        objects: what is judged; each object in a namespace names it.
        namespaces: the labels of each namespace that the objects name.
        beside: what else is in the cluster, for policies that compare objects with each other.

    Returns:
        what breaks a policy, by the order of the objects, then by policy.

    Raises:
        PlatformError: a program is missing, or a policy does not compile.

    """
    judged = [stored(item) for item in objects if not compiled(engines, [item])]
    order = {key: position for position, key in reversed(list(enumerate(map(_key, judged))))}
    others = [item for item in beside if _key(item) not in order and not compiled(engines, [item])]
    keyed = [
        (order.get((one.api_version, one.kind, one.namespace, one.name)), one)
        for engine in engines
        for one in engine.judge(compiled([engine], policies), judged, namespaces, others)
    ]
    return [
        one
        for _, one in sorted(
            ((position, one) for position, one in keyed if position is not None),
            key=lambda pair: (pair[0], pair[1].policy, pair[1].message),
        )
    ]


def policy_of(item: Manifest) -> str:
    """Return the name of the policy that a compiled object is of."""
    metadata = item["metadata"]
    return str((metadata.get("annotations") or {}).get(POLICY, metadata["name"]))


def _key(item: Manifest) -> tuple[str, str, str, str]:
    metadata = item["metadata"]
    return item["apiVersion"], item["kind"], metadata.get("namespace", ""), metadata.get("name", "")

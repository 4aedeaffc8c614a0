"""What the cases of a policy must show before anybody believes it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from platform_stack.facts import Manifest

    from .case import Case, Expected

NEEDS: Mapping[str, Mapping[Expected, int]] = {
    "MutatingPolicy": {"changed": 1, "not asked": 1},
    "GeneratingPolicy": {"generated": 3},
}
"""How many cases of which outcome a policy has at least, by the kind of its objects."""

_JUDGES: Mapping[Expected, int] = {"passed": 3, "refused": 3}

NEEDS_A_REGISTRY = "ImageValidatingPolicy"
"""Policies of this kind have no cases: what they ask cannot be answered without the registries."""

_STRONGEST: tuple[Expected, ...] = ("refused", "changed", "generated")


def shortcomings(policy: str, objects: Iterable[Manifest], cases: Sequence[Case]) -> list[str]:
    """Return what is wrong with a policy's cases, or what they do not show.

    Args:
        policy: its name.
        objects: its objects in the cluster: one, or one for each tier.
        cases: its cases, judged.

    """
    by_name = {item["metadata"]["name"]: item for item in objects}
    found = [str(case) for case in cases if case.problem]
    found += [
        f"{case.policy}: {case.what} is a case of another policy than {policy}"
        for case in cases
        if case.policy not in by_name
    ]
    kinds = {item["kind"] for item in by_name.values()}
    needs = next((NEEDS[kind] for kind in kinds if kind in NEEDS), _JUDGES)
    counts = Counter(case.expected for case in cases if not case.problem)
    found += [
        f"{policy}: {counts[outcome]} cases are {outcome}, expected {number} at least"
        for outcome, number in needs.items()
        if counts[outcome] < number
    ]
    proved = {case.policy for case in cases if case.expected in _STRONGEST and not case.problem}
    answerable = {name for name, item in by_name.items() if not _is_about_subresources(item)}
    found += [f"{name}: no case shows that it does anything" for name in sorted(answerable - proved)]
    return found


def _is_about_subresources(item: Manifest) -> bool:
    """Say whether an object looks at subresources only, of which the engine's program cannot be asked."""
    rules = item.get("spec", {}).get("matchConstraints", {}).get("resourceRules", ())
    return bool(rules) and all("/" in resource for rule in rules for resource in rule["resources"])

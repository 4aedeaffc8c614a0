"""Label selectors: matchLabels and matchExpressions over the labels of an identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import expect_keys, expect_list, expect_text, fail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SOURCES = ("k8s:", "reserved:")

_OPERATORS = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}  # with values or without


@dataclass(frozen=True)
class Requirement:
    """One condition on one label; `values` is empty for Exists and DoesNotExist.

    A key begins with its source, or with `any:`, which finds the key from any source.
    """

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Return whether labels (keys with sources) fulfil the condition; NotIn holds where the key is missing."""
        value = self._value(labels)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
        return value is None

    def _value(self, labels: Mapping[str, str]) -> str | None:
        if not self.key.startswith("any:"):
            return labels.get(self.key)
        bare = self.key.removeprefix("any:")
        return next((labels[source + bare] for source in SOURCES if source + bare in labels), None)


@dataclass(frozen=True)
class Selector:
    """All requirements must hold; a selector without any selects every identity."""

    requirements: tuple[Requirement, ...] = ()

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Return whether the selector selects an identity with these labels (keys with sources)."""
        return all(requirement.holds(labels) for requirement in self.requirements)

    def keys(self) -> set[str]:
        """Return the keys, with their sources, that the selector asks about."""
        return {requirement.key for requirement in self.requirements}

    def and_also(self, *requirements: Requirement) -> Selector:
        """Return a selector that asks for these as well."""
        return Selector((*self.requirements, *requirements))


def equals(key: str, value: str) -> Requirement:
    """Return the requirement that matchLabels makes of one entry."""
    return Requirement(key, "In", frozenset({value}))


def exists(key: str) -> Requirement:
    """Return the requirement that the key is there."""
    return Requirement(key, "Exists")


def parse_selector(where: str, manifest: object, qualify: Callable[[str], str]) -> Selector:
    """Read a LabelSelector; `qualify` puts the source before each key.

    Raise a ManifestError for unknown fields and operators, and for values that an operator does not take.
    """
    found = expect_keys(where, manifest, {"matchLabels", "matchExpressions"})
    requirements = []
    match_labels = found.get("matchLabels", {})
    if not isinstance(match_labels, dict):
        fail(f"{where}.matchLabels", match_labels, "a mapping", "see the API reference")
    for key, value in match_labels.items():
        if not isinstance(value, str):
            fail(f"{where}.matchLabels.{key}", value, "text", "quote it")
        requirements.append(equals(qualify(key), value))
    for index, expression in enumerate(expect_list(where, found.get("matchExpressions", []))):
        requirements.append(_parse_expression(f"{where}.matchExpressions[{index}]", expression, qualify))
    return Selector(tuple(requirements))


def _parse_expression(where: str, manifest: object, qualify: Callable[[str], str]) -> Requirement:
    found = expect_keys(where, manifest, {"key", "operator", "values"})
    key = qualify(expect_text(f"{where}.key", found.get("key")))
    operator = expect_text(f"{where}.operator", found.get("operator"))
    values = frozenset(
        expect_text(f"{where}.values", value)
        for value in expect_list(f"{where}.values", found.get("values", []))
    )
    if operator not in _OPERATORS or bool(values) != _OPERATORS[operator]:
        expected = "In or NotIn with values, Exists or DoesNotExist without"
        fail(where, f"{operator} {sorted(values)}", expected, "see LabelSelector in the API reference")
    return Requirement(key, operator, values)

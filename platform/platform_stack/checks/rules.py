"""All rules, and how they are asked."""

from __future__ import annotations

import dataclasses
import inspect
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

from platform_stack.checks import (
    contradictions,
    dangling,
    facts,
    made,
    memory,
    mesh,
    namespaces,
    providers,
    roles,
    routes,
    secrets,
    selectors,
    tenants,
    unknown,
    unread,
    values,
)
from platform_stack.errors import Finding, PlatformError, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from platform_stack.estate import Estate

Severity = Literal["error", "warning"]
"""Whether synth refuses what a rule finds, or tells it and goes on."""


class Phase(IntEnum):
    """What of an estate a rule needs; the later hold all of the earlier."""

    DECLARED = 1
    """The releases, and what is declared: no manifest is made yet."""
    FILLED = 2
    """The objects of every application."""
    COMPILED = 3
    """The policies that are made of flows and rules."""
    ASKED = 4
    """The same; `platform-stack check` asks, and synth does not wait for it."""


@dataclass(frozen=True)
class Rule:
    """One thing that must be true of a platform.

    Attributes:
        id: its name, for people and for `--json`.
        severity: whether synth refuses what it finds.
        phase: what of the estate it needs.
        find: yields what breaks it; its docstring explains it. One that raises a PlatformError means its findings.

    """

    id: str
    severity: Severity
    phase: Phase
    find: Callable[[Estate], Iterable[Finding]]

    @property
    def explanation(self) -> str:
        """What it finds, in a sentence or more."""
        return inspect.getdoc(self.find) or ""


RULES = (
    Rule("unknown-releases", "warning", Phase.DECLARED, facts.unknown_releases),
    Rule("stale-facts", "warning", Phase.DECLARED, facts.stale_facts),
    Rule("one-of-each-role", "error", Phase.DECLARED, roles.one_of_each),
    Rule("mesh-for-its-namespaces", "error", Phase.DECLARED, roles.mesh_for_its_namespaces),
    Rule("known-values", "error", Phase.DECLARED, values.known_values),
    Rule("room-for-go", "error", Phase.DECLARED, memory.room_for_go),
    Rule("led-by-a-gateway", "error", Phase.DECLARED, routes.led_by_a_gateway),
    Rule("sealable-secrets", "error", Phase.DECLARED, secrets.sealable),
    Rule("within-the-tenant", "error", Phase.FILLED, tenants.within_the_tenant),
    Rule("read-by-somebody", "warning", Phase.FILLED, unread.read_by_somebody),
    Rule("needs-unknown-release", "error", Phase.FILLED, unknown.needs_unknown_release),
    Rule("pods-of-roles", "error", Phase.FILLED, roles.pods_of_roles),
    Rule("whole-mesh", "error", Phase.FILLED, mesh.whole_mesh),
    Rule("flows-resolve", "error", Phase.FILLED, made.flows_resolve),
    Rule("one-declaration", "error", Phase.FILLED, contradictions.one_declaration),
    Rule("needed-excuses", "error", Phase.FILLED, contradictions.needed_excuses),
    Rule("encrypted", "error", Phase.FILLED, contradictions.encrypted),
    Rule("nothing-encrypts", "warning", Phase.FILLED, contradictions.nothing_encrypts),
    Rule("policies-compile", "error", Phase.COMPILED, made.policies_compile),
    Rule("as-gateways-can", "error", Phase.COMPILED, routes.as_gateways_can),
    Rule("own-namespaces", "error", Phase.COMPILED, namespaces.own_namespaces),
    Rule("one-provider", "error", Phase.COMPILED, providers.one_provider),
    Rule("lasting-selectors", "error", Phase.COMPILED, selectors.lasting_selectors),
    Rule("object-once", "error", Phase.COMPILED, made.each_object_once),
    Rule("reason-outside-mesh", "error", Phase.ASKED, mesh.reason_outside_mesh),
    Rule("leads-somewhere", "error", Phase.ASKED, dangling.leads_somewhere),
    Rule("sealed-as-declared", "error", Phase.ASKED, secrets.sealed_as_declared),
    Rule("waiting-for-secrets", "warning", Phase.ASKED, secrets.waiting),
)
"""Every rule, by phase; within a phase in the order in which a reader would ask."""


def findings(estates: Iterable[Estate], severity: Severity, *phases: Phase) -> list[Finding]:
    """Return what the rules of a severity and of some phases find, each once, by file, line and text."""
    asked = [rule for rule in RULES if rule.severity == severity and rule.phase in phases]
    return in_order(one for estate in estates for rule in asked for one in _found(rule, estate))


def errors(estates: Iterable[Estate], *phases: Phase) -> list[Finding]:
    """Return what synth refuses, as `findings`."""
    return findings(estates, "error", *phases)


def warnings(estates: Iterable[Estate], *phases: Phase) -> list[Finding]:
    """Return what is told, as `findings`."""
    return findings(estates, "warning", *phases)


def _found(rule: Rule, estate: Estate) -> Iterator[Finding]:
    try:
        found = list(rule.find(estate))
    except PlatformError as error:
        found = list(error.findings)
    for finding in found:
        yield dataclasses.replace(finding, rule=rule.id)

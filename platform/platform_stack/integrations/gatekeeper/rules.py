"""Rules that Gatekeeper asks: constraints, each with its template."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from platform_stack.errors import called_from, did_you_mean, fail
from platform_stack.model.checked import checked
from platform_stack.model.policy import PolicyRule

if TYPE_CHECKING:
    from collections.abc import Mapping

_KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
_MATCH = re.compile(r"[a-z0-9.-]*/[A-Z][A-Za-z0-9]*")
_COMPARED = re.compile(r"([a-z0-9.-]+/)?v[a-z0-9]+/[A-Z][A-Za-z0-9]*")

OWN_PARAMETERS = ("exceptions", "hint")
"""Parameters that every template has: the compiler writes them."""


@checked("constraint")
@dataclass(frozen=True, kw_only=True)
class Constraint(PolicyRule):
    """A question in CEL or Rego, and the objects it is asked about.

    Two policies may use one kind with other parameters; the question must then be the same.

    Attributes:
        kind: kind of the constraint, in upper camel case; the template's name is the same in lower case.
        match: kinds it is asked about, each as "group/Kind" ("/Service" in the core group).
        cel: CEL expressions that must hold, each with an expression that makes the message when it does not
            (https://open-policy-agent.github.io/gatekeeper/website/docs/validating-admission-policy/). They
            see `object`, `variables.params` and the variables below.
        variables: CEL expressions by name, usable as `variables.name`.
        rego: Rego v1 rules, where CEL cannot say it (objects compared with each other): they put a message
            for each mistake into the set `refused`. They see the object as `reviewed`, the parameters as
            `input.parameters` and what is compared as `data.inventory`.
        parameters: values for the template's parameters.
        schema: the OpenAPI schema of each parameter, all of which are required; default: no parameters.
        compares_with: kinds that the Rego looks up in `data.inventory`, each as "group/version/Kind".
        not_in: namespaces that it is not asked about, each with the reason; those that Gatekeeper's webhook
            leaves alone are never asked about.

    Raises:
        PlatformError: a field has a wrong form, or there is not exactly one of CEL and Rego.

    """

    kind: str
    match: tuple[str, ...]
    cel: tuple[tuple[str, str], ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    rego: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=dict)
    compares_with: tuple[str, ...] = ()
    not_in: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check each field by itself."""
        where = f"{called_from()}: constraint {self.kind!r}: "
        if not _KIND.fullmatch(self.kind):
            fail(where + "kind", self.kind, "a kind in upper camel case, such as 'PlatformServiceType'")
        self._check_kinds(where)
        self._check_question(where)
        self._check_parameters(where)
        for namespace, because in self.not_in.items():
            if not because.strip():
                fail(where + "not_in", f"no reason for {namespace!r}", "why it is not asked about there")

    def _check_kinds(self, where: str) -> None:
        if not self.match:
            fail(where + "match", "nothing", "the kinds it is asked about, such as '/Service'")
        for name, pattern, expected in (
            ("match", _MATCH, "'group/Kind', such as 'apps/Deployment', or '/Service' in the core group"),
            (
                "compares_with",
                _COMPARED,
                "'group/version/Kind', such as 'apps/v1/Deployment' or 'v1/Service'",
            ),
        ):
            for value in getattr(self, name):
                if not pattern.fullmatch(value):
                    fail(where + name, value, expected)

    def _check_question(self, where: str) -> None:
        if bool(self.cel) == bool(self.rego.strip()):
            fail(
                where + "cel, rego",
                "both" if self.cel else "neither",
                "a question in one of them",
                "CEL where it can say it, Rego where objects are compared with each other",
            )
        if self.rego and self.variables:
            fail(where + "variables", ", ".join(self.variables), "none beside Rego, which has its own rules")
        if self.cel and self.compares_with:
            fail(where + "compares_with", "kinds, beside CEL", "Rego: CEL sees one object only")

    def _check_parameters(self, where: str) -> None:
        for name in self.schema:
            if name in OWN_PARAMETERS:
                own = " and ".join(OWN_PARAMETERS)
                fail(where + "schema", name, f"another name: the compiler writes {own}")
        for name in self.parameters:
            if name not in self.schema:
                hint = did_you_mean(name, self.schema)
                found = f"{name!r}, which is not in the schema"
                fail(where + "parameters", found, "a parameter of the schema", hint)

    @property
    def question(self) -> tuple[object, ...]:
        """What the template is made of: two constraints of one kind have the same."""
        return self.cel, dict(self.variables), self.rego, dict(self.schema), self.compares_with

"""Rules that Gatekeeper asks: constraints, each with its template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """A question in CEL or Rego, and the objects it is asked about.

    Attributes:
        kind: kind of the constraint, in upper camel case; the template's name is the same in lower case.
        match: kinds it is asked about, each as "group/Kind" ("/Service" in the core group).
        cel: CEL expressions, each with its message expression; preferred.
        rego: Rego v1, where CEL cannot say it (objects compared with each other).
        parameters: values for the template's parameters.
        schema: their OpenAPI schema; default: no parameters.
        compares_with: kinds that the Rego looks up in `data.inventory`, each as "group/version/Kind".

    """

    kind: str
    match: tuple[str, ...]
    cel: tuple[tuple[str, str], ...] = ()
    rego: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=dict)
    compares_with: tuple[str, ...] = ()

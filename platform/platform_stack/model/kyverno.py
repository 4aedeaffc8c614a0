"""Rules that Kyverno asks: validations, mutations, generations, image verifications.

Expressions are CEL, as Kyverno's policies.kyverno.io/v1 understands it
(https://kyverno.io/docs/policy-types/overview/).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Match:
    """Which requests a rule looks at.

    Attributes:
        resources: plural names, each with its group and version before it unless they are the core group's:
            `pods`, `apps/v1/deployments`.
        operations: `CREATE`, `UPDATE`, `DELETE`; default: the first two.
        conditions: CEL expressions by name, all of which must hold; default: none.

    """

    resources: tuple[str, ...] = ("pods",)
    operations: tuple[str, ...] = ("CREATE", "UPDATE")
    conditions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One expression that must hold, and what is said when it does not."""

    expression: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What an object must be like.

    Attributes:
        match: which requests; a rule for pods covers the controllers that make pods too.
        variables: CEL expressions by name, usable as `variables.name`.
        checks: all must hold.

    """

    match: Match = field(default_factory=Match)
    variables: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...]


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """What is written into an object.

    Attributes:
        match: which requests.
        variables: CEL expressions by name.
        expression: CEL that makes the fields to be applied (an ApplyConfiguration: `Object{…}`).

    """

    match: Match
    variables: Mapping[str, str] = field(default_factory=dict)
    expression: str


@dataclass(frozen=True, kw_only=True)
class Generation:
    """Objects that are made for another one, and kept as they are.

    Attributes:
        match: which requests; what is made belongs to the object of the request.
        variables: CEL expressions by name.
        templates: the objects; `(( variables.name ))` stands for a variable's value.

    """

    match: Match
    variables: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Who signs some images, without a key: the identity that the signature's certificate names.

    Attributes:
        name: a word for it, usable in CEL.
        images: patterns of the images it signs, such as `quay.io/cilium/*`.
        issuer: who vouches for the identity, a URL.
        subject: the identity, word for word; or `subject_pattern`.
        subject_pattern: a regular expression (RE2) that matches the whole identity.

    """

    name: str
    images: tuple[str, ...]
    issuer: str
    subject: str = ""
    subject_pattern: str = ""


@dataclass(frozen=True, kw_only=True)
class ImageVerification:
    """Images must be signed by their publisher."""

    publisher: Publisher


KyvernoRule = Validation | Mutation | Generation | ImageVerification

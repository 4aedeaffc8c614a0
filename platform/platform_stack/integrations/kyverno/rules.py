"""Rules that Kyverno asks: validations, mutations, generations, image verifications.

Expressions are CEL, as Kyverno's policies.kyverno.io/v1 understands it
(https://kyverno.io/docs/policy-types/overview/).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from platform_stack.errors import called_from, fail
from platform_stack.model.checked import checked
from platform_stack.model.policy import PolicyRule

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[a-z][a-zA-Z0-9]*")
_IMAGES = re.compile(r"[a-z0-9][a-z0-9.-]*\.[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+(/?\*)?")


Operation = Literal["CREATE", "UPDATE", "DELETE"]


@checked("match")
@dataclass(frozen=True, kw_only=True)
class Match:
    """Which requests a rule looks at.

    Attributes:
        resources: plural names, each with its group and version before it unless they are the core group's:
            `pods`, `apps/v1/deployments`. Pods stand for the controllers that make them too. The subresource
            `pods/ephemeralcontainers`, by which `kubectl debug` adds a container, has to be named beside them.
        operations: `CREATE`, `UPDATE`, `DELETE`; default: the first two.
        conditions: CEL expressions by name, all of which must hold; default: none.

    """

    resources: tuple[str, ...] = ("pods",)
    operations: tuple[Operation, ...] = ("CREATE", "UPDATE")
    conditions: Mapping[str, str] = field(default_factory=dict)


@checked("check")
@dataclass(frozen=True, kw_only=True)
class Check:
    """One expression that must hold, and what is said when it does not.

    Attributes:
        expression: CEL that is true of a good object.
        message: what is wrong otherwise; the policy's hint follows it.
        offenders: CEL that makes the list of names of what is wrong, for the message; default: none.

    """

    expression: str
    message: str
    offenders: str = ""


@checked("validation")
@dataclass(frozen=True, kw_only=True)
class Validation(PolicyRule):
    """What an object must be like.

    Attributes:
        match: which requests.
        variables: CEL expressions by name, usable as `variables.name`, also by those after it.
        checks: all must hold.

    """

    match: Match = field(default_factory=Match)
    variables: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...]


@checked("mutation")
@dataclass(frozen=True, kw_only=True)
class Mutation(PolicyRule):
    """What is written into an object.

    Attributes:
        match: which requests.
        variables: CEL expressions by name.
        expression: CEL that makes the fields to be applied (an ApplyConfiguration: `Object{…}`).

    """

    match: Match
    variables: Mapping[str, str] = field(default_factory=dict)
    expression: str


@checked("generation")
@dataclass(frozen=True, kw_only=True)
class Generation(PolicyRule):
    """Objects that are made for another one, and kept as they are.

    Attributes:
        match: which requests; what is made belongs to the object of the request.
        variables: CEL expressions by name.
        templates: the objects; `(( variables.name ))` stands for a variable's value.

    """

    match: Match
    variables: Mapping[str, str] = field(default_factory=dict)
    templates: tuple[Mapping[str, Any], ...]


@checked("publisher")
@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Who signs some images, without a key: the identity that the signature's certificate names.

    Attributes:
        name: a word for it, usable in CEL.
        images: patterns of the images it signs, each with host and organisation, such as `quay.io/cilium/*`;
            those of Docker Hub as the pods name them.
        issuer: who vouches for the identity, a URL.
        subject: the identity, word for word; or `subject_pattern`.
        subject_pattern: a regular expression (RE2) that matches the whole identity, with `^` and `$`.
        signatures: the repository that holds the signatures; default: beside each image.

    Raises:
        PlatformError: a pattern matches images of others, or the identity is not exactly one.

    """

    name: str
    images: tuple[str, ...]
    issuer: str
    subject: str = ""
    subject_pattern: str = ""
    signatures: str = ""

    def __post_init__(self) -> None:
        """Check that the patterns and the identity leave nothing open."""
        where = f"{called_from()}: publisher {self.name!r}: "
        if not _NAME.fullmatch(self.name):
            fail(where + "name", self.name, "a word of letters and digits, such as 'argocd'")
        if not self.images:
            fail(where + "images", "none", "at least one pattern such as 'quay.io/cilium/*'")
        for pattern in self.images:
            if not _IMAGES.fullmatch(pattern):
                fail(
                    where + "images",
                    pattern,
                    "a host and an organisation, with '*' at the end only, such as 'quay.io/cilium/*'",
                    "a pattern that matches everything would refuse every image that others sign",
                )
        if bool(self.subject) == bool(self.subject_pattern):
            found = "both" if self.subject else "neither"
            fail(where + "subject, subject_pattern", found, "one of them")
        pattern = self.subject_pattern
        if pattern and not (pattern.startswith("^") and pattern.endswith("$")):
            fail(
                where + "subject_pattern",
                pattern,
                "a regular expression between '^' and '$'",
                "without them it matches any identity that has it somewhere inside",
            )


@checked("image verification")
@dataclass(frozen=True, kw_only=True)
class ImageVerification(PolicyRule):
    """Images must be signed by their publisher; images of others are not looked at."""

    publisher: Publisher


KyvernoRule = Validation | Mutation | Generation | ImageVerification

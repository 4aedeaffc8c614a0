"""Images: which versions, and from where."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import Match, Validation, allowed_registries

from .pods import ALL, each

MORE_REGISTRIES: tuple[str, ...] = ()
"""Registries that are allowed everywhere besides those of the platform's own images, such as `ghcr.io/us`."""

_WITH_DEBUG = Match(resources=("pods", "pods/ephemeralcontainers"))

IMAGES = (
    Policy(
        name="disallow-latest-tag",
        severity="medium",
        protects_from="A tag that moves: two pods of one Deployment run different code, a rollback changes nothing.",
        asks="Each image has a digest, or a tag other than `latest`.",
        hint="Write the version as the tag, or the digest.",
        judges=(
            "Pod spec.containers.image",
            "Pod spec.initContainers.image",
            "Pod spec.ephemeralContainers.image",
        ),
        engine="kyverno",
        tenants=Action.DENY,
        platform=Action.DENY,
        rule=Validation(
            match=_WITH_DEBUG,
            variables=ALL,
            checks=(
                # Without a tag it is `latest`, and the parser says so.
                each(
                    "isImage(c.?image.orValue('')) && (parseImageReference(c.image).containsDigest()"
                    " || parseImageReference(c.image).tag() != 'latest')",
                    "containers whose image has no fixed version",
                ),
            ),
        ),
    ),
    Policy(
        name="restrict-image-registries",
        severity="high",
        protects_from="Code from a place that nobody chose: a typo, a look-alike, an abandoned account.",
        asks="Each image comes from a registry of the platform's own images, or from one that its tenant declares.",
        hint="Declare the registry in Tenant.registries, or for all in MORE_REGISTRIES, host and organisation.",
        judges=(
            "Pod spec.containers.image",
            "Pod spec.initContainers.image",
            "Pod spec.ephemeralContainers.image",
        ),
        engine="kyverno",
        tenants=Action.DENY,
        # Who repairs the platform at night may need an image that is not on the list.
        platform=Action.AUDIT,
        rule=allowed_registries(*MORE_REGISTRIES),
    ),
)

"""Images: which versions, and from where."""

from __future__ import annotations

from platform_stack import Action, Policy
from platform_stack.integrations.kyverno import Check, Match, Validation, allowed_registries

from .pods import ALL

MORE_REGISTRIES: tuple[str, ...] = ()
"""Registries that are allowed everywhere besides those of the platform's own images, such as `ghcr.io/us`."""

_WITH_DEBUG = Match(resources=("pods", "pods/ephemeralcontainers"))

_IMAGES = (
    "Pod spec.containers.image",
    "Pod spec.initContainers.image",
    "Pod spec.ephemeralContainers.image",
    "Pod spec.volumes.image.reference",
)

# Without a tag it is `latest`, and the parser says so.
_FIXED = (
    "isImage(c.image) && (parseImageReference(c.image).containsDigest()"
    " || parseImageReference(c.image).tag() != 'latest')"
)

IMAGES = (
    Policy(
        name="disallow-latest-tag",
        severity="medium",
        protects_from="A tag that moves: two pods of one Deployment run different code, a rollback changes nothing.",
        asks="Each image has a digest, or a tag other than `latest`.",
        hint="Write the version as the tag, such as `:1.4.2`, or the digest.",
        judges=_IMAGES,
        engine="kyverno",
        tenants=Action.DENY,
        platform=Action.DENY,
        rule=Validation(
            match=_WITH_DEBUG,
            variables={
                **ALL,
                "volumes": "variables.pod.?volumes.orValue(null) == null ? [] : variables.pod.volumes",
                "images": "variables.containers.map(c, {'name': c.name, 'image': c.?image.orValue('')})"
                " + variables.volumes.filter(v, v.?image.orValue(null) != null)"
                ".map(v, {'name': v.name, 'image': v.image.?reference.orValue('')})",
            },
            checks=(
                Check(
                    expression=f"variables.images.all(c, {_FIXED})",
                    message="containers or volumes whose image has no fixed version",
                    offenders=f"variables.images.filter(c, !({_FIXED})).map(c, c.name + ' (`' + c.image + '`)')",
                ),
            ),
        ),
    ),
    Policy(
        name="restrict-image-registries",
        severity="high",
        protects_from="Code from a place that nobody chose: a typo, a look-alike, an abandoned account.",
        asks="Each image comes from a registry of the platform's own images, or from one that its tenant declares.",
        hint="Ask the platform team to add what is in backticks to Tenant.registries, for all to MORE_REGISTRIES.",
        judges=_IMAGES,
        engine="kyverno",
        tenants=Action.DENY,
        # Who repairs the platform at night may need an image that is not on the list.
        platform=Action.AUDIT,
        rule=allowed_registries(*MORE_REGISTRIES),
    ),
)

"""Where images come from: their names as container runtimes read them, and the rule about registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.errors import called_from, fail
from platform_stack.integrations.kyverno.cel import literal
from platform_stack.integrations.kyverno.rules import Check, Match, Validation
from platform_stack.model.names import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from platform_stack.estate import Estate

DOCKER_HUB = "docker.io"
"""The host of an image that names none."""

_OFFICIAL = "library"
"""The organisation of Docker Hub's official images, which everybody's base images share."""

_NO_IMAGE = "no image "


def repository(image: str) -> str:
    """Return the full name of an image's repository: host and path, without tag and digest.

    As container runtimes do (https://pkg.go.dev/github.com/distribution/reference#ParseNormalizedNamed): the
    part before the first slash is a host if it has a dot or a port or is `localhost`; without one it is
    Docker Hub, where a name without an organisation is in `library`.
    """
    name, _, _ = image.partition("@")
    head, slash, tail = name.rpartition("/")
    name = head + slash + tail.partition(":")[0]
    host, slash, path = name.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, path = DOCKER_HUB, name
    if host in (DOCKER_HUB, f"index.{DOCKER_HUB}"):
        return f"{DOCKER_HUB}/{path}" if "/" in path else f"{DOCKER_HUB}/{_OFFICIAL}/{path}"
    return f"{host}/{path}"


def registry(image: str) -> str:
    """Return what to allow so that an image may be pulled, and as little else as possible.

    It is the host with the organisation, all but the last part of the repository's name. An image without an
    organisation, and one among the official images of Docker Hub or of a mirror of it, stands for itself.
    """
    name = repository(image)
    organisation = name.rpartition("/")[0]
    if "/" not in organisation or organisation.endswith(f"/{_OFFICIAL}"):
        return name
    return organisation


def check_registry(where: str, value: str) -> str:
    """Return a registry with its host spelled out.

    Args:
        where: the place of its declaration, for the message.
        value: a host with a path, or without one where the host is the owner's own.

    Raises:
        PlatformError: it is empty or a pattern, it is all of Docker Hub, or all of its official images.

    """
    expected = "a host with an optional path and without a pattern, such as 'ghcr.io/team'"
    if not isinstance(value, str) or not REGISTRY.fullmatch(value):
        fail(where, value, expected, "what matches everything allows everything")
    host, _, path = value.partition("/")
    if not ("." in host or ":" in host or host == "localhost"):
        fail(where, value, expected, f"write the host too: '{DOCKER_HUB}/{value}'")
    if host in (DOCKER_HUB, f"index.{DOCKER_HUB}"):
        if path in ("", _OFFICIAL):
            fail(
                where,
                value,
                f"an organisation of Docker Hub, such as '{DOCKER_HUB}/grafana'",
                f"anybody may publish there; name single images as '{DOCKER_HUB}/{_OFFICIAL}/redis'",
            )
        return f"{DOCKER_HUB}/{path}"
    return value


def allowed_registries(*more: str) -> Callable[[Estate], Validation]:
    """Return the rule that images come from known places, as a function of what there is on a cluster.

    Known are the registries of the platform's own images, `more`, and in the namespaces of a tenant the
    registries that the tenant declares.

    Raises:
        PlatformError: one of `more`, or of a tenant's registries when the rule is made, is too wide.

    """
    where = f"{called_from()}: allowed registries"
    extra = tuple(check_registry(where, value) for value in more)

    def rule(estate: Estate) -> Validation:
        tenants = {
            namespace: sorted(
                {
                    check_registry(f"{tenant.source}: tenant {tenant.name!r}: registries", value)
                    for value in tenant.registries
                }
            )
            for tenant in estate.context.platform.tenants
            for namespace in tenant.namespace_names
            if tenant.registries
        }
        return images_from({*map(registry, estate.images), *extra}, tenants)

    return rule


def images_from(everywhere: Iterable[str], by_namespace: dict[str, list[str]]) -> Validation:
    """Return the rule that images come from these registries, or from those of their own namespace.

    Images are those of all containers, and those that are mounted as volumes. The message names each with what
    would have to be allowed, in backticks.
    """
    allowed = "variables.everywhere"
    variables = {"everywhere": literal(sorted(everywhere))}
    if by_namespace:
        # Autogen rewrites object.metadata for a controller's template, but leaves its namespace alone.
        variables["own"] = (
            f"{literal(dict(sorted(by_namespace.items())))}[?object.metadata.namespace].orValue([])"
        )
        allowed = "(variables.everywhere + variables.own)"
    name = (
        "(parseImageReference(i).registry() == 'index.docker.io' ? 'docker.io' : parseImageReference(i).registry())"
        " + '/' + parseImageReference(i).repository()"
    )
    bad = f"!{allowed}.exists(r, (n + '/').startsWith(r + '/'))"
    # As `registry` above: the organisation, or the image itself where there is none of its own.
    wanted = (
        f"n.startsWith('{DOCKER_HUB}/{_OFFICIAL}/') || n.indexOf('/') == n.lastIndexOf('/')"
        " ? n : n.substring(0, n.lastIndexOf('/'))"
    )
    return Validation(
        match=Match(resources=("pods", "pods/ephemeralcontainers")),
        variables={
            "pod": "object.spec",
            "volumes": "variables.pod.?volumes.orValue(null) == null ? [] : variables.pod.volumes",
            "images": "(variables.pod.containers + variables.pod.?initContainers.orValue([])"
            " + variables.pod.?ephemeralContainers.orValue([])).map(c, c.?image.orValue(''))"
            " + variables.volumes.filter(v, v.?image.orValue(null) != null).map(v, v.image.?reference.orValue(''))",
            # What is no name of an image begins with no registry.
            "names": f"variables.images.map(i, isImage(i) ? {name} : '{_NO_IMAGE}' + i)",
            **variables,
        },
        checks=(
            Check(
                expression=f"!variables.names.exists(n, {bad})",
                message="images from a registry that is not allowed here",
                offenders=f"variables.names.filter(n, {bad})"
                f".map(n, n.startsWith('{_NO_IMAGE}') ? n : n + ' (of `' + ({wanted}) + '`)')",
            ),
        ),
    )

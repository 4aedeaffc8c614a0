"""What a route asks of the gateway is declared: a plugin that is not is left out, and with it the login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.constructs.routes import CLUSTER_PLUGIN, PLUGIN, PLUGINS
from platform_stack.errors import Finding, did_you_mean
from platform_stack.kubernetes import full_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from platform_stack.estate import Estate
    from platform_stack.facts import Manifest
    from platform_stack.model import Platform


def declared_plugins(estate: Estate) -> Iterator[Finding]:
    """Yield each plugin that an object asks for and that nobody declares.

    The gateway serves such a route without it, and so without the login that it would have asked for.
    """
    yield from undeclared(estate.platform, estate.objects)


def undeclared(platform: Platform, objects: Mapping[str, Sequence[Manifest]]) -> Iterator[Finding]:
    """Yield each plugin that an object asks for and that nobody declares.

    The gateway serves such a route without it, and so without the login that it would have asked for
    (https://github.com/Kong/kubernetes-ingress-controller/issues/6139).

    Args:
        platform: whose members made them.
        objects: what charts and manifests of each member hold, by its name.

    """
    everywhere, by_namespace = _declared(item for items in objects.values() for item in items)
    for member in platform.members:
        for item in objects.get(member.name, ()):
            metadata = item["metadata"]
            wanted = (metadata.get("annotations") or {}).get(PLUGINS, "")
            if not wanted:
                continue
            namespace = metadata.get("namespace", "")
            known = everywhere | by_namespace.get(namespace, frozenset())
            for name in (part.strip() for part in wanted.split(",")):
                if (
                    name not in known and ":" not in name
                ):  # "namespace:name" is another's, by a ReferenceGrant
                    of = full_name(item["kind"], namespace, metadata.get("name", ""))
                    yield Finding(
                        f"{member.source}: application {member.name!r}: {of}: plugins",
                        f"{name!r}, which nobody declares",
                        f"a {CLUSTER_PLUGIN}, or a {PLUGIN} of the namespace: the gateway serves the route without it",
                        did_you_mean(name, known),
                    )


def _declared(items: Iterable[Manifest]) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """Return the names of the cluster's plugins, and those of each namespace."""
    everywhere: set[str] = set()
    by_namespace: dict[str, frozenset[str]] = {}
    for item in items:
        metadata = item["metadata"]
        name = metadata.get("name", "")
        if item["kind"] == CLUSTER_PLUGIN:
            everywhere.add(name)
        elif item["kind"] == PLUGIN:
            namespace = metadata.get("namespace", "")
            by_namespace[namespace] = by_namespace.get(namespace, frozenset()) | {name}
    return frozenset(everywhere), by_namespace

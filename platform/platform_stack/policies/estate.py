"""What there is on one cluster, as far as policies depend on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from platform_stack.cluster_objects import cluster_objects
from platform_stack.kubernetes import pod_template
from platform_stack.policies.exceptions import exceptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.facts import Manifest
    from platform_stack.model import Context
    from platform_stack.policies.exceptions import Excepted
    from platform_stack.recorded import Release


@dataclass(frozen=True)
class Estate:
    """One cluster, and what each application puts there.

    Attributes:
        context: the cluster.
        objects: what each application's charts (as skeletons) and manifests hold, by its name.
        releases: the releases on the cluster, for what is not known of them; default: everything is known.

    """

    context: Context
    objects: Mapping[str, Sequence[Manifest]]
    releases: tuple[Release, ...] = ()

    @cached_property
    def of_cluster(self) -> tuple[Manifest, ...]:
        """What the cluster holds by itself."""
        return cluster_objects(self.context.cluster)

    @cached_property
    def images(self) -> tuple[str, ...]:
        """The images of the pods in the platform's namespaces (tenants' left out), sorted, as the charts write them.

        The cluster's own pods there are among them.
        """
        found: set[str] = set()
        own = {one.name for member in self.context.platform.members for one in member.namespaces}
        for item in self.of_cluster:
            if item["metadata"].get("namespace") in own:
                found.update(_images(item))
        for member in self.context.platform.members:
            if member.tier == "platform":
                for item in self.objects.get(member.name, ()):
                    found.update(_images(item))
        return tuple(sorted(found))

    @cached_property
    def excepted(self) -> Mapping[str, tuple[Excepted, ...]]:
        """The exceptions by the policy's name, looked up once; errors as for `exceptions`."""
        return exceptions(self)


def _images(item: Manifest) -> Iterator[str]:
    spec = pod_template(item).get("spec") or {}
    if isinstance(spec, dict):
        for name in ("initContainers", "containers"):
            for container in spec.get(name) or ():
                if isinstance(container, dict) and container.get("image"):
                    yield container["image"]

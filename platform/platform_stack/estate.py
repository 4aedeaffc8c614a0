"""Everything that is known of one cluster, each thing computed once and on demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from platform_stack import budget, recorded
from platform_stack.integrations.kind.objects import cluster_objects
from platform_stack.kubernetes import pod_template
from platform_stack.model.network import NetworkEngine
from platform_stack.network.pods import Inventory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from platform_stack.admission.exceptions import Excepted
    from platform_stack.facts import CustomResource, Manifest
    from platform_stack.model import Context, Platform, RuntimeWorkload
    from platform_stack.network.resolve import Resolution, ResolvedFlow
    from platform_stack.recorded import Release
    from platform_stack.secrets.store import Store
    from platform_stack.synth.compile import Compiled


@dataclass(frozen=True, eq=False)
class Estate:
    """One cluster, and what each application puts there.

    What is wrong is not raised here but found by the rules of `platform_stack.checks`: `resolution` and `compiled`
    hold what could be made, and the findings about the rest.

    Attributes:
        context: the platform and the cluster.
        manifests: what each application adds to its charts, by its name.
        releases: its Helm releases, with what is known of them; default: none.

    """

    context: Context
    manifests: Mapping[str, Sequence[Manifest]]
    releases: tuple[Release, ...] = ()

    @property
    def platform(self) -> Platform:
        """The platform."""
        return self.context.platform

    @cached_property
    def by_application(self) -> Mapping[str, Sequence[Release]]:
        """The releases of each application that has some, by its name."""
        return recorded.index(self.releases)

    @cached_property
    def unknown(self) -> Sequence[Release]:
        """The releases of which it is not known what they make."""
        return recorded.unknown(self.releases)

    @cached_property
    def custom_resources(self) -> tuple[CustomResource, ...]:
        """The definitions of custom kinds that its known charts make."""
        return tuple(
            definition
            for release in self.releases
            if release.facts
            for definition in release.facts.custom_resource_definitions
        )

    @cached_property
    def no_default_deny(self) -> Mapping[str, str]:
        """Why namespaces have no default deny, by the namespace."""
        return recorded.no_default_deny(self.platform, self.releases)

    @cached_property
    def store(self) -> Store:
        """What is sealed for the cluster; nothing where nobody opens it.

        Raises:
            PlatformError: a sealed Secret is damaged.

        """
        from platform_stack.secrets.store import Store, read_store  # noqa: PLC0415  for those who ask

        folder, opener = self.platform.secrets / self.context.cluster.name, self.platform.opener
        return read_store(folder, opener.role) if opener else Store(folder, None, "", {})

    @cached_property
    def objects(self) -> Mapping[str, Sequence[Manifest]]:
        """What each application's known charts (as skeletons) and its own manifests hold, by its name."""
        names = dict.fromkeys((*self.manifests, *self.by_application))
        return {
            name: [*recorded.made_by(self.by_application.get(name, ())), *self.manifests.get(name, ())]
            for name in names
        }

    @cached_property
    def runtime_workloads(self) -> Mapping[str, Sequence[RuntimeWorkload]]:
        """The pods that operators make at run time, by the application's name."""
        return {
            member.name: member.run_time.workloads(tuple(self.objects.get(member.name, ())), self.context)
            for member in self.platform.members
        }

    @cached_property
    def inventory(self) -> Inventory:
        """The workloads and Services."""
        return Inventory(self)

    @cached_property
    def resolution(self) -> Resolution:
        """Who may talk to whom, with the findings about flows that lead nowhere."""
        from platform_stack.network.resolve import resolve  # noqa: PLC0415  for those who ask

        return resolve(self)

    @property
    def flows(self) -> Sequence[ResolvedFlow]:
        """Every connection that is allowed, once for each declaration of it."""
        return self.resolution.flows

    @cached_property
    def compiled(self) -> Compiled:
        """The policies of the flows and those of the platform, with the findings about what is none."""
        from platform_stack.synth.compile import compiled  # noqa: PLC0415  for those who ask

        return compiled(self)

    @cached_property
    def own(self) -> Mapping[str, Sequence[Manifest]]:
        """What lies in each application's folder, by its name: what it adds, and the policies made for it."""
        return {
            name: [*manifests, *self.compiled.objects.get(name, ())]
            for name, manifests in self.manifests.items()
        }

    @cached_property
    def everything(self) -> Mapping[str, Sequence[Manifest]]:
        """What the cluster gets of each application, by its name."""
        return {name: [*items, *self.compiled.objects.get(name, ())] for name, items in self.objects.items()}

    @cached_property
    def budget(self) -> Sequence[budget.WorkloadRequests]:
        """What the long-running pods ask for; those of unknown releases are not among them."""
        return budget.workloads(self)

    @cached_property
    def of_cluster(self) -> tuple[Manifest, ...]:
        """What the cluster holds by itself."""
        return cluster_objects(self.context.cluster, self.platform.role(NetworkEngine))

    @cached_property
    def images(self) -> tuple[str, ...]:
        """The images of the pods in the platform's namespaces (tenants' left out), sorted, as the charts write them.

        The cluster's own pods there are among them.
        """
        found: set[str] = set()
        own = {one.name for member in self.platform.members for one in member.namespaces}
        for item in self.of_cluster:
            if item["metadata"].get("namespace") in own:
                found.update(_images(item))
        for member in self.platform.members:
            if member.tier == "platform":
                for item in self.objects.get(member.name, ()):
                    found.update(_images(item))
        return tuple(sorted(found))

    @cached_property
    def excepted(self) -> Mapping[str, tuple[Excepted, ...]]:
        """The exceptions by the policy's name, looked up once; errors as for `exceptions`."""
        from platform_stack.admission.exceptions import exceptions  # noqa: PLC0415  which imports this module

        return exceptions(self)


def _images(item: Manifest) -> Iterator[str]:
    spec = pod_template(item).get("spec") or {}
    if isinstance(spec, dict):
        for name in ("initContainers", "containers"):
            for container in spec.get(name) or ():
                if isinstance(container, dict) and container.get("image"):
                    yield container["image"]

"""A platform: its applications, its bootstrap layer and its clusters."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_stack.errors import PlatformError, called_from, in_order
from platform_stack.model.checked import checked
from platform_stack.model.consistency import dependencies, inconsistencies
from platform_stack.model.network import Mesh
from platform_stack.model.roles import AnyRole, Gateway, Holder, SecretOpener
from platform_stack.model.waves import waves

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from platform_stack.model.application import Application
    from platform_stack.model.cluster import Cluster
    from platform_stack.model.declarations import DataSource, Route
    from platform_stack.model.policy import Policy, PolicyException
    from platform_stack.model.tenant import Tenant
    from platform_stack.synth import Written


@checked("platform")
@dataclass(frozen=True, kw_only=True)
class Platform:
    """Everything that synth needs to know.

    Attributes:
        applications: the members, in the order of the list; waves come from their dependencies.
        bootstrap: the applications that the bootstrap script installs before Argo CD can work, in this
            order (the network, then Argo CD); Argo CD adopts them and never prunes them.
        clusters: one folder of dist/ each.
        policies: what the policy engines among the applications ask of the objects in the cluster.
        exceptions: what of the cluster's own objects (those of kubeadm) the policies do not apply to, as a function
            of the cluster; each names its namespace. Default: nothing.
        tenants: the teams that work on the platform; each becomes an application that comes after all others.
        facts: folder of the recorded facts of the charts; default: `imports/facts` in the working folder.
        secrets: folder with a folder for each cluster that holds its certificate and what is sealed; default:
            `apps/secrets` in the working folder, where bootstrap.sh looks for them, too.

    Raises:
        PlatformError: two members share a name, a namespace or a release; a dependency is unknown or
            part of a cycle; something has a wrong type. All findings at once.

    """

    applications: tuple[Application, ...]
    clusters: tuple[Cluster, ...]
    bootstrap: tuple[Application, ...] = ()
    policies: tuple[Policy, ...] = ()
    exceptions: Callable[[Cluster], tuple[PolicyException, ...]] = lambda _cluster: ()
    tenants: tuple[Tenant, ...] = ()
    facts: Path = Path("imports/facts")
    secrets: Path = Path("apps/secrets")
    source: str = field(init=False, default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check what only the whole list can show."""
        object.__setattr__(self, "source", called_from())
        if findings := in_order(inconsistencies(self)):
            raise PlatformError(*findings)

    @cached_property
    def members(self) -> tuple[Application, ...]:
        """The bootstrap layer, the applications, then those that tenants become."""
        return (*self.bootstrap, *self.installed)

    @cached_property
    def installed(self) -> tuple[Application, ...]:
        """What Argo CD installs after the bootstrap layer: the applications, then those that tenants become."""
        own = (*self.bootstrap, *self.applications)
        mesh = any(isinstance(role, Mesh) for member in own for role in member.roles)
        return (
            *self.applications,
            *(tenant.application(self.applications, mesh=mesh) for tenant in self.tenants),
        )

    @cached_property
    def by_name(self) -> Mapping[str, Application]:
        """Each member under its name."""
        return {member.name: member for member in self.members}

    @cached_property
    def mesh_namespaces(self) -> frozenset[str]:
        """The namespaces whose pods the mesh takes in; none where nobody is the mesh."""
        if self.role(Mesh) is None:
            return frozenset()
        return frozenset(
            namespace.name for member in self.members for namespace in member.namespaces if namespace.mesh
        )

    def holders(self, role: type[AnyRole]) -> tuple[Holder[AnyRole], ...]:
        """Return who has a role, in the order of the members."""
        if role not in self._holders:
            self._holders[role] = tuple(
                Holder(member, each)
                for member in self.members
                for each in member.roles
                if isinstance(each, role)
            )
        return self._holders[role]

    @cached_property
    def _holders(self) -> dict[type, tuple[Holder[Any], ...]]:
        """Those that were asked for, by the role: it is asked at every object."""
        return {}

    def role(self, role: type[AnyRole]) -> AnyRole | None:
        """Return a role of the first who has it: for those that one member has at most. None: nobody has it."""
        return next((holder.role for holder in self.holders(role)), None)

    @cached_property
    def opener(self) -> Holder[SecretOpener] | None:
        """Who opens what lies sealed in git; None: nobody, so that no application may declare a Secret."""
        return next(iter(self.holders(SecretOpener)), None)

    def gateways_of(self, route: Route) -> tuple[Holder[Gateway], ...]:
        """Return who may lead a route, one if all is right: of those that are a gateway the one that it names."""
        name = route.gateway if isinstance(route.gateway, str | None) else route.gateway.name
        return tuple(one for one in self.holders(Gateway) if name in (None, one.application.name))

    def namespaces_for(self, member: Application) -> frozenset[str]:
        """Return the names of the namespaces that a member may put objects into: its own, and those it shares."""
        owners = (member, *(self.by_name[host] for host in member.hosts))
        return frozenset(namespace.name for owner in owners for namespace in owner.namespaces)

    @cached_property
    def waves(self) -> Mapping[str, int]:
        """The wave of each application; the bootstrap layer is before them all and has none."""
        return waves(dependencies(self))

    @cached_property
    def reach(self) -> Mapping[str, frozenset[str]]:
        """For each application the names of all that it depends on, directly or not."""
        result: dict[str, frozenset[str]] = {member.name: frozenset() for member in self.bootstrap}
        for name in sorted(self.waves, key=self.waves.__getitem__):
            needs = self.by_name[name].dependencies
            result[name] = frozenset(needs).union(*(result[need] for need in needs))
        return result

    def synth(self, output: Path | None = None) -> list[Written]:
        """Write each cluster's folder below `output` and say what was written.

        Args:
            output: default: the environment variable CDK8S_OUTDIR (set by `cdk8s synth`), else `dist`.
                What is written is the same everywhere: Argo CD follows dist/ of the git repository.

        Raises:
            PlatformError: the description is wrong; nothing was changed.

        """
        from platform_stack.synth import synth  # noqa: PLC0415  the model must not load cdk8s

        return synth(self, output)


@checked("context")
@dataclass(frozen=True)
class Context:
    """What values and manifests are functions of.

    Attributes:
        platform: the platform they belong to.
        cluster: the cluster they are made for.

    """

    platform: Platform
    cluster: Cluster

    @property
    def data_sources(self) -> tuple[DataSource, ...]:
        """The data sources of all members, in the order of the list."""
        return tuple(source for member in self.platform.members for source in member.data_sources)

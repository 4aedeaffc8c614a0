"""An application: one typed thing that becomes one folder of dist/ and one Argo CD Application."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from platform_stack.errors import Finding, PlatformError, called_from, in_order
from platform_stack.model.checked import checked
from platform_stack.model.run_time import RunTime
from platform_stack.model.synchronization import Synchronization

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from platform_stack.constructs import ManifestChart
    from platform_stack.labels import Tier
    from platform_stack.model.chart import Chart
    from platform_stack.model.declarations import (
        DataSource,
        Route,
    )
    from platform_stack.model.flow import Flow
    from platform_stack.model.names import CustomKind, DnsLabel
    from platform_stack.model.platform import Context
    from platform_stack.model.policy import PolicyException
    from platform_stack.model.roles import Role
    from platform_stack.model.secret import Secret
    from platform_stack.model.tenant import Tenant

PodSecurity = Literal["restricted", "baseline", "privileged"]
"""Levels of the Pod Security Standards, strictest first."""


@checked("namespace")
@dataclass(frozen=True, kw_only=True)
class Namespace:
    """A namespace that an application owns.

    Attributes:
        name: DNS label.
        pod_security: level that Pod Security admission enforces; default `restricted`.
        because: why the level is not `restricted`; required then.
        mesh: whether its pods are in the mesh; default False.
        outside_mesh_because: why it is not, for the reader of the inventory; not with `mesh`.
        annotations: further annotations of the Namespace.
        existing: whether Kubernetes makes it itself (kube-system); Argo CD then labels it and never
            deletes it; default False.

    """

    name: DnsLabel
    pod_security: PodSecurity = "restricted"
    because: str = ""
    mesh: bool = False
    outside_mesh_because: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)
    existing: bool = False

    def __post_init__(self) -> None:
        """Check that an exception has a reason."""
        where = f"{called_from()}: namespace {self.name!r}: "
        findings: list[Finding] = []
        if self.pod_security != "restricted" and not self.because:
            expected = "a sentence that says which pod needs more than 'restricted', and what for"
            findings.append(Finding(where + "because", f"no reason for {self.pod_security!r}", expected))
        if self.mesh and self.outside_mesh_because:
            findings.append(
                Finding(
                    where + "outside_mesh_because",
                    f"{self.outside_mesh_because!r}, and mesh=True",
                    "a namespace in the mesh, or a reason why it is not",
                )
            )
        if findings:
            raise PlatformError(*findings)


@checked("application")
@dataclass(frozen=True, kw_only=True)
class Application:
    """One member of the platform.

    Attributes:
        name: DNS label; the name of the Argo CD Application and of the folder in dist/<cluster>/apps/.
        namespaces: the namespaces it owns, the first being where its charts go unless they say otherwise.
        charts: its Helm releases; may be empty.
        depends_on: applications that must be Synced and Healthy before this one is created: the
            Application itself (preferred: a rename cannot break it) or its name.
        shares_namespaces_of: applications in whose namespaces this one puts objects; each must be among
            its dependencies.
        manifests: adds its extra manifests to the application's cdk8s chart: `manifests(chart, context)`.
        provides: custom kinds, as "group/Kind", whose CRDs it makes at run time (its charts' CRDs are
            known from the recorded facts).
        secrets: the Secrets it needs, which git holds only sealed.
        data_sources: what it offers to dashboards to be queried.
        plaintext_because: why others may talk to a workload of its own without encryption between nodes, by
            the workload's name; synth refuses such a flow otherwise.
        roles: what it is for the others: the gateway, the scraper, the mesh; default: nothing.
        flows: makes the list of who may talk to whom, beyond what its objects ask for, from the context.
        routes: the hosts under which its services are reached from outside.
        exceptions: which of its workloads a policy does not apply to, and why.
        run_time: what is made and used at run time, and its charts do not show; default: nothing.
        sync: how Argo CD syncs it; default: by itself, every field.
        tenant: the Tenant that becomes this application; default: none, it is the platform's own.

    Raises:
        PlatformError: a field has a wrong type or form, or two namespaces or releases collide; all findings
            at once.

    """

    name: DnsLabel
    namespaces: tuple[Namespace, ...]
    charts: tuple[Chart, ...] = ()
    depends_on: tuple[Application | str, ...] = ()
    shares_namespaces_of: tuple[Application | str, ...] = ()
    manifests: Callable[[ManifestChart, Context], None] | None = None
    provides: tuple[CustomKind, ...] = ()
    secrets: tuple[Secret, ...] = ()
    data_sources: tuple[DataSource, ...] = ()
    plaintext_because: Mapping[str, str] = field(default_factory=dict)
    roles: tuple[Role, ...] = ()
    flows: Callable[[Context], tuple[Flow, ...]] = field(default=lambda _context: ())
    routes: tuple[Route, ...] = ()
    exceptions: tuple[PolicyException, ...] = ()
    run_time: RunTime = field(default_factory=RunTime)
    sync: Synchronization = field(default_factory=Synchronization)
    tenant: Tenant | None = None
    source: str = field(init=False, default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check that it has a namespace, and that namespaces and releases are distinct."""
        object.__setattr__(self, "source", called_from())
        if findings := in_order(self._inconsistencies()):
            raise PlatformError(*findings)

    @property
    def tier(self) -> Tier:
        """Who works in its namespaces."""
        return "tenant" if self.tenant else "platform"

    @property
    def owner(self) -> str:
        """The name of who answers for its namespaces: the application's, or the tenant's."""
        return self.tenant.name if self.tenant else self.name

    @property
    def place(self) -> str:
        """Where and what it is, for messages: `apps/web.py:12: application 'web'`."""
        return f"{self.source}: {'tenant' if self.tenant else 'application'} {self.owner!r}"

    @property
    def dependencies(self) -> tuple[str, ...]:
        """The names of the applications it depends on, in the order declared."""
        return tuple(_name(member) for member in self.depends_on)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names of the applications in whose namespaces it puts objects."""
        return tuple(_name(member) for member in self.shares_namespaces_of)

    def namespace_of(self, chart: Chart) -> str:
        """Return the namespace of a chart's release: its own, or the application's first."""
        return chart.namespace or self.namespaces[0].name

    def _inconsistencies(self) -> Iterator[Finding]:
        """Yield what is wrong between its fields, each of which is right by itself."""
        if not self.namespaces and not self.shares_namespaces_of:
            expected = "at least one Namespace, or an application it shares them with"
            yield Finding(f"{self.place}: namespaces", "none", expected)
        for name in _twice(namespace.name for namespace in self.namespaces):
            yield Finding(f"{self.place}: namespaces", f"{name!r} twice", "each once")
        for name in _twice(chart.release for chart in self.charts):
            yield Finding(
                f"{self.place}: charts",
                f"two charts with the release name {name!r}",
                "a release name of its own for each chart of an application",
            )
        for chart in self.charts:
            if not self.namespaces and self.shares_namespaces_of and not chart.namespace:
                yield Finding(
                    f"{self.place}: chart {chart.name!r}: namespace",
                    "none",
                    "a namespace: the application owns none that could be the default",
                )


def _name(member: Application | str) -> str:
    return member if isinstance(member, str) else member.name


def _twice(names: Iterable[str]) -> Iterator[str]:
    """Yield the names that are there more than once, each once."""
    return (name for name, count in Counter(names).items() if count > 1)

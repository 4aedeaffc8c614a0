"""Tenants: teams that work on the platform in namespaces of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from platform_stack.errors import called_from, fail
from platform_stack.model.application import Application, Namespace
from platform_stack.model.names import check_dns_label, check_git_url, check_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from platform_stack.constructs import ManifestChart
    from platform_stack.model.declarations import Route
    from platform_stack.model.flow import Flow
    from platform_stack.model.platform import Context

_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
_REGISTRY = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*")
_RESERVED = re.compile(r"default|kube-.*|local-path-storage")

PREFIX = "tenant-"
"""Of the application that a tenant becomes, so that the tenant's own name stays free for its AppProject."""


@dataclass(frozen=True, kw_only=True)
class Quota:
    """What the pods of one namespace may ask for together, as Kubernetes quantities.

    Attributes:
        cpu: sum of CPU requests; default `1`.
        memory: sum of memory requests; their limits may be twice that. Default `1Gi`.
        pods: how many pods; default 20.
        storage: sum of what PersistentVolumeClaims ask for; default `5Gi`.

    """

    cpu: str = "1"
    memory: str = "1Gi"
    pods: int = 20
    storage: str = "5Gi"

    def __post_init__(self) -> None:
        """Check that each is a quantity."""
        where = f"{called_from()}: quota: "
        for name in ("cpu", "memory", "storage"):
            value = getattr(self, name)
            check_type(where + name, value, str, "text: a Kubernetes quantity such as '500m' or '1Gi'")
            if not _QUANTITY.fullmatch(value):
                fail(where + name, value, "a Kubernetes quantity such as '500m' or '1Gi'")
        check_type(where + "pods", self.pods, int, "a number of pods")
        if self.pods < 1:
            fail(where + "pods", self.pods, "at least one pod")


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A team, what it gets, and within which limits.

    It becomes an application that comes after all applications of the platform: its namespaces (Pod
    Security level `restricted`, in the mesh), the rights of its group there, an AppProject for the
    Applications that it makes itself, and what it brings along. Policies generate the rest in each
    namespace: default deny, quota, limits, STRICT mTLS.

    Attributes:
        name: DNS label; the name of its AppProject.
        group: the group, as the identity provider names it, whose members may work in the namespaces.
        contact: who answers, for whoever has to call somebody.
        namespaces: their names; default: one with the tenant's name.
        quota: for each of its namespaces.
        registries: where its images may come from besides the registries of the platform, each a host with
            an optional path (`ghcr.io/team`).
        repositories: git repositories from which its own Applications may be installed; default: none.
        routes: hosts under which its services are reached from outside.
        flows: who may talk to whom, beyond the routes, from the context.
        manifests: adds objects of the tenant to the application's cdk8s chart.

    Raises:
        PlatformError: a field has a wrong form, or a namespace belongs to Kubernetes.

    """

    name: str
    group: str
    contact: str
    namespaces: tuple[str, ...] = ()
    quota: Quota = field(default_factory=Quota)
    registries: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    flows: Callable[[Context], tuple[Flow, ...]] = field(default=lambda _context: ())
    manifests: Callable[[ManifestChart, Context], None] | None = None
    source: str = field(init=False, default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check each field."""
        object.__setattr__(self, "source", called_from())
        where = f"{self.source}: tenant {self.name!r}: "
        check_dns_label(where + "name", self.name)
        for name, expected in (
            ("group", "the group of the team, as the identity provider names it"),
            ("contact", "who answers for it: a team or a person"),
        ):
            if not str(getattr(self, name)).strip():
                fail(where + name, "nothing", expected)
        for name in ("namespaces", "registries", "repositories"):
            check_type(where + name, getattr(self, name), tuple, "a tuple of text")
        for namespace in self.namespaces:
            check_dns_label(where + "namespaces", namespace)
            if _RESERVED.fullmatch(namespace):
                fail(
                    where + "namespaces",
                    f"{namespace!r}, which is Kubernetes' own",
                    "a namespace of the team",
                )
        for registry in self.registries:
            if not _REGISTRY.fullmatch(registry):
                fail(
                    where + "registries",
                    registry,
                    "a registry's host, with an optional path and without a pattern, such as 'ghcr.io/team'",
                )
        for repository in self.repositories:
            check_git_url(where + "repositories", repository)

    @property
    def namespace_names(self) -> tuple[str, ...]:
        """The names of its namespaces."""
        return self.namespaces or (self.name,)

    def application(self, platform: Sequence[Application]) -> Application:
        """Return the application that the tenant becomes; it depends on every one of the platform."""
        from platform_stack.constructs.tenant import objects  # noqa: PLC0415  the model must not load cdk8s

        def manifests(chart: ManifestChart, context: Context) -> None:
            for item in objects(self, context.cluster):
                chart.add(item)
            if self.manifests is not None:
                self.manifests(chart, context)

        made = Application(
            name=PREFIX + self.name,
            namespaces=tuple(Namespace(name=name, mesh=True) for name in self.namespace_names),
            depends_on=tuple(platform),
            tier="tenant",
            routes=self.routes,
            flows=self.flows,
            manifests=manifests,
        )
        object.__setattr__(made, "source", self.source)
        return made

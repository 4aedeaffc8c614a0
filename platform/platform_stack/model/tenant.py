"""Tenants: teams that work on the platform in namespaces of their own."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from platform_stack.errors import Finding, PlatformError, called_from, collecting, did_you_mean, fail
from platform_stack.labels import CONTACT, QUOTA
from platform_stack.model.application import Application, Namespace
from platform_stack.model.checked import checked
from platform_stack.model.names import REGISTRY, check_dns_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from platform_stack.constructs import ManifestChart
    from platform_stack.model.declarations import Route
    from platform_stack.model.flow import Flow
    from platform_stack.model.names import Bytes, Cores, DnsLabel, GitUrl, Port
    from platform_stack.model.platform import Context

_RESERVED = re.compile(r"default|kube-.*|local-path-storage")
_REVISION = re.compile(r"(?!HEAD$)[A-Za-z0-9][A-Za-z0-9._/-]*")
_PATH = re.compile(r"\.|(?!.*(^|/)\.\.(/|$))[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_GROUP = re.compile(r'(?!\s)[^"\n\r\t]+(?<!\s)')

PREFIX = "tenant-"
"""Of the application that a tenant becomes, so that the tenant's own name stays free for its AppProject."""


@checked("quota")
@dataclass(frozen=True, kw_only=True)
class Quota:
    """What the pods of one namespace may ask for together, as Kubernetes quantities.

    Attributes:
        cpu: sum of CPU requests; default `1`.
        memory: sum of memory requests; their limits may be twice that. Default `1Gi`.
        pods: how many pods; default 20. Policies let what else there is grow with it: such as 1Gi of a node's disk
            for each pod, and ten objects of a kind and one more for each pod.
        storage: sum of what PersistentVolumeClaims ask for; default `5Gi`.

    """

    cpu: Cores = "1"
    memory: Bytes = "1Gi"
    pods: int = 20
    storage: Bytes = "5Gi"

    def __post_init__(self) -> None:
        """Check that there may be a pod."""
        if self.pods < 1:
            fail(f"{called_from()}: quota: pods", self.pods, "at least one pod")

    @property
    def annotations(self) -> Mapping[str, str]:
        """The quota as annotations of a Namespace."""
        return {QUOTA + name: str(getattr(self, name)) for name in ("cpu", "memory", "pods", "storage")}


@checked("repository")
@dataclass(frozen=True, kw_only=True)
class Repository:
    """A folder of a git repository from which a team installs by itself, with an Argo CD Application.

    Attributes:
        name: DNS label, unique in the tenant; the Application is named `tenant-<tenant>-<name>`.
        url: git URL; a credential for it is a repository Secret of Argo CD.
        path: folder in the repository; default: its root.
        revision: branch, tag or commit that is followed; default `main`.
        namespace: where its objects go, one of the tenant's; default: the tenant's first.
        ports: pod ports that the gateway reaches, for the tenant's routes: the platform does not see the
            pods of another repository. Default: none.

    """

    name: DnsLabel
    url: GitUrl
    path: str = "."
    revision: str = "main"
    namespace: str = ""
    ports: tuple[Port, ...] = ()

    def __post_init__(self) -> None:
        """Check path, revision and namespace."""
        where = f"{called_from()}: repository {self.name!r}: "
        findings: list[Finding] = []
        if not _PATH.fullmatch(self.path):
            expected = "a folder inside the repository, such as 'deploy/production'"
            findings.append(Finding(where + "path", self.path, expected))
        if not _REVISION.fullmatch(self.revision):
            findings.append(
                Finding(where + "revision", self.revision, "a branch, a tag or a commit, such as 'main'")
            )
        if self.namespace:
            with collecting(findings):
                check_dns_label(where + "namespace", self.namespace)
        if findings:
            raise PlatformError(*findings)


@checked("tenant")
@dataclass(frozen=True, kw_only=True)
class Tenant:
    """A team, what it gets, and within which limits.

    It becomes an application that comes after all applications of the platform: its namespaces (Pod
    Security level `restricted`, in the mesh where there is one), the rights of its group there, and what it
    brings along; and an AppProject with an Application for each of its repositories. Policies generate the
    rest in each namespace: default deny, quota, limits, and what a mesh asks for.

    Attributes:
        name: DNS label; the name of its AppProject.
        group: the group, as the identity provider names it, whose members may work in the namespaces.
        contact: who answers, for whoever has to call somebody.
        namespaces: their names; default: one with the tenant's name.
        quota: for each of its namespaces.
        registries: where its images may come from besides the registries of the platform, each a host with
            an optional path (`ghcr.io/team`).
        repositories: what it installs itself; default: nothing.
        routes: hosts under which its services are reached from outside.
        flows: who of its own pods may talk to whom, or to a DNS name outside, from the context; routes and
            monitors open the rest. See platform_stack.checks.tenants for what is refused.
        manifests: adds objects of the tenant to the application's cdk8s chart.

    Raises:
        PlatformError: a field has a wrong form, a namespace belongs to Kubernetes, or a route or a
            repository is for a namespace that is not the tenant's.

    """

    name: DnsLabel
    group: str
    contact: str
    namespaces: tuple[DnsLabel, ...] = ()
    quota: Quota = field(default_factory=Quota)
    registries: tuple[str, ...] = ()
    repositories: tuple[Repository, ...] = ()
    routes: tuple[Route, ...] = ()
    flows: Callable[[Context], tuple[Flow, ...]] = field(default=lambda _context: ())
    manifests: Callable[[ManifestChart, Context], None] | None = None
    source: str = field(init=False, default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check what several fields say together."""
        object.__setattr__(self, "source", called_from())
        where = f"{self.source}: tenant {self.name!r}: "
        if findings := [*self._inconsistencies(where), *self._namespaces_of_others(where)]:
            raise PlatformError(*dict.fromkeys(findings))

    def _inconsistencies(self, where: str) -> Iterator[Finding]:
        for name, expected in (
            ("group", "the group of the team, as the identity provider names it"),
            ("contact", "who answers for it: a team or a person"),
        ):
            if not getattr(self, name).strip():
                yield Finding(where + name, "nothing", expected)
        if self.group.strip() and not _GROUP.fullmatch(self.group):
            yield Finding(
                where + "group", repr(self.group), "a name without quotes, and without space around it"
            )
        for registry in self.registries:
            if not REGISTRY.fullmatch(registry):
                yield Finding(
                    where + "registries",
                    registry,
                    "a registry's host, with an optional path and without a scheme or a pattern, such as "
                    "'ghcr.io/team'",
                )
        for field_name, names in (
            ("namespaces", self.namespace_names),
            ("repositories", [repository.name for repository in self.repositories]),
        ):
            for name, count in Counter(names).items():
                if count > 1:
                    yield Finding(where + field_name, f"{name!r} twice", "each once")

    def _namespaces_of_others(self, where: str) -> Iterator[Finding]:
        """Yield what is meant for a namespace that is not the tenant's."""
        for namespace in self.namespace_names:
            if _RESERVED.fullmatch(namespace):
                yield Finding(
                    where + "namespaces",
                    f"{namespace!r}, which is Kubernetes' own",
                    "a namespace of the team",
                )
        targets = [
            *(
                (f"repositories: {repository.name!r}: namespace", self.namespace_of(repository))
                for repository in self.repositories
            ),
            *((f"routes: {route.host!r}: service", route.service.namespace) for route in self.routes),
        ]
        for what, namespace in targets:
            if namespace not in self.namespace_names:
                yield Finding(
                    where + what,
                    f"namespace {namespace!r}, which is not the tenant's",
                    "a namespace of the tenant",
                    did_you_mean(namespace, self.namespace_names),
                )

    @property
    def namespace_names(self) -> tuple[str, ...]:
        """The names of its namespaces."""
        return self.namespaces or (self.name,)

    def namespace_of(self, repository: Repository) -> str:
        """Return the namespace that one of its repositories is for."""
        return repository.namespace or self.namespace_names[0]

    def application_of(self, repository: Repository) -> str:
        """Return the name of the Argo CD Application of one of its repositories."""
        return f"{PREFIX}{self.name}-{repository.name}"

    def application(self, platform: Sequence[Application], *, mesh: bool) -> Application:
        """Return the application that the tenant becomes.

        Args:
            platform: the applications that it depends on: every one of the platform.
            mesh: whether its namespaces are in the mesh: where there is one.

        """
        from platform_stack.constructs.tenant import objects  # noqa: PLC0415  the model must not load cdk8s

        def manifests(chart: ManifestChart, context: Context) -> None:
            for item in objects(self):
                chart.add(item)
            if self.manifests is not None:
                self.manifests(chart, context)

        annotations = {CONTACT: self.contact, **self.quota.annotations}
        made = Application(
            name=PREFIX + self.name,
            tenant=self,
            namespaces=tuple(
                Namespace(name=name, mesh=mesh, annotations=annotations) for name in self.namespace_names
            ),
            depends_on=tuple(platform),
            routes=self.routes,
            flows=self.flows,
            manifests=manifests,
        )
        object.__setattr__(made, "source", self.source)
        return made

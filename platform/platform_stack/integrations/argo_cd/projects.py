"""AppProjects: what each application may do in Argo CD, computed from what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_stack.integrations.argo_cd.sync import KEPT, OPTIONS_ANNOTATION, WAVE_ANNOTATION
from platform_stack.kubernetes import group_of
from platform_stack_imports import argoproj
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.facts import Manifest
    from platform_stack.model import Application, Chart, Cluster, Platform, RuntimeWorkload, Tenant

PROJECT_WAVE = -10
"""Wave of the projects in the root Application; the bootstrap layer's end at -1, others begin at 0."""

IN_CLUSTER = "https://kubernetes.default.svc"
"""The cluster that Argo CD runs in."""


_TEAM = "team"
"""Name of the role of a tenant's group."""

TENANT_KINDS = frozenset(
    {
        ("", "ConfigMap"),  # dashboards too: Grafana's sidecar finds them by their label
        ("", "PersistentVolumeClaim"),
        ("", "Service"),
        ("", "ServiceAccount"),
        ("apps", "Deployment"),
        ("apps", "StatefulSet"),
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("batch", "CronJob"),
        ("batch", "Job"),
        ("monitoring.coreos.com", "PrometheusRule"),
        ("policy", "PodDisruptionBudget"),
    }
)
"""(group, kind) of what a tenant makes itself.

Not what decides about its limits and who reaches it (ResourceQuota, LimitRange, NetworkPolicy, PeerAuthentication,
AuthorizationPolicy, Role, RoleBinding, PolicyException, …); not Ingress and Certificate, which could name somebody
else's host; not monitors, which can make Prometheus send its token; not Secret, which would be in git in the clear.
A list of what is allowed: a kind that some later CRD brings is refused until somebody thought about it."""


def tenant_kinds(platform: Platform) -> frozenset[tuple[str, str]]:
    """Return the (group, kind) of what a tenant makes itself: TENANT_KINDS, and sealed Secrets."""
    if platform.opener is None:
        return TENANT_KINDS
    group, _, kind = platform.opener.role.kind.partition("/")
    return TENANT_KINDS | {(group, kind)}


_POD = ("", "Pod")
_MADE_OF = {
    ("apps", "Deployment"): (("apps", "ReplicaSet"), _POD),
    ("apps", "StatefulSet"): (_POD,),
    ("apps", "DaemonSet"): (_POD,),
    ("batch", "CronJob"): (("batch", "Job"), _POD),
    ("batch", "Job"): (_POD,),
}
"""What Kubernetes makes of workloads: Argo CD shows it, and its logs, only where the project allows the kind
(IterateHierarchyV2 in argo-cd's controller/appcontroller.go)."""


def shown_kinds(platform: Platform) -> frozenset[tuple[str, str]]:
    """Return the (group, kind) that a tenant's AppProject allows: `tenant_kinds`, and what Kubernetes makes of them."""
    return tenant_kinds(platform) | {made for makes in _MADE_OF.values() for made in makes}


@dataclass(frozen=True)
class Footprint:
    """What an application puts into the cluster, as far as it is known.

    Attributes:
        namespaces: namespaces of its objects.
        cluster_kinds: (group, kind) of its cluster-scoped objects.
        namespaced_kinds: (group, kind) of its namespaced objects.
        complete: whether all its charts have recorded facts.

    """

    namespaces: frozenset[str]
    cluster_kinds: frozenset[tuple[str, str]]
    namespaced_kinds: frozenset[tuple[str, str]]
    complete: bool


def footprint(
    manifests: Iterable[Manifest], runtime: Iterable[RuntimeWorkload] = (), *, complete: bool
) -> Footprint:
    """Return the footprint of manifests and of what operators make; what has no namespace is cluster-scoped."""
    namespaces: set[str] = set()
    cluster: set[tuple[str, str]] = set()
    namespaced: set[tuple[str, str]] = set()
    for manifest in manifests:
        kind = (group_of(manifest["apiVersion"]), manifest["kind"])
        namespace = manifest["metadata"].get("namespace")
        if namespace:
            namespaces.add(namespace)
            namespaced.add(kind)
        else:
            cluster.add(kind)
    namespaced |= {("apps", one.kind) for one in runtime}
    namespaced |= {made for kind in tuple(namespaced) for made in _MADE_OF.get(kind, ())}
    return Footprint(frozenset(namespaces), frozenset(cluster), frozenset(namespaced), complete)


def app_project(application: Application, cluster: Cluster, found: Footprint) -> argoproj.AppProject:
    """Return the AppProject that lets an application do what it does, and nothing else.

    Sources are its chart repositories and the git repository; destinations the namespaces it owns or has
    objects in; kinds those it has. Where a chart's facts are not recorded yet, every namespaced kind is
    allowed, but no cluster-scoped kind that is not known. A tenant's group sees its application.
    """
    repositories = {repo_url(chart, cluster) for chart in application.charts} | {cluster.repo_url}
    namespaces = found.namespaces | {namespace.name for namespace in application.namespaces}
    namespaced = found.namespaced_kinds if found.complete else frozenset({("*", "*")})
    return argoproj.AppProject(
        metadata=ObjectMeta(
            name=application.name,
            namespace=cluster.argo_cd.namespace,
            annotations={WAVE_ANNOTATION: str(PROJECT_WAVE)},
        ),
        spec=argoproj.AppProjectSpec(
            source_repos=sorted(repositories),
            destinations=[
                argoproj.AppProjectSpecDestinations(server=IN_CLUSTER, namespace=namespace)
                for namespace in sorted(namespaces)
            ],
            cluster_resource_whitelist=[
                argoproj.AppProjectSpecClusterResourceWhitelist(group=group, kind=kind)
                for group, kind in sorted(found.cluster_kinds)
            ],
            namespace_resource_whitelist=[
                argoproj.AppProjectSpecNamespaceResourceWhitelist(group=group, kind=kind)
                for group, kind in sorted(namespaced)
            ],
            roles=[_team(application.name, application.tenant.group, "applications, get", "logs, get")]
            if application.tenant
            else None,
        ),
    )


def root_project(cluster: Cluster) -> argoproj.AppProject:
    """Return the project of the root Application: Argo CD's own kinds in Argo CD's namespace.

    It outlives the root's deletion, which could not end without it.
    """
    return argoproj.AppProject(
        metadata=ObjectMeta(
            name=cluster.argo_cd.root,
            namespace=cluster.argo_cd.namespace,
            annotations={
                WAVE_ANNOTATION: str(PROJECT_WAVE),
                OPTIONS_ANNOTATION: KEPT,
            },
        ),
        spec=argoproj.AppProjectSpec(
            source_repos=[cluster.repo_url],
            destinations=[
                argoproj.AppProjectSpecDestinations(server=IN_CLUSTER, namespace=cluster.argo_cd.namespace)
            ],
            cluster_resource_whitelist=[],
            namespace_resource_whitelist=[
                argoproj.AppProjectSpecNamespaceResourceWhitelist(group="argoproj.io", kind=kind)
                for kind in ("AppProject", "Application", "ApplicationSet")
            ],
        ),
    )


def tenant_project(tenant: Tenant, platform: Platform, cluster: Cluster) -> argoproj.AppProject:
    """Return the AppProject for what a tenant installs from its repositories.

    Sources are those repositories, destinations its namespaces, kinds those of `tenant_kinds`; nothing is
    cluster-scoped. Its group sees the Applications, their logs included, and syncs them.
    """
    return argoproj.AppProject(
        metadata=ObjectMeta(
            name=tenant.name,
            namespace=cluster.argo_cd.namespace,
            annotations={WAVE_ANNOTATION: str(PROJECT_WAVE)},
        ),
        spec=argoproj.AppProjectSpec(
            source_repos=sorted({repository.url for repository in tenant.repositories}),
            destinations=[
                argoproj.AppProjectSpecDestinations(server=IN_CLUSTER, namespace=namespace)
                for namespace in sorted(tenant.namespace_names)
            ],
            cluster_resource_whitelist=[],
            namespace_resource_whitelist=[
                argoproj.AppProjectSpecNamespaceResourceWhitelist(group=group, kind=kind)
                for group, kind in sorted(shown_kinds(platform))
            ],
            roles=[_team(tenant.name, tenant.group, "applications, get", "applications, sync", "logs, get")],
        ),
    )


def _team(project: str, group: str, *rights: str) -> argoproj.AppProjectSpecRoles:
    """Return the role of a tenant's group in a project; each right is a resource and an action."""
    return argoproj.AppProjectSpecRoles(
        name=_TEAM,
        groups=[f'"{group}"' if "," in group else group],  # a list of groups otherwise
        policies=[f"p, proj:{project}:{_TEAM}, {right}, {project}/*, allow" for right in rights],
    )


def repo_url(chart: Chart, cluster: Cluster) -> str:
    """Return the repository as Argo CD wants it: an OCI registry without its scheme."""
    return chart.repository_for(cluster.chart_mirror).removeprefix("oci://")

"""Argo CD's objects: AppProject, Application and ApplicationSet of each application, and the root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from platform_stack.constructs.app import WAVE_ANNOTATION, Manifest
from platform_stack.health import APPLICATIONS, GATE_EXEMPT
from platform_stack.kubernetes import group_of
from platform_stack_imports import argoproj
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platform_stack.model import Application, Chart, Cluster

NAMESPACE = "argocd"
"""Where Argo CD and all its Applications live."""

ROOT = "root"
"""Name of the Application that syncs all others, and of its project."""

LAYER = "platform-stack.io/layer"
"""Label of an Application: `root`, `bootstrap` or `application`."""

PROJECT_WAVE = -10
"""Wave of the projects in the root Application; the bootstrap layer's end at -1, others begin at 0."""

_IN_CLUSTER = "https://kubernetes.default.svc"
_FINALIZER = "resources-finalizer.argocd.argoproj.io"

_TEMPLATE_PATCH = """\
metadata:
  labels: {{ .metadata.labels | toJson }}
  annotations: {{ .metadata.annotations | toJson }}
{{- if hasKey .metadata "finalizers" }}
  finalizers: {{ .metadata.finalizers | toJson }}
{{- end }}
spec: {{ .spec | toJson }}
"""
"""Makes the generated Application exactly what its file says: a JSON merge of everything but the name."""


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


def footprint(manifests: Iterable[Manifest], *, complete: bool) -> Footprint:
    """Return the footprint of manifests; one without a namespace is cluster-scoped."""
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
    return Footprint(frozenset(namespaces), frozenset(cluster), frozenset(namespaced), complete)


def values_path(application: Application, chart: Chart, *, bootstrap: bool) -> str:
    """Return the path of a release's values in the cluster's folder."""
    if bootstrap:
        return f"bootstrap/{chart.release}.values.yaml"
    return f"apps/{application.name}/values/{chart.release}.yaml"


def app_project(application: Application, cluster: Cluster, found: Footprint) -> argoproj.AppProject:
    """Return the AppProject that lets an application do what it does, and nothing else.

    Sources are its chart repositories and the git repository; destinations the namespaces it owns or has
    objects in; kinds those it has. Where a chart's facts are not recorded yet, every namespaced kind is
    allowed, but no cluster-scoped kind that is not known.
    """
    repositories = {_repo_url(chart, cluster) for chart in application.charts} | {cluster.repo_url}
    namespaces = found.namespaces | {namespace.name for namespace in application.namespaces}
    namespaced = found.namespaced_kinds if found.complete else {("*", "*")}
    return argoproj.AppProject(
        metadata=ObjectMeta(
            name=application.name, namespace=NAMESPACE, annotations={WAVE_ANNOTATION: str(PROJECT_WAVE)}
        ),
        spec=argoproj.AppProjectSpec(
            source_repos=sorted(repositories),
            destinations=[
                argoproj.AppProjectSpecDestinations(server=_IN_CLUSTER, namespace=namespace)
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
        ),
    )


def application(
    spec: Application, cluster: Cluster, *, wave: int | None = None, has_manifests: bool = True
) -> argoproj.Application:
    """Return the Argo CD Application of an application: its charts, their values from git, its manifests.

    Args:
        spec: the application.
        cluster: the cluster it is made for.
        wave: for the bootstrap layer, which the root syncs as it is: its wave there. Such an Application
            heals but never prunes, and has no finalizer: deleting it must not take the network away.
        has_manifests: whether it has a folder of manifests.

    """
    bootstrap = wave is not None
    manual = spec.manual(cluster)
    annotations = dict(spec.annotations)
    if bootstrap:
        annotations[WAVE_ANNOTATION] = str(wave)
    if manual:
        annotations[GATE_EXEMPT] = manual
    return argoproj.Application(
        metadata=ObjectMeta(
            name=spec.name,
            namespace=NAMESPACE,
            labels={LAYER: "bootstrap" if bootstrap else "application"},
            annotations=annotations,
            # A manual Application gets none: its deletion would run hooks of a chart that was never
            # installed, and wait for them.
            finalizers=None if bootstrap or manual else [_FINALIZER],
        ),
        spec=argoproj.ApplicationSpec(
            project=spec.name,
            destination=argoproj.ApplicationSpecDestination(
                server=_IN_CLUSTER, namespace=spec.namespaces[0].name if spec.namespaces else None
            ),
            sources=_sources(spec, cluster, bootstrap=bootstrap, has_manifests=has_manifests),
            sync_policy=_sync_policy(
                automated=not manual, prune=not bootstrap, ignoring=bool(spec.ignore_differences)
            ),
            ignore_differences=[
                argoproj.ApplicationSpecIgnoreDifferences(
                    group=ignored.group or None,
                    kind=ignored.kind,
                    name=ignored.name,
                    jq_path_expressions=list(ignored.jq_path_expressions),
                )
                for ignored in spec.ignore_differences
            ]
            or None,
            revision_history_limit=5,
        ),
    )


def application_set(spec: Application, cluster: Cluster, wave: int) -> argoproj.ApplicationSet:
    """Return the ApplicationSet that makes an application's Application from its file in git.

    It is in the wave of the root Application that was computed for the application; its health check
    (platform_stack.health) holds the next wave back until the Application is Synced and Healthy.
    """
    annotations = {WAVE_ANNOTATION: str(wave), APPLICATIONS: "1"}
    manual = spec.manual(cluster)
    if manual:
        annotations[GATE_EXEMPT] = manual
    return argoproj.ApplicationSet(
        metadata=ObjectMeta(name=spec.name, namespace=NAMESPACE, annotations=annotations),
        spec=argoproj.ApplicationSetSpec(
            go_template=True,
            go_template_options=["missingkey=error"],
            generators=[
                argoproj.ApplicationSetSpecGenerators(
                    git=argoproj.ApplicationSetSpecGeneratorsGit(
                        repo_url=cluster.repo_url,
                        revision=cluster.revision,
                        files=[
                            argoproj.ApplicationSetSpecGeneratorsGitFiles(
                                path=f"{cluster.path}/apps/{spec.name}/application.yaml"
                            )
                        ],
                    )
                )
            ],
            template=argoproj.ApplicationSetSpecTemplate(
                metadata=argoproj.ApplicationSetSpecTemplateMetadata(name=spec.name),
                spec=argoproj.ApplicationSetSpecTemplateSpec(
                    project=spec.name,
                    destination=argoproj.ApplicationSetSpecTemplateSpecDestination(server=_IN_CLUSTER),
                ),
            ),
            template_patch=_TEMPLATE_PATCH,
            sync_policy=argoproj.ApplicationSetSpecSyncPolicy(
                applications_sync="sync",
                # Otherwise the controller gives every Application the finalizer that a manual one must not have.
                preserve_resources_on_deletion=True if manual else None,
            ),
        ),
    )


def root_project(cluster: Cluster) -> argoproj.AppProject:
    """Return the project of the root Application: Argo CD's own kinds in Argo CD's namespace.

    It outlives the root's deletion, which could not end without it.
    """
    return argoproj.AppProject(
        metadata=ObjectMeta(
            name=ROOT,
            namespace=NAMESPACE,
            annotations={
                WAVE_ANNOTATION: str(PROJECT_WAVE),
                "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
            },
        ),
        spec=argoproj.AppProjectSpec(
            source_repos=[cluster.repo_url],
            destinations=[argoproj.AppProjectSpecDestinations(server=_IN_CLUSTER, namespace=NAMESPACE)],
            cluster_resource_whitelist=[],
            namespace_resource_whitelist=[
                argoproj.AppProjectSpecNamespaceResourceWhitelist(group="argoproj.io", kind=kind)
                for kind in ("AppProject", "Application", "ApplicationSet")
            ],
        ),
    )


def root_application(cluster: Cluster) -> argoproj.Application:
    """Return the root Application: it syncs the cluster's root folder.

    It is not in that folder: Argo CD deletes nothing of an Application while one of its objects is being
    deleted, so a root that syncs itself could never be removed. Its deletion removes the platform.
    """
    return argoproj.Application(
        metadata=ObjectMeta(
            name=ROOT,
            namespace=NAMESPACE,
            labels={LAYER: "root"},
            finalizers=[_FINALIZER],
        ),
        spec=argoproj.ApplicationSpec(
            project=ROOT,
            destination=argoproj.ApplicationSpecDestination(server=_IN_CLUSTER, namespace=NAMESPACE),
            sources=[
                argoproj.ApplicationSpecSources(
                    repo_url=cluster.repo_url,
                    target_revision=cluster.revision,
                    path=f"{cluster.path}/root",
                )
            ],
            sync_policy=_sync_policy(automated=True, prune=True),
            revision_history_limit=5,
        ),
    )


def _sources(
    spec: Application, cluster: Cluster, *, bootstrap: bool, has_manifests: bool
) -> list[argoproj.ApplicationSpecSources]:
    git: dict[str, Any] = {"repo_url": cluster.repo_url, "target_revision": cluster.revision}
    sources = [
        argoproj.ApplicationSpecSources(
            repo_url=_repo_url(chart, cluster),
            chart=chart.name,
            target_revision=chart.version,
            helm=argoproj.ApplicationSpecSourcesHelm(
                release_name=chart.release,
                namespace=spec.namespace_of(chart),
                value_files=[f"$values/{cluster.path}/{values_path(spec, chart, bootstrap=bootstrap)}"],
            ),
        )
        for chart in spec.charts
    ]
    if spec.charts:
        sources.append(argoproj.ApplicationSpecSources(**git, ref="values"))
    if has_manifests:
        path = f"{cluster.path}/apps/{spec.name}/manifests"
        sources.append(argoproj.ApplicationSpecSources(**git, path=path))
    return sources


def _sync_policy(
    *, automated: bool, prune: bool, ignoring: bool = False
) -> argoproj.ApplicationSpecSyncPolicy:
    """Return a policy that heals drift and retries for ever, each time with the newest commit."""
    respect = ["RespectIgnoreDifferences=true"] if ignoring else []
    return argoproj.ApplicationSpecSyncPolicy(
        automated=argoproj.ApplicationSpecSyncPolicyAutomated(prune=prune, self_heal=True)
        if automated
        else None,
        retry=argoproj.ApplicationSpecSyncPolicyRetry(
            limit=-1,
            refresh=True,
            backoff=argoproj.ApplicationSpecSyncPolicyRetryBackoff(
                duration="5s", factor=2, max_duration="1m"
            ),
        ),
        # Server-side apply: CRDs are larger than the annotation that client-side apply keeps.
        sync_options=["ServerSideApply=true", "FailOnSharedResource=true", *respect],
    )


def _repo_url(chart: Chart, cluster: Cluster) -> str:
    """Return the repository as Argo CD wants it: an OCI registry without its scheme."""
    return chart.repository_for(cluster.chart_mirror).removeprefix("oci://")

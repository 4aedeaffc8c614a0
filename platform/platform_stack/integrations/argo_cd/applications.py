"""Argo CD's objects: Application and ApplicationSet of each application, and the root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack.integrations.argo_cd.projects import IN_CLUSTER, repo_url
from platform_stack.integrations.argo_cd.sync import WAVE_ANNOTATION
from platform_stack.labels import APPLICATIONS, GATE_EXEMPT, LAYER
from platform_stack_imports import argoproj
from platform_stack_imports.k8s import ObjectMeta

if TYPE_CHECKING:
    from platform_stack.model import Application, Chart, Cluster, Repository, Tenant

_NOT_WAITED_FOR = "neither the platform nor another tenant waits for a tenant"

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


def values_path(application: Application, chart: Chart, *, bootstrap: bool) -> str:
    """Return the path of a release's values in the cluster's folder."""
    if bootstrap:
        return f"bootstrap/{chart.release}.values.yaml"
    return f"apps/{application.name}/values/{chart.release}.yaml"


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
    manual = spec.sync.manual(cluster)
    annotations = {**spec.sync.annotations, **_exemption(spec, cluster)}
    if bootstrap:
        annotations[WAVE_ANNOTATION] = str(wave)
    return argoproj.Application(
        metadata=ObjectMeta(
            name=spec.name,
            namespace=cluster.argo_cd.namespace,
            labels={LAYER: "bootstrap" if bootstrap else "application"},
            annotations=annotations,
            # A manual Application gets none: its deletion would run hooks of a chart that was never
            # installed, and wait for them.
            finalizers=None if bootstrap or manual else [_FINALIZER],
        ),
        spec=argoproj.ApplicationSpec(
            project=spec.name,
            destination=argoproj.ApplicationSpecDestination(
                server=IN_CLUSTER, namespace=spec.namespaces[0].name if spec.namespaces else None
            ),
            sources=_sources(spec, cluster, bootstrap=bootstrap, has_manifests=has_manifests),
            sync_policy=_sync_policy(
                automated=not manual, prune=not bootstrap, ignoring=bool(spec.sync.ignore_differences)
            ),
            ignore_differences=[
                argoproj.ApplicationSpecIgnoreDifferences(
                    group=ignored.group or None,
                    kind=ignored.kind,
                    name=ignored.name,
                    jq_path_expressions=list(ignored.jq_path_expressions),
                )
                for ignored in spec.sync.ignore_differences
            ]
            or None,
            revision_history_limit=5,
        ),
    )


def application_set(spec: Application, cluster: Cluster, wave: int) -> argoproj.ApplicationSet:
    """Return the ApplicationSet that makes an application's Application from its file in git.

    It is in the wave of the root Application that was computed for the application; its health check
    (platform_stack.integrations.argo_cd.health) holds the next wave back until the Application is Synced and Healthy.
    """
    annotations = {WAVE_ANNOTATION: str(wave), APPLICATIONS: "1", **_exemption(spec, cluster)}
    manual = spec.sync.manual(cluster)
    return argoproj.ApplicationSet(
        metadata=ObjectMeta(name=spec.name, namespace=cluster.argo_cd.namespace, annotations=annotations),
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
                    destination=argoproj.ApplicationSetSpecTemplateSpecDestination(server=IN_CLUSTER),
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


def tenant_application(
    tenant: Tenant, repository: Repository, cluster: Cluster, wave: int
) -> argoproj.Application:
    """Return the Application that installs one of a tenant's repositories; nothing waits for it.

    It heals and prunes as those of the platform do.
    """
    return argoproj.Application(
        metadata=ObjectMeta(
            name=tenant.application_of(repository),
            namespace=cluster.argo_cd.namespace,
            labels={LAYER: "tenant"},
            annotations={WAVE_ANNOTATION: str(wave), GATE_EXEMPT: _NOT_WAITED_FOR},
            finalizers=[_FINALIZER],
        ),
        spec=argoproj.ApplicationSpec(
            project=tenant.name,
            destination=argoproj.ApplicationSpecDestination(
                server=IN_CLUSTER, namespace=tenant.namespace_of(repository)
            ),
            sources=[
                argoproj.ApplicationSpecSources(
                    repo_url=repository.url, target_revision=repository.revision, path=repository.path
                )
            ],
            sync_policy=_sync_policy(automated=True, prune=True),
            revision_history_limit=5,
        ),
    )


def root_application(cluster: Cluster) -> argoproj.Application:
    """Return the root Application: it syncs the cluster's root folder.

    It is not in that folder: Argo CD deletes nothing of an Application while one of its objects is being
    deleted, so a root that syncs itself could never be removed. Its deletion removes the platform.
    """
    return argoproj.Application(
        metadata=ObjectMeta(
            name=cluster.argo_cd.root,
            namespace=cluster.argo_cd.namespace,
            labels={LAYER: "root"},
            finalizers=[_FINALIZER],
        ),
        spec=argoproj.ApplicationSpec(
            project=cluster.argo_cd.root,
            destination=argoproj.ApplicationSpecDestination(
                server=IN_CLUSTER, namespace=cluster.argo_cd.namespace
            ),
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


def _exemption(spec: Application, cluster: Cluster) -> dict[str, str]:
    """Return the annotation of an application that holds up no wave: a manual one, or a tenant's."""
    reason = spec.sync.manual(cluster) or (_NOT_WAITED_FOR if spec.tenant else None)
    return {GATE_EXEMPT: reason} if reason else {}


def _sources(
    spec: Application, cluster: Cluster, *, bootstrap: bool, has_manifests: bool
) -> list[argoproj.ApplicationSpecSources]:
    git: dict[str, Any] = {"repo_url": cluster.repo_url, "target_revision": cluster.revision}
    sources = [
        argoproj.ApplicationSpecSources(
            repo_url=repo_url(chart, cluster),
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

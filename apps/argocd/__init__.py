"""Argo CD: syncs this repository's dist/ into the cluster, itself included.

Bootstrap layer: the bootstrap script installs it with the values of `values.py`, then it adopts itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, RunTime
from platform_stack.model.flow import Entity, Flow, Pods, uses_api_server, within

from ..cilium import cilium
from .monitoring import argocd_monitoring
from .values import NAMESPACE, RELEASE, ROUTE, argocd_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, context: Context) -> None:
    for item in argocd_monitoring(NAMESPACE, RELEASE, available=context.cluster.is_highly_available):
        chart.add(item)


def _redis(context: Context) -> tuple[Flow, ...]:
    users = ("argocd-application-controller", "argocd-repo-server", "argocd-server")
    if not context.cluster.is_highly_available:
        return (within("argocd-redis", ports=("redis",), because="caches", source=users),)
    proxy, server = "argocd-redis-ha-haproxy", "argocd-redis-ha-server"
    return (
        within(proxy, ports=(6379,), because="caches", source=users),
        within(server, ports=(6379, 26379), because="replicates and elects", source=(proxy, server)),
    )


def _flows(context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(
            "argocd-application-controller",
            "argocd-applicationset-controller",
            "argocd-server",
        ),
        within(
            "argocd-repo-server",
            ports=("repo-server",),
            because="asks it for manifests",
            source=("argocd-application-controller", "argocd-applicationset-controller", "argocd-server"),
        ),
        *_redis(context),
        # Never narrower: a repo-server that cannot reach git cannot be mended from git.
        Flow(
            source=Pods(workloads=("argocd-repo-server",)),
            target=Entity.WORLD,
            ports=(443, 22),
            because="pulls from git and chart repositories",
            protection="TLS",
        ),
    )


argocd = Application(
    name="argocd",
    run_time=RunTime(
        objects={
            "Secret argocd/argocd-redis": "bootstrap.sh, before the chart",
            **{
                f"Service argocd/argocd-redis-ha-announce-{number}": "a StatefulSet labels each pod with its name"
                for number in range(3)
            },
        },
        known_idle={
            "argocd-application-controller": "600-846Mi",
            "argocd-applicationset-controller": "39Mi",
            "argocd-redis": "21Mi",
            "argocd-repo-server": "57-74Mi",
            "argocd-server": "34Mi",
        },
    ),
    flows=_flows,
    namespaces=(
        Namespace(name=NAMESPACE, outside_mesh_because="it installs the mesh and must be able to repair it"),
    ),
    depends_on=(cilium,),
    charts=(
        Chart(
            repository="https://argoproj.github.io/argo-helm",
            name="argo-cd",
            version="10.1.1",
            release=RELEASE,
            values=argocd_values,
        ),
    ),
    manifests=_manifests,
    routes=(ROUTE,),
)

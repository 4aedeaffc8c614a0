"""Argo CD as these platforms have it: in namespace argo-cd, under the names that its chart gives by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import (
    APPLICATION_HEALTH,
    APPLICATION_SET_HEALTH,
    INGRESS_HEALTH,
    Application,
    Chart,
    Entity,
    Flow,
    Namespace,
    Pods,
    Route,
    RunTime,
    Service,
    uses_api_server,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platform_stack import Context, Values

NAMESPACE = "argo-cd"
_NAME = "argo-cd-argocd"
SERVER = f"{_NAME}-server"

_CONTROLLER = f"{_NAME}-application-controller"
_SETS = f"{_NAME}-applicationset-controller"
_REDIS, _REPO_SERVER = f"{_NAME}-redis", f"{_NAME}-repo-server"
_OFF = {"enabled": False}


def argo_cd(
    network: Application,
    *,
    health: Mapping[str, str] | None = None,
    metrics: bool = False,
    insecure: bool = False,
    annotations: Mapping[str, str] | None = None,
) -> Application:
    """Return Argo CD, which a platform installs after its network.

    Args:
        network: what must be there before.
        health: further health checks, by group_Kind.
        metrics: whether it answers with metrics.
        insecure: whether its server answers without TLS, which the gateway ends.
        annotations: of its route.

    """

    def values(context: Context) -> Values:
        component = {"metrics": {"enabled": metrics, "serviceMonitor": {"enabled": metrics}}}
        checks = {
            "argoproj.io_Application": APPLICATION_HEALTH,
            "argoproj.io_ApplicationSet": APPLICATION_SET_HEALTH,
            "networking.k8s.io_Ingress": INGRESS_HEALTH,
            **(health or {}),
        }
        return {
            "global": {
                "domain": f"argocd.{context.cluster.domain}",
                "image": {"tag": "v3.6.1"},
                "networkPolicy": {"create": False, "defaultDenyIngress": False},
            },
            "configs": {
                "cm": {
                    "application.resourceTrackingMethod": "annotation",
                    **{f"resource.customizations.health.{kind}": check for kind, check in checks.items()},
                },
                "params": {
                    "controller.diff.server.side": True,
                    "server.insecure": insecure,
                    "applicationsetcontroller.policy": "sync",
                    "applicationsetcontroller.enable.progressive.syncs": True,
                },
            },
            "controller": component,
            "repoServer": component,
            "server": component,
            "applicationSet": component,
            "redis": {"metrics": {"enabled": False}},
            "redisSecretInit": _OFF,
            "dex": _OFF,
            "notifications": _OFF,
            "commitServer": _OFF,
        }

    service = Service(
        name=SERVER,
        namespace=NAMESPACE,
        port=80 if insecure else 443,
        scheme="http" if insecure else "https",
    )
    return Application(
        name="argo-cd",
        namespaces=(Namespace(name=NAMESPACE),),
        depends_on=(network,),
        charts=(
            Chart(
                repository="https://argoproj.github.io/argo-helm",
                name="argo-cd",
                version="10.1.1",
                values=values,
            ),
        ),
        flows=_flows,
        routes=(Route(host="argocd", service=service, annotations=annotations or {}),),
        run_time=RunTime(objects={f"Secret {NAMESPACE}/argocd-redis": "bootstrap.sh, before the chart"}),
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    askers = (_CONTROLLER, _SETS, SERVER)
    return (
        uses_api_server(*askers),
        within(_REPO_SERVER, ports=("repo-server",), because="asks it for manifests", source=askers),
        within(_REDIS, ports=("redis",), because="caches", source=(_CONTROLLER, _REPO_SERVER, SERVER)),
        Flow(
            source=Pods(workloads=(_REPO_SERVER,)),
            target=Entity.WORLD,
            ports=(443, 22),
            because="pulls from git and chart repositories",
            protection="TLS",
        ),
    )

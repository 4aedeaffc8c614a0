"""Kong: the gateway. Every route of the platform enters here, with TLS, and is let in by a plugin.

Without a database: the controller beside each Kong reads Ingresses and plugins from the API server and
writes them over the pod's loopback; the admin API is reachable from nowhere else.

Kong is in the mesh for what it sends, not for what it gets: it reaches services that demand mutual TLS, and
answers clients, the API server and Prometheus, who have no certificate of the mesh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack import Application, Chart, Context, Namespace, PolicyException, RunTime, SyncWave
from platform_stack.integrations.kong import INGRESS_CLASS, gateway
from platform_stack.model.flow import Flow, exposed, uses_api_server
from platform_stack_imports import k8s

from ..cert_manager import cert_manager
from ..cilium import cilium
from ..gatekeeper import gatekeeper
from ..istio import istio
from ..kyverno import kyverno
from ..sealed_secrets import sealed_secrets
from .certificate import webhook_certificate
from .monitoring import kong_monitoring
from .plugins import NAMESPACE, USER, plugins
from .values import kong_values

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(webhook_certificate(), wave=SyncWave.SECRET)  # the pod mounts it
    chart.add(
        k8s.IngressClass(
            metadata=k8s.ObjectMeta(name=INGRESS_CLASS),
            spec=k8s.IngressClassSpec(controller="ingress-controllers.konghq.com/kong"),
        )
    )
    for item in plugins(INGRESS_CLASS):
        chart.add(item, wave=SyncWave.AFTER_CHART)
    for item in kong_monitoring():
        chart.add(item)


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(),
        exposed("kong", ports=("proxy", "proxy-tls"), because="is the way in"),
    )


kong = Application(
    name="kong",
    roles=(gateway(),),
    flows=_flows,
    run_time=RunTime(known_idle={"kong": "120-200Mi"}),
    namespaces=(Namespace(name=NAMESPACE, mesh=True),),
    depends_on=(cilium, cert_manager, istio, sealed_secrets, gatekeeper, kyverno),
    charts=(
        Chart(
            repository="https://charts.konghq.com",
            name="kong",
            version="3.4.1",
            values=kong_values,
        ),
    ),
    manifests=_manifests,
    secrets=(USER,),
    exceptions=(
        PolicyException(
            policy="no-load-balancer",
            kind="Service",
            name="kong-proxy",
            because="it is the gateway: the one way in, whose address every route's host name leads to",
            owner="platform team",
        ),
    ),
)

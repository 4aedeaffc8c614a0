"""Envoy Gateway: the way in, by the Gateway API. The proxies are made at run time, from a Gateway."""

from collections.abc import Mapping
from typing import Any

from platform_stack import (
    Application,
    Chart,
    Context,
    ManifestChart,
    Namespace,
    RunTime,
    RuntimeWorkload,
    SyncWave,
    exposed,
    uses_api_server,
    within,
)
from platform_stack.integrations import gateway_api as product
from platform_stack_imports import cert_manager as api
from platform_stack_imports.k8s import ObjectMeta

from .certificates import ISSUER, cert_manager
from .network import cilium

NAMESPACE = "envoy-gateway-system"
NAME = "public"
PROXY = "public-proxy"
_CLASS = "envoy"
_CONTROLLER = "envoy-gateway"
_CERTIFICATE = "public-tls"
_GATEWAY_API = "gateway.networking.k8s.io/v1"
_ENVOY_API = "gateway.envoyproxy.io/v1alpha1"
_RESOURCES = {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}
# Envoy listens above 1024, at the Gateway's port plus ten thousand.
_HTTP, _HTTPS = 10080, 10443


def _manifests(chart: ManifestChart, context: Context) -> None:
    after = SyncWave.AFTER_CHART
    chart.add(
        api.Certificate(
            metadata=ObjectMeta(name=_CERTIFICATE, namespace=NAMESPACE),
            spec=api.CertificateSpec(
                secret_name=_CERTIFICATE,
                dns_names=[f"*.{context.cluster.domain}"],
                issuer_ref=api.CertificateSpecIssuerRef(
                    group="cert-manager.io", kind="ClusterIssuer", name=ISSUER
                ),
            ),
        ),
        wave=after,
    )
    chart.add(
        {
            "apiVersion": _ENVOY_API,
            "kind": "EnvoyProxy",
            "metadata": {"name": NAME, "namespace": NAMESPACE},
            "spec": {
                "provider": {
                    "type": "Kubernetes",
                    "kubernetes": {
                        "envoyDeployment": {"name": PROXY, "container": {"resources": _RESOURCES}},
                        "envoyService": {"name": PROXY, "type": "NodePort"},
                    },
                }
            },
        },
        wave=after,
    )
    chart.add(
        {
            "apiVersion": _GATEWAY_API,
            "kind": "GatewayClass",
            "metadata": {"name": _CLASS},
            "spec": {
                "controllerName": "gateway.envoyproxy.io/gatewayclass-controller",
                "parametersRef": {
                    "group": "gateway.envoyproxy.io",
                    "kind": "EnvoyProxy",
                    "name": NAME,
                    "namespace": NAMESPACE,
                },
            },
        },
        wave=after,
    )
    for item in product.listeners(NAME, NAMESPACE, _CLASS, context, certificate=_CERTIFICATE):
        chart.add(item, wave=after)


def _made(_objects: tuple[Mapping[str, Any], ...], _context: Context) -> tuple[RuntimeWorkload, ...]:
    return (
        RuntimeWorkload(
            name=PROXY,
            namespace=NAMESPACE,
            kind="Deployment",
            labels={
                "app.kubernetes.io/name": "envoy",
                "gateway.envoyproxy.io/owning-gateway-name": NAME,
                "gateway.envoyproxy.io/owning-gateway-namespace": NAMESPACE,
            },
            ports={"http-80": _HTTP, "https-443": _HTTPS},
            cpu="20m",
            memory="64Mi",
            service_account=PROXY,
        ),
    )


envoy_gateway = Application(
    name="envoy-gateway",
    roles=(product.gateway(NAME, NAMESPACE, workloads=(PROXY,)),),
    namespaces=(Namespace(name=NAMESPACE),),
    depends_on=(cilium, cert_manager),
    charts=(
        Chart(
            repository="oci://docker.io/envoyproxy",
            name="gateway-helm",
            version="v1.9.0",
            values={
                "topologyInjector": {"enabled": False},
                # Git says which CRDs there are: who reviews it needs no policy against going back.
                "crds": {"gatewayAPI": {"safeUpgradePolicy": {"enabled": False}}},
            },
            # Those of the Gateway API among them: Argo CD has a route before there is a gateway.
            custom_resources_with_bootstrap=True,
        ),
    ),
    manifests=_manifests,
    run_time=RunTime(
        workloads=_made, objects={f"Secret {NAMESPACE}/envoy-gateway": "the Job certgen of the chart, a hook"}
    ),
    flows=lambda _context: (
        uses_api_server(_CONTROLLER, "gateway-helm-certgen"),
        within(_CONTROLLER, ports=("grpc",), because="asks for its configuration", source=(PROXY,)),
        exposed(PROXY, ports=(_HTTP, _HTTPS), because="is the way in"),
    ),
)

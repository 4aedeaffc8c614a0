"""Kong: the gateway. Every route of the platform enters here, with TLS, and is let in by a plugin.

Without a database: the controller beside each Kong reads Ingresses and plugins from the API server and
writes them over the pod's loopback; the admin API is reachable from nowhere else.

Kong is in the mesh for what it sends, not for what it gets: it reaches services that demand mutual TLS, and
answers clients, the API server and Prometheus, who have no certificate of the mesh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import (
    Application,
    Chart,
    Context,
    Namespace,
    PolicyException,
    Service,
    SyncWave,
    Values,
)
from platform_stack.constructs.observability import Alert, Panel, alerts, dashboard, down
from platform_stack.constructs.routes import INGRESS_CLASS
from platform_stack.model.flow import Flow, exposed, uses_api_server
from platform_stack.typed import to_manifest
from platform_stack_imports import cert_manager as certificates
from platform_stack_imports import k8s
from platform_stack_imports.k8s import ObjectMeta

from ..cert_manager import cert_manager
from ..cilium import cilium
from ..gatekeeper import gatekeeper
from ..istio import istio
from ..kyverno import kyverno
from ..sealed_secrets import sealed_secrets
from ..shared.endpoints import EXPOSE_LABEL, PLATFORM_ISSUER
from ..shared.values import SCRAPE_INTERVAL, resources
from ..shared.workloads import spread
from .plugins import NAMESPACE, USER, plugins

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart
    from platform_stack_imports.k8s import ConfigMap

NAME = "kong"
"""Name of the release, and prefix of the chart's objects."""

PROXY = Service(name=f"{NAME}-proxy", namespace=NAMESPACE, port=443, scheme="https")
"""Where clients arrive. Its name is Prometheus' job of Kong and of its controller, too."""

_PODS = {"app.kubernetes.io/name": "kong", "app.kubernetes.io/component": "app"}

_WEBHOOK = "kong-validation-webhook"
_WEBHOOK_CERTIFICATE = f"{_WEBHOOK}-tls"

_NOT_VALIDATED = ["kube-system", "argocd", "cert-manager", "istio-system", NAMESPACE]
"""Namespaces that must change while Kong is down. Its own is one of them: the webhook refuses a consumer
whose Secret is not sealed yet, and the platform would wait for it."""


def _values(context: Context) -> Values:
    available = context.cluster.is_highly_available
    return {
        "fullnameOverride": NAME,
        "replicaCount": 2 if available else 1,
        "podDisruptionBudget": {"enabled": available, **({"maxUnavailable": 1} if available else {})},
        "topologySpreadConstraints": [to_manifest(spread(_PODS))] if available else [],
        # The registry is named: a policy may then ask for it.
        "image": {"repository": "docker.io/library/kong", "tag": "3.9.1"},
        "env": {
            "database": "off",
            "router_flavor": "traditional",
            "nginx_worker_processes": "2" if available else "1",
            "mem_cache_size": "32m",
            "anonymous_reports": "off",
            "headers": "off",  # no version in answers
            "untrusted_lua": "off",
            "log_level": "notice",
            # nginx keeps bodies that do not fit its buffers in files of the prefix: answers of up to 1 GiB by its
            # default, requests of any size by Kong's. Beyond prefixDir's limit the kubelet evicts the gateway.
            "nginx_http_proxy_max_temp_file_size": "0",  # a slow client slows its upstream instead
            "nginx_http_client_max_body_size": "64m",
            "proxy_access_log": "/dev/stdout",
            "proxy_error_log": "/dev/stderr",
            "admin_access_log": "off",
            "admin_error_log": "/dev/stderr",
            "admin_gui_listen": "off",
        },
        # No Service, and no listener but the loopback's.
        "admin": {"enabled": False, "http": {"enabled": False}},
        "manager": {"enabled": False},
        "portal": {"enabled": False},
        "portalapi": {"enabled": False},
        "cluster": {"enabled": False},
        "proxy": {
            "type": "LoadBalancer",
            "labels": {
                "enable-metrics": "true",
                **EXPOSE_LABEL,
            },  # the first is what the ServiceMonitor selects
        },
        "ingressController": _controller(),
        "postgresql": {"enabled": False},
        "migrations": {"preUpgrade": False, "postUpgrade": False},  # hook jobs for a database
        "certificates": {"enabled": False},
        "deployment": {
            "serviceAccount": {"create": True, "automountServiceAccountToken": False},
            "prefixDir": {"sizeLimit": "512Mi"},
            "tmpDir": {"sizeLimit": "128Mi"},
            "revisionHistoryLimit": 2,
        },
        "resources": resources("25m", "112Mi", "512Mi"),
        "initContainerResources": resources("5m", "16Mi", "64Mi"),
        "podLabels": {"sidecar.istio.io/inject": "true"},
        "podAnnotations": {"traffic.sidecar.istio.io/includeInboundPorts": ""},  # what arrives goes around it
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "serviceMonitor": {
            "enabled": True,
            "trustCRDsExist": True,
            "interval": SCRAPE_INTERVAL,
            "honorLabels": True,  # `service` is the one that a request is for, not Kong's own
        },
    }


def _controller() -> dict[str, Any]:
    return {
        "enabled": True,
        "image": {"repository": "docker.io/kong/kubernetes-ingress-controller", "tag": "3.5.13"},
        "ingressClass": INGRESS_CLASS,
        "createIngressClass": False,  # made below: the chart makes it or not by what it finds in the cluster
        "env": {
            "kong_admin_tls_skip_verify": True,  # the admin API is on the loopback of the same pod
            "anonymous_reports": "false",
            "log_format": "json",
            "dump_config": "false",
        },
        "admissionWebhook": {
            "enabled": True,
            "failurePolicy": "Ignore",
            "filterSecrets": True,  # else it is asked at every change of any Secret
            "timeoutSeconds": 5,
            # From cert-manager: the chart would make another certificate at each render.
            "annotations": {"cert-manager.io/inject-ca-from": f"{NAMESPACE}/{_WEBHOOK}"},
            "certificate": {"provided": True, "secretName": _WEBHOOK_CERTIFICATE},
            "namespaceSelector": {
                "matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": _NOT_VALIDATED}
                ]
            },
        },
        "resources": resources("15m", "64Mi", "256Mi"),
    }


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(_webhook_certificate(), wave=SyncWave.SECRET)  # the pod mounts it
    chart.add(
        k8s.IngressClass(
            metadata=k8s.ObjectMeta(name=INGRESS_CLASS),
            spec=k8s.IngressClassSpec(controller="ingress-controllers.konghq.com/kong"),
        )
    )
    for item in plugins(INGRESS_CLASS):
        chart.add(item, wave=SyncWave.AFTER_CHART)
    chart.add(
        alerts(
            "kong",
            NAMESPACE,
            down("Kong", PROXY.name, severity="critical"),
            Alert(
                name="KongServerErrors",
                expr='sum(rate(kong_http_requests_total{code=~"5.."}[5m])) '
                "/ sum(rate(kong_http_requests_total[5m])) > 0.05",
                summary="More than 5 % of the requests through the gateway end with 5xx.",
                hint="The dashboard Kong says of which service.",
            ),
            Alert(
                name="KongConfigurationRejected",
                expr='sum(increase(ingress_controller_configuration_push_count{success="false"}[10m])) > 0',
                summary="Kong does not take the configuration that its controller sends.",
                hint="It goes on with the one before. Look at the logs of the container ingress-controller.",
            ),
            Alert(
                name="KongResourceBroken",
                expr="max(ingress_controller_translation_broken_resource_count) > 0",
                summary="Some Ingress, plugin or consumer is left out of Kong's configuration.",
                hint="The controller writes an event at each; a missing Secret is the usual cause.",
            ),
        )
    )
    chart.add(_dashboard())


def _webhook_certificate() -> certificates.Certificate:
    host = f"{NAME}-validation-webhook.{NAMESPACE}.svc"
    return certificates.Certificate(
        metadata=ObjectMeta(name=_WEBHOOK, namespace=NAMESPACE),
        spec=certificates.CertificateSpec(
            secret_name=_WEBHOOK_CERTIFICATE,
            dns_names=[host, f"{host}.cluster.local"],
            duration="2160h",
            renew_before="720h",
            private_key=certificates.CertificateSpecPrivateKey(
                algorithm="ECDSA", size=256, rotation_policy="Always"
            ),
            issuer_ref=certificates.CertificateSpecIssuerRef(
                group="cert-manager.io", kind="ClusterIssuer", name=PLATFORM_ISSUER
            ),
        ),
    )


def _dashboard() -> ConfigMap:
    by_service = "sum by (le, service) (rate({metric}[5m]))"
    return dashboard(
        "kong",
        NAMESPACE,
        "Kong",
        Panel("Requests", "sum by (service) (rate(kong_http_requests_total[5m]))", "{{service}}", "reqps"),
        Panel(
            "Requests by status", "sum by (code) (rate(kong_http_requests_total[5m]))", "{{code}}", "reqps"
        ),
        Panel(
            "Request duration, 99th percentile",
            f"histogram_quantile(0.99, {by_service.format(metric='kong_request_latency_ms_bucket')})",
            "{{service}}",
            "ms",
        ),
        Panel(
            "Of that the service, 99th percentile",
            f"histogram_quantile(0.99, {by_service.format(metric='kong_upstream_latency_ms_bucket')})",
            "{{service}}",
            "ms",
        ),
        Panel("Traffic", "sum by (direction) (rate(kong_bandwidth_bytes[5m]))", "{{direction}}", "Bps"),
        Panel(
            "Configurations sent by the controller",
            "sum by (success) (rate(ingress_controller_configuration_push_count[5m]))",
            "success: {{success}}",
            "ops",
        ),
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(),
        exposed("kong", ports=("proxy", "proxy-tls"), because="is the way in"),
    )


kong = Application(
    name="kong",
    flows=_flows,
    known_idle={"kong": "120-200Mi"},
    namespaces=(Namespace(name=NAMESPACE, mesh=True),),
    depends_on=(cilium, cert_manager, istio, sealed_secrets, gatekeeper, kyverno),
    charts=(
        Chart(
            repository="https://charts.konghq.com",
            name="kong",
            version="3.4.1",
            values=_values,
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

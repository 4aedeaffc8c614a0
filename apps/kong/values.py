"""The values of Kong's chart: Kong, and its controller in the same pod."""

from __future__ import annotations

from typing import Any

from platform_stack import Context, Service, Values
from platform_stack.integrations.kong import INGRESS_CLASS
from platform_stack.typed import to_manifest

from ..shared.endpoints import EXPOSE_LABEL
from ..shared.values import SCRAPE_INTERVAL, resources
from ..shared.workloads import spread
from .certificate import WEBHOOK, WEBHOOK_CERTIFICATE
from .plugins import NAMESPACE

NAME = "kong"
"""Name of the release, and prefix of the chart's objects."""

PROXY = Service(name=f"{NAME}-proxy", namespace=NAMESPACE, port=443, scheme="https")
"""Where clients arrive. Its name is Prometheus' job of Kong and of its controller, too."""

_PODS = {"app.kubernetes.io/name": "kong", "app.kubernetes.io/component": "app"}

_NOT_VALIDATED = ["kube-system", "argocd", "cert-manager", "istio-system", NAMESPACE]
"""Namespaces that must change while Kong is down. Its own is one of them: the webhook refuses a consumer
whose Secret is not sealed yet, and the platform would wait for it."""


def kong_values(context: Context) -> Values:
    """Return the values; on `ha` with two of it, spread over the nodes."""
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
        "createIngressClass": False,  # made by `__init__.py`: the chart makes it or not by what it finds in the cluster
        "env": {
            "kong_admin_tls_skip_verify": True,  # the admin API is on the loopback of the same pod
            "anonymous_reports": "false",
            "log_format": "json",
            "dump_config": "false",
            # What Kong refuses goes on as it was or is left out, with what depends on it; else nobody's change arrives.
            # Alpha since 3.2: https://developer.konghq.com/kubernetes-ingress-controller/fallback-configuration/
            "feature_gates": "FallbackConfiguration=true",
            "use_last_valid_config_for_fallback": "true",
        },
        "admissionWebhook": {
            "enabled": True,
            "failurePolicy": "Ignore",
            "filterSecrets": True,  # else it is asked at every change of any Secret
            "timeoutSeconds": 5,
            # From cert-manager: the chart would make another certificate at each render.
            "annotations": {"cert-manager.io/inject-ca-from": f"{NAMESPACE}/{WEBHOOK}"},
            "certificate": {"provided": True, "secretName": WEBHOOK_CERTIFICATE},
            "namespaceSelector": {
                "matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": _NOT_VALIDATED}
                ]
            },
        },
        "resources": resources("15m", "64Mi", "256Mi"),
    }

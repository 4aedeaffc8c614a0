"""The values of Vault's chart: the server and the injector."""

from __future__ import annotations

from typing import Any

from platform_stack import Context, Service, Values

from ..shared.values import NO_SIDECAR, SCRAPE_INTERVAL, resources, restricted_container
from .certificate import INJECTOR, INJECTOR_CERTIFICATE, NAMESPACE
from .monitoring import METRICS_RETENTION

VAULT = Service(name="vault", namespace=NAMESPACE, port=8200)
"""The API and the user interface; a Vault that is not the leader passes requests on."""

INJECTION = {"vault.hashicorp.com/agent-injection": "enabled"}
"""Label of a namespace in whose pods the injector may put secrets, by the pod's annotations."""

_HEALTH = "/v1/sys/health?standbyok=true&sealedcode=204&uninitcode=204"
"""Answers 2xx when sealed or not initialised, too (https://developer.hashicorp.com/vault/api-docs/system/health)."""

_CONFIGURATION = """\
ui = true
disable_mlock = true
listener "tcp" {{
  tls_disable = 1
  address = "[::]:8200"
  cluster_address = "[::]:8201"
  telemetry {{
    unauthenticated_metrics_access = "true"
  }}
}}
storage "raft" {{
  path = "/vault/data"
{peers}}}
telemetry {{
  prometheus_retention_time = "{retention}"
  disable_hostname = true
}}
service_registration "kubernetes" {{}}
"""

_PEER = """\
  retry_join {{
    leader_api_addr = "http://vault-{index}.vault-internal:8200"
  }}
"""

_SECURITY = {
    "pod": {
        "runAsNonRoot": True,
        "runAsUser": 100,
        "runAsGroup": 1000,
        "fsGroup": 1000,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
    "container": restricted_container(),
}


def vault_values(context: Context) -> Values:
    """Return the values; on `ha` with three of Vault and two injectors."""
    available = context.cluster.is_highly_available
    return {
        "global": {"tlsDisable": True},
        "server": _server(available=available),
        "injector": _injector(available=available),
        "ui": {"enabled": False},  # a second Service for the same port
        "csi": {"enabled": False},
        "serverTelemetry": {
            "serviceMonitor": {
                "enabled": True,
                "interval": SCRAPE_INTERVAL,
                "scrapeTimeout": "10s",
                # All Vaults. The chart's own choice, the active one, loses sight of a sealed Vault.
                "matchLabels": {"vault-internal": "true"},
            }
        },
    }


def _server(*, available: bool) -> dict[str, Any]:
    """Return the values of Vault itself: one, or three that elect a leader, each on a node of its own.

    The images are the chart's, with their registry named: a policy may then ask for it.
    """
    replicas = 3 if available else 1
    peers = "".join(_PEER.format(index=index) for index in range(replicas)) if available else ""
    probe = {"enabled": True, "path": _HEALTH, "port": VAULT.port}
    return {
        "image": {"repository": "docker.io/hashicorp/vault"},
        "updateStrategyType": "OnDelete",  # a restart seals: whoever restarts it unseals it
        "logFormat": "json",
        "logLevel": "info",
        "includeConfigAnnotation": True,
        "extraLabels": NO_SIDECAR,
        "resources": resources("10m", "40Mi", "256Mi"),
        **({} if available else {"affinity": ""}),
        "authDelegator": {"enabled": True},  # it asks the API server whose token it is shown
        "readinessProbe": probe,
        "livenessProbe": {**probe, "initialDelaySeconds": 60, "periodSeconds": 10},
        "dataStorage": {"enabled": True, "size": "1Gi"},
        "auditStorage": {"enabled": True, "size": "1Gi"},
        "statefulSet": {"securityContext": _SECURITY},
        # The entry point writes its configuration there.
        "volumes": [{"name": "tmp", "emptyDir": {}}],
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108  in the container
        "standalone": {"enabled": False},
        "ha": {
            "enabled": True,
            "replicas": replicas,
            "disruptionBudget": {"enabled": available},
            "raft": {
                "enabled": True,
                "setNodeId": True,
                "config": _CONFIGURATION.format(peers=peers, retention=METRICS_RETENTION),
            },
        },
    }


def _injector(*, available: bool) -> dict[str, Any]:
    return {
        "enabled": True,
        "image": {"repository": "docker.io/hashicorp/vault-k8s"},
        "agentImage": {"repository": "docker.io/hashicorp/vault"},
        "replicas": 2 if available else 1,
        "podDisruptionBudget": {"maxUnavailable": 1} if available else {},
        "revokeOnShutdown": True,
        "logFormat": "json",
        "metrics": {"enabled": True},
        # From cert-manager: then the injectors need not elect who makes the certificate.
        "leaderElector": {"enabled": False},
        "certs": {"secretName": INJECTOR_CERTIFICATE},
        "extraLabels": NO_SIDECAR,  # the API server calls it
        **({} if available else {"affinity": ""}),
        # Of what is put into each consumer's pod. The limits are the chart's own: an agent renders templates in
        # memory, and its pod waits for it. The chart's requests are 250m.
        "agentDefaults": {
            "cpuRequest": "2m",
            "cpuLimit": "500m",
            "memRequest": "24Mi",
            "memLimit": "128Mi",
        },
        "resources": resources("2m", "16Mi", "96Mi"),
        "securityContext": _SECURITY,
        "webhook": {
            "failurePolicy": "Ignore",
            "timeoutSeconds": 5,
            "namespaceSelector": {"matchLabels": INJECTION},
            "annotations": {"cert-manager.io/inject-ca-from": f"{NAMESPACE}/{INJECTOR}"},
        },
    }

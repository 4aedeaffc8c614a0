"""Vault: secrets that programs ask for at run time. Raft storage, and the injector that brings them to pods.

Vault starts uninitialised and sealed, and is sealed again whenever its pod restarts; nothing in git can
change that without keeping the key beside the lock. `vault operator init` once and `vault operator unseal`
after each start are done by hand, the keys stay outside. A sealed Vault counts as healthy, or every later
wave of the platform would wait for a person; the alert VaultSealed says what health does not.

It listens in clear text: between nodes Cilium encrypts, at the gateway Kong does. A cluster with a key
management service should have Vault unseal itself by it (a `seal` stanza), and nobody else needs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from platform_stack import (
    Application,
    Chart,
    Context,
    IgnoreDifferences,
    Namespace,
    Route,
    Service,
    SyncWave,
    Values,
)
from platform_stack.model.flow import Flow, uses_api_server, within
from platform_stack_imports import cert_manager as certificates
from platform_stack_imports.k8s import ObjectMeta

from ..cert_manager import cert_manager
from ..gatekeeper import gatekeeper
from ..kyverno import kyverno
from ..shared.endpoints import PLATFORM_ISSUER, RATE_LIMIT
from ..shared.values import NO_SIDECAR, SCRAPE_INTERVAL, resources, restricted_container
from .monitoring import METRICS_RETENTION, monitoring

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

NAMESPACE = "vault"

VAULT = Service(name="vault", namespace=NAMESPACE, port=8200)
"""The API and the user interface; a Vault that is not the leader passes requests on."""

INJECTION = {"vault.hashicorp.com/agent-injection": "enabled"}
"""Label of a namespace in whose pods the injector may put secrets, by the pod's annotations."""

_INJECTOR = "vault-agent-injector"
_INJECTOR_CERTIFICATE = f"{_INJECTOR}-tls"
_INJECTOR_HOST = f"{_INJECTOR}-svc.{NAMESPACE}.svc"

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


def _values(context: Context) -> Values:
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
        "certs": {"secretName": _INJECTOR_CERTIFICATE},
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
            "annotations": {"cert-manager.io/inject-ca-from": f"{NAMESPACE}/{_INJECTOR}"},
        },
    }


def _manifests(chart: ManifestChart, _context: Context) -> None:
    chart.add(_certificate(), wave=SyncWave.SECRET)  # the injector mounts it
    for item in monitoring(NAMESPACE, injector_secret=_INJECTOR_CERTIFICATE, injector_host=_INJECTOR_HOST):
        chart.add(item)


def _certificate() -> certificates.Certificate:
    return certificates.Certificate(
        metadata=ObjectMeta(name=_INJECTOR, namespace=NAMESPACE),
        spec=certificates.CertificateSpec(
            secret_name=_INJECTOR_CERTIFICATE,
            dns_names=[_INJECTOR_HOST, f"{_INJECTOR_HOST}.cluster.local"],
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


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(),
        within("vault", ports=("http", "https-internal"), because="elects and replicates", source=("vault",)),
    )


vault = Application(
    name="vault",
    made_at_run_time={
        "Service vault/vault-active": "Vault labels its own pods",
        "Service vault/vault-standby": "Vault labels its own pods",
    },
    flows=_flows,
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="it must open without the mesh, and the API server calls its injector",
        ),
    ),
    depends_on=(cert_manager, gatekeeper, kyverno),
    charts=(
        Chart(
            repository="https://helm.releases.hashicorp.com",
            name="vault",
            version="0.34.1",
            values=_values,
        ),
    ),
    manifests=_manifests,
    routes=(Route(host="vault", service=VAULT, plugins=(RATE_LIMIT,)),),
    ignore_differences=(
        IgnoreDifferences(
            group="admissionregistration.k8s.io",
            kind="MutatingWebhookConfiguration",
            jq_path_expressions=(".webhooks[]?.clientConfig.caBundle",),
            because="cert-manager writes its CA where the chart says it is empty",
        ),
    ),
)

"""cert-manager: certificates for routes and webhooks, from the platform's own CA or from an ACME server."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from platform_stack import Application, Chart, Context, Namespace, SyncWave, Values
from platform_stack.constructs.observability import Alert, Panel, alerts, dashboard, down
from platform_stack.model.flow import Flow, reaches_names, uses_api_server
from platform_stack_imports import cert_manager as api
from platform_stack_imports.k8s import ObjectMeta

from ..shared.endpoints import PLATFORM_ISSUER
from ..shared.values import NO_SIDECAR, resources, service_monitor

if TYPE_CHECKING:
    from platform_stack.constructs import ManifestChart

NAMESPACE = "cert-manager"

ACME_EMAIL = ""
"""Set it to your address to have a second ClusterIssuer, `acme`, that asks ACME_SERVER for certificates.

It answers http01 challenges through Kong, so the cluster's domain must be reachable from that server."""
ACME_SERVER = "https://acme-staging-v02.api.letsencrypt.org/directory"


def _values(context: Context) -> Values:
    available = context.cluster.is_highly_available
    replicas = {"replicaCount": 2 if available else 1, "podDisruptionBudget": {"enabled": available}}
    return {
        "crds": {"enabled": True, "keep": True},
        "global": {"leaderElection": {"namespace": NAMESPACE}, "logLevel": 2},
        "enableCertificateOwnerRef": False,
        "maxConcurrentChallenges": 5,
        "podLabels": NO_SIDECAR,
        **replicas,
        "resources": resources("10m", "48Mi", "192Mi"),
        "prometheus": {"enabled": True, "servicemonitor": service_monitor()},
        "webhook": {
            **replicas,
            "timeoutSeconds": 10,
            "podLabels": NO_SIDECAR,  # the API server calls it, and it is there before the mesh
            "resources": resources("5m", "24Mi", "96Mi"),
        },
        "cainjector": {
            "enabled": True,
            **replicas,
            "podLabels": NO_SIDECAR,
            "resources": resources("5m", "48Mi", "256Mi"),
        },
        "startupapicheck": {"enabled": False},  # a hook job; Argo CD's health checks and retries do its work
    }


def _manifests(chart: ManifestChart, _context: Context) -> None:
    """Add the CA: a self-signed root whose key is made in the cluster, and the issuer that uses it."""
    wave = SyncWave.AFTER_CHART
    chart.add(
        api.ClusterIssuer(
            metadata=ObjectMeta(name="self-signed"),
            spec=api.ClusterIssuerSpec(self_signed=api.ClusterIssuerSpecSelfSigned()),
        ),
        wave=wave,
    )
    chart.add(
        api.Certificate(
            metadata=ObjectMeta(name=PLATFORM_ISSUER, namespace=NAMESPACE),
            spec=api.CertificateSpec(
                is_ca=True,
                common_name="Platform CA",
                secret_name=PLATFORM_ISSUER,
                duration="87600h",
                renew_before="8760h",
                private_key=api.CertificateSpecPrivateKey(
                    algorithm="ECDSA",
                    size=256,
                    rotation_policy="Never",  # a new key at each renewal would break everybody's trust
                ),
                issuer_ref=api.CertificateSpecIssuerRef(
                    group="cert-manager.io", kind="ClusterIssuer", name="self-signed"
                ),
            ),
        ),
        wave=wave + 1,
    )
    chart.add(
        api.ClusterIssuer(
            metadata=ObjectMeta(name=PLATFORM_ISSUER),
            spec=api.ClusterIssuerSpec(ca=api.ClusterIssuerSpecCa(secret_name=PLATFORM_ISSUER)),
        ),
        wave=wave + 2,
    )
    if ACME_EMAIL:
        chart.add(acme_issuer(ACME_EMAIL, ACME_SERVER), wave=wave)
    chart.add(alerts("cert-manager", NAMESPACE, *_ALERTS))
    chart.add(dashboard("cert-manager", NAMESPACE, "cert-manager", *_PANELS))


_EXPIRY = "certmanager_certificate_expiration_timestamp_seconds"
_LEFT = f"({_EXPIRY} > 0) - time()"
"""Seconds that are left; a certificate that was never issued has the timestamp 0."""

_ALERTS = (
    # The chart takes a job's name from the label app.kubernetes.io/name.
    down("CertManager", "cert-manager"),
    down("CertManagerWebhook", "webhook"),
    down("CertManagerCAInjector", "cainjector"),
    Alert(
        name="CertificateExpiresSoon",
        expr=f"{_LEFT} < 7 * 24 * 3600",
        summary="Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} expires in less than 7 days.",
        hint="It should have been renewed: look at the conditions of the Certificate and its CertificateRequests.",
        severity="critical",
    ),
    Alert(
        name="CertificateNotReady",
        expr='max by (exported_namespace, name) (certmanager_certificate_ready_status{condition!="True"}) == 1',
        summary="Certificate {{ $labels.exported_namespace }}/{{ $labels.name }} is not ready.",
        hint="Look at the conditions of the Certificate and its CertificateRequests.",
        duration="15m",
    ),
)

_PANELS = (
    Panel("Days until expiry", f"({_LEFT}) / 86400", "{{exported_namespace}}/{{name}}"),
    Panel(
        "Certificates by readiness",
        "sum by (condition) (certmanager_certificate_ready_status)",
        "{{condition}}",
    ),
    Panel(
        "Reconciliations",
        "sum by (controller) (rate(certmanager_controller_sync_call_count[5m]))",
        "{{controller}}",
        "reqps",
    ),
    Panel(
        "Failed reconciliations",
        "sum by (controller) (rate(certmanager_controller_sync_error_count[5m]))",
        "{{controller}}",
        "reqps",
    ),
)
"""Metric names: https://cert-manager.io/docs/devops-tips/prometheus-metrics/."""


def acme_issuer(email: str, server: str) -> api.ClusterIssuer:
    """Return a ClusterIssuer that asks an ACME server and answers http01 challenges through Kong.

    Args:
        email: the account's address.
        server: URL of the ACME directory.

    """
    return api.ClusterIssuer(
        metadata=ObjectMeta(name="acme"),
        spec=api.ClusterIssuerSpec(
            acme=api.ClusterIssuerSpecAcme(
                email=email,
                server=server,
                private_key_secret_ref=api.ClusterIssuerSpecAcmePrivateKeySecretRef(name="acme-account"),
                solvers=[
                    api.ClusterIssuerSpecAcmeSolvers(
                        http01=api.ClusterIssuerSpecAcmeSolversHttp01(
                            ingress=api.ClusterIssuerSpecAcmeSolversHttp01Ingress(
                                ingress_class_name="kong",
                                service_type="ClusterIP",  # the default is NodePort, which a policy refuses
                            )
                        )
                    )
                ],
            )
        ),
    )


def _flows(_context: Context) -> tuple[Flow, ...]:
    return (
        uses_api_server(),
        *(
            [
                reaches_names(
                    urlsplit(ACME_SERVER).hostname or "",
                    because="asks for certificates",
                    source=("cert-manager",),
                )
            ]
            if ACME_EMAIL
            else []
        ),
    )


cert_manager = Application(
    name="cert-manager",
    flows=_flows,
    namespaces=(
        Namespace(
            name=NAMESPACE,
            outside_mesh_because="the API server calls its webhook, and it is there before the mesh",
        ),
    ),
    charts=(
        Chart(
            repository="https://charts.jetstack.io",
            name="cert-manager",
            version="v1.21.1",
            values=_values,
        ),
    ),
    manifests=_manifests,
)

"""The certificate of the webhook by which the API server asks Kong's controller."""

from __future__ import annotations

from platform_stack_imports import cert_manager as certificates
from platform_stack_imports.k8s import ObjectMeta

from ..shared.endpoints import PLATFORM_ISSUER
from .plugins import NAMESPACE

WEBHOOK = "kong-validation-webhook"
WEBHOOK_CERTIFICATE = f"{WEBHOOK}-tls"


def webhook_certificate() -> certificates.Certificate:
    """Return the certificate, which the platform's CA signs."""
    host = f"{WEBHOOK}.{NAMESPACE}.svc"
    return certificates.Certificate(
        metadata=ObjectMeta(name=WEBHOOK, namespace=NAMESPACE),
        spec=certificates.CertificateSpec(
            secret_name=WEBHOOK_CERTIFICATE,
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

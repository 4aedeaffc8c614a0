"""The injector's certificate: the API server calls it."""

from __future__ import annotations

from platform_stack_imports import cert_manager as certificates
from platform_stack_imports.k8s import ObjectMeta

from ..shared.endpoints import PLATFORM_ISSUER

NAMESPACE = "vault"

INJECTOR = "vault-agent-injector"
INJECTOR_CERTIFICATE = f"{INJECTOR}-tls"
INJECTOR_HOST = f"{INJECTOR}-svc.{NAMESPACE}.svc"


def injector_certificate() -> certificates.Certificate:
    """Return the certificate, which the platform's CA signs."""
    return certificates.Certificate(
        metadata=ObjectMeta(name=INJECTOR, namespace=NAMESPACE),
        spec=certificates.CertificateSpec(
            secret_name=INJECTOR_CERTIFICATE,
            dns_names=[INJECTOR_HOST, f"{INJECTOR_HOST}.cluster.local"],
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

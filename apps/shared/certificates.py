"""Certificates that the platform's own CA signs, for what the API server calls."""

from __future__ import annotations

from platform_stack_imports import cert_manager as api
from platform_stack_imports.k8s import ObjectMeta

from .endpoints import PLATFORM_ISSUER


def certificate_of_webhook(name: str, namespace: str, *, host: str, secret: str) -> api.Certificate:
    """Return the certificate of a webhook.

    Args:
        name: its name.
        namespace: its namespace.
        host: the DNS name of the Service inside the cluster, without the cluster's suffix.
        secret: name of the Secret that gets it.

    """
    return api.Certificate(
        metadata=ObjectMeta(name=name, namespace=namespace),
        spec=api.CertificateSpec(
            secret_name=secret,
            dns_names=[host, f"{host}.cluster.local"],
            duration="2160h",
            renew_before="720h",
            private_key=api.CertificateSpecPrivateKey(algorithm="ECDSA", size=256, rotation_policy="Always"),
            issuer_ref=api.CertificateSpecIssuerRef(
                group="cert-manager.io", kind="ClusterIssuer", name=PLATFORM_ISSUER
            ),
        ),
    )

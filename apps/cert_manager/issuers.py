"""Who signs certificates: the platform's own CA, and an ACME server if there is an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack_imports import cert_manager as api
from platform_stack_imports.k8s import ObjectMeta

from ..shared.endpoints import PLATFORM_ISSUER

if TYPE_CHECKING:
    from platform_stack.typed import ApiObject

ACME_EMAIL = ""
"""Set it to your address to have a second ClusterIssuer, `acme`, that asks ACME_SERVER for certificates.

It answers http01 challenges through Kong, so the cluster's domain must be reachable from that server."""

ACME_SERVER = "https://acme-staging-v02.api.letsencrypt.org/directory"


def platform_ca(namespace: str) -> list[ApiObject]:
    """Return the CA: a self-signed root whose key is made in the cluster, and the issuer that uses it.

    Each needs the one before it.
    """
    return [
        api.ClusterIssuer(
            metadata=ObjectMeta(name="self-signed"),
            spec=api.ClusterIssuerSpec(self_signed=api.ClusterIssuerSpecSelfSigned()),
        ),
        api.Certificate(
            metadata=ObjectMeta(name=PLATFORM_ISSUER, namespace=namespace),
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
        api.ClusterIssuer(
            metadata=ObjectMeta(name=PLATFORM_ISSUER),
            spec=api.ClusterIssuerSpec(ca=api.ClusterIssuerSpecCa(secret_name=PLATFORM_ISSUER)),
        ),
    ]


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

"""cert-manager: certificates for hosts, asked for by annotation."""

from __future__ import annotations

from platform_stack.model.roles import CertificateIssuer


def issuer(cluster_issuer: str) -> CertificateIssuer:
    """Return the role of an application that runs cert-manager.

    It makes a certificate for the hosts of each Ingress that carries the annotation, in the Secret that the Ingress
    names (https://cert-manager.io/docs/usage/ingress/).

    Args:
        cluster_issuer: name of the ClusterIssuer that signs.

    """
    return CertificateIssuer(annotations={"cert-manager.io/cluster-issuer": cluster_issuer})

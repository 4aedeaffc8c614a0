"""The injector's certificate: the API server calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.certificates import certificate_of_webhook

if TYPE_CHECKING:
    from platform_stack_imports import cert_manager as certificates

NAMESPACE = "vault"

INJECTOR = "vault-agent-injector"
INJECTOR_CERTIFICATE = f"{INJECTOR}-tls"
INJECTOR_HOST = f"{INJECTOR}-svc.{NAMESPACE}.svc"


def injector_certificate() -> certificates.Certificate:
    """Return the certificate, which the platform's CA signs."""
    return certificate_of_webhook(INJECTOR, NAMESPACE, host=INJECTOR_HOST, secret=INJECTOR_CERTIFICATE)

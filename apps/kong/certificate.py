"""The certificate of the webhook by which the API server asks Kong's controller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.certificates import certificate_of_webhook
from .plugins import NAMESPACE

if TYPE_CHECKING:
    from platform_stack_imports import cert_manager as certificates

WEBHOOK = "kong-validation-webhook"
WEBHOOK_CERTIFICATE = f"{WEBHOOK}-tls"


def webhook_certificate() -> certificates.Certificate:
    """Return the certificate, which the platform's CA signs."""
    return certificate_of_webhook(
        WEBHOOK, NAMESPACE, host=f"{WEBHOOK}.{NAMESPACE}.svc", secret=WEBHOOK_CERTIFICATE
    )

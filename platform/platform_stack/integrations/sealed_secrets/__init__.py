"""Sealed Secrets: its objects in git, how values are sealed for it, and where its controller finds the key.

`secret_opener` makes the role of the application that installs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_stack.integrations.sealed_secrets.objects import (
    KIND,
    key_secret,
    labels,
    manifest,
    problem,
    values,
)
from platform_stack.model.roles import SecretOpener

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

__all__ = ["KIND", "secret_opener"]


def secret_opener() -> SecretOpener:
    """Return the role of the application that installs the controller of Sealed Secrets."""
    return SecretOpener(
        kind=KIND,
        manifest=manifest,
        problem=problem,
        values=values,
        labels=labels,
        seal=_seal,
        unseal=_unseal,
        key_secret=key_secret,
    )


def _seal(key: RSAPublicKey, secret: str, value: bytes) -> str:
    from platform_stack.integrations.sealed_secrets.sealing import seal  # noqa: PLC0415  loads cryptography

    return seal(key, secret, value)


def _unseal(key: RSAPrivateKey, secret: str, sealed: str) -> bytes:
    from platform_stack.integrations.sealed_secrets.sealing import unseal  # noqa: PLC0415  loads cryptography

    return unseal(key, secret, sealed)

"""The format of Sealed Secrets: a value sealed so that only the owner of a private key can open it.

For each value there is a random AES-256 key. The sealed value is, in base64: the length of the next part
(2 bytes, big endian), that key encrypted with RSA-OAEP (SHA-256, the label being namespace/name), and the value
encrypted with AES-GCM under a nonce of zeros, which is safe because no key is used twice
(https://github.com/bitnami-labs/sealed-secrets/blob/v0.36.6/pkg/crypto/crypto.go). The label is what ties it to
its Secret: scope "strict". It does not say which key of the Secret a value belongs to.
"""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from platform_stack.secrets import NotOpenedError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

_KEY_BYTES = 32
_LENGTH_BYTES = 2
_NONCE = bytes(12)


def seal(key: RSAPublicKey, secret: str, value: bytes) -> str:
    """Return a value sealed for a Secret.

    Args:
        key: public key of whoever may open it.
        secret: namespace/name of the Secret; only under this name can it be opened.
        value: the value.

    """
    session = os.urandom(_KEY_BYTES)
    wrapped = key.encrypt(session, _oaep(secret))
    body = AESGCM(session).encrypt(_NONCE, value, None)
    return base64.b64encode(len(wrapped).to_bytes(_LENGTH_BYTES, "big") + wrapped + body).decode()


def unseal(key: RSAPrivateKey, secret: str, sealed: str) -> bytes:
    """Return the value that was sealed for a Secret, namespace/name.

    Raises:
        NotOpenedError: it was sealed for another key or another Secret, or is damaged.

    """
    try:
        raw = base64.b64decode(sealed, validate=True)
        end = _LENGTH_BYTES + int.from_bytes(raw[:_LENGTH_BYTES], "big")
        session = key.decrypt(raw[_LENGTH_BYTES:end], _oaep(secret))
        return AESGCM(session).decrypt(_NONCE, raw[end:], None)
    except (ValueError, InvalidTag):
        # From None: the cause may hold what was read.
        raise NotOpenedError from None


def _oaep(secret: str) -> padding.OAEP:
    return padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=secret.encode())

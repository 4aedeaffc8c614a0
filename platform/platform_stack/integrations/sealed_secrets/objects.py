"""The objects of Sealed Secrets: SealedSecrets, and the Secret with the key that opens them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from platform_stack.secrets.store import fingerprint_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from platform_stack.facts import Manifest
    from platform_stack.model.secret import Secret

_GROUP = "bitnami.com"
_NAME = "SealedSecret"

KIND = f"{_GROUP}/{_NAME}"
"""The kind that lies in git."""

KEY_LABEL = "sealedsecrets.bitnami.com/sealed-secrets-key"
"""Label by which the controller finds its keys; the value is `active`."""

_LENGTH_BYTES = 2
_TAG_BYTES = 16


def manifest(secret: Secret, sealed: Mapping[str, str]) -> Manifest:
    """Return the SealedSecret of a Secret from its sealed values by key, in base64."""
    template: dict[str, Any] = {"metadata": {"name": secret.name, "namespace": secret.namespace}}
    if secret.labels:
        template["metadata"]["labels"] = dict(secret.labels)
    return {
        "apiVersion": f"{_GROUP}/v1alpha1",
        "kind": _NAME,
        "metadata": {"name": secret.name, "namespace": secret.namespace},
        "spec": {"encryptedData": dict(sealed), "template": template},
    }


def values(item: Manifest) -> Mapping[str, str]:
    """Return the sealed values of a SealedSecret by key, in base64."""
    found: Mapping[str, str] = item["spec"]["encryptedData"]
    return found


def labels(item: Manifest) -> Mapping[str, str]:
    """Return the labels of the Secret that is made from a SealedSecret."""
    return item["spec"].get("template", {}).get("metadata", {}).get("labels") or {}


def key_secret(namespace: str, certificate: bytes, key: bytes) -> Manifest:
    """Return the Secret from which the controller takes its key: the private key is in it.

    Args:
        namespace: the controller's.
        certificate: of the key, as PEM.
        key: the private key, as PEM.

    """
    data = {"tls.crt": certificate, "tls.key": key}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"sealing-key-{fingerprint_of(certificate, 'the certificate')[:12]}",
            "namespace": namespace,
            "labels": {KEY_LABEL: "active"},
        },
        "type": "kubernetes.io/tls",
        "data": {name: base64.b64encode(content).decode() for name, content in data.items()},
    }


def problem(item: object) -> tuple[str, ...]:
    """Return what is wrong with a SealedSecret as (found, expected), without a word of its content; else ()."""
    try:
        version, kind = item["apiVersion"], item["kind"]  # type: ignore[index]  # checked by the except
        metadata, spec = item["metadata"], item["spec"]  # type: ignore[index]  # see above
        names = (metadata["name"], metadata["namespace"])
        values = spec["encryptedData"]
    except (KeyError, TypeError):
        return "no SealedSecret, or a part of one", "apiVersion, kind, metadata and spec.encryptedData"
    if (version, kind) != (f"{_GROUP}/v1alpha1", _NAME) or not all(isinstance(name, str) for name in names):
        return "another object", f"a {_NAME} of {_GROUP}/v1alpha1 with a name and a namespace"
    if not isinstance(values, dict) or not values:
        return "spec.encryptedData without a value", "at least one sealed value"
    for key, value in values.items():
        if not _is_sealed(value):
            return f"spec.encryptedData.{key}: a damaged value", "a sealed value as it was written"
    return ()


def _is_sealed(value: object) -> bool:
    """Say whether a text has the form of a sealed value: length, RSA's part, AES' part with its tag."""
    try:
        raw = base64.b64decode(str(value), validate=True)
    except ValueError:
        return False
    length = int.from_bytes(raw[:_LENGTH_BYTES], "big")
    return length > 0 and len(raw) >= _LENGTH_BYTES + length + _TAG_BYTES

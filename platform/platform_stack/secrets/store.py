"""What lies sealed in the repository: apps/secrets/<cluster>/ with a certificate and SealedSecrets."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import yaml

from platform_stack.errors import fail, short_path
from platform_stack.yaml_output import HEADER, to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from platform_stack.model.secret import Secret

GROUP = "bitnami.com"
KIND = "SealedSecret"

CERTIFICATE = "certificate.pem"

SEALED_FOR = "platform-stack.io/sealed-for"
"""Annotation of a SealedSecret: the fingerprint of the certificate that it was sealed with."""

_HEADER = "# Made by platform-stack secrets. Sealed: only the owner of the sealing key can read it.\n"

_PEM = re.compile(rb"\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")

_LENGTH_BYTES = 2
_TAG_BYTES = 16


class State(StrEnum):
    """How a declared Secret, or a SealedSecret in the repository, stands."""

    SEALED = "sealed"
    MISSING = "not sealed"
    OTHER_KEY = "sealed for another key"
    OUTDATED = "sealed with other keys or labels than declared"
    UNNEEDED = "nobody needs it"


@dataclass(frozen=True)
class Sealed:
    """One SealedSecret of the repository.

    Attributes:
        path: its file.
        manifest: the object, word for word.

    """

    path: Path
    manifest: dict[str, Any]

    @property
    def full_name(self) -> str:
        """Return namespace/name of the Secret in it."""
        return f"{self.manifest['metadata']['namespace']}/{self.manifest['metadata']['name']}"

    @property
    def values(self) -> Mapping[str, str]:
        """Return the sealed values by key, in base64."""
        found: Mapping[str, str] = self.manifest["spec"]["encryptedData"]
        return found

    @property
    def sealed_for(self) -> str:
        """Return the fingerprint of the certificate it was sealed with; empty if it does not say."""
        return str((self.manifest["metadata"].get("annotations") or {}).get(SEALED_FOR, ""))

    def is_as_declared(self, secret: Secret) -> bool:
        """Say whether it has the keys and labels of a declared Secret."""
        labels = self.manifest["spec"].get("template", {}).get("metadata", {}).get("labels") or {}
        return self.values.keys() == secret.keys.keys() and labels == dict(secret.labels)


@dataclass(frozen=True)
class Store:
    """What one cluster's folder holds.

    Attributes:
        folder: the folder; it need not exist.
        certificate: the certificate as PEM; None before `platform-stack secrets init`.
        fingerprint: SHA-256 of the certificate in DER, as hexadecimal digits; empty without one.
        sealed: the SealedSecrets by namespace/name.

    """

    folder: Path
    certificate: bytes | None
    fingerprint: str
    sealed: Mapping[str, Sealed]

    def state(self, secret: Secret) -> State:
        """Return how a declared Secret stands, as far as it shows without the key."""
        found = self.sealed.get(secret.full_name)
        if found is None:
            return State.MISSING
        if found.sealed_for and found.sealed_for != self.fingerprint:
            return State.OTHER_KEY
        return State.SEALED if found.is_as_declared(secret) else State.OUTDATED

    def unneeded(self, declared: Iterable[Secret]) -> list[Sealed]:
        """Return the SealedSecrets that nobody declares, sorted by name."""
        names = {secret.full_name for secret in declared}
        return [self.sealed[name] for name in sorted(self.sealed.keys() - names)]

    def file_name(self, secret: Secret) -> str:
        """Return the name of a Secret's file."""
        return f"{secret.namespace}.{secret.name}.yaml"


def read_store(folder: Path) -> Store:
    """Read a cluster's folder; it may be missing.

    Raises:
        PlatformError: a file is no SealedSecret, or a damaged one, or has another name than its Secret; or
            something in the folder is not sealed.

    """
    certificate, fingerprint = None, ""
    sealed = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not path.is_file():
            continue
        content = path.read_bytes()
        if b"PRIVATE KEY-----" in content:
            fail(
                short_path(path),
                "a private key",
                "no private key in the repository",
                "if it was ever committed everybody has it: make a new one, see docs/guides/lose-the-sealing-key.md",
            )
        if path.name == CERTIFICATE:
            certificate, fingerprint = content, fingerprint_of(content, short_path(path))
        elif path.suffix in (".yaml", ".yml"):
            one = _read(path, content)
            sealed[one.full_name] = one
    return Store(folder, certificate, fingerprint, sealed)


def fingerprint_of(certificate: bytes, where: str) -> str:
    """Return the SHA-256 fingerprint of a certificate in PEM, as `openssl x509 -fingerprint -sha256` counts it.

    Raises:
        PlatformError: there is no certificate in it.

    """
    match = _PEM.fullmatch(certificate)
    try:
        der = base64.b64decode(match[1]) if match else b""
    except binascii.Error:
        der = b""
    if not der:
        fail(
            where,
            "no certificate",
            "a certificate in PEM: -----BEGIN CERTIFICATE----- …",
            "take it from git again, or from beside the key in the config folder",
        )
    return hashlib.sha256(der).hexdigest()


def manifest(secret: Secret, values: Mapping[str, str], fingerprint: str) -> dict[str, Any]:
    """Return the SealedSecret of a Secret.

    Args:
        secret: the Secret.
        values: its sealed values by key, in base64.
        fingerprint: of the certificate they were sealed with.

    """
    template: dict[str, Any] = {"metadata": {"name": secret.name, "namespace": secret.namespace}}
    if secret.labels:
        template["metadata"]["labels"] = dict(secret.labels)
    return {
        "apiVersion": f"{GROUP}/v1alpha1",
        "kind": KIND,
        "metadata": {
            "name": secret.name,
            "namespace": secret.namespace,
            "annotations": {SEALED_FOR: fingerprint},
        },
        "spec": {"encryptedData": dict(values), "template": template},
    }


def file_content(item: Mapping[str, Any]) -> bytes:
    """Return the file of a SealedSecret."""
    return _HEADER.encode() + to_yaml(item).removeprefix(HEADER.encode())


def _read(path: Path, content: bytes) -> Sealed:
    where = short_path(path)
    hint = f"take it from git again, or delete it and run: platform-stack secrets seal --cluster {path.parent.name}"
    try:
        item = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError):
        # The error would quote the file, and who knows what stands there.
        fail(where, "no YAML", f"one {KIND}", hint)
    if isinstance(item, dict) and item.get("kind") == "Secret":
        fail(
            where,
            "a Secret that is not sealed",
            f"a {KIND}",
            "delete it and run platform-stack secrets seal; if it was committed, everybody has its values",
        )
    problem = _problem(item)
    if problem:
        fail(where, *problem, hint)
    sealed = Sealed(path, item)
    expected = sealed.full_name.replace("/", ".") + path.suffix
    if path.name != expected:
        fail(
            where,
            f"the {KIND} {sealed.full_name}",
            f"it in {expected}",
            "name and namespace are part of what is sealed: it cannot be opened under another name",
        )
    return sealed


def _problem(item: object) -> tuple[str, str] | None:
    """Return what is wrong with a SealedSecret as (found, expected), without a word of its content."""
    try:
        version, kind = item["apiVersion"], item["kind"]  # type: ignore[index]  # checked by the except
        metadata, spec = item["metadata"], item["spec"]  # type: ignore[index]  # see above
        names = (metadata["name"], metadata["namespace"])
        values = spec["encryptedData"]
    except (KeyError, TypeError):
        return "no SealedSecret, or a part of one", "apiVersion, kind, metadata and spec.encryptedData"
    if (version, kind) != (f"{GROUP}/v1alpha1", KIND) or not all(isinstance(name, str) for name in names):
        return "another object", f"a {KIND} of {GROUP}/v1alpha1 with a name and a namespace"
    if not isinstance(values, dict) or not values:
        return "spec.encryptedData without a value", "at least one sealed value"
    for key, value in values.items():
        if not _is_sealed(value):
            return f"spec.encryptedData.{key}: a damaged value", "a sealed value as it was written"
    return None


def _is_sealed(value: object) -> bool:
    """Say whether a text has the form of a sealed value: length, RSA's part, AES' part with its tag."""
    try:
        raw = base64.b64decode(str(value), validate=True)
    except ValueError:
        return False
    length = int.from_bytes(raw[:_LENGTH_BYTES], "big")
    return length > 0 and len(raw) >= _LENGTH_BYTES + length + _TAG_BYTES

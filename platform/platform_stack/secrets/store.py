"""What lies sealed in the repository: a folder for each cluster, with a certificate and sealed Secrets."""

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
from platform_stack.labels import SEALED_FOR
from platform_stack.yaml_output import HEADER, to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from platform_stack.facts import Manifest
    from platform_stack.model import SecretOpener
    from platform_stack.model.secret import Secret

CERTIFICATE = "certificate.pem"

_HEADER = "# Made by platform-stack secrets. Sealed: only the owner of the sealing key can read it.\n"

_PEM = re.compile(rb"\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")


class State(StrEnum):
    """How a declared Secret, or a sealed one in the repository, stands."""

    SEALED = "sealed"
    MISSING = "not sealed"
    OTHER_KEY = "sealed for another key"
    OUTDATED = "sealed with other keys or labels than declared"
    UNNEEDED = "nobody needs it"


@dataclass(frozen=True)
class Sealed:
    """One sealed Secret of the repository.

    Attributes:
        path: its file.
        manifest: the object, word for word.
        values: the sealed values by key.
        labels: the labels of the Secret that is made of it.

    """

    path: Path
    manifest: Manifest
    values: Mapping[str, str]
    labels: Mapping[str, str]

    @property
    def full_name(self) -> str:
        """Return namespace/name of the Secret in it."""
        return f"{self.manifest['metadata']['namespace']}/{self.manifest['metadata']['name']}"

    @property
    def sealed_for(self) -> str:
        """Return the fingerprint of the certificate it was sealed with; empty if it does not say."""
        return str((self.manifest["metadata"].get("annotations") or {}).get(SEALED_FOR, ""))

    def is_as_declared(self, secret: Secret) -> bool:
        """Say whether it has the keys and labels of a declared Secret."""
        return self.values.keys() == secret.keys.keys() and dict(self.labels) == dict(secret.labels)


@dataclass(frozen=True)
class Store:
    """What one cluster's folder holds.

    Attributes:
        folder: the folder; it need not exist.
        certificate: the certificate as PEM; None before `platform-stack secrets init`.
        fingerprint: SHA-256 of the certificate in DER, as hexadecimal digits; empty without one.
        sealed: the sealed Secrets by namespace/name.

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
        """Return the sealed Secrets that nobody declares, sorted by name."""
        names = {secret.full_name for secret in declared}
        return [self.sealed[name] for name in sorted(self.sealed.keys() - names)]

    def file_name(self, secret: Secret) -> str:
        """Return the name of a Secret's file."""
        return f"{secret.namespace}.{secret.name}.yaml"


def read_store(folder: Path, opener: SecretOpener) -> Store:
    """Read a cluster's folder; it may be missing.

    Args:
        folder: the folder.
        opener: what opens in the cluster what lies there.

    Raises:
        PlatformError: a file is no sealed Secret, or a damaged one, or has another name than its Secret; or
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
            one = _read(path, content, opener)
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


def manifest(opener: SecretOpener, secret: Secret, values: Mapping[str, str], fingerprint: str) -> Manifest:
    """Return what lies in git for a Secret.

    Args:
        opener: what opens it in the cluster.
        secret: the Secret.
        values: its sealed values by key, in base64.
        fingerprint: of the certificate they were sealed with.

    """
    item = opener.manifest(secret, values)
    item["metadata"]["annotations"] = {SEALED_FOR: fingerprint}
    return item


def file_content(item: Mapping[str, Any]) -> bytes:
    """Return the file of a sealed Secret."""
    return _HEADER.encode() + to_yaml(item).removeprefix(HEADER.encode())


def _read(path: Path, content: bytes, opener: SecretOpener) -> Sealed:
    kind = opener.kind.rpartition("/")[2]
    where = short_path(path)
    hint = f"take it from git again, or delete it and run: platform-stack secrets seal --cluster {path.parent.name}"
    try:
        item = yaml.safe_load(content)
    except (yaml.YAMLError, UnicodeDecodeError):
        # The error would quote the file, and who knows what stands there.
        fail(where, "no YAML", f"one {kind}", hint)
    if isinstance(item, dict) and item.get("kind") == "Secret":
        fail(
            where,
            "a Secret that is not sealed",
            f"a {kind}",
            "delete it and run platform-stack secrets seal; if it was committed, everybody has its values",
        )
    if problem := opener.problem(item):
        found, expected = problem
        fail(where, found, expected, hint)
    sealed = Sealed(path, item, opener.values(item), opener.labels(item))
    expected = sealed.full_name.replace("/", ".") + path.suffix
    if path.name != expected:
        fail(
            where,
            f"the {kind} {sealed.full_name}",
            f"it in {expected}",
            "name and namespace are part of what is sealed: it cannot be opened under another name",
        )
    return sealed

"""The sealing key pair: the private key in the user's config folder, the certificate in the repository.

Keys lie in <config>/sealing-keys/, each under the fingerprint of its certificate: clusters of the same name in
two repositories do not meet, and an old key is still found for what was sealed with it.
"""

from __future__ import annotations

import datetime as dt
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from platform_stack.errors import fail
from platform_stack.secrets.store import CERTIFICATE, fingerprint_of
from platform_stack.writer import write_tree

if TYPE_CHECKING:
    from pathlib import Path

    from platform_stack.secrets.store import Store

_BITS = 4096
_YEARS = 10
_PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def key_path(config: Path, fingerprint: str) -> Path:
    """Return where the private key of a certificate belongs."""
    return config / "sealing-keys" / f"{fingerprint[:32]}.key"


def create(config: Path, store: Store, cluster: str, bits: int = _BITS) -> Path:
    """Make a key pair: the private key in the config folder, the certificate in the repository.

    Args:
        config: the user's config folder; made if it is missing, for its owner only.
        store: the cluster's folder of the repository; it must have no certificate.
        cluster: name of the cluster, for the certificate's subject.
        bits: size of the RSA key; default 4096, the controller's own.

    Returns:
        The file of the private key.

    Raises:
        PlatformError: there is a certificate already, or a file cannot be written; nothing was made.

    """
    if store.certificate is not None:
        path = key_path(config, store.fingerprint)
        fail(
            str(store.folder / CERTIFICATE),
            f"a certificate, {'and its key' if path.exists() else 'but not its key'} at {path}",
            "no certificate: a key pair is never overwritten",
            "go on with: platform-stack secrets seal"
            if path.exists()
            else "put the key there (mode 600); if it is lost, see docs/guides/lose-the-sealing-key.md",
        )
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    certificate = _self_signed(key, f"sealing key of {cluster}")
    path = key_path(config, fingerprint_of(certificate, CERTIFICATE))
    made: list[Path] = []
    try:
        for target, content in ((path, as_pem(key)), (path.with_suffix(".crt"), certificate)):
            _write_new(target, content, made)
        write_tree(store.folder, {**files_of(store.folder), CERTIFICATE: certificate})
    except BaseException:
        for target in made:
            target.unlink(missing_ok=True)
        raise
    return path


def public_key(store: Store) -> rsa.RSAPublicKey:
    """Return the key to seal with: that of the cluster's certificate.

    Raises:
        PlatformError: there is no certificate, it has expired or is not yet valid, or its key is not RSA.

    """
    certificate = read_certificate(store)
    where = str(store.folder / CERTIFICATE)
    now = dt.datetime.now(dt.UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        early = now < certificate.not_valid_before_utc
        fail(
            where,
            f"a certificate that is valid from {certificate.not_valid_before_utc:%Y-%m-%d}"
            if early
            else f"a certificate that expired on {certificate.not_valid_after_utc:%Y-%m-%d}",
            "a certificate that is valid today",
            "look at the clock of this machine"
            if early
            else "delete it, then: platform-stack secrets init, platform-stack secrets seal (keep the old key: "
            "what it sealed is sealed again)",
        )
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        fail(where, f"a key that is no RSA key ({type(key).__name__})", "an RSA key, as the controller has")
    return key


def private_key(path: Path) -> rsa.RSAPrivateKey:
    """Read a private key.

    Raises:
        PlatformError: the file cannot be read, others may read it, it holds no RSA key, or it does not fit
            the certificate that it lies beside.

    """
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        fail(
            str(path),
            error.strerror or str(error),
            "the private key of the certificate",
            "whoever ran platform-stack secrets init has it; if it is lost, see docs/guides/lose-the-sealing-key.md",
        )
    if os.name == "posix" and mode & _OTHERS:
        fail(
            str(path),
            f"mode {stat.S_IMODE(mode):03o}: others on this machine may read it",
            "mode 600",
            f"chmod 600 {path}",
        )
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        # From None: the cause may quote the file.
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        fail(str(path), "no RSA key that can be read", "an RSA key in PEM without a passphrase")
    return key


def key_at_hand(config: Path, fingerprint: str, certificate: bytes | None = None) -> rsa.RSAPrivateKey:
    """Return the private key of a certificate, from the config folder.

    Args:
        config: the user's config folder.
        fingerprint: of the certificate.
        certificate: the certificate as PEM; default: the copy beside the key, if there is one.

    Raises:
        PlatformError: as for `private_key`; or it is the key of another certificate.

    """
    path = key_path(config, fingerprint)
    key = private_key(path)
    if certificate is None:
        with suppress(OSError):
            certificate = path.with_suffix(".crt").read_bytes()
    if certificate is not None:
        expected = x509.load_pem_x509_certificate(certificate).public_key()
        if key.public_key() != expected:
            fail(
                str(path),
                "the key of another certificate",
                f"the key of the certificate with the SHA-256 fingerprint {fingerprint}",
                "find the file of that key; this one opens nothing here",
            )
    return key


def as_pem(key: rsa.RSAPrivateKey) -> bytes:
    """Return a private key as PEM, in the clear."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of each file of a folder, by its path relative to it; none if it is missing."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_certificate(store: Store) -> x509.Certificate:
    """Return the cluster's certificate, whether it is valid today or not.

    Raises:
        PlatformError: there is none, or it is damaged.

    """
    if store.certificate is None:
        fail(
            str(store.folder / CERTIFICATE),
            "no certificate",
            "the certificate of the cluster's sealing key",
            f"make a key pair: platform-stack secrets init --cluster {store.folder.name}",
        )
    try:
        return x509.load_pem_x509_certificate(store.certificate)
    except ValueError:
        fail(str(store.folder / CERTIFICATE), "a damaged certificate", "a certificate in PEM")


def _self_signed(key: rsa.RSAPrivateKey, subject: str) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject[:64])])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        # An hour early: the clock of a machine in the cluster may be late.
        not_valid_before=now - dt.timedelta(hours=1),
        not_valid_after=now + dt.timedelta(days=365 * _YEARS),
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def _write_new(path: Path, content: bytes, made: list[Path]) -> None:
    """Write a file for its owner only, and never over another; it is added to `made`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        made.append(path)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
    except OSError as error:
        fail(
            str(path),
            error.strerror or str(error),
            "a config folder that can be written",
            "name another with --config or the environment variable PLATFORM_STACK_CONFIG",
        )

"""The lab's own certificate authority: for the git and chart server, and for webhooks whose program is a stand-in.

It is made once and kept in build/, so that images which trust it stay the same from run to run. Nothing outside
the lab trusts it.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from tests.engines import BUILD

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = BUILD / "lab" / "authority"
_DAYS = 3650


@dataclass(frozen=True)
class Authority:
    """A key and a certificate, in a folder as `ca.key` and `ca.crt`."""

    folder: Path

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Authority:
        """Return the one of a folder; it is made if there is none, or if it has expired."""
        authority = cls(folder)
        if not authority._valid():
            folder.mkdir(parents=True, exist_ok=True)
            key = ec.generate_private_key(ec.SECP256R1())
            subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform-stack lab")])
            certificate = (
                _builder(subject, subject, key)
                .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
                .sign(key, SHA256())
            )
            _write(folder / "ca", key, certificate)
        return authority

    @property
    def certificate(self) -> Path:
        """Return the file of the certificate."""
        return self.folder / "ca.crt"

    def server(self, folder: Path, address: str) -> ssl.SSLContext:
        """Return what a server at an address needs; its key and certificate are written to a folder."""
        pair = folder / "server.pem"
        pair.touch(mode=0o600)
        issued = self.issue((address,))
        pair.write_bytes(issued["tls.crt"] + issued["tls.key"])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        return context

    def issue(self, hosts: tuple[str, ...]) -> dict[str, bytes]:
        """Return a certificate for hosts as the data of a Secret: `tls.crt`, `tls.key` and `ca.crt`."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        signer = load_pem_private_key((self.folder / "ca.key").read_bytes(), password=None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0] if hosts else "lab")])
        builder = _builder(subject, issuer.subject, key)
        if hosts:
            names = x509.SubjectAlternativeName([_host(each) for each in hosts])
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(signer, SHA256())
        return {
            "tls.crt": certificate.public_bytes(Encoding.PEM),
            "tls.key": _pem(key),
            "ca.crt": self.certificate.read_bytes(),
        }

    def _valid(self) -> bool:
        if not self.certificate.is_file():
            return False
        end = x509.load_pem_x509_certificate(self.certificate.read_bytes()).not_valid_after_utc
        return end > dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_DAYS))
    )


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    descriptor = os.open(path.with_suffix(".key"), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(_pem(key))
    path.with_suffix(".crt").write_bytes(certificate.public_bytes(Encoding.PEM))

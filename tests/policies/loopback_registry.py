"""A registry on loopback with images signed by a key, as cosign would store them.

What is stored: https://github.com/opencontainers/distribution-spec/blob/main/spec.md and
https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import subprocess
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"


@dataclass
class Key:
    """An ECDSA key pair on P-256 in a file, made by openssl."""

    path: Path

    def __post_init__(self) -> None:
        """Make it."""
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(self.path))

    @property
    def public(self) -> str:
        """The public key as PEM."""
        return _openssl("ec", "-in", str(self.path), "-pubout").decode()

    def sign(self, payload: bytes) -> str:
        """Return the signature of a payload's SHA-256, in base64."""
        return base64.b64encode(_openssl("dgst", "-sha256", "-sign", str(self.path), stdin=payload)).decode()


@dataclass
class Registry:
    """What is stored, and where it is served.

    Attributes:
        address: host and port.
        content: bytes and media type by path below `/v2/`.

    """

    address: str = ""
    content: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def push(self, repository: str, tag: str, text: str = "") -> str:
        """Store an image without layers, which `text` tells from others; return its digest."""
        config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
        return self._store(repository, tag, {**config, "author": text}, [])

    def sign(self, repository: str, digest: str, key: Key) -> None:
        """Store a signature beside an image."""
        payload = json.dumps(
            {
                "critical": {
                    "identity": {"docker-reference": f"{self.address}/{repository}"},
                    "image": {"docker-manifest-digest": digest},
                    "type": "cosign container image signature",
                },
                "optional": None,
            }
        ).encode()
        layer = {
            **self._blob(repository, payload, _PAYLOAD),
            "annotations": {"dev.cosignproject.cosign/signature": key.sign(payload)},
        }
        rootfs = {"type": "layers", "diff_ids": [layer["digest"]]}
        self._store(repository, digest.replace(":", "-") + ".sig", {"rootfs": rootfs}, [layer])

    def _store(self, repository: str, tag: str, config: dict[str, Any], layers: list[dict[str, Any]]) -> str:
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": self._blob(repository, json.dumps(config).encode(), _CONFIG),
                "layers": layers,
            }
        ).encode()
        digest = _digest(manifest)
        for reference in (tag, digest):
            self.content[f"{repository}/manifests/{reference}"] = (manifest, _MANIFEST)
        return digest

    def _blob(self, repository: str, data: bytes, media_type: str) -> dict[str, Any]:
        digest = _digest(data)
        self.content[f"{repository}/blobs/{digest}"] = (data, "application/octet-stream")
        return {"mediaType": media_type, "size": len(data), "digest": digest}


@contextlib.contextmanager
def serving() -> Iterator[Registry]:
    """Serve a registry on a free port of loopback."""
    registry = Registry()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/v2/")
            data, media_type = registry.content.get(path, (b"{}", "application/json"))
            self.send_response(200 if path in ("", *registry.content) else 404)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(data)))
            if "/manifests/" in path:
                self.send_header("Docker-Content-Digest", _digest(data))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

        do_HEAD = do_GET  # noqa: N815  the name that http.server calls

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    registry.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _openssl(*arguments: str, stdin: bytes | None = None) -> bytes:
    return subprocess.run(["openssl", *arguments], input=stdin, capture_output=True, check=True).stdout

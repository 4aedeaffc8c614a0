"""What the cluster finds outside: git over https (smart HTTP, by git's own program) and a chart repository."""

from __future__ import annotations

import gzip
import http.server
import subprocess
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from .repository import GIT_ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path

    from .authority import Authority

PORT = 443


@dataclass
class Web:
    """A server on the lab's address: /NAME.git is a repository, /charts a folder. `away` makes git answer 503."""

    address: str
    git: Path
    charts: Path
    away: bool = False
    server: http.server.ThreadingHTTPServer | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Return the address, without a slash at its end."""
        return f"https://{self.address}"

    def start(self, authority: Authority, scratch: Path) -> None:
        """Serve, with a certificate of the authority."""
        self.server = http.server.ThreadingHTTPServer((self.address, PORT), _handler(self))
        context = authority.server(scratch, self.address)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=self.server.serve_forever, name="web", daemon=True).start()

    def stop(self) -> None:
        """Serve no more."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()


def _handler(web: Web) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            if path.startswith("/charts/"):
                file = (web.charts / path.removeprefix("/charts/")).resolve()
                if file.is_relative_to(web.charts) and file.is_file():
                    self._answer(200, file.read_bytes())
                else:
                    self._answer(404, b"no such chart\n")
            else:
                self._git(path, b"")

        def do_POST(self) -> None:
            self._git(unquote(urlsplit(self.path).path), _body(self))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Say nothing."""

        def _git(self, path: str, body: bytes) -> None:
            if web.away:
                self._answer(503, b"away\n")
                return
            environment = {
                **GIT_ENVIRONMENT,
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "GIT_PROJECT_ROOT": str(web.git),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
                "PATH_INFO": path,
                "QUERY_STRING": urlsplit(self.path).query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_ADDR": self.client_address[0],
            }
            result = subprocess.run(
                ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
            )
            head, _, content = result.stdout.partition(b"\r\n\r\n")
            headers = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
            status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
            self._answer(status, content, [each for each in headers if each[0] != "Status"])

        def _answer(self, status: int, content: bytes, headers: list[list[str]] | None = None) -> None:
            self.send_response(status)
            for name, value in headers or []:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _body(request: http.server.BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
        body = b""
        while size := int(request.rfile.readline().split(b";")[0], 16):
            body += request.rfile.read(size)
            request.rfile.readline()
        request.rfile.readline()
    else:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
    return gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body

"""The name server that the cluster's machine has: it knows the nodes, and what the lab tells it."""

from __future__ import annotations

import socketserver
import struct
import threading
from dataclasses import dataclass, field
from ipaddress import IPv4Address

PORT = 53
_TYPE_A = 1
_NAME_ERROR = 3
_TTL_SECONDS = 5


@dataclass
class NameServer:
    """Answers A over UDP: a name of `names` with its address, any other with `other`, or that there is none."""

    address: str
    names: dict[str, str] = field(default_factory=dict)
    other: str = ""
    server: socketserver.ThreadingUDPServer | None = field(default=None, repr=False)

    def start(self) -> None:
        """Answer, on the address's port 53."""
        self.server = socketserver.ThreadingUDPServer((self.address, PORT), _handler(self))
        threading.Thread(target=self.server.serve_forever, name="dns", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()

    def answer(self, query: bytes) -> bytes:
        """Return the answer to one query, as RFC 1035 writes both; the question must be its first part."""
        number, flags = struct.unpack_from("!HH", query)
        labels, place = [], 12
        while size := query[place]:
            labels.append(query[place + 1 : place + 1 + size].decode("ascii", errors="replace"))
            place += size + 1
        (kind,) = struct.unpack_from("!H", query, place + 1)
        question = query[12 : place + 5]
        name = ".".join(labels).lower()
        found = self.names.get(name, self.other)
        # Recursion is available; the bit for desired recursion comes back as it was.
        head = 0x8080 | (flags & 0x0100) | (0 if found else _NAME_ERROR)
        if not found or kind != _TYPE_A:
            return struct.pack("!HHHHHH", number, head, 1, 0, 0, 0) + question
        record = struct.pack("!HHHIH", 0xC00C, _TYPE_A, 1, _TTL_SECONDS, 4) + IPv4Address(found).packed
        return struct.pack("!HHHHHH", number, head, 1, 1, 0, 0) + question + record


def _handler(server: NameServer) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            query, socket = self.request
            try:
                answer = server.answer(query)
            except (IndexError, struct.error, UnicodeError):
                return
            socket.sendto(answer, self.client_address)

    return Handler

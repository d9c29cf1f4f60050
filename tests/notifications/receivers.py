"""A mail server and a gateway that keep what they are given, on this machine."""

from __future__ import annotations

import socketserver
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self


class _Server:
    """Serves in a thread while a `with` block runs."""

    server: socketserver.BaseServer

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self) -> int:
        port: int = self.server.server_address[1]  # type: ignore[index,assignment]
        return port


class Mailbox(_Server):
    """Speaks as much SMTP as handing in a message takes. `refuses` the next so many; `seconds` is how long it
    thinks before it accepts one."""

    def __init__(self, seconds: float = 0) -> None:
        self.received: list[Message] = []
        self.refuses, self.seconds = 0, seconds
        box = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                box.speak(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)

    def speak(self, peer: socketserver.StreamRequestHandler) -> None:
        peer.wfile.write(b"220 here\r\n")
        for line in peer.rfile:
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                peer.wfile.write(b"354 go on\r\n")
                peer.wfile.write(self.take(peer))
            else:
                peer.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 good\r\n")
            if verb == b"QUIT":
                return

    def take(self, peer: socketserver.StreamRequestHandler) -> bytes:
        lines = []
        while (line := peer.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        time.sleep(self.seconds)
        if self.refuses:
            self.refuses -= 1
            return b"451 try later\r\n"
        self.received.append(message_from_bytes(b"".join(lines)))
        return b"250 taken\r\n"

    @property
    def ids(self) -> list[str]:
        return [str(one["Message-ID"]) for one in self.received]


@dataclass(frozen=True)
class Posted:
    headers: dict[str, str]
    body: bytes


class Gateway(_Server):
    """Keeps what is posted and answers with `status`."""

    def __init__(self, seconds: float = 0) -> None:
        self.received: list[Posted] = []
        self.status, self.seconds = 200, seconds
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.received.append(Posted(dict(self.headers), body))
                time.sleep(gateway.seconds)
                self.send_response(gateway.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    @property
    def ids(self) -> list[str]:
        return [one.headers["Mingzhang-Delivery"] for one in self.received]

"""A gateway from Mingzhang to what apprise reaches (https://github.com/caronc/apprise): company chat, SMS, push.

    pip install apprise
    MINGZHANG_HOOK_SECRET=… python apprise_gateway.py people.json 8700

`people.json` says where each person wants to be told: {"chen": ["wecombot://…"], "he": ["mailto://…", "ntfy://…"]}.
Set http://this-machine:8700/ as the address of the gateway in Mingzhang, with the same secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

MINUTES = 5 * 60  # how old a message may be
REMEMBERED = 10_000  # deliveries, so that one that is sent again is not told again
LARGEST = 100_000
Notify = Callable[[Sequence[str], str, str], bool]


def with_apprise(addresses: Sequence[str], title: str, body: str) -> bool:
    """Tell one person by all their addresses. Whether all took it."""
    import apprise  # noqa: PLC0415 - only this needs it

    told = apprise.Apprise()
    return all(told.add(address) for address in addresses) and bool(told.notify(title=title, body=body))


class Gateway:
    """Takes messages from Mingzhang: checks who sent them, and tells each once."""

    def __init__(self, secret: bytes, people: Mapping[str, Sequence[str]], notify: Notify = with_apprise) -> None:
        self.secret, self.people, self.notify = secret, people, notify
        self.seen: OrderedDict[str, None] = OrderedDict()
        self.lock = Lock()

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status that answers a message: what is not 2xx, Mingzhang sends again later."""
        if not self._is_genuine(headers, body):
            return 403
        message = json.loads(body)
        addresses = self.people.get(message["to"])
        if not addresses:
            return 404
        lines = [f"{line['title']}\n{line['link']}" for line in message["lines"]]
        with self.lock:
            if headers.get("Mingzhang-Delivery", "") in self.seen:
                return 200
            if not self.notify(addresses, message["title"], "\n\n".join(lines)):
                return 502
            self._remember(headers.get("Mingzhang-Delivery", ""))
        return 200

    def _is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        stamp = headers.get("Mingzhang-Timestamp", "")
        digest = hmac.new(self.secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        fresh = stamp.isdecimal() and abs(time.time() - int(stamp)) <= MINUTES
        return fresh and hmac.compare_digest(f"v1={digest}", headers.get("Mingzhang-Signature", ""))

    def _remember(self, delivery: str) -> None:
        self.seen[delivery] = None
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)


def server(gateway: Gateway, address: str, port: int) -> ThreadingHTTPServer:
    """An HTTP server for the gateway, which has not begun to serve."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(length, LARGEST))
            self.send_response(gateway.take(self.headers, body))
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Who is told what is nobody's business here."""

    return ThreadingHTTPServer((address, port), Handler)


def main(people: str, port: str) -> None:
    secret = os.environ["MINGZHANG_HOOK_SECRET"].encode()
    server(Gateway(secret, json.loads(Path(people).read_text(encoding="utf-8"))), "", int(port)).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:3])

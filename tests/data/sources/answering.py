"""A server on loopback that answers from a script, for systems whose real ones are too large to bring along."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request: its path, what it asks and its head."""

    path: str
    values: dict[str, str]
    headers: dict[str, str]


@dataclass
class Answering:
    """`answer` gives status, body and the body's type; `asked` keeps every request."""

    answer: Callable[[Asked], tuple[int, object, str]]
    url: str = ""
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def answering(answer: Callable[[Asked], tuple[int, object, str]]) -> Iterator[Answering]:
    """A server that answers so, for a while."""
    own = Answering(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            text = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {key.lower(): value for key, value in self.headers.items()}
            asked = Asked(parts.path, dict(parse_qsl(parts.query) + parse_qsl(text)), headers)
            own.asked.append(asked)
            status, said, kind = own.answer(asked)
            body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *words: object) -> None:
            """Nothing is said of what works."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    own.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield own
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

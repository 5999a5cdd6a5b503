"""An Elasticsearch that errs on demand: what a real one does once a year, a test says it does with the next request.

    scripted.next("search", timed_out, too_many, too_many)

The next three searches then answer with what was found before a time-out, and twice with 429; the fourth is served as
any other, from the documents in memory.
"""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tests.services.elasticsearch.memory import Memory, Refusal, shards

VERSION = "8.19.21"
ABOUT = {
    "name": "scripted",
    "cluster_name": "scripted",
    "version": {"number": VERSION},
    "tagline": "You Know, for Search",
}
JSON = "application/vnd.elasticsearch+json;compatible-with=8"
BREAKER = "[parent] Data too large, data for [<http_request>] would be larger than the limit"


@dataclass(frozen=True)
class Reply:
    """What a request is answered with, and how much of it arrives: "whole", "cut" in the middle, or "stalled" there."""

    status: int
    body: dict[str, Any]
    product: str = "Elasticsearch"
    arrives: str = "whole"


# An answer of a script gets what makes the usual reply, so that a request that is refused changes nothing.
Answer = Callable[[Callable[[], Reply]], Reply]


def says_no(status: int, kind: str, reason: str, **more: Any) -> Answer:
    """An error as Elasticsearch words it."""
    return lambda _: Reply(status, Refusal(status, kind, reason, **more).body)


too_many = says_no(
    429, "circuit_breaking_exception", BREAKER, bytes_wanted=2, bytes_limit=1, durability="TRANSIENT"
)
unauthenticated = says_no(401, "security_exception", "missing authentication credentials for REST request")
forbidden = says_no(
    403, "security_exception", "action [indices:data/read/search] is unauthorized for API key"
)
no_such_index = says_no(404, "index_not_found_exception", "no such index [logs]", index="logs")
unavailable = says_no(503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/2/no master];")


def partial(usual: Callable[[], Reply]) -> Reply:
    """Only what one of the shards had, as a search answers that may be partial."""
    reply = usual()
    cause = {"type": "es_rejected_execution_exception", "reason": "rejected execution"}
    failed = shards() | {
        "successful": 1,
        "failed": 1,
        "failures": [{"shard": 1, "index": None, "reason": cause}],
    }
    hits = reply.body["hits"]
    kept = [each for each in hits["hits"] if each["sort"][-1] >> 32 == 0]
    return replace(reply, body=reply.body | {"_shards": failed, "hits": hits | {"hits": kept}})


def timed_out(usual: Callable[[], Reply]) -> Reply:
    """Only what was found before the time was over: the first half."""
    reply = usual()
    hits = reply.body["hits"]
    kept = hits["hits"][: len(hits["hits"]) // 2]
    return replace(reply, body=reply.body | {"timed_out": True, "hits": hits | {"hits": kept}})


def cut(usual: Callable[[], Reply]) -> Reply:
    """Half of the body, then the connection ends."""
    return replace(usual(), arrives="cut")


def stalled(usual: Callable[[], Reply]) -> Reply:
    """Half of the body, then nothing, until whoever asked hangs up."""
    return replace(usual(), arrives="stalled")


def other_product(usual: Callable[[], Reply]) -> Reply:
    """The same from something that calls itself otherwise."""
    return replace(usual(), product="OpenSearch")


@dataclass(frozen=True)
class Asked:
    """A request that came: what it wants, and how it was said."""

    operation: str
    index: str | None
    query: dict[str, str]
    headers: dict[str, str]
    content: bytes = field(repr=False)

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.content or b"{}")


# The last part of a path, and what it wants by which methods.
OPERATIONS = {
    "": {"GET": "info", "HEAD": "info"},
    "_bulk": {"POST": "bulk", "PUT": "bulk"},
    "_pit": {"POST": "open_point", "DELETE": "close_point"},
    "_search": {"GET": "search", "POST": "search"},
    "_count": {"GET": "count", "POST": "count"},
    "_refresh": {"GET": "refresh", "POST": "refresh"},
    "_field_caps": {"GET": "field_caps", "POST": "field_caps"},
}
PARAMETERS = {
    "allow_partial_search_results",
    "allow_no_indices",
    "ignore_unavailable",
    "expand_wildcards",
    "keep_alive",
    "refresh",
    "fields",
}


class Scripted:
    """The server: listens on loopback from the start, with TLS if given a certificate and its key."""

    def __init__(self, certificate: Path | None = None, key: Path | None = None):
        self.memory = Memory()
        self.asked: list[Asked] = []
        self._script: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(
            uvicorn.Config(
                self,
                lifespan="off",
                log_config=None,
                log_level="critical",
                ssl_certfile=certificate,
                ssl_keyfile=key,
            )
        )
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="scripted")
        self._thread.start()
        self.url = f"http{'s' * (certificate is not None)}://127.0.0.1:{self._socket.getsockname()[1]}"

    def next(self, operation: str, *answers: Answer) -> None:
        """Say how the next requests of a kind are answered."""
        assert any(operation in each.values() for each in OPERATIONS.values()), operation
        self._script[operation] += answers

    def expire_points(self) -> None:
        """Let every point in time expire that is open."""
        self.memory.points.clear()

    def reset(self) -> None:
        """Empty, and without a script."""
        self.memory = Memory()
        self.asked.clear()
        self._script.clear()

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as an ASGI app."""
        request = Request(scope, receive)
        content = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        *index, last = request.url.path.strip("/").split("/")
        asked = Asked(
            OPERATIONS.get(last, {}).get(request.method, ""),
            index[0] if index else None,
            dict(request.query_params),
            dict(request.headers),
            content,
        )
        self.asked.append(asked)
        script = self._script[asked.operation]
        answer = script.popleft() if script else (lambda usual: usual())
        await sent(answer(lambda: self._usual(asked)), request.method, receive, send)

    def _usual(self, asked: Asked) -> Reply:
        """The answer of a server that is well."""
        try:
            if "compatible-with=9" in asked.headers.get("accept", ""):
                raise Refusal(
                    400,
                    "media_type_header_exception",
                    "Accept version must be either version 8 or 7, but found 9.",
                )
            if unknown := asked.query.keys() - PARAMETERS:
                raise Refusal(
                    400,
                    "illegal_argument_exception",
                    f"request contains unrecognized parameter: [{min(unknown)}]",
                )
            return Reply(200, self._body(asked))
        except Refusal as refusal:
            return Reply(refusal.status, refusal.body)

    def _body(self, asked: Asked) -> dict[str, Any]:
        memory, index, lenient = self.memory, asked.index, asked.query.get("ignore_unavailable") == "true"
        ways: dict[str, Callable[[], dict[str, Any]]] = {
            "info": lambda: ABOUT,
            "bulk": lambda: memory.bulk(asked.content.splitlines(), index),
            "open_point": lambda: memory.open_point(index or "", lenient=lenient),
            "close_point": lambda: memory.close_point(asked.body["id"]),
            "search": lambda: memory.search(index, asked.body, lenient=lenient),
            "count": lambda: memory.count(index or "*", asked.body, lenient=lenient),
            "field_caps": lambda: memory.field_caps(index or "*", lenient=lenient),
            "refresh": lambda: {"_shards": shards()},
        }
        if asked.operation not in ways:
            raise Refusal(400, "illegal_argument_exception", "no handler found for this uri and method")
        return ways[asked.operation]()


async def sent(reply: Reply, method: str, receive: Receive, send: Send) -> None:
    """Send as much of a reply as it says."""
    body = b"" if method == "HEAD" else json.dumps(reply.body).encode()
    headers = {"x-elastic-product": reply.product, "content-type": JSON, "content-length": str(len(body))}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    if reply.arrives == "whole":
        await send({"type": "http.response.body", "body": body})
        return
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    # To return now ends the connection; to wait for the other side to do so keeps it open.
    if reply.arrives == "stalled":
        await receive()

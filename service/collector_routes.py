"""The collector's routes: key, size and type are checked here, all else by the process behind."""

from __future__ import annotations

import binascii
import os
import time
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from data.collector import bodies, llm
from service import collector
from service.parser import NotAnswering

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from service.collector import Collector
    from service.write_keys import WriteKey

SEGMENT = ("batch", "import", "track", "identify", "group", "page", "screen", "alias")
FOR_BROWSERS = ("events", *SEGMENT)
NAMES = (*bodies.SIGNALS, "llm", *FOR_BROWSERS)
METHODS = ("POST", "OPTIONS")
ORIGINS = "TENANTSCOPE_COLLECTOR_ORIGINS"
RETRY_SOON, RETRY_LATER = 5, 30
WHERE_KEYS_GO = (
    "Send a write key as `Authorization: Bearer KEY`, or as the user name of basic authentication. "
    "An admin makes one on the Sources page."
)


class Refusal(Exception):
    """A request that is not taken; `retry`: after how many seconds it may be tried again."""

    def __init__(self, status: int, message: str, retry: int | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.retry = status, message, retry


def routes(opened: Callable[[], Collector]) -> list[Route | Mount]:
    """Every route of the collector, and the answer to whatever else is asked under /v1/."""
    origins = frozenset(filter(None, map(str.strip, os.environ.get(ORIGINS, "").split(","))))

    def route(name: str) -> Route:
        allowed = origins if name in FOR_BROWSERS else frozenset[str]()

        async def take(request: Request) -> Response:
            headers = _for_browsers(request, allowed)
            if request.method == "OPTIONS":
                return Response(status_code=204 if headers else 403, headers=headers)
            try:
                answer = await _take(opened(), request, name)
            except Refusal as refusal:
                answer = _refused(request, refusal)
            except ClientDisconnect:
                return Response(status_code=400)
            answer.headers.update(headers)
            return answer

        return Route(f"/v1/{name}", take, methods=METHODS)

    return [*(route(name) for name in NAMES), Mount("/v1", app=_otherwise)]


async def _otherwise(scope: Scope, receive: Receive, send: Send) -> None:
    """What is no request of the collector's: a page of the app in its place would look like success."""
    request = Request(scope)
    known = ", ".join(f"/v1/{name}" for name in NAMES)
    answer = _refused(request, Refusal(404, f"There is nothing here. POST to one of {known}."))
    if (path := request.url.path) in {f"/v1/{name}" for name in NAMES}:
        answer = _refused(request, Refusal(405, f"{path} takes POST alone: send the rows as its body."))
        answer.headers["allow"] = ", ".join(METHODS)
    await answer(scope, receive, send)


async def _take(opened: Collector, request: Request, route: str) -> Response:
    key = _key(opened, request)
    kind = bodies.kind_of(route, request.headers.get("content-type", ""))
    packing = request.headers.get("content-encoding", "").strip().lower()
    if kind is None:
        raise Refusal(415, f"/v1/{route} takes {_types(route)}.")
    if packing not in bodies.PACKINGS:
        raise Refusal(415, "The body may be packed with gzip or deflate, or not at all.")
    if not opened.has_space():
        raise Refusal(503, "Less than 5 % of the disk is free. Make room; senders try again.", RETRY_LATER)
    if opened.is_behind():
        raise Refusal(429, "The store is behind with what was sent. Try again later.", RETRY_SOON)
    body = await _Body(opened).read(request)
    try:
        head = {
            "route": "batch" if route == "import" else route,
            "kind": kind,
            "packing": packing,
            "tenant": key.tenant,
            "received": time.time_ns() // 1000,
            "content": opened.keep_content,
            "said": llm.headers(request.headers) if route == "llm" else {},
        }
        reply, text = await opened.parser.ask(head, body)
    except NotAnswering:
        raise Refusal(503, "The collector is starting anew. Try again.", RETRY_SOON) from None
    finally:
        opened.held -= len(body)
    media = "application/x-protobuf" if kind == bodies.PROTOBUF else "application/json"
    return Response(text, int(reply["status"]), media_type=media)


@dataclass
class _Body:
    """A body as it comes; what it holds of the memory for all is given back if it does not come whole."""

    opened: Collector
    size: int = 0

    async def read(self, request: Request) -> bytes:
        """The whole body, which still counts as held. Raises Refusal."""
        said = request.headers.get("content-length", "")
        if said.isdigit() and int(said) > bodies.MOST:
            raise Refusal(413, str(bodies.TooLarge()))
        pieces: list[bytes] = []
        try:
            async for piece in request.stream():
                self.size += len(piece)
                self.opened.held += len(piece)
                if self.size > bodies.MOST:
                    raise Refusal(413, str(bodies.TooLarge()))
                if self.opened.held > collector.MOST_HELD:
                    raise Refusal(429, "Too much is being sent at once. Try again later.", RETRY_SOON)
                pieces.append(piece)
        except BaseException:
            self.opened.held -= self.size
            raise
        return b"".join(pieces)


def _key(opened: Collector, request: Request) -> WriteKey:
    if not opened.is_open:
        raise Refusal(503, "The collector is not open: another process owns the store.", RETRY_LATER)
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            said = b64decode(said, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            said = ""
    elif scheme.lower() != "bearer":
        said = ""
    if not opened.keys.are_known:
        raise Refusal(503, "The write keys cannot be read now. Try again later.", RETRY_LATER)
    key = opened.keys.allows(unquote(said.strip()))
    if key is None:
        raise Refusal(401, WHERE_KEYS_GO if not said else f"This write key is not known. {WHERE_KEYS_GO}")
    return key


def _types(route: str) -> str:
    if route in bodies.SIGNALS:
        return "application/x-protobuf or application/json"
    if route == "llm":
        return "application/json, application/x-ndjson or text/event-stream"
    return "application/json or application/x-ndjson" if route == "events" else "application/json"


def _refused(request: Request, refusal: Refusal) -> Response:
    """In the form that the sender reads: OpenTelemetry's clients read Protobuf where they sent it."""
    json = bodies.TYPES.get(request.headers.get("content-type", "").partition(";")[0].strip().lower()) != (
        bodies.PROTOBUF
    )
    headers = {"www-authenticate": 'Bearer realm="collector"'} if refusal.status == 401 else {}
    if refusal.retry is not None:
        headers["retry-after"] = str(refusal.retry)
    if refusal.status == 413:
        # What is still on its way would be taken for the next request.
        headers["connection"] = "close"
    return Response(
        bodies.status(refusal.message, json=json),
        refusal.status,
        headers,
        "application/json" if json else "application/x-protobuf",
    )


def _for_browsers(request: Request, allowed: frozenset[str]) -> dict[str, str]:
    origin = request.headers.get("origin", "")
    if origin not in allowed:
        return {}
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "authorization, content-type, content-encoding",
        "access-control-max-age": "600",
        "vary": "origin",
    }

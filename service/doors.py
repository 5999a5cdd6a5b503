"""Who may knock: loopback only unless said otherwise, safe headers on every answer, a token for commands."""

from __future__ import annotations

import hmac
import os
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

# The browser may fetch from here only; Vega compiles its expressions, so scripts need eval.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self' ws: wss: data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)


class SecurityHeaders:
    """Puts the headers on every answer, Streamlit's own pages included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *HEADERS]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


class LoopbackOnly:
    """Answers this machine alone while there is no sign-in; `TENANTSCOPE_OPEN=1` lets others in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or one socket."""
        if (
            scope["type"] not in {"http", "websocket"}
            or os.environ.get("TENANTSCOPE_OPEN") == "1"
            or is_local(scope)
        ):
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "this machine only"})
            return
        answer = PlainTextResponse(
            "Tenantscope has no sign-in yet, so it answers this machine only, as localhost or 127.0.0.1.\n"
            "Set TENANTSCOPE_OPEN=1 if something in front of it decides who may come in.\n",
            status_code=403,
        )
        await answer(scope, receive, send)


class TokenOnly:
    """The door for this machine's commands: loopback, the token of the hand-over file, and no browser."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.token = ""

    def open(self, app: ASGIApp, token: str) -> None:
        """Let those in who know the token."""
        self.app, self.token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        headers = Headers(scope=scope)
        said = headers.get("authorization", "").removeprefix("Bearer ").encode()
        known = bool(self.token) and hmac.compare_digest(said, self.token.encode())
        if self.app is None or not known or "origin" in headers or not is_local(scope):
            await PlainTextResponse("Not for you.\n", status_code=403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_local(scope: Scope) -> bool:
    """Whether the request comes from this machine and names it; a foreign name is a page that rebinds its."""
    client = (scope.get("client") or ("",))[0]
    host = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname or ""
    return is_loopback(client) and host in LOCAL_NAMES


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False

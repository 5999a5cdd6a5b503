"""Links that a person types, such as `/activity?tenant=acme`, become the address that the app keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

from starlette.responses import RedirectResponse

from analytics.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

ADDRESS = "scope"
# What a person would write by hand; all else is chosen on the page.
TYPED = ("tenant", "window", "timezone", "search")


class PlainLinks:
    """Sends such a link on to its address, once: a page keeps no parameter but that of the address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        query = (
            scope.get("query_string", b"") if scope["type"] == "http" and scope["method"] == "GET" else b""
        )
        said = parse_qs(query.decode("utf-8", "replace"))
        if not said.keys() & {*TYPED}:
            await self.app(scope, receive, send)
            return
        text = quote(address_of(said))
        path = "/" + quote(scope["path"].lstrip("/"))
        await RedirectResponse(f"{path}?{ADDRESS}={text}" if text else path)(scope, receive, send)


def address_of(said: Mapping[str, Sequence[str]]) -> str:
    """The address of what was typed over the address that was there; nonsense stays such, and is said."""
    try:
        request = Request.parse(said.get(ADDRESS, [""])[-1])
        if tenants := said.get("tenant"):
            request = replace(request, tenants=tuple(dict.fromkeys(tenants)))
        one = {name: said[name][-1] for name in TYPED[1:] if name in said}
        return replace(request, **one).text()
    except ValueError:
        return "unreadable"

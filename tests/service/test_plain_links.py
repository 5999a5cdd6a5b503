"""A link that a person types is sent on to the address that the app keeps."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from analytics.request import Request
from service.plain_links import PlainLinks

WEEK = Request(window="7d", tenants=("globex",)).text()


@pytest.fixture
def client():
    """An app that answers every path, behind the links."""
    answer = Route("/{path:path}", lambda _: PlainTextResponse("here"), methods=["GET", "POST"])
    with TestClient(Starlette(routes=[answer], middleware=[Middleware(PlainLinks)])) as client:
        yield client


def sent_on(client, link: str) -> tuple[str, str]:
    """The path and the address that a link leads to."""
    to = urlsplit(client.get(link, follow_redirects=False).headers["location"])
    return to.path, parse_qs(to.query).get("scope", [""])[0]


@pytest.mark.parametrize(
    ("link", "path", "address"),
    [
        ("/?tenant=acme", "/", Request(tenants=("acme",))),
        ("/activity?tenant=acme&tenant=globex&window=7d", "/activity", Request(("acme", "globex"), "7d")),
        ("/?tenant=a%20%26%20b&search=status:failed", "/", Request(("a & b",), search="status:failed")),
        (f"/tenant?tenant=acme&scope={quote(WEEK)}", "/tenant", Request(("acme",), "7d")),
        ("//evil.example/?tenant=acme", "/evil.example/", Request(tenants=("acme",))),
    ],
)
def test_what_was_typed_becomes_the_address(client, link, path, address):
    assert sent_on(client, f"http://testserver{link}") == (path, address.text())


def test_what_cannot_be_read_is_an_address_that_says_so(client):
    path, address = sent_on(client, "/?window=soon")
    assert (path, Request.read(address)) == ("/", None)


@pytest.mark.parametrize("link", ["/", f"/?scope={quote(WEEK)}", "/?embed=true"])
def test_every_other_link_is_answered_as_it_is(client, link):
    assert client.get(link, follow_redirects=False).text == "here"


def test_only_a_page_is_sent_on(client):
    assert client.post("/?tenant=acme").text == "here"

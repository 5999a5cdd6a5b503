"""Who may knock at the app, and what every answer carries."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from service.doors import LoopbackOnly, SecurityHeaders, TokenOnly

HERE = ("127.0.0.1", 50000)


async def hello(_request):
    return PlainTextResponse("hello")


@pytest.fixture
def app():
    commands = TokenOnly()
    commands.open(Starlette(routes=[Route("/load", hello)]), "secret")
    return Starlette(
        routes=[Route("/", hello), Mount("/internal", app=commands)],
        middleware=[Middleware(LoopbackOnly), Middleware(SecurityHeaders)],
    )


def answer(app, path="/", client=HERE, host="127.0.0.1:8501", **headers):
    browser = TestClient(app, base_url=f"http://{host}", client=client)
    return browser.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_this_machine_is_answered_with_safe_headers(app):
    given = answer(app)
    assert given.text == "hello"
    assert "frame-ancestors 'self'" in given.headers["content-security-policy"]
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501"])
def test_this_machine_has_three_names(app, host):
    assert answer(app, host=host).status_code == 200


def test_another_machine_is_told_what_to_do(app):
    given = answer(app, client=("192.168.1.7", 50000))
    assert given.status_code == 403
    assert "TENANTSCOPE_OPEN=1" in given.text


def test_a_page_that_gave_its_own_name_to_this_machine_is_refused(app):
    assert answer(app, host="evil.example").status_code == 403


def test_others_come_in_where_somebody_said_so(app, monkeypatch):
    monkeypatch.setenv("TENANTSCOPE_OPEN", "1")
    assert answer(app, client=("192.168.1.7", 50000), host="board.example").status_code == 200


def test_a_command_comes_in_with_the_token(app):
    assert answer(app, "/internal/load", authorization="Bearer secret").text == "hello"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer "},
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer secret", "origin": "http://127.0.0.1:8501"},
    ],
    ids=["no token", "an empty token", "a wrong token", "a browser"],
)
def test_nobody_else_comes_in_by_the_door_for_commands(app, headers):
    assert answer(app, "/internal/load", **headers).status_code == 403


def test_the_door_for_commands_stays_on_this_machine_whatever_else_is_open(app, monkeypatch):
    monkeypatch.setenv("TENANTSCOPE_OPEN", "1")
    given = answer(app, "/internal/load", client=("192.168.1.7", 50000), authorization="Bearer secret")
    assert given.status_code == 403


def test_a_door_that_was_never_opened_lets_nobody_in():
    app = Starlette(routes=[Mount("/internal", app=TokenOnly())])
    assert answer(app, "/internal/load", authorization="Bearer ").status_code == 403

"""The search finds boards, panels and tenants by what they are called, and only what the person may see."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest

from analytics.filters import field
from analytics.query import Query
from analytics.request import Request
from service.access import LOCAL, Principal
from service.house import house
from tests.ui.looking import said
from ui import context, find
from ui.find import Hit, best
from ui.navigation import allowed, screens

AMONG = (
    Hit("Executive overview", "Overview the CEO"),
    Hit("Cost of AI", "Executive overview what calls of models cost"),
    Hit("AI cost", "Executive overview what calls of models cost"),
    Hit("Recosted", "Executive overview"),
    Hit("Success rate", "Executive overview successes of all executions, and what they cost"),
)


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("ai cost", ["AI cost", "Cost of AI"]),
        # A title that begins with it, then a word that does, then a part of the title, then the explanation.
        ("COST", ["Cost of AI", "AI cost", "Recosted", "Success rate"]),
        ("ceo", ["Executive overview"]),
        ("cost nowhere", []),
        ("  ", []),
    ],
)
def test_what_fits_is_found_the_best_first(typed, titles):
    assert [hit.title for hit in best(typed, AMONG, 10)] == titles


def test_no_more_is_shown_than_can_be_taken_in():
    assert [hit.title for hit in best("cost", AMONG, 2)] == ["Cost of AI", "AI cost"]


def test_every_board_and_every_panel_can_be_found_by_its_title():
    for hit in find.of_screens(screens()):
        assert hit in best(hit.title, find.of_screens(screens()), len(find.of_screens(screens())))


def tenants() -> dict[str, str]:
    """Everybody's tenants of the demo company, by id."""
    store = house().store(demo=True)
    return dict(house().tenant_names.of(store, LOCAL.view(store), datetime.now(UTC)))


def offered(at) -> list[str]:
    return [button.key for button in at.button if str(button.key).startswith("hit_tenant_")]


def links(at) -> list[str]:
    return [
        link.proto.label for link in at.get("page_link") if link.proto.label != ":blue[Load your own data]"
    ]


def test_a_panel_is_shown_under_its_board(app):
    at = app()
    at.text_input(key="find").set_value("busiest tenants").run()
    assert not at.exception
    assert links(at) == ["Activity", "Busiest tenants"]


def test_where_nothing_is_found_it_says_so(app):
    at = app()
    at.text_input(key="find").set_value("zzz").run()
    assert links(at) == []
    assert any("Nothing is called so" in caption.value for caption in at.caption)


def test_a_tenant_that_was_found_becomes_the_scope_of_the_page(app):
    at = app(scope=Request(window="7d").text())
    tenant, name = next(iter(tenants().items()))
    at.text_input(key="find").set_value(name).run()
    at.button(key=f"hit_tenant_{tenant}").click().run()
    assert said(at) == {"version": 1, "tenants": [tenant], "window": "7d"}
    assert at.text_input(key="find").value == ""


def by_connector() -> dict[str, set[str]]:
    """The tenants of the demo company that ran each connector in the last 30 days."""
    now = datetime.now(UTC)
    store = house().store(demo=True)
    scope = LOCAL.scope(Request(window="30d"), now)
    frame = Query(("executions",), by=("action_type", "tenant_id"))(LOCAL.view(store), scope)
    return frame.groupby("action_type")["tenant_id"].agg(set).to_dict()


def connectors(at) -> list[str]:
    return [button.label for button in at.button if str(button.key).startswith("hit_connector_")]


def test_a_connector_leads_to_how_it_does_for_the_tenant_in_view_or_says_that_there_is_none(app):
    used = by_connector()["slack_message"]
    having, missing = min(used), min(set(tenants()) - used)
    at = app(scope=Request(tenants=(having,), window="7d").text())
    at.text_input(key="find").set_value("Slack").run()
    assert connectors(at) == ["slack\\_message"]
    at.button(key="hit_connector_slack_message").click().run()
    ((page, text),) = [
        (unquote(way).split("?")[0], unquote(way).split("scope=")[1])
        for each in at.get("html")
        for way in re.findall(r'data-way="([^"]*)"', str(each.proto.body))
    ]
    led = Request.read(text)
    assert led is not None
    assert (page, led.tenants, led.where) == ("tenant", (having,), field("action_type") == "slack_message")
    at = app(scope=Request(tenants=(missing,), window="7d").text())
    at.text_input(key="find").set_value("slack").run()
    assert connectors(at) == []
    name = tenants()[missing]
    assert f"{name} has run no slack\\_message in the last 30 days: it may not be connected." in [
        each.value for each in at.caption
    ]


def test_a_guest_finds_neither_other_tenants_nor_pages_that_are_not_theirs(app, monkeypatch):
    at = app()
    (mine, name), (_, other), *_ = tenants().items()
    monkeypatch.setattr(context, "LOCAL", Principal("guest", frozenset({mine})))
    at.text_input(key="find").set_value(name).run()
    assert offered(at) == [f"hit_tenant_{mine}"]
    at.text_input(key="find").set_value(other).run()
    assert offered(at) == []
    at.text_input(key="find").set_value("sources").run()
    assert "Sources" not in links(at)
    assert "Sources" in [hit.title for hit in find.of_screens(allowed(LOCAL))]

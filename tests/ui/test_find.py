"""The search finds boards, panels and tenants by what they are called, and only what the person may see."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

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

"""Saved views and searches: kept from a page, listed for whom they are, opened as they were."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from analytics.filters import field
from analytics.request import Request
from service.access import LOCAL, Principal
from service.house import house
from service.saved import Search
from service.saved_view import SavedView
from tests.ui.looking import said
from ui import context, page_menu, saved

WINDOW = "2026-01-05~2026-01-11"
ACME = Request(("acme",), WINDOW, where=field("status") == "failed", search="http", compare=False)
GUEST = Principal("guest", frozenset({"globex"}))


@pytest.fixture
def shelf(week):
    """What is saved beside the week of rows."""
    return house().shelf


def opened(at):
    """The page with the list of the sidebar open."""
    at.session_state[saved.LIST] = True
    return at.run()


def links(at) -> dict[str, str]:
    """What the list shows: label -> address."""
    return {each.proto.label: each.proto.url for each in at.get("link_button")}


def press(at, key, **state):
    for name, value in state.items():
        at.session_state[name] = value
    return at.button(key=key).click().run()


def test_a_page_is_saved_under_a_name_and_leads_back_to_exactly_what_it_showed(week, shelf):
    at = week("reliability/operations.py", scope=Request(ACME.tenants, WINDOW, role="security").text())
    at.session_state[page_menu.OPENED] = page_menu.SAVE
    at.run()
    assert at.text_input(key="save_name").value == "Operations"
    at.text_input(key="save_name").set_value("Acme *in* January")
    press(at, "save_view", **{page_menu.OPENED: page_menu.SAVE})
    (kept,) = shelf.all(LOCAL, "view")
    assert (kept.title, kept.shared, kept.owner) == ("Acme *in* January", False, "local")
    assert kept.read() == SavedView("Acme *in* January", "operations", Request(ACME.tenants, WINDOW))
    address = Request(ACME.tenants, WINDOW, role="security").text()
    assert links(opened(at)) == {r"Acme \*in\* January": f"/operations?scope={quote(address)}"}


def test_the_list_shows_what_is_ones_own_and_shared_and_nothing_of_other_tenants(week, shelf, monkeypatch):
    shelf.save(LOCAL, SavedView("Mine", "executive", ACME))
    shelf.save(Principal("ada"), SavedView("Of acme", "activity", ACME), shared=True)
    shelf.save(Principal("ada"), SavedView("Of all", "activity", Request(window="7d")), shared=True)
    shelf.save(Principal("ada"), SavedView("Hidden", "activity", Request()))
    shelf.save(Principal("ada"), SavedView("Of admins", "sources", Request()), shared=True)
    assert set(links(opened(week()))) == {"Mine", "Of acme", "Of all", "Of admins"}
    monkeypatch.setattr(context, "LOCAL", GUEST)
    assert set(links(opened(week()))) == {"Of all"}


def test_a_view_is_renamed_shared_and_deleted_by_its_owner(week, shelf):
    made = shelf.save(LOCAL, SavedView("Mine", "executive", ACME))
    at = week()
    at.session_state[saved.OPENED] = (made.id, saved.RENAME)
    at.run()
    at.text_input(key="rename_name").set_value("Ours")
    press(at, "rename_view", **{saved.OPENED: (made.id, saved.RENAME)})
    at.session_state[saved.OPENED] = (made.id, saved.SHARE)
    at.run()
    now = shelf.one(LOCAL, made.id)
    assert (now.title, now.shared, now.read()) == ("Ours", True, SavedView("Ours", "executive", ACME))
    at.session_state[saved.OPENED] = (made.id, saved.REMOVE)
    at.run()
    assert "It goes for the whole team" in "".join(text.value for text in at.markdown)
    press(at, "remove_view", **{saved.OPENED: (made.id, saved.REMOVE)})
    assert shelf.all(LOCAL, "view") == ()


def test_a_guest_who_names_anothers_view_is_told_nothing_of_it(week, shelf, monkeypatch):
    made = shelf.save(Principal("ada"), SavedView("Of acme", "activity", ACME), shared=True)
    monkeypatch.setattr(context, "LOCAL", GUEST)
    at = week()
    at.session_state[saved.OPENED] = (made.id, saved.REMOVE)
    at.run()
    assert ["Nothing is saved under this address" in each.value for each in at.toast] == [True]
    assert shelf.one(LOCAL, made.id) == made


def test_a_list_without_views_says_how_to_make_one(week):
    assert any("None yet" in text.value for text in opened(week()).caption)


def test_a_saved_search_is_the_search_of_the_page_in_its_own_syntax(week, shelf):
    made = shelf.save(Principal("ada"), Search("Broken", "+status:failed", "lucene"), shared=True)
    at = week(scope=Request(window=WINDOW, compare=False).text())
    assert "Failures of a tenant" in at.selectbox(key="w_saved_search").options
    at.selectbox(key="w_saved_search").set_value(made.id).run()
    assert not at.exception
    assert (said(at)["search"], said(at)["syntax"]) == ("+status:failed", "lucene")
    assert at.metric[0].value == "1"


def test_a_search_is_kept_from_the_page_and_taken_away_again(week, shelf):
    at = week(scope=Request(window=WINDOW, search="status:failed").text())
    press(at, "save_search")
    assert any("A title" in text.value or "a title" in text.value for text in at.caption)
    at.text_input(key="w_search_name").set_value("Mine").run()
    press(at, "save_search")
    own = [each for each in shelf.all(LOCAL, "search") if each.owner == "local"]
    assert [(each.title, each.read()) for each in own] == [("Mine", Search("Mine", "status:failed"))]
    press(at, "remove_search")
    assert [each for each in shelf.all(LOCAL, "search") if each.owner == "local"] == []

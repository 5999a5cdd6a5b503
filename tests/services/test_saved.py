"""Saved boards, questions and searches: kept whole, seen by their owner and by whom they are shared with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from analytics import activity
from analytics.board import Board, Panel, Row
from analytics.filters import field
from analytics.request import Request
from analytics.search import SYNTAXES, SearchError
from service.access import LOCAL, NotAllowed, Principal
from service.saved import SHIPPED, SUBJECT, CannotRead, NothingSaved, Search, Shelf, table
from service.saved_view import SavedView
from tests.services.conftest import NOW

ADA, GUS = Principal("ada"), Principal("gus")
NARROW = Principal("nia", frozenset({"acme"}))
BOSS = Principal("bo", admin=True)
PANEL = Panel("mine.runs", "My runs", "All that finished.", activity.totals, "number", "rows")
BOARD = Board("mine", "My board", "me", (Row((PANEL,)),))
VIEW = SavedView("Acme's week", "operations", Request(("acme",), "7d", where=field("status") == "failed"))
SEARCH = Search("Slow ones", 'duration_ms > 5000 and status: "failed"')


@pytest.fixture
def shelf(metadata) -> Shelf:
    return Shelf(metadata, clock=lambda: NOW)


def titles(shelf: Shelf, principal: Principal, kind: str) -> list[str]:
    return [each.title for each in shelf.all(principal, kind) if each.id not in SHIPPED]


@pytest.mark.parametrize(
    ("what", "kind"),
    [(VIEW, "view"), (BOARD, "board"), (PANEL, "question"), (SEARCH, "search")],
    ids=lambda each: str(each)[:6],
)
def test_what_is_saved_is_read_back_whole(shelf, what, kind):
    made = shelf.save(ADA, what)
    assert shelf.one(ADA, made.id) == made
    assert (made.kind, made.title, made.owner, made.shared, made.changed_at) == (
        kind,
        what.title,
        "ada",
        False,
        NOW,
    )
    assert made.read() == what
    assert titles(shelf, ADA, kind) == [what.title]


def test_others_see_what_is_shared_and_nothing_else(shelf):
    made = shelf.save(ADA, BOARD)
    assert titles(shelf, GUS, "board") == []
    with pytest.raises(NothingSaved):
        shelf.one(GUS, made.id)
    shared = shelf.share(ADA, made.id, shared=True)
    assert shelf.one(NARROW, made.id) == shared == replace(made, shared=True)
    shelf.share(ADA, made.id, shared=False)
    with pytest.raises(NothingSaved):
        shelf.one(BOSS, made.id)


def test_a_shared_view_is_seen_by_who_may_see_the_tenants_that_it_names(shelf):
    globex = Principal("gil", frozenset({"globex"}))
    of_acme = shelf.save(ADA, VIEW, shared=True)
    of_all = shelf.save(ADA, SavedView("Everybody", "executive", Request(window="7d")), shared=True)
    of_named = SavedView("By name", "executive", Request(where=field("tenant.name") == "Acme"))
    shelf.save(ADA, of_named, shared=True)
    assert titles(shelf, GUS, "view") == ["Acme's week", "By name", "Everybody"]
    assert titles(shelf, NARROW, "view") == ["Acme's week", "Everybody"]
    assert titles(shelf, globex, "view") == ["Everybody"]
    with pytest.raises(NothingSaved):
        shelf.one(globex, of_acme.id)
    assert shelf.one(globex, of_all.id) == of_all


def test_a_change_replaces_what_is_ones_own_and_stays_shared(shelf):
    made = shelf.save(ADA, BOARD, shared=True)
    changed = shelf.save(ADA, replace(BOARD, title="Renamed"), replaces=made.id)
    assert (changed.id, changed.title, changed.shared) == (made.id, "Renamed", True)
    assert titles(shelf, GUS, "board") == ["Renamed"]


def test_nobody_changes_or_removes_what_is_anothers(shelf):
    shared, hidden = shelf.save(ADA, BOARD, shared=True), shelf.save(ADA, SEARCH)
    with pytest.raises(NotAllowed, match="this board is ada's: save a copy"):
        shelf.save(GUS, BOARD, replaces=shared.id)
    with pytest.raises(NotAllowed, match="this board is ada's: save a copy"):
        shelf.share(BOSS, shared.id, shared=False)
    with pytest.raises(NotAllowed, match="not yours to remove"):
        shelf.remove(GUS, shared.id)
    for other in (GUS, BOSS):
        with pytest.raises(NothingSaved):
            shelf.save(other, SEARCH, replaces=hidden.id)
        with pytest.raises(NothingSaved):
            shelf.remove(other, hidden.id)
    assert (shelf.one(ADA, shared.id), shelf.one(ADA, hidden.id)) == (shared, hidden)
    shelf.remove(BOSS, shared.id)
    shelf.remove(ADA, hidden.id)
    assert titles(shelf, ADA, "board") == titles(shelf, ADA, "search") == []


def test_who_may_not_see_every_tenant_cannot_speak_to_everybody(shelf):
    with pytest.raises(NotAllowed, match="only who may see every tenant can share"):
        shelf.save(NARROW, BOARD, shared=True)
    made = shelf.save(NARROW, BOARD)
    with pytest.raises(NotAllowed, match="can share"):
        shelf.share(NARROW, made.id, shared=True)
    assert titles(shelf, NARROW, "board") == ["My board"]
    assert titles(shelf, LOCAL, "board") == []


def test_one_kind_does_not_take_the_place_of_another(shelf):
    made = shelf.save(ADA, BOARD)
    with pytest.raises(ValueError, match="a search cannot take the place of a board"):
        shelf.save(ADA, SEARCH, replaces=made.id)


def test_the_shipped_searches_are_everybodys_and_nobodys(shelf):
    assert {each.title for each in shelf.all(NARROW, "search")} == {
        "Failures of a tenant",
        "Success rate this week",
        "Slowest workflows",
        "Active users today",
        "Error-prone integration",
    }
    for saved_id, search in SHIPPED.items():
        assert shelf.one(NARROW, saved_id).read() == search
    with pytest.raises(NotAllowed, match="part of Tenantscope"):
        shelf.remove(BOSS, "shipped-failures")
    with pytest.raises(NotAllowed, match="save a copy of your own"):
        shelf.save(Principal("Tenantscope"), SEARCH, replaces="shipped-failures")


def test_a_form_of_another_release_is_listed_and_says_what_it_lacks(shelf, metadata):
    made = shelf.save(ADA, BOARD)
    form = made.form.replace("activity.totals", "activity.gone")
    with metadata.write(SUBJECT) as connection:
        connection.execute(update(table).values(form=form))
    assert titles(shelf, ADA, "board") == ["My board"]
    with pytest.raises(CannotRead, match=r"The board 'My board' was saved by another release.*activity.gone"):
        shelf.one(ADA, made.id).read()
    shelf.remove(ADA, made.id)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_search_that_cannot_be_read_is_not_kept(shelf, syntax):
    with pytest.raises(SearchError):
        shelf.save(ADA, Search("Broken", "(status: failed", syntax))
    assert titles(shelf, ADA, "search") == []


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Search("", "x"), "a title has 1 to"),
        (lambda: Search("x", " "), "a search has 1 to"),
        (lambda: Search("x", "a\x00b"), "cannot be shown"),
        (lambda: Search("x", "y", "sql"), "kql, lucene"),
    ],
)
def test_a_search_that_nobody_could_type_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_a_form_without_end_is_refused(shelf):
    endless = replace(BOARD, rows=(Row((replace(PANEL, explanation="x" * 600_000),)),))
    with pytest.raises(ValueError, match="too much to save"):
        shelf.save(ADA, endless)
    assert titles(shelf, ADA, "board") == []

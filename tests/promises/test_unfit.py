"""On every page there is: a filter is told as unfit where no row could fit it, and nowhere else; tenants never are."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from analytics.filters import ANY_TEXT, And, field
from analytics.scope import ALL_TENANTS
from analytics.view import NotFilterable
from data.tables import FACTS, TABLES
from scripts.panels import boards
from service.access import LOCAL
from service.house import House
from tests.promises.surface import GUEST, Place
from tests.promises.world import A, B, all_rows
from ui import unfit
from ui.render import facts_of

NAMES = (
    "level",
    "status",
    "model",
    "host",
    "attributes.items",
    "attributes.score",
    "attributes.theirs",
    "attributes.theirs*",
    "attributes.nobodys",
    "user_id",
    "hour_of_day",
    ANY_TEXT,
)
PARTS = (
    *(field(name).exists() for name in NAMES),
    field("level").exists() | field("status").exists(),
    field("level").exists() | field("attributes.nobodys").exists(),
)
OF_TENANTS = (
    field("tenant_id") == B,
    field("tenant.name").contains("name"),
    field("plan") == "pro",
    ~field("tenant.theirs").exists(),
)


@pytest.fixture(scope="module")
def place(world, tmp_path_factory):
    """All tenants, of whom only B has a field `theirs`, and only in logs."""
    store = world.store({table: list(range(len(rows))) for table, rows in all_rows().items()})
    row = {"log_id": "of-its-own", "occurred_at": "2026-03-09T10:00:00Z", "tenant_id": B, "message": "x"}
    assert store.append("logs", [{**row, "attributes": {"theirs": 7}}], source="world").rejected == 0
    house = House.over(tmp_path_factory.mktemp("aside"))
    yield Place(house, store)
    house.close()


# What a guest has is found among what all have, so the loop asks as one.
@pytest.mark.parametrize(
    "principal", [GUEST, pytest.param(LOCAL, marks=pytest.mark.heavy)], ids=["a guest of A", "who sees all"]
)
def test_a_filter_is_told_as_unfit_exactly_where_no_row_of_the_page_could_fit_it(principal, place):
    visit = place.visit(principal)
    page = visit.scope()

    @cache
    def fitting(part) -> frozenset[str]:
        """The tables with a row of this person's that fits, counted one by one."""
        found = set()
        for table in FACTS:
            # A change of a subscription that is outside the filter stays, as one that is outside.
            inside = "where status <> 'outside'" if table == "subscriptions" else ""
            sql = f"select 1 from {table}_history {inside} limit 1"
            try:
                rows = visit.view.frame(replace(page, where=part), sql)
            except NotFilterable:
                continue
            found |= {table} if len(rows) else set()
        return frozenset(found)

    said = 0
    for facts in sorted({facts_of(board) for board in boards()}, key=sorted):
        for part in PARTS:
            expected = bool(facts) and not fitting(part) & facts and bool(fitting(part))
            found = unfit.unfit(visit, replace(page, where=part), facts)
            assert found == ((part,) if expected else ()), (part, facts)
            said += expected
    assert said > 20


def test_what_is_taken_out_is_never_a_tenant_nor_what_tenants_are(place):
    visit = place.visit(GUEST, (A,))
    level = field("level").exists()
    taken = 0
    for facts in sorted({facts_of(board) for board in boards()}, key=sorted):
        for own in OF_TENANTS:
            scope = replace(visit.scope(), where=And((own, level)))
            found = unfit.unfit(visit, scope, facts)
            assert set(found) <= {level}
            request = replace(visit.request, where=scope.where)
            left = replace(request, **unfit.left(request, visit.now, found))
            assert left == replace(request, where=own if found else scope.where)
            taken += bool(found)
    assert taken > len(OF_TENANTS)


def test_a_field_that_only_others_have_is_to_a_guest_as_one_that_nobody_has(place):
    guest, everybody = place.visit(GUEST), place.visit(LOCAL)
    theirs, nobodys = (field(f"attributes.{name}") == 7 for name in ("theirs", "nobodys"))
    for board in boards():
        facts = facts_of(board)
        for visit, part in ((guest, theirs), (guest, nobodys), (everybody, nobodys)):
            scope = replace(visit.scope(), where=part)
            assert unfit.unfit(visit, scope, facts) == ()
            for panel in board.panels:
                refusal = unfit.refused(visit, scope, panel.question.tables)
                read = [TABLES[table] for table in panel.question.tables if table in FACTS]
                # The store refuses by itself what a table has no attributes for.
                if read and all(table.has_attributes for table in read):
                    assert refusal is not None, panel.id
                    said = str(refusal.exception()).replace("theirs", "x").replace("nobodys", "x")
                    assert "cannot be filtered by x: take that filter away" in said
    assert everybody.scope().tenants is ALL_TENANTS

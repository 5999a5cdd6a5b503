"""Never another tenant's row, nor its name: in no file, option list, query, refusal or note that leaves the house."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import NoReturn

import pytest

from analytics.query import Query
from analytics.scope import ALL_TENANTS
from analytics.view import QueryTimeout, ScopeTooWide
from service.access import LOCAL, NotAllowed, Principal
from service.ask import Ask
from service.house import House
from service.masking import Mask
from service.presenting import Aliases, Presenting
from service.saved import Search
from tests.promises import surface
from tests.promises.surface import GUEST, Place, Shown, tells_of_own_rows_only
from tests.promises.world import A, B, all_rows
from ui import downloads, find

MOMENT = datetime(2026, 3, 9, 10, tzinfo=UTC)
# A file of every kind is written from one frame: what one must not tell, CSV tells sooner.
WALKED = (
    surface.some_files,
    surface.some_queries,
    surface.some_options,
    *(
        pytest.param(each, marks=pytest.mark.heavy)
        for each in (surface.files, surface.queries, surface.options)
    ),
)
SURFACES = (
    *WALKED,
    pytest.param(surface.other_files, marks=pytest.mark.heavy),
    surface.documents,
    surface.refusals,
    surface.kept,
)
# Names of attributes and regions stay when names are masked; here they say whose they are.
KEPT = re.compile(f"(?i)({A}|{B})(_field| region)")
BY_TENANT = Query(("executions",), by=("tenant_id",))


def theirs() -> list[dict[str, object]]:
    """Rows of others with fields that nobody else has, and one of theirs in a field of everybody's."""
    many = {f"many{n}": n for n in range(250)}
    own = {"theirs": 7, "theirs_at": "2026-03-01T00:00:00Z", "size": "large", **many}
    return [
        {
            "event_id": f"{owner or 'nobody'}-of-its-own",
            "occurred_at": MOMENT,
            "tenant_id": owner,
            "attributes": {f"{owner or 'nobody'}_field": 1, **own},
        }
        for owner in (B, "")
    ]


def write(house: House, tenant: str, text: str) -> None:
    house.own_annotations.add(LOCAL, kind="note", text=text, start=MOMENT, tenant=tenant)


@pytest.fixture(scope="module")
def places(world, tmp_path_factory):
    """A house of all tenants, and one in which A is alone."""
    everything = world.store({table: list(range(len(rows))) for table, rows in all_rows().items()})
    assert everything.append("events", theirs(), source="world").rejected == 0
    full, alone = (House.over(tmp_path_factory.mktemp(name)) for name in ("full", "alone"))
    for house in (full, alone):
        write(house, A, "alpha moved")
        house.own_notes.write(LOCAL, A, "alpha wants more")
        write(house, "", "a release for all")
        house.shelf.save(GUEST, Search("My failures", "status: failed"))
    write(full, B, "beta moved")
    full.own_notes.write(LOCAL, B, "beta wants less")
    kept = (
        full.shelf.save(LOCAL, Search("beta alone", 'tenant: "beta name 0"')).id,
        full.shelf.save(Principal("b", frozenset({B})), Search("beta", "status: beta")).id,
    )
    yield Place(full, everything, kept), Place(alone, world.only(A))
    for house in (full, alone):
        house.close()


@pytest.mark.parametrize("shown", SURFACES, ids=lambda shown: shown.__name__)
def test_nothing_that_leaves_the_house_tells_of_another_tenant(shown, places):
    tells_of_own_rows_only(shown, *places)


@pytest.mark.parametrize(
    "shown",
    [surface.some_files, *WALKED[2:], surface.documents],
    ids=lambda shown: shown.__name__,
)
def test_nothing_that_is_presented_names_a_customer(shown, places):
    full, _ = places
    assert naming(shown(full, LOCAL, ()))
    assert naming(shown(full, replace(LOCAL, presenting=Presenting(Aliases(b"a key"))), ())) == []


def naming(shown: Shown) -> list[str]:
    """The places that name one of the tenants, in more than the words of the product, which here say whose they are."""
    return [
        place
        for place, what in shown.items()
        if any(each in KEPT.sub("", surface.without_harmless(surface.text_of(what))) for each in (A, B))
    ]


def test_a_file_of_another_tenant_alone_is_refused_and_names_nothing(places):
    full, _ = places
    said = set(surface.files(full, GUEST, (B,)).values())
    assert said == {"This file was not made: none of these tenants is yours to see: choose another one\n"}


def test_a_file_that_took_too_long_says_what_to_do(places):
    def late(_visit: object, _asked: object) -> NoReturn:
        raise QueryTimeout

    _, panel = next(surface.panels())
    file = downloads.made(surface.drawn(places[0], panel, ()), "csv", late)()
    assert file.decode().startswith("This file was not made: The question passed its limit. Choose a shorter")


def test_a_pattern_of_too_many_fields_is_answered_with_the_pattern_alone(places):
    full, _ = places
    assert surface.outcome(lambda: surface.counted(full.visit(GUEST, search="attributes.many*: 1"))) == (
        "The filter does not fit",
        "attributes.many* names more than 200 fields: name fewer of them.",
    )


def test_an_answer_that_another_asked_for_is_served_only_to_who_may_see_it(places):
    full, _ = places
    wide = full.visit(LOCAL).scope()
    for tenants in (frozenset({B}), frozenset({A, B}), ALL_TENANTS):
        scope = replace(wide, tenants=tenants)
        assert B in set(full.visit(LOCAL).ask(BY_TENANT, scope).result().frame["tenant_id"])
        with pytest.raises(ScopeTooWide):
            full.visit(GUEST).ask(BY_TENANT, scope)
    guest = full.visit(GUEST)
    assert set(guest.ask(BY_TENANT, guest.scope()).result().frame["tenant_id"]) == {A}


def test_everybody_reads_the_one_answer_through_their_own_mask(places):
    full, _ = places
    scope = full.visit(GUEST).scope()
    masks = {
        name: Mask(name, lambda frame, _, name=name: frame.assign(tenant_id=name)) for name in ("x", "y")
    }
    ask = Ask(workers=1, masking=lambda principal, _scope: masks.get(principal.name))
    people = [LOCAL, *(Principal(name, frozenset({A})) for name in masks), LOCAL]
    try:
        for person in (*people, *reversed(people)):
            answer = ask.start(full.store, person, scope, BY_TENANT).result()
            assert set(answer.frame["tenant_id"]) == {person.name if person.name in masks else A}
            assert bool(answer.sql) == (person.name not in masks)
    finally:
        ask.close()


def planted_tenants_of_everybody(place: Place, _principal: Principal, _tenants: tuple[str, ...]) -> Shown:
    return {"tenants": dict(place.visit(LOCAL).tenants())}


def planted_fields_of_the_store(place: Place, _principal: Principal, _tenants: tuple[str, ...]) -> Shown:
    return {"fields": place.store.admin.frame("select distinct key from control.keys order by key")}


def planted_search_of_everybody(place: Place, _principal: Principal, _tenants: tuple[str, ...]) -> Shown:
    hits = find.best("name", find.of_tenants(place.visit(LOCAL).tenants()), 4)
    return {"found": [hit.title for hit in hits]}


def planted_file_with_the_rights_of_the_page(
    place: Place, _principal: Principal, tenants: tuple[str, ...]
) -> Shown:
    named = [panel for _, panel in surface.panels() if "tenant" in str(panel.question.columns)]
    asked = {panel.id: surface.drawn(place, panel, tenants) for panel in named[:4]}
    return {name: downloads.numbers(each.visit, each) for name, each in asked.items()}


def planted_refusal_that_names_them(place: Place, _principal: Principal, _tenants: tuple[str, ...]) -> Shown:
    def refuse() -> NoReturn:
        others = [name for tenant, name in place.visit(LOCAL).tenants().items() if tenant != A]
        raise NotAllowed(f"{' and '.join(others)} is not yours to see")

    return {"refusal": surface.outcome(refuse)}


def planted_query_of_a_wider_scope(place: Place, _principal: Principal, _tenants: tuple[str, ...]) -> Shown:
    return surface.some_queries(place, LOCAL, (A, B))


def planted_notes_of_everybody(place: Place, _principal: Principal, tenants: tuple[str, ...]) -> Shown:
    return surface.kept(place, LOCAL, tenants)


PLANTED = [leak for name, leak in globals().items() if name.startswith("planted_")]


@pytest.mark.parametrize("leak", PLANTED, ids=lambda leak: leak.__name__)
def test_a_leak_is_caught_by_its_texts(leak, places):
    full, alone = places
    with pytest.raises(AssertionError, match="another tenant is told of in"):
        tells_of_own_rows_only(leak, full, alone)


def test_a_number_of_everybody_is_caught_though_it_names_nobody(places):
    def leak(place: Place, _principal: Principal, tenants: tuple[str, ...]) -> Shown:
        names = place.visit(_principal, tenants).tenants()
        return {"tenants": dict(names), "rows": surface.counted(place.visit(LOCAL))}

    with pytest.raises(AssertionError, match=r"rows shows .* beside others, and .* alone"):
        tells_of_own_rows_only(leak, *places)

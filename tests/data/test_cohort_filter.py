"""Which rows a filter by a cohort keeps, once it holds the members."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.filters import Comparison, changed, field
from analytics.members import Members
from analytics.view import NotComparable, NotFilterable
from tests.data.conftest import kept, table, tuples

DAY = "2026-02-10T10:00:00Z"
PERSON, TENANT, EITHER = field("user_id"), field("tenant_id"), field("cohort")


@pytest.fixture(scope="module")
def rows(held):
    """Ann of acme is also the visitor v1 and "ann@x"; globex has an ann of its own."""
    events = table("""
        event_id   tenant_id  user_id  anonymous_id
        ann        acme       ann      -
        alias      acme       ann@x    -
        visit      acme       -        v1
        both       acme       bob      v1
        bob        acme       bob      -
        stranger   acme       -        v9
        system     acme       -        -
        other-ann  globex     ann      -
        other-v1   globex     -        v1
        nobody     -          ann      -
    """)
    held.append("events", [{"occurred_at": DAY, **row} for row in events])
    held.append("runs", [{"occurred_at": DAY, "run_id": "r1", "tenant_id": "acme", "user_id": "ann@x"},
                         {"occurred_at": DAY, "run_id": "r2", "tenant_id": "globex", "user_id": "bob"}])  # fmt: skip
    held.append(
        "metrics", [{"occurred_at": DAY, "name": "cpu", "tenant_id": "acme", "value": 1, "kind": "gauge"}]
    )
    held.append("identities", [{"tenant_id": "acme", "alias": alias, "person_id": "ann"} for alias in ("ann@x", "v1")])  # fmt: skip
    held.append("tenants", [{"tenant_id": name, "name": name} for name in ("acme", "globex", "empty")])
    held.append(
        "people",
        [{"tenant_id": tenant, "person_id": "ann", "role": "admin"} for tenant in ("acme", "globex")],
    )
    return held


def among(name, *pairs, unit="person") -> Comparison:
    """A filter by a cohort of these members."""
    return Comparison(name.name, "in_cohort", Members.of("c1", unit, pairs))


ANN = among(PERSON, ("acme", "ann"))


@pytest.mark.parametrize(
    ("where", "events"),
    [
        # a person is whom the identities name: first by the user, then by the visitor
        (ANN, "alias ann both visit"),
        (among(PERSON, ("acme", "bob")), "bob"),
        (among(PERSON, ("acme", "v9")), "stranger"),
        (among(PERSON, ("globex", "ann"), ("globex", "v1")), "other-ann other-v1"),
        (among(PERSON, ("", "ann")), "nobody"),
        (among(PERSON, ("acme", "ann"), ("globex", "ann")), "alias ann both other-ann visit"),
        (among(PERSON), ""),
        (among(PERSON, ("acme", "")), "system"),
        (~ANN, "bob nobody other-ann other-v1 stranger system"),
        (ANN & (field("user_id") == "bob"), "both"),
        (among(TENANT, ("globex", "globex"), unit="tenant"), "other-ann other-v1"),
        (~among(TENANT, ("acme", "acme"), unit="tenant"), "nobody other-ann other-v1"),
    ],
)
def test_rows_of_the_members(rows, february, where, events):
    assert kept(rows, february, where, "event_id", "events") == events


def test_tables_without_visitors_know_their_people_too(rows, february):
    assert kept(rows, february, ANN, "run_id", "runs") == "r1"


def test_a_table_without_people_is_not_filtered_by_them(rows, february):
    with pytest.raises(NotFilterable, match="metrics cannot be filtered by a cohort of people"):
        kept(rows, february, ANN, "name", "metrics")
    acme = among(TENANT, ("acme", "acme"), unit="tenant")
    assert kept(rows, february, acme, "name", "metrics") == "cpu"


def test_who_is_listed_is_listed_by_the_cohort_too(rows, february):
    acme = among(TENANT, ("acme", "acme"), unit="tenant")
    assert kept(rows, february, acme, "tenant_id", "tenants") == "acme"
    assert kept(rows, february, acme, "tenant_id", "people") == "acme"
    assert kept(rows, february, ANN, "tenant_id", "people") == "acme"
    # What a row of the list does not tell of itself narrows rows and leaves the list alone.
    assert kept(rows, february, ANN, "tenant_id", "tenants") == "acme empty globex"


def test_members_of_other_tenants_let_nothing_in(rows, february):
    scope = replace(february, tenants=frozenset({"globex"}), where=ANN)
    assert tuples(rows.view(frozenset({"globex"})).frame(scope, "select event_id from events")) == []


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (PERSON.in_cohort("c1"), "choose the cohort again"),
        (EITHER.in_cohort("c1"), "choose the cohort again"),
        (among(TENANT, ("acme", "ann")), "one of people: ask it of user_id"),
        (among(PERSON, ("acme", "acme"), unit="tenant"), "one of tenants: ask it of tenant_id"),
    ],
)
def test_never_unfiltered_numbers(rows, february, where, says):
    with pytest.raises(NotComparable, match=says):
        kept(rows, february, where, "event_id", "events")


def test_members_are_equal_by_what_they_are():
    some = Members.of("c1", "person", [("a", "b"), ("a", "c"), ("a", "b")])
    assert len(some) == 2
    assert some == Members.of("c1", "person", [("a", "c"), ("a", "b")])
    for other in (
        Members.of("c2", "person", [("a", "b"), ("a", "c")]),
        Members.of("c1", "tenant", [("a", "b"), ("a", "c")]),
        Members.of("c1", "person", [("a", "b"), ("a", "d")]),
    ):
        assert some != other
    assert Members.of("c", "person", [("ab", "c")]) != Members.of("c", "person", [("a", "bc")])


def test_members_take_the_place_of_the_id_wherever_it_stands():
    members = Members.of("c1", "person", [("acme", "ann")])
    status = field("status") == "failed"

    def known(part: Comparison) -> Comparison:
        return Comparison(part.field, part.op, members) if part.op == "in_cohort" else part

    asked = (PERSON.in_cohort("c1") & status) | ~PERSON.in_cohort("c1")
    here = Comparison("user_id", "in_cohort", members)
    assert changed(asked, known) == (here & status) | ~here

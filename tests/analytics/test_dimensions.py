"""Dimensions that are more than a column: plans, people, tenants, flags, and attributes of any name and depth."""

from __future__ import annotations

import pytest

from analytics.filters import field
from analytics.query import Query, answer
from tests.analytics.table import at, rows, table, window
from tests.analytics.test_measures import DAY, ROWS


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    for name, text in ROWS.items():
        opened.append(name, table(text))
    return opened


def test_the_plan_then_and_the_plan_now(store):
    query = Query(("executions",), by=("plan", "tenant.plan"), order="plan")
    assert [row[:3] for row in rows(answer(store, DAY, query))] == [
        ("", "", 1),  # no tenant
        ("", "free", 2),  # globex never subscribed
        ("free", "enterprise", 3),
        ("pro", "enterprise", 1),
    ]
    february = window("2026-02-01", "2026-02-02")
    store.append("runs", table("run_id occurred_at tenant_id\nlate 2026-02-01T00:00:00Z acme"))
    assert [row[0] for row in rows(answer(store, february, query))] == ["enterprise"]


def test_the_plan_then_of_the_window_before(store):
    query = Query(("executions",), by=("plan",), compare=(at("2026-01-08T10:00"), at("2026-01-08T14:00")))
    found = {
        row[0]: row[1:3] for row in rows(answer(store, window("2026-01-08T11:30", "2026-01-08T14:00"), query))
    }
    assert found == {"": (3, 3), "pro": (1, 1), "free": (0, 3)}


@pytest.mark.parametrize(
    ("measure", "by_role"),
    [
        # Ann by an alias and by her id, Bob by his; Eve is the 1 of another tenant, the tenantless 1 is nobody's.
        ("executions", {"": 3, "admin": 2, "member": 2}),
        ("events", {"": 3, "admin": 2, "member": 3}),
        ("ai_calls", {"": 2, "admin": 3, "member": 1}),
        ("ai_queries", {"": 1, "admin": 2, "member": 1}),
        ("exceptions", {"": 1, "admin": 2, "member": 1}),
    ],
)
def test_a_person_has_a_role_under_all_their_names(store, measure, by_role):
    found = rows(answer(store, DAY, Query((measure,), by=("person.role",))))
    assert {role: count for role, count, _ in found} == by_role


def test_the_same_id_in_two_tenants_is_two_people(store):
    query = Query(("exception_users", "exceptions"), by=("user_id", "tenant_id"), order="tenant_id")
    assert [row[:4] for row in rows(answer(store, DAY, query))] == [
        ("", "", 0, 1),
        ("1", "acme", 1, 1),
        ("p1", "acme", 1, 1),
        ("1", "globex", 1, 1),
    ]


def test_an_alias_of_one_tenant_alone_names_the_tenant_of_its_rows(in_memory):
    store = in_memory()
    store.append("identities", table("tenant_id alias person_id\nacme v1 p1\nacme v2 p2\nglobex v2 p2"))
    store.append(
        "events",
        table("event_id occurred_at anonymous_id\n1 2026-01-08T10:00:00Z v1\n2 2026-01-08T10:00:00Z v2"),
    )
    query = Query(("events", "active_users"), by=("tenant_id",), order="tenant_id")
    assert [row[:3] for row in rows(answer(store, DAY, query))] == [("", 1, 1), ("acme", 1, 1)]


def test_the_tenant_of_a_row_by_its_name_its_id_or_nothing(store):
    query = Query(("executions",), by=("tenant.name", "tenant.region"), order="tenant.name")
    assert [row[:3] for row in rows(answer(store, DAY, query))] == [
        ("", "", 1),
        ("Acme", "eu", 4),
        ("Globex", "", 2),
    ]
    # Beside the id the tenant is looked up once a group; that changes nothing.
    beside = Query(("executions",), by=("tenant_id", "tenant.name", "tenant.region"), order="tenant.name")
    assert [row[:4] for row in rows(answer(store, DAY, beside))] == [
        ("", "", "", 1),
        ("acme", "Acme", "eu", 4),
        ("globex", "Globex", "", 2),
    ]


def test_a_flag_or_a_number_that_is_missing_is_the_empty_text(store):
    by_hit = rows(answer(store, DAY, Query(("ai_calls",), by=("cache_hit",), order="cache_hit")))
    assert by_hit == [("", 3, True), ("false", 1, True), ("true", 2, True)]
    by_status = rows(answer(store, DAY, Query(("requests",), by=("http_status",), order="http_status")))
    assert [row[:2] for row in by_status] == [("", 1), ("200", 1), ("404", 1), ("500", 0), ("503", 1)]


ATTRIBUTES = [
    {"text": "pro", "number": 1, "mixed": 1, "deep": {"er": {"still": "x"}}, "flag": True, "list": [1, "a"]},
    {
        "text": "1.0",
        "number": 1.5,
        "mixed": "1",
        "deep": {"er": {"still": "y"}},
        "flag": False,
        "list": [1, "a"],
    },
    {"text": "1", "number": -2, "mixed": True, "deep.er.still": "y", 'quo"te': "q", "it's": "a", "a--b": "b"},
    {"text": "", "number": None, "mixed": "true", 'quo"te': "q", "it's": "a", "schlüssel 🗝": "ß"},
    {"mixed": 2.5, "runs": "r", "plan": "p", "$window_hours": 1, "1": "one", "a.b": {"c d": "spaced"}},
]


@pytest.fixture(scope="module")
def open_keys(in_memory):
    store = in_memory()
    store.append("runs", [{"run_id": str(n), "occurred_at": at("2026-01-08T10:00"), "attributes": each}
                          for n, each in enumerate(ATTRIBUTES)])  # fmt: skip
    return store


@pytest.mark.parametrize(
    ("key", "found"),
    [
        # A missing key and an empty text are one group; a text keeps its ".0".
        ("text", {"": 2, "1": 1, "1.0": 1, "pro": 1}),
        ("number", {"": 2, "-2": 1, "1": 1, "1.5": 1}),
        # 1 is '1' and true is 'true', as in filters.
        ("mixed", {"1": 2, "2.5": 1, "true": 2}),
        ("flag", {"": 3, "false": 1, "true": 1}),
        ("deep.er.still", {"": 2, "x": 1, "y": 2}),
        ("list", {"": 3, '[1,"a"]': 2}),
        ('quo"te', {"": 3, "q": 2}),
        ("it's", {"": 3, "a": 2}),
        ("a--b", {"": 4, "b": 1}),
        ("schlüssel 🗝", {"": 4, "ß": 1}),
        ("runs", {"": 4, "r": 1}),
        ("plan", {"": 4, "p": 1}),
        ("$window_hours", {"": 4, "1": 1}),
        ("1", {"": 4, "one": 1}),
        ("a.b.c d", {"": 4, "spaced": 1}),
        ("never.seen", {"": 5}),
        ("'); drop table runs; --", {"": 5}),
    ],
)
def test_an_attribute_of_any_name_and_depth_groups_as_text(open_keys, key, found):
    for prefix in ("attributes", "properties"):
        name = f"{prefix}.{key}"
        by_key = answer(open_keys, DAY, Query(("executions", "failed_per_hour"), by=(name,), order=name))
        assert dict(zip(by_key[name], by_key["executions"], strict=True)) == found
        assert len(by_key) == len(found)


def test_each_group_of_an_attribute_has_the_rows_that_its_filter_finds(open_keys):
    for key in ("text", "number", "mixed", "flag", "deep.er.still", "list", "it's"):
        name = f"attributes.{key}"
        by_key = answer(open_keys, DAY, Query(("executions",), by=(name,)))
        for value, count in zip(by_key[name], by_key["executions"], strict=True):
            where = field(name) == value if value else ~field(name).exists()
            assert answer(open_keys, DAY, Query(("executions",), where=where))["executions"].tolist() == [
                count
            ]


def test_an_attribute_of_two_tables_meets_as_text(in_memory):
    store = in_memory()
    moment = at("2026-01-08T10:00")
    store.append(
        "runs", [{"run_id": str(n), "occurred_at": moment, "attributes": {"size": n}} for n in (1, 2)]
    )
    store.append("logs", [{"log_id": "1", "occurred_at": moment, "attributes": {"size": "1"}}])
    query = Query(("executions", "log_lines"), by=("attributes.size",), order="attributes.size")
    assert rows(answer(store, DAY, query)) == [("1", 1, 1, True), ("2", 1, 0, True)]


def test_attributes_of_tenants_and_people(in_memory):
    store = in_memory()
    store.append("tenants", [{"tenant_id": "acme", "attributes": {"tier": 1}}, {"tenant_id": "globex"}])
    store.append("people", [{"tenant_id": "acme", "person_id": "1", "attributes": {"team": "core"}}])
    store.append("runs", table("run_id occurred_at tenant_id user_id\n1 2026-01-08T10:00:00Z acme 1"))
    store.append("runs", table("run_id occurred_at tenant_id user_id\n2 2026-01-08T10:00:00Z globex 1"))
    query = Query(
        ("executions",), by=("tenant.attributes.tier", "person.attributes.team", "tenant.attributes.no")
    )
    assert rows(answer(store, DAY, query)) == [("", "", "", 1, True), ("1", "core", "", 1, True)]
    beside = Query(("executions",), by=("tenant_id", "tenant.attributes.tier"))
    assert rows(answer(store, DAY, beside)) == [("acme", "1", 1, True), ("globex", "", 1, True)]

"""Which fields a row has: its texts, its tenant's and person's, the local hour; and which it cannot have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.filters import Comparison, field
from analytics.scope import Scope
from analytics.search import parse
from analytics.view import NotComparable, NotFilterable
from data.store import open_store
from data.tables import FACTS, TABLES
from tests.data.conftest import NOW, kept, table

DAY = "2026-02-10T"


LOGS = table("""
    occurred_at           log_id  level  service  message
    2026-02-10T10:00:00Z  a       error  api      Connection_timeout_after_30_s
    2026-02-10T10:00:00Z  b       info   timeout  ok
    2026-02-10T10:00:00Z  c       error  api      100%_done
    2026-02-10T10:00:00Z  d       info   -        -
""")


@pytest.fixture(scope="module")
def logs(held):
    held.append("logs", LOGS)
    return held


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("timeout", "a b"),
        ("TIMEOUT", "a b"),
        ('"100%"', "c"),
        ("1000", ""),
        ("30", "a"),
        ("time*after", "a"),
        ("not timeout", "c d"),
        ("error", ""),
        ("level:error and timeout", "a"),
        ("message:*", "a b c"),
        ("*", "a b c d"),
        ("not *", ""),
        ('message:""', "d"),
    ],
)
def test_a_word_without_a_field_is_looked_for_in_what_people_read(logs, february, search, expected):
    assert kept(logs, february, parse(search), "log_id", "logs") == expected


@pytest.mark.parametrize("name", FACTS)
def test_every_kind_of_rows_has_texts_to_search(name):
    texts = TABLES[name].texts
    assert texts
    assert {TABLES[name].columns[text] for text in texts} == {"VARCHAR"}


def test_an_error_is_found_by_the_names_that_other_tables_have_for_its_columns(store, february):
    store.append(
        "errors",
        table("""
            occurred_at           error_id  type        message
            2026-02-10T10:00:00Z  a         ValueError  bad_value
            2026-02-10T10:00:00Z  b         KeyError    no_key
        """),
    )
    assert kept(store, february, parse("error.type:ValueError"), "error_id", "errors") == "a"
    assert kept(store, february, parse("error_message:KEY"), "error_id", "errors") == "b"


@pytest.fixture(scope="module")
def people(february):
    store = open_store("duckdb://:memory:", clock=lambda: NOW)
    store.append(
        "tenants",
        [
            {"tenant_id": "acme", "plan": "pro", "attributes": {"segment": "retail", "seats": 5}},
            {"tenant_id": "globex", "plan": "free"},
        ],
    )
    store.append(
        "people",
        [
            {"tenant_id": "acme", "person_id": "p1", "role": "admin", "email": "p1@acme.example"},
            {"tenant_id": "acme", "person_id": "p2", "role": "viewer", "attributes": {"team": "ops"}},
            {"tenant_id": "globex", "person_id": "p1", "role": "viewer"},
        ],
    )
    store.append(
        "identities",
        [
            {"tenant_id": "acme", "alias": "anon", "person_id": "p2"},
            # p1 was merged into p2: whatever it did, p2 did.
            {"tenant_id": "globex", "alias": "p1", "person_id": "p9"},
        ],
    )
    store.append(
        "events",
        table("""
            occurred_at           event_id  tenant_id  user_id  anonymous_id
            2026-02-10T10:00:00Z  a         acme       p1       -
            2026-02-10T10:00:00Z  b         acme       -        anon
            2026-02-10T10:00:00Z  c         acme       u7       anon
            2026-02-10T10:00:00Z  d         globex     p1       -
            2026-02-10T10:00:00Z  e         acme       u7       -
            2026-02-10T10:00:00Z  f         -          -        -
        """),
    )
    yield lambda where: kept(store, february, where, "event_id", "events")
    store.close()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (field("tenant.plan") == "pro", "a b c e"),
        (field("tenant.plan") != "pro", "d f"),
        (field("plan") == "pro", "a b c e"),
        (field("tenant.segment") == "retail", "a b c e"),
        (field("tenant.attributes.segment") == "retail", "a b c e"),
        (field("tenant.seats") > 4, "a b c e"),
        (field("tenant.never").exists(), ""),
        (~field("tenant.segment").exists(), "d f"),
        (field("person.role") == "admin", "a"),
        (field("role") == "admin", "a"),
        (field("person.email").contains("ACME"), "a"),
        # an alias names the person, also beside an id that nobody knows
        (field("person.role") == "viewer", "b c"),
        (field("person.role") != "viewer", "a d e f"),
        (field("person.team") == "ops", "b c"),
        (field("person.attributes.team") == "ops", "b c"),
        (field("person.person_id") == "p1", "a"),
        # also where nobody says who that is, and by the name that the person was merged into
        (field("person.person_id") == "u7", "e"),
        (field("person.person_id") == "p2", "b c"),
        (field("person.person_id") == "p9", "d"),
        (field("person.person_id") != "p2", "a d e f"),
        (field("person.person_id").exists(), "a b c d e"),
        (~field("person.role").exists(), "d e f"),
        ((field("tenant.plan") == "pro") & ~(field("person.role") == "admin"), "b c e"),
    ],
)
def test_what_is_known_of_tenants_and_people(people, where, expected):
    assert people(where) == expected


RUNS = table("""
    occurred_at           run_id
    2025-07-01T13:00:00Z  summer
    2025-11-01T05:30:00Z  a
    2025-11-02T05:30:00Z  b
    2025-11-02T06:30:00Z  c
    2025-11-02T07:30:00Z  d
    2025-11-03T04:59:59Z  e
    2025-11-03T05:00:00Z  f
""")
AUTUMN = Scope(datetime(2025, 10, 26, tzinfo=UTC), datetime(2025, 11, 9, tzinfo=UTC), "America/New_York")


@pytest.fixture(scope="module")
def runs(held):
    held.append("runs", RUNS)
    return held


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        # 1 a.m. comes twice on 2 November, a Sunday of 25 hours.
        (field("hour_of_day") == 1, "a b c"),
        (field("hour_of_day") == 2, "d"),
        (field("hour_of_day") == 23, "e"),
        (field("hour_of_day") == "1", "a b c"),
        (field("hour_of_day") < 1, "f"),
        (field("hour_of_day").between(1, 2), "a b c d"),
        (field("hour_of_day") != 1, "d e f"),
        (field("weekday") == "saturday", "a"),
        (field("weekday") == "Sunday", "b c d e"),
        (field("weekday") == 7, "b c d e"),
        (field("weekday") == "mon", "f"),
        (field("weekday").isin(["sat", 1]), "a f"),
        (field("weekday") >= 6, "a b c d e"),
        ((field("weekday") == "sun") & (field("hour_of_day") == 1), "b c"),
        (field("weekday").exists(), "a b c d e f"),
    ],
)
def test_the_hour_and_the_weekday_are_those_of_the_local_clock(runs, where, expected):
    assert kept(runs, AUTUMN, where, "run_id", "runs") == expected


@pytest.mark.parametrize(
    ("timezone", "hours"),
    [
        ("UTC", [13, 5, 5, 6, 7, 4, 5]),
        ("America/New_York", [9, 1, 1, 1, 2, 23, 0]),
        ("Asia/Kathmandu", [18, 11, 11, 12, 13, 10, 10]),
        ("Australia/Lord_Howe", [23, 16, 16, 17, 18, 15, 16]),
    ],
)
def test_history_has_the_clock_of_its_own_time(runs, timezone, hours):
    scope = replace(AUTUMN, timezone=timezone)
    for row, hour in zip(RUNS, hours, strict=True):
        names = kept(runs, scope, field("hour_of_day") == hour, "run_id", "runs_history").split()
        assert row["run_id"] in names
    everyone = [
        kept(runs, scope, field("hour_of_day") == hour, "run_id", "runs_history") for hour in range(24)
    ]
    assert sorted(" ".join(everyone).split()) == sorted(row["run_id"] for row in RUNS)


def test_every_hour_of_a_century_is_the_hour_that_the_clock_shows(store):
    start = datetime(1959, 12, 31, 23, 59, 59, tzinfo=UTC)
    moments = [start + timedelta(hours=3701 * n + n) for n in range(150)]
    store.append("runs", [{"occurred_at": at, "run_id": str(n)} for n, at in enumerate(moments)])
    for timezone in ("Europe/Dublin", "Africa/Casablanca", "Pacific/Apia"):
        scope = Scope(moments[0], moments[-1] + timedelta(days=1), timezone)
        for part, values in (("hour_of_day", range(24)), ("weekday", range(1, 8))):
            found = {
                int(name): value
                for value in values
                for name in kept(store, scope, field(part) == value, "run_id", "runs").split()
            }
            assert found == {n: on_the_clock(at, timezone)[part] for n, at in enumerate(moments)}


def on_the_clock(moment: datetime, timezone: str) -> dict[str, int]:
    local = moment.astimezone(ZoneInfo(timezone))
    return {"hour_of_day": local.hour, "weekday": local.isoweekday()}


@pytest.mark.parametrize(
    ("relation", "where"),
    [
        ("runs", field("level") == "error"),
        ("runs", field("message") == "x"),
        ("runs", field("environment") == "production"),
        ("metrics", field("person.role") == "admin"),
        ("costs", field("role") == "admin"),
        ("logs", field("duration_ms") > 5),
        ("events", (field("event_type") == "x") | (field("http_status") == 500)),
        ("events", ~(field("http_status") == 500)),
        ("spans", field("attributes") == "x"),
    ],
)
def test_a_field_that_a_table_cannot_have_is_said(store, february, relation, where):
    with pytest.raises(NotFilterable, match=f"{relation} cannot be filtered by"):
        store.frame(replace(february, where=where), f"select * from {relation}")


def test_where_a_row_came_from_may_be_carried_by_rows_of_any_kind(store, february):
    store.append(
        "runs",
        [
            {"occurred_at": f"{DAY}10:00:00Z", "run_id": "a", "attributes": {"environment": "production"}},
            {"occurred_at": f"{DAY}10:00:00Z", "run_id": "b"},
        ],
    )
    assert kept(store, february, parse("env:production"), "run_id", "runs") == "a"
    with pytest.raises(NotFilterable, match=r"or write attributes\.host if its rows carry one"):
        kept(store, february, field("host") == "h1", "run_id", "runs")


def test_a_weekday_that_is_none_says_which_there_are(store, february):
    with pytest.raises(NotComparable, match="write monday, mon or 1"):
        kept(store, february, field("weekday") == "someday", "run_id", "runs")


@pytest.mark.parametrize("op", ["==", "!=", "in", "contains", "like", "matches", "exists"])
@pytest.mark.parametrize("name", ["tenant_id", "attributes.x", "*", "tenant.plan", "person.role", "at*"])
def test_every_operator_on_every_kind_of_field_is_answered(held, february, name, op):
    value = {"exists": None, "in": ("x", 1, True)}.get(op, "x")
    for relation in ("events", "runs", "logs"):
        held.frame(replace(february, where=~Comparison(name, op, value)), f"select * from {relation}")

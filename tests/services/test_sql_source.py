"""The same tables of PostgreSQL, MariaDB and SQLite come in as the same rows, whatever happens meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.store import open_store
from tests.services.databases import KINDS, NOW, Clock, Company, answer, engine_of

pytestmark = pytest.mark.heavy

EVENTS = """create table product_events (id bigint primary key, event_type varchar(40), user_id varchar(40), org_id varchar(40),
    project_id varchar(40), entity_id varchar(40), properties {json}, created_at {moment})"""


@pytest.fixture(params=KINDS)
def company(request, tmp_path):
    if request.param == "sqlite":
        made = Company("sqlite", f"sqlite:///{tmp_path}/company.sqlite")
    else:
        made = Company(
            request.param, request.getfixturevalue("postgres" if request.param == "postgresql" else "mariadb")
        )
        if made.kind == "postgresql":
            made.run("drop schema public cascade", "create schema public")
        else:
            made.run("drop database tests", "create database tests", "use tests", "set time_zone = '+00:00'")
    yield made
    made.engine.dispose()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    opened = open_store(tmp_path / "store.duckdb", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def engine(company, store, clock, tmp_path):
    made = []

    def make(**said):
        made.append(engine_of(company.url, store, clock, tmp_path, **said))
        return made[-1]

    yield make
    for each in made:
        each.reader.close()


def test_the_product_events_of_many_companies_are_known(company, store, engine):
    company.run(EVENTS)
    company.add(
        "product_events",
        (
            1,
            "export",
            "u1",
            "acme",
            "p1",
            "e1",
            '{"plan": "pro", "size": {"mb": 2.5}, "tags": ["a", "b"]}',
            "2026-03-01 09:30:00.000250+00:00" if company.kind != "mariadb" else "2026-03-01 09:30:00.000250",
        ),
        (
            2,
            "login",
            "u2",
            "acme",
            None,
            None,
            None,
            "2026-03-01 10:00:00+00:00" if company.kind != "mariadb" else "2026-03-01 10:00:00",
        ),
    )
    synced = engine(relation="product_events").sync()
    assert (synced.counts.rows, synced.counts.quarantined) == (2, 0)
    assert answer(
        store,
        """select event_id, event_type, user_id, tenant_id, project_id, entity_id, occurred_at::varchar,
        attributes.plan::varchar, attributes."size.mb"::double, lists ->> '$.tags[1]' from raw.events order by event_id""",
    ) == [
        ("1", "export", "u1", "acme", "p1", "e1", "2026-03-01 09:30:00.00025", "pro", 2.5, "b"),
        ("2", "login", "u2", "acme", "", "", "2026-03-01 10:00:00", None, None, None),
    ]


def said(company, moment: str) -> str:
    """A moment in UTC as this database takes it."""
    return moment if company.kind == "mariadb" else f"{moment}+00:00"


def test_every_type_comes_in_as_the_same_value(company, store, engine):
    company.run(
        """create table things (id varchar(36) primary key, org_id varchar(20), created_at {moment}, price decimal(30, 10),
        weight {double}, held {truth}, blob_ {bytes}, long_ {bytes}, more {json}, born date, big bigint)"""
    )
    company.add(
        "things",
        ("a", "acme", said(company, "2026-03-01 09:00:00"), "12.5" if company.kind != "sqlite" else 12.5, 0.1, True, b"\x00\xff", b"x" * 65, '{"a": {"b": 1}}', "2020-02-29", 9007199254740993),
        ("b", "acme", said(company, "2026-03-01 10:00:00"), None, None, False, None, None, None, None, -3),
    )  # fmt: skip
    synced = engine(relation="things", table="events").sync()
    assert synced.counts.rows == 2
    assert answer(
        store,
        """select event_id, attributes.price::double, attributes.weight::double, attributes.held::boolean,
        attributes.blob_::varchar, attributes.long_::varchar, attributes."more.a.b"::double, attributes.born::varchar,
        attributes.big::varchar from raw.events order by event_id""",
    ) == [
        ("a", 12.5, 0.1, True, "00ff", None, 1.0, "2020-02-29", "9007199254740993"),
        ("b", None, None, False, None, None, None, None, "-3.0"),
    ]


def test_ids_of_several_columns_and_of_text_tell_rows_apart_over_many_pages(company, store, engine):
    company.run(
        "create table visits (org_id varchar(10), number int, created_at {moment}, primary key (org_id, number))"
    )
    at = said(company, "2026-03-01 09:00:00")
    company.add("visits", *[(org, n, at) for org in ("a", "b", "a:1", "é") for n in range(7)])
    made = engine(relation="visits", table="events", page=3)
    assert made.sync().counts.rows == 28
    assert answer(
        store, "select count(distinct event_id), min(event_id), count(distinct tenant_id) from raw.events"
    ) == [(28, "a:0", 4)]
    assert made.sync().counts.rows == 0
    assert made.reconcile().sentence.endswith("the source and the store agree.")


def test_names_of_any_kind_are_quoted(company, store, engine):
    table = 'Select "x" %s' if company.kind != "mariadb" else "Select x %s"
    quoted = '"Select ""x"" %%s"' if company.kind == "postgresql" else '"Select ""x"" %s"'
    quoted = "`Select x %%s`" if company.kind == "mariadb" else quoted
    company.run(
        f"create table {quoted} ([Order By] int primary key, [Größe 100%] int, [select] varchar(9), [createdAt] {{moment}})".replace(
            "100%", "100%" if company.kind == "sqlite" else "100%%"
        )
    )
    company.add(quoted, (1, 5, "acme", said(company, "2026-03-01 09:00:00")))
    relation = '"Select ""x"" %s"' if company.kind != "mariadb" else table
    made = engine(relation=relation, table="events", cursor="createdAt", map={"tenant_id": "select"})
    assert made.sync().counts.rows == 1
    assert answer(
        store,
        """select event_id, tenant_id, attributes."Größe 100%"::double, occurred_at::varchar from raw.events""",
    ) == [("1", "acme", 5.0, "2026-03-01 09:00:00")]


def test_times_without_a_zone_are_read_on_the_clock_of_the_zone(company, store, clock, engine):
    company.run("create table visits (id int primary key, org_id varchar(10), created_at {clock})")
    company.add(
        "visits",
        *[
            (n, "acme", at)
            for n, at in enumerate(["2025-10-26 01:30:00", "2025-10-26 02:30:00", "2025-10-26 03:30:00"])
        ],
    )
    with pytest.raises(Exception, match="carry no time zone"):
        engine(relation="visits", table="events").sync()
    made = engine(relation="visits", table="events", timezone="Europe/Berlin", history="200d")
    made.sync()
    assert answer(store, "select event_id, occurred_at::varchar from raw.events order by 1") == [
        ("0", "2025-10-25 23:30:00"),
        ("1", "2025-10-26 01:30:00"),
        ("2", "2025-10-26 02:30:00"),
    ]
    found = made.reconcile(timedelta(days=200))
    assert found.sentence.endswith("the source and the store agree.")


def test_numbers_that_count_from_1970_are_a_cursor(company, store, clock, engine):
    company.run("create table visits (id int primary key, org_id varchar(10), created bigint)")
    ms = int(NOW.timestamp()) * 1000
    company.add("visits", *[(n, "acme", ms - 3_600_000 * n - 1) for n in range(5)])
    made = engine(relation="visits", table="events", cursor="created", page=2)
    assert made.sync().counts.rows == 5
    assert answer(store, "select min(occurred_at)::varchar, max(occurred_at)::varchar from raw.events") == [
        ("2026-03-01 07:59:59.999", "2026-03-01 11:59:59.999")
    ]
    assert made.reconcile().sentence.endswith("the source and the store agree.")


def test_rows_without_a_time_are_counted(company, store, engine):
    company.run(EVENTS)
    company.add(
        "product_events",
        (1, "login", "u", "acme", None, None, None, said(company, "2026-03-01 09:00:00")),
        *[(n, "login", "u", "acme", None, None, None, None) for n in (2, 3)],
    )
    made = engine(relation="product_events")
    assert made.reader.bounds().timeless == 2
    synced = made.sync()
    assert synced.counts.rows == 1
    assert synced.sentence.endswith(" 2 records have no time or no id, so they stay out.")
    assert answer(store, "select timeless from control.syncs") == [(2,)]


def test_late_changed_and_deleted_rows_are_found(company, store, clock, engine):
    company.run(
        "create table jobs (id int primary key, org_id varchar(9), state varchar(9), created_at {moment}, updated_at {moment})"
    )
    old = said(company, "2026-02-20 08:00:00")
    company.add("jobs", *[(n, "acme", "new", old, old) for n in range(6)])
    older = said(company, "2026-02-19 08:00:00")
    company.add("jobs", (7, "acme", "new", older, older))
    made = engine(
        relation="jobs", table="events", mutable=True, map={"event_type": "state"}, page=4, reconcile="20d"
    )
    made.sync()
    clock.now += timedelta(minutes=1)
    company.run(
        f"update jobs set state = 'done', updated_at = '{said(company, '2026-03-01 12:00:30')}' where id = 2",
        "delete from jobs where id = 3",
    )
    late = said(company, "2026-03-01 11:57:00")
    company.add("jobs", (9, "acme", "late", late, late))
    made.sync()
    made.reconcile()
    assert answer(store, "select event_id, event_type, occurred_at::varchar from raw.events order by 1") == [
        *[(str(n), "done" if n == 2 else "new", "2026-02-20 08:00:00") for n in (0, 1, 2, 4, 5)],
        ("7", "new", "2026-02-19 08:00:00"),
        ("9", "late", "2026-03-01 11:57:00"),
    ]


def test_companies_and_their_people_are_read_whole_and_follow_deletions(company, store, clock, engine):
    company.run(
        "create table organizations (id varchar(9) primary key, name varchar(40), plan varchar(9), created_at {moment})"
    )
    at = said(company, "2026-01-01 00:00:00")
    company.add("organizations", ("acme", "Acme GmbH", "pro", at), ("gone", "Gone", "free", at))
    made = engine(relation="organizations")
    made.sync()
    company.run(
        "delete from organizations where id = 'gone'",
        "update organizations set plan = 'max' where id = 'acme'",
    )
    assert made.sync().sentence == "All 1 records were read. 1 are no longer there, and were removed."
    assert answer(store, "select tenant_id, name, plan, created_at::varchar from raw.tenants") == [
        ("acme", "Acme GmbH", "max", "2026-01-01 00:00:00")
    ]


def test_a_view_and_a_query_are_read_as_a_table_is(company, store, engine):
    company.run(EVENTS, "create view logins as select * from product_events where event_type = 'login'")
    company.add(
        "product_events",
        (1, "login", "u", "acme", None, None, '{"a": 1}', said(company, "2026-03-01 09:00:00")),
        (2, "export", "u", "acme", None, None, '{"a": 2}', said(company, "2026-03-01 09:00:00")),
    )
    assert engine(relation="logins").sync().counts.rows == 1
    made = engine(
        name="asked", query="select * from product_events where event_type like 'ex%' -- only those",
        json_columns=["properties"],
    )  # fmt: skip
    assert made.sync().counts.rows == 1
    assert answer(store, "select event_type, attributes.a::double, source from raw.events order by 3") == [
        ("export", 2.0, "asked"),
        ("login", None if company.kind == "mariadb" else 1.0, "shop"),
    ]

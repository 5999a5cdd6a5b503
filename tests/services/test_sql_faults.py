"""A database that refuses, breaks off or is badly set up: nothing is lost, and a sentence says what to do."""

from __future__ import annotations

import socket
from datetime import timedelta

import orjson
import psycopg
import pytest
import sqlalchemy as sa

from data.sources.pull import Window
from data.sources.refusal import SourceError
from data.sources.sql import Sql
from data.sources.sql_pull import SqlPull
from tests.services.databases import NOW, Clock, Company

pytestmark = pytest.mark.heavy

EVENTS = "create table product_events (id bigint primary key, event_type varchar(40), org_id varchar(40), created_at {moment})"


@pytest.fixture
def company(postgres):
    made = Company("postgresql", postgres)
    made.run("drop schema public cascade", "create schema public", EVENTS)
    made.run(
        "insert into product_events select n, 'login', 'acme', '2026-03-01'::timestamptz + n * interval '1 second' from generate_series(1, 1000) n"
    )
    yield made
    made.engine.dispose()


@pytest.fixture
def pull():
    made = []

    def make(url, **said):
        made.append(
            SqlPull(Sql(**{"kind": "sql", "name": "shop", "url": url, "relation": "product_events"} | said))
        )
        return made[-1]

    yield make
    for each in made:
        each.close()


def ids(pages) -> list[int]:
    return [orjson.loads(line)["id"] for page in pages for line in page.lines.splitlines()]


def refusal(pull, ask="check", *arguments) -> str:
    with pytest.raises(SourceError) as found:
        getattr(pull, ask)(*arguments)
    return str(found.value)


def test_a_connection_that_is_cut_between_pages_is_made_anew_and_no_row_is_missing(company, pull):
    made = pull(company.url, page=100)
    given, cuts = [], 0
    for page in made.read(Window()):
        given += ids([page])
        cuts += 1
        company.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()"
        )
    assert given == list(range(1, 1001))
    assert cuts == 10


def test_every_type_of_postgres_is_kept_or_said_to_be_missing(company, pull):
    company.run(
        "create type mood as enum ('sad', 'ok')",
        """create table everything (id uuid primary key, org_id text, created_at timestamptz, clock timestamp, day date,
        price numeric(40, 12), small smallint, big bigint, r real, d double precision, yes boolean, body bytea, j json, jb jsonb,
        tags text[], moods mood[], feeling mood, took interval, net inet, span tstzrange, bits bit(3), "odd %%s ""name""\" text)""",
        """insert into everything values
        ('00000000-0000-0000-0000-000000000001', 'acme', '2026-03-01 10:00:00.000250+02', '2026-03-01 10:00', '2026-03-01',
        123456789012345678901234.000000000001, 7, 9007199254740993, 0.1, 'NaN', true, '\\x00ff', E'{"a":\\n [1, 2]}', '{"b": {"c": 1.50}}',
        '{a,NULL,"b,c"}', '{sad,ok}', 'sad', '1 day 02:03:04.5', '10.0.0.1', '[2026-01-01,2026-01-02)', B'101', 'x''y%%'),
        ('00000000-0000-0000-0000-000000000002', null, 'infinity', 'infinity', '-infinity', 'NaN', null, null, 'Infinity',
        '-Infinity', null, null, null, null, null, null, null, null, null, null, null, null)""",
    )
    made = pull(company.url, relation="everything", timezone="UTC")
    lines = b"".join(page.lines for page in made.read(Window())).splitlines()
    first, second = [orjson.loads(line) for line in lines]
    assert first == {
        "id": "00000000-0000-0000-0000-000000000001", "org_id": "acme", "created_at": "2026-03-01 08:00:00.00025Z",
        "clock": "2026-03-01 10:00:00", "day": "2026-03-01", "price": "123456789012345678901234.000000000001", "small": 7,
        "big": 9007199254740993, "r": 0.1, "d": None, "yes": True, "body": "00ff", "j": {"a": [1, 2]}, "jb": {"b": {"c": 1.5}},
        "tags": ["a", None, "b,c"], "moods": ["sad", "ok"], "feeling": "sad", "took": "93784.5s", "net": "10.0.0.1/32",
        "span": '["2026-01-01 00:00:00+00","2026-01-02 00:00:00+00")', "bits": "101", 'odd %s "name"': "x'y%",
    }  # fmt: skip
    assert (second["created_at"], second["price"], second["r"], second["d"]) == ("infinity", None, None, None)


def test_a_query_with_a_function_that_writes_is_refused_by_the_transaction(company, pull):
    company.run(
        "create function sneak() returns bigint language sql as $$ insert into product_events values (-1, 'x', 'x', now()) returning id $$"
    )
    made = pull(company.url, relation=None, query="select sneak() as id, now() as created_at")
    assert "refused to write: a source is only read" in refusal(made, "sample", 5)
    with company.engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from product_events").scalar_one() == 1000


def test_maria_refuses_to_write_too(mariadb, pull):
    made = Company("mariadb", mariadb)
    made.run("create table if not exists written (n int)", "drop function if exists sneak",
             "create function sneak() returns int deterministic modifies sql data begin insert into written values (1); return 1; end")  # fmt: skip
    asked = pull(mariadb, relation=None, query="select sneak() as id, now() as created_at")
    assert "refused to write: a source is only read" in refusal(asked, "sample", 5)
    made.run("drop table written", "drop function sneak")
    made.engine.dispose()


def test_a_sqlite_file_is_opened_to_be_read(tmp_path, pull):
    made = Company("sqlite", f"sqlite:///{tmp_path}/shop.sqlite")
    made.run(EVENTS)
    asked = pull(made.url)
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        asked._database.rows("insert into product_events values (1, 'a', 'b', 'c')")


def test_what_takes_too_long_is_stopped(company, pull):
    made = pull(
        company.url,
        relation=None,
        query="select *, pg_sleep(1) is null as slow from product_events limit 5",
        timeout="1s",
    )
    assert "took longer than `timeout` lets it" in refusal(made, "sample", 5)


def test_a_server_that_is_not_there_a_wrong_password_and_a_wrong_database(company, mariadb, pull):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for url in (company.url, mariadb):
        right = sa.make_url(url)
        for wrong, words in [
            (right.set(port=port), "does not answer"),
            (right.set(password="hunter2"), "refused the login of tester"),
            (right.set(database="nowhere"), "no database nowhere"),
        ]:
            said = refusal(pull(wrong.render_as_string(hide_password=False)))
            assert words in said
            assert "hunter2" not in said
            assert right.password not in said


def test_a_table_that_is_misspelt_is_named_with_those_that_are_alike(company, pull):
    said = refusal(pull(company.url, relation="product_event"))
    assert said == (
        "shop: PostgreSQL has no such table or view as product_event, or tester may not see it. There is product_events. "
        "Correct `relation`; if it is gone for good, take the source out: its rows stay."
    )


def test_a_missing_right_is_said_with_the_statement_that_gives_it(company, pull):
    with psycopg.connect(company.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("drop role if exists reader")
        connection.execute("create role reader login password 'hunter2'")
        connection.execute("grant usage on schema public to reader")
    url = sa.make_url(company.url).set(username="reader", password="hunter2")
    said = refusal(pull(url.render_as_string(hide_password=False)))
    assert said == (
        'shop: reader may not read product_events. Have run: GRANT USAGE ON SCHEMA "public" TO "reader"; '
        'GRANT SELECT ON "product_events" TO "reader";'
    )


def test_a_large_table_without_an_index_is_told_which_one_it_lacks(company, pull):
    assert pull(company.url).check() == (
        f"PostgreSQL {version(company)} answers; product_events has 1,000 rows. "
        "It is read on by created_at, told apart by id."
    )
    company.run(
        "insert into product_events select n, 'login', 'acme', now() from generate_series(1001, 101000) n",
        "analyze product_events",
    )
    said = pull(company.url).check()
    assert "product_events has about 101,000 rows." in said
    assert said.endswith('Have run: CREATE INDEX CONCURRENTLY ON "product_events" ("created_at", "id");')


def version(company) -> str:
    with company.engine.connect() as connection:
        return connection.exec_driver_sql("show server_version").scalar_one().split()[0]


def test_days_and_hours_are_counted_in_utc(company, pull):
    counts = pull(company.url).counts(Window(NOW - timedelta(hours=13), NOW))
    assert counts == {NOW - timedelta(hours=12): 1000}
    assert Clock()() == NOW

"""The same tables of PostgreSQL, MariaDB and SQLite come in as the same rows, whatever happens meanwhile."""

from __future__ import annotations

import pytest

from data.store import open_store
from tests.services.databases import KINDS, Clock, Company, answer, engine_of

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

"""What a database has, and what is proposed for it: the section of tenantscope.toml that reads it."""

from __future__ import annotations

import tomllib

import pytest

from data import config
from data.sources import sql_schema
from data.sources.refusal import SourceError
from tests.services.databases import Company
from tests.services.test_sql_source import EVENTS, company, said

pytestmark = pytest.mark.heavy
__all__ = ["company"]  # a fixture


def proposal(company: Company, relation: str):
    return sql_schema.propose(company.url, relation, timezone="UTC")


def test_tables_and_views_are_listed(company):
    company.run(
        EVENTS,
        "create table empty (id int primary key)",
        "create view logins as select * from product_events",
    )
    assert [(each.name, each.kind) for each in sql_schema.tables(company.url)] == [
        ("empty", "table"),
        ("logins", "view"),
        ("product_events", "table"),
    ]


def test_product_events_are_proposed_as_events(company):
    company.run(EVENTS)
    company.add(
        "product_events",
        (1, "login", "u", "acme", None, None, '{"a": 1}', said(company, "2026-03-01 09:00:00")),
    )
    found = proposal(company, "product_events")
    assert (found.table, found.cursor, found.time, found.id) == (
        "events",
        "created_at",
        "created_at",
        ("id",),
    )
    assert found.mapping.how == "product events"
    assert found.mapping.rules[0].columns["tenant_id"].field == "org_id"
    assert found.mapping.unwraps == ("properties",)
    assert [name for name, _ in found.columns][:3] == ["id", "event_type", "user_id"]


def test_subscriptions_people_and_companies_are_recognised(company):
    company.run(
        """create table subscriptions (id varchar(20) primary key, customer varchar(20), plan varchar(20), quantity int,
        status varchar(20), current_period_end {moment}, created_at {moment}, updated_at {moment})""",
        """create table users (id int primary key, org_id varchar(20), email varchar(40), full_name varchar(40), role varchar(9),
        created_at {moment})""",
        "create table organizations (id varchar(20) primary key, name varchar(40), plan varchar(9), created_at {moment})",
    )
    at = said(company, "2026-01-01 00:00:00")
    company.add("subscriptions", ("sub_1", "acme", "pro", 5, "active", at, at, at))
    company.add("users", (1, "acme", "ada@acme.test", "Ada", "admin", at))
    company.add("organizations", ("acme", "Acme GmbH", "pro", at))
    paid, people, tenants = (proposal(company, name) for name in ("subscriptions", "users", "organizations"))
    assert (paid.table, paid.cursor, paid.time) == ("subscriptions", "updated_at", "created_at")
    assert {c: o.field for c, o in paid.mapping.rules[0].columns.items()} == {
        "occurred_at": "created_at", "change_id": "id", "plan": "plan", "seats": "quantity", "status": "status",
        "renews_at": "current_period_end", "tenant_id": "customer",
    }  # fmt: skip
    assert (people.table, people.cursor, tenants.table, tenants.cursor) == ("people", "", "tenants", "")
    assert {c: o.field for c, o in people.mapping.rules[0].columns.items()} == {
        "person_id": "id", "name": "full_name", "email": "email", "role": "role", "created_at": "created_at",
        "tenant_id": "org_id",
    }  # fmt: skip


def test_the_proposed_section_is_read_and_holds_no_password(company, monkeypatch):
    company.run(EVENTS)
    company.add(
        "product_events", (1, "login", "u", "acme", None, None, None, said(company, "2026-03-01 09:00:00"))
    )
    text = sql_schema.propose(company.url, "product_events", name="shop").toml
    form = tomllib.loads(text)
    assert company.engine.url.password is None or company.engine.url.password not in text
    settings = config.parse(
        form, "tenantscope.toml", {"DATABASE_PASSWORD": company.engine.url.password or ""}
    )
    made = settings[0].open()
    assert made.key == "id"
    assert len(made.sample(5)) == 1
    made.close()


def test_an_address_that_is_none_says_how_to_write_it():
    with pytest.raises(SourceError, match="write it as postgresql://user:password@host/database"):
        sql_schema.tables("hunter2")
    with pytest.raises(SourceError, match="oracle is not read from") as found:
        sql_schema.tables("oracle://me:hunter2@host/db")
    assert "hunter2" not in str(found.value)

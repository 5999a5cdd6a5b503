"""One truth of owners: whom the outreach names goes before the data in every list, filter, option and segment."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from analytics import customers, health
from analytics.customer_list import CustomerList
from analytics.filters import field
from analytics.query import Query
from analytics.scope import Scope
from analytics.stays import LostOf
from service.access import LOCAL, Principal
from service.ask import Ask
from service.looked_after import LookedAfter
from service.metadata import Metadata
from service.outreach import Outreach
from service.stores import Stores

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCOPE = Scope(NOW - timedelta(days=30), NOW, now=NOW)


@pytest.fixture
def stores(tmp_path):
    made = Stores(tmp_path, clock=lambda: NOW)
    yield made
    made.close()


@pytest.fixture
def store(stores):
    """Acme and beta are mira's, corp is tom's, of dune only rows are known; each pays and ran once, ten days ago."""
    found = stores.demo()
    owners = {"acme": "mira", "beta": "mira", "corp": "tom"}
    found.append("tenants", [{"tenant_id": each, "name": each, "owner": of} for each, of in owners.items()])
    for each in (*owners, "dune"):
        run = {"run_id": each, "tenant_id": each, "status": "success"}
        found.append("runs", [run | {"occurred_at": NOW - timedelta(days=10)}])
        paid = {"change_id": each, "subscription_id": each, "tenant_id": each, "plan": "pro"}
        paid |= {"status": "active", "interval": "month", "mrr_usd": "10"}
        paid |= {"occurred_at": NOW - timedelta(days=60), "renews_at": NOW + timedelta(days=9)}
        found.append("subscriptions", [paid])
    return found


@pytest.fixture
def outreach(tmp_path, laid_out):
    shutil.copy(laid_out, tmp_path / "metadata.sqlite")
    metadata = Metadata(f"sqlite:///{tmp_path}/metadata.sqlite")
    yield Outreach(metadata, demo=True, clock=lambda: NOW)
    metadata.close()


@pytest.fixture
def ask(stores, outreach):
    made = Ask(workers=1, tell=LookedAfter(stores, lambda _demo: outreach).tell)
    yield made
    made.close()


def owners(ask, store, question, scope=SCOPE, who=LOCAL) -> dict[str, str]:
    frame = ask.start(store, who, scope, question).result(30).frame
    return dict(zip(frame["tenant_id"], frame["owner"], strict=True))


LISTS = (customers.known, customers.inactive, health.scores, health.renewals, CustomerList())


def test_a_customer_that_was_given_to_another_is_theirs_in_every_list(ask, store, outreach):
    """Each list was asked before too, so that no kept answer tells of the owner before."""
    before = {"acme": "mira", "beta": "mira", "corp": "tom"}
    for question in LISTS:
        assert {name: of for name, of in owners(ask, store, question).items() if of} == before
    outreach.change(LOCAL, "beta", state="contacted", owner="nina")
    outreach.change(LOCAL, "dune", owner="tom")
    for question in LISTS:
        assert owners(ask, store, question) == before | {"beta": "nina", "dune": "tom"}
    # As the data have it again.
    outreach.change(LOCAL, "beta", owner="")
    outreach.change(LOCAL, "dune", owner="")
    for question in LISTS:
        assert {name: of for name, of in owners(ask, store, question).items() if of} == before


def test_a_filter_by_the_owner_finds_whom_the_list_shows(ask, store, outreach):
    outreach.change(LOCAL, "beta", owner="nina")
    outreach.change(LOCAL, "dune", owner="tom")

    def of(owner: str, question=customers.known) -> list[str]:
        return sorted(owners(ask, store, question, SCOPE.narrowed(field("tenant.owner") == owner)))

    for question in LISTS:
        assert [of(each, question) for each in ("mira", "nina", "tom")] == [
            ["acme"],
            ["beta"],
            ["corp", "dune"],
        ]
    # Whoever is not mira, of rows that name the customer alone too.
    scope = SCOPE.narrowed(field("owner") != "mira")
    answer = ask.start(store, LOCAL, scope, Query(("executions",), by=("tenant.owner",))).result(30)
    assert sorted(zip(answer.frame["tenant.owner"], answer.frame["executions"], strict=True)) == [
        ("nina", 1),
        ("tom", 2),
    ]


def test_segments_by_the_owner_are_of_the_owner_now(ask, store, outreach):
    outreach.change(LOCAL, "beta", owner="nina")
    frame = ask.start(store, LOCAL, SCOPE, LostOf("owner")).result(30).frame
    assert sorted(zip(frame["segment"], frame["customers"], strict=True)) == [
        ("mira", 1),
        ("nina", 1),
        ("not told", 1),
        ("tom", 1),
    ]


def test_nobody_learns_whom_another_customer_was_given_to(ask, store, outreach):
    outreach.change(LOCAL, "beta", owner="nina")
    outreach.change(LOCAL, "dune", owner="olga")
    ada = Principal("ada", frozenset({"acme", "corp"}))
    scope = Scope(SCOPE.start, SCOPE.end, now=NOW, tenants=ada.tenants)
    assert owners(ask, store, customers.known, scope, ada) == {"acme": "mira", "corp": "tom"}

"""What several questions are made of: worked out once, of the same rows, and never of another's."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from analytics import health
from analytics.analysis import Analysis, Column
from analytics.expansion import ready
from analytics.filters import field
from analytics.once import once
from analytics.scope import ALL_TENANTS, Scope
from analytics.view import QueryCancelled, ScopeTooWide
from data.store import open_store
from service.access import LOCAL, Principal
from service.ask import Ask
from service.shared import Made, Shared

DAY = Scope(datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC))
AT = "2026-01-06T10:00:00Z"


@pytest.fixture
def store():
    store = open_store("duckdb://:memory:")
    store.append(
        "runs", [{"run_id": tenant, "occurred_at": AT, "tenant_id": tenant} for tenant in ("acme", "globex")]
    )
    yield store
    store.close()


@pytest.fixture
def ask():
    ask = Ask(workers=2)
    yield ask
    ask.close()


def two_questions(read) -> tuple[Analysis, Analysis]:
    """Two questions, both made of what `read` gives."""

    def made_of_it(view, scope):
        return once(view, "executions", scope, ("runs",), lambda: read(view, scope))

    return tuple(
        Analysis(name, made_of_it, (Column("n", "N", "count", "N."),), ("runs",))
        for name in ("test.first", "test.second")
    )


def noting():
    """A reading of how many executions there are, and the list of its scopes."""
    seen: list[Scope] = []

    def read(view, scope):
        seen.append(scope)
        return view.frame(scope, "select count(*) as n from runs")

    return read, seen


def test_two_questions_made_of_the_same_rows_read_them_once(store, ask):
    read, seen = noting()
    found = [ask.start(store, LOCAL, DAY, question).result(10) for question in two_questions(read)]
    assert [answer.frame["n"].tolist() for answer in found] == [[2], [2]]
    assert seen == [DAY]


def test_each_of_them_shows_the_statement_that_it_was_read_by(store, ask):
    read, _seen = noting()
    first, second = (ask.start(store, LOCAL, DAY, each).result(10).sql for each in two_questions(read))
    assert "select count(*) as n from runs" in first
    assert second == first


@pytest.mark.parametrize(
    "other",
    [
        replace(DAY, tenants=frozenset({"acme"})),
        replace(DAY, where=field("status") == "success"),
        replace(DAY, timezone="Europe/Berlin"),
    ],
    ids=["of some tenants", "filtered", "on another clock"],
)
def test_another_scope_shares_nothing(other, store, ask):
    read, seen = noting()
    first, second = two_questions(read)
    ask.start(store, LOCAL, DAY, first).result(10)
    ask.start(store, LOCAL, other, second).result(10)
    assert seen == [DAY, other]


def test_what_was_read_before_a_table_changed_is_read_again(store, ask):
    read, _seen = noting()
    first, second = two_questions(read)
    ask.start(store, LOCAL, DAY, first).result(10)
    store.append("runs", [{"run_id": "2", "occurred_at": AT, "tenant_id": "acme"}])
    assert ask.start(store, LOCAL, DAY, second).result(10).frame["n"].tolist() == [3]


def test_a_question_that_widens_its_scope_gets_nothing_of_what_others_read(store, ask):
    read, _seen = noting()
    ask.start(store, LOCAL, DAY, two_questions(read)[0]).result(10)

    def wider(view, scope):
        return once(view, "executions", replace(scope, tenants=ALL_TENANTS), ("runs",), pd.DataFrame)

    question = Analysis("test.wider", wider, (Column("n", "N", "count", "N."),), ("runs",))
    guest = Principal("guest", frozenset({"acme"}))
    with pytest.raises(ScopeTooWide):
        ask.start(store, guest, replace(DAY, tenants=guest.tenants), question).result(10)


def test_what_one_question_writes_into_it_is_its_own(store, ask):
    def writing(view, scope):
        found = once(view, "executions", scope, ("runs",), lambda: noting()[0](view, scope))
        found["n"] = 99
        return found

    first, second = two_questions(noting()[0])
    ask.start(store, LOCAL, DAY, replace(first, run=writing)).result(10)
    assert ask.start(store, LOCAL, DAY, second).result(10).frame["n"].tolist() == [2]


def test_whoever_waits_for_one_who_was_stopped_makes_it_himself():
    shared, begun, gate = Shared(), threading.Event(), threading.Event()
    made = Made(pd.DataFrame({"n": [1]}), ())

    def stopped():
        begun.set()
        gate.wait(10)
        raise QueryCancelled

    def first():
        with pytest.raises(QueryCancelled):
            shared.of("key", stopped)

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait(10)
    threading.Timer(0.01, gate.set).start()
    assert shared.of("key", lambda: made) is made
    thread.join(10)


def test_what_was_asked_for_last_remains_where_room_is_short():
    large = {key: Made(pd.DataFrame({"n": range(1000)}), ()) for key in "abc"}
    shared = Shared(room=2 * large["a"].weight)
    for key in ("a", "b", "a", "c"):
        shared.of(key, lambda key=key: large[key])
    other = Made(pd.DataFrame(), ())
    assert [shared.of(key, lambda: other) is other for key in ("a", "c", "b")] == [False, False, True]


def test_what_is_made_of_shared_features_is_what_it_is_by_itself(store, ask):
    """Both are made of what was known of each tenant at the window's end."""
    store.append(
        "subscriptions",
        [
            {
                "tenant_id": "acme",
                "change_id": "1",
                "occurred_at": "2026-01-01",
                "plan": "free",
                "status": "trial",
            }
        ],
    )
    ask.start(store, LOCAL, DAY, health.renewals).result(10)
    shared = ask.start(store, LOCAL, DAY, ready).result(10)
    pd.testing.assert_frame_equal(shared.frame, ready(store.view(ALL_TENANTS), DAY))
    assert "-- Per tenant and first cutoff that knows of it" in shared.sql

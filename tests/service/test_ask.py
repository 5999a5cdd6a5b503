"""Answers: asked once, cached by what they depend on, stopped when nobody wants them."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from analytics import failures
from analytics.analysis import Analysis, Column
from analytics.filters import field
from analytics.query import Query
from analytics.scope import Scope
from analytics.view import QueryCancelled, QueryTimeout, ScopeTooWide
from data.store import open_store
from service.access import LOCAL, Principal
from service.ask import Ask
from service.masking import Mask

DAY = Scope(datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC))
TOTALS = Query(("executions",))
TOP_TENANTS = Query(("executions",), by=("tenant_id", "tenant.name"), limit=5)
SLOW = "select count(*) as n from range(100000000000) as r(i), runs"


@pytest.fixture
def store():
    store = open_store("duckdb://:memory:")
    store.append(
        "runs",
        [{"run_id": "1", "occurred_at": "2026-01-06T10:00:00Z", "tenant_id": "acme", "status": "success"}],
    )
    yield store
    store.close()


@pytest.fixture
def ask():
    ask = Ask(workers=2)
    yield ask
    ask.close()


def counting(run, name="test.counting") -> tuple[Analysis, list[Scope]]:
    """An analysis that notes every time it is run."""
    ran: list[Scope] = []

    def noted(view, scope):
        ran.append(scope)
        return run(view, scope)

    return Analysis(name, noted, (Column("n", "N", "count", "N."),), ("runs",)), ran


def rows_of(view, scope):
    return view.frame(scope, "select count(*) as n from runs")


def endless(view, scope):
    return view.frame(scope, SLOW)


def test_an_answer_is_the_frame_of_its_question(store, ask):
    answer = ask.start(store, LOCAL, DAY, TOTALS).result()
    assert answer.frame["executions"].tolist() == [1]


def test_a_second_question_of_the_same_kind_is_not_asked_again(store, ask):
    question, ran = counting(rows_of)
    first = ask.start(store, LOCAL, DAY, question).result()
    assert ask.start(store, LOCAL, DAY, question).result() is first
    assert len(ran) == 1


def test_a_changed_table_is_asked_again(store, ask):
    question, _ran = counting(rows_of)
    assert ask.start(store, LOCAL, DAY, question).result().frame["n"].tolist() == [1]
    store.append("runs", [{"run_id": "2", "occurred_at": "2026-01-06T11:00:00Z", "tenant_id": "acme"}])
    assert ask.start(store, LOCAL, DAY, question).result().frame["n"].tolist() == [2]


def test_two_who_ask_at_once_share_one_run(store, ask):
    gate = threading.Event()

    def waiting(view, scope):
        gate.wait(10)
        return rows_of(view, scope)

    question, ran = counting(waiting)
    futures = [ask.start(store, LOCAL, DAY, question, owner) for owner in ("ann", "bob")]
    gate.set()
    assert futures[0].result(10) is futures[1].result(10)
    assert len(ran) == 1


def test_rights_are_checked_before_the_cache_is_read(store, ask):
    ask.start(store, LOCAL, DAY, TOTALS).result()
    with pytest.raises(ScopeTooWide):
        ask.start(store, Principal("guest", frozenset({"globex"})), DAY, TOTALS)


def test_what_nobody_wants_any_more_is_stopped(store, ask):
    question, _ran = counting(endless)
    future = ask.start(store, LOCAL, DAY, question, "ann")
    ask.supersede("ann", ())
    with pytest.raises(QueryCancelled):
        future.result(10)


def test_what_somebody_else_waits_for_goes_on(store, ask):
    gate = threading.Event()

    def waiting(view, scope):
        gate.wait(10)
        return rows_of(view, scope)

    question, _ran = counting(waiting)
    ann = ask.start(store, LOCAL, DAY, question, "ann")
    ask.start(store, LOCAL, DAY, question, "bob")
    ask.supersede("ann", ())
    gate.set()
    assert ann.result(10).frame["n"].tolist() == [1]


def test_a_stopped_question_is_asked_anew_by_the_next_who_wants_it(store, ask):
    gate, ran = threading.Event(), []

    def first_is_endless(view, scope):
        ran.append(scope)
        return endless(view, scope) if len(ran) == 1 else rows_of(view, scope)

    question = Analysis("test.twice", first_is_endless, (Column("n", "N", "count", "N."),), ("runs",))
    ask.start(store, LOCAL, DAY, question, "ann")
    while not ran:
        gate.wait(0.01)
    ask.supersede("ann", ())
    assert ask.start(store, LOCAL, DAY, question, "ann").result(10).frame["n"].tolist() == [1]


def test_a_question_past_its_limit_says_so(store):
    ask = Ask(workers=1, limit_seconds=0.1)
    question, _ran = counting(endless)
    with pytest.raises(QueryTimeout):
        ask.start(store, LOCAL, DAY, question).result(10)
    ask.close()


def test_a_failure_is_not_kept(store, ask):
    fails = [True]

    def once_broken(view, scope):
        if fails.pop() if fails else False:
            raise RuntimeError("broken")
        return rows_of(view, scope)

    question = Analysis("test.broken", once_broken, (Column("n", "N", "count", "N."),), ("runs",))
    with pytest.raises(RuntimeError, match="broken"):
        ask.start(store, LOCAL, DAY, question).result(10)
    assert ask.start(store, LOCAL, DAY, question).result(10).frame["n"].tolist() == [1]


def test_the_cache_is_bounded_by_bytes(store):
    ask = Ask(workers=1, cache_bytes=200_000)
    large = [
        counting(lambda _view, _scope: pd.DataFrame({"n": range(10_000)}), f"test.large{n}") for n in range(3)
    ]
    for question, _ran in large:
        ask.start(store, LOCAL, DAY, question).result(10)
    ask.start(store, LOCAL, DAY, large[0][0]).result(10)
    assert len(large[0][1]) == 2
    ask.close()


def test_an_answer_says_when_it_was_asked_how_final_it_is_and_by_which_query(store, ask):
    asked_at = datetime.now(UTC)
    answer = ask.start(store, LOCAL, DAY, failures.recent).result()
    assert asked_at <= answer.as_of <= datetime.now(UTC)
    assert answer.complete
    assert answer.columns == failures.recent.columns
    assert (answer.approximate, answer.notes) == (False, ())
    assert answer.sql.splitlines()[:4] == [
        "-- rows of all tenants",
        "-- from 2026-01-06 00:00:00 to 2026-01-07 00:00:00, on the clock of UTC",
        "-- $most = 100",
        failures.SQL["recent"].strip().splitlines()[0],
    ]


def test_the_query_names_its_filter_and_its_parameters(store, ask):
    filtered = replace(DAY, tenants=frozenset({"acme"}), where=field("action_type") == "http")
    sql = ask.start(store, LOCAL, filtered, failures.recent).result().sql
    assert "-- rows of acme\n" in sql
    assert "-- where action_type is http\n" in sql
    assert "-- $most = 100\n" in sql


def test_a_bucket_that_is_not_over_makes_the_answer_unfinished(store, ask):
    running = replace(DAY, now=datetime(2026, 1, 6, 18, 30, tzinfo=UTC))
    assert not ask.start(store, LOCAL, running, replace(TOTALS, grain="hour")).result().complete


def blank_tenants(frame, question):
    return frame.assign(**{"tenant.name": "tenant A"})


def masking(principal, _scope):
    return Mask("names", blank_tenants) if principal.name == "presenter" else None


def test_a_mask_is_put_on_after_the_cache_and_only_for_those_who_wear_it(store):
    ask = Ask(workers=1, masking=masking)
    presenter = Principal("presenter")
    plain = ask.start(store, LOCAL, DAY, TOP_TENANTS).result(10)
    masked = ask.start(store, presenter, DAY, TOP_TENANTS).result(10)
    assert plain.frame["tenant.name"].tolist() == ["acme"]
    assert masked.frame["tenant.name"].tolist() == ["tenant A"]
    assert "acme" not in masked.sql
    assert ask.start(store, presenter, DAY, TOP_TENANTS).result(10) is masked
    assert ask.start(store, LOCAL, DAY, TOP_TENANTS).result(10) is plain
    ask.close()


def test_a_mask_that_fails_gives_no_answer_and_not_the_plain_one(store):
    def broken(frame, question):
        raise RuntimeError("broken")

    ask = Ask(workers=1, masking=lambda _principal, _scope: Mask("broken", broken))
    with pytest.raises(RuntimeError, match="broken"):
        ask.start(store, LOCAL, DAY, TOTALS).result(10)
    ask.close()


@pytest.mark.parametrize(
    ("where", "table", "row"),
    [
        (field("tenant.plan") == "pro", "tenants", {"tenant_id": "acme", "plan": "pro"}),
        (None, "identities", {"tenant_id": "acme", "alias": "u1", "person_id": "p1"}),
    ],
    ids=["a filter on the tenant's plan", "whose rows without a tenant are"],
)
def test_what_decides_which_rows_are_meant_makes_an_answer_old(where, table, row, store, ask):
    store.append("runs", [{"run_id": "2", "occurred_at": "2026-01-06T11:00:00Z", "user_id": "u1"}])
    scope = replace(DAY, where=where, tenants=frozenset({"acme"}))
    question, _ = counting(rows_of)
    before = ask.start(store, LOCAL, scope, question).result().frame["n"].item()
    store.append(table, [row])
    assert ask.start(store, LOCAL, scope, question).result().frame["n"].item() == before + 1

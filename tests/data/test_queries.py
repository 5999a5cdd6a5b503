"""Queries have a deadline, can be stopped from outside, and are so many at a time."""

from __future__ import annotations

import threading

import pytest

from analytics.view import QueryCancelled, QueryTimeout
from data.cancel import Cancel, cancelling

ENDLESS = "select count(*) as n from range(10000000000) a, range(1000) b where a.range * b.range % 7 = 3"


def test_a_query_past_its_deadline_is_stopped_and_says_what_to_do(store, february):
    store.deadline_seconds = 0.2
    with pytest.raises(QueryTimeout, match="shorter window"):
        store.frame(february, ENDLESS)
    assert store.frame(february, "select 1 as n")["n"][0] == 1


def test_a_query_that_nobody_wants_any_more_is_stopped(store, february):
    switch = Cancel()
    caught: list[type[BaseException]] = []

    def ask() -> None:
        with cancelling(switch):
            try:
                store.frame(february, ENDLESS)
            except QueryCancelled as error:
                caught.append(type(error))

    thread = threading.Thread(target=ask)
    thread.start()
    threading.Event().wait(0.3)
    switch.cancel()
    thread.join(10)
    assert not thread.is_alive()
    assert caught == [QueryCancelled]
    with cancelling(switch), pytest.raises(QueryCancelled):
        store.frame(february, "select 1 as n")
    assert store.frame(february, "select 1 as n")["n"][0] == 1

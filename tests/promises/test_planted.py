"""Analyses that break a promise on purpose: each must be caught, or the promises watch nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from analytics.analysis import Analysis, Column
from analytics.scope import ALL_TENANTS, Scope
from analytics.view import ScopeTooWide, View
from data.contract import faults
from tests.promises import promises
from tests.promises.world import SCOPES

DAY = SCOPES["a day"]
N = Column("n", "Rows", "count", "How many.")
NAME = Column("name", "Name", "text", "Whose.")
COUNT = "select count(*) as n from runs"


def planted(
    run: Callable[[View, Scope], pd.DataFrame], *columns: Column, additive: tuple[str, ...] = ()
) -> Analysis:
    return Analysis("planted", run, columns or (N,), ("runs",), additive)


def test_the_honest_one_keeps_its_promises(world):
    honest = planted(lambda view, scope: view.frame(scope, COUNT), additive=("n",))
    promises.says_something(honest, DAY, world)
    promises.shows_own_rows_only(honest, DAY, world)
    promises.reads_its_window_only(honest, DAY, world)
    promises.answers_nothing_in_the_same_form(honest, DAY, world)
    promises.sums_over_tenants(honest, DAY, world)


def test_reading_past_the_door_is_caught(world):
    sql = "select count(*) as n from raw.runs where occurred_at >= $since and occurred_at < $until"
    since, until = DAY.start.replace(tzinfo=None), DAY.end.replace(tzinfo=None)
    leak = planted(lambda view, scope: view.frame(scope, sql, since=since, until=until))
    assert faults(sql) != ()
    with pytest.raises(AssertionError):
        promises.shows_own_rows_only(leak, DAY, world)


def test_a_list_of_all_names_past_the_door_is_caught_by_its_texts(world):
    sql = "select distinct name from raw.tenants order by name"
    leak = planted(lambda view, scope: view.frame(scope, sql), NAME)
    assert faults(sql) != ()
    with pytest.raises(AssertionError, match="name shows 'beta name"):
        promises.shows_own_rows_only(leak, DAY, world)


def test_widening_the_tenants_is_refused_by_the_view_and_caught_on_the_store(world):
    wide = planted(lambda view, scope: view.frame(replace(scope, tenants=ALL_TENANTS), COUNT))
    with pytest.raises(ScopeTooWide):
        promises.shows_own_rows_only(wide, DAY, world)
    own = replace(DAY, tenants=frozenset({"alpha"}))
    with pytest.raises(AssertionError):
        promises.assert_same(wide(world.everything, own), wide(world.only("alpha"), DAY))


def test_an_answer_kept_for_another_tenant_is_caught(world):
    kept: dict[object, pd.DataFrame] = {}

    def forgetful(view: View, scope: Scope) -> pd.DataFrame:
        return kept.setdefault((scope.start, scope.end), view.frame(scope, COUNT))

    with pytest.raises(AssertionError):
        promises.shows_own_rows_only(planted(forgetful), DAY, world)


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) as n from raw.runs",
        "select count(*) as n from runs union all select count(*) as n from raw.runs order by n",
    ],
)
def test_rows_outside_the_window_are_caught(sql, world):
    with pytest.raises(AssertionError):
        promises.reads_its_window_only(planted(lambda view, scope: view.frame(scope, sql)), DAY, world)


def test_a_window_made_longer_is_caught(world):
    def longer(view: View, scope: Scope) -> pd.DataFrame:
        return view.frame(replace(scope, start=scope.start - timedelta(days=2)), COUNT)

    with pytest.raises(AssertionError):
        promises.reads_its_window_only(planted(longer), DAY, world)


def test_history_past_the_present_is_caught(world):
    sql = "select count(*) as n from runs_history"

    def prophetic(view: View, scope: Scope) -> pd.DataFrame:
        return view.frame(replace(scope, now=scope.end + timedelta(days=9)), sql)

    with pytest.raises(AssertionError):
        promises.reads_its_window_only(planted(prophetic), DAY, world)
    honest = planted(lambda view, scope: view.frame(scope, sql))
    promises.reads_its_window_only(honest, DAY, world)


def test_another_form_without_rows_is_caught(world):
    def moody(view: View, scope: Scope) -> pd.DataFrame:
        frame = view.frame(scope, COUNT)
        return frame if frame["n"].sum() else pd.DataFrame({"n": ["none"]})

    with pytest.raises(AssertionError):
        promises.answers_nothing_in_the_same_form(planted(moody), DAY, world)


def test_a_unit_that_the_type_denies_is_caught(world):
    money = planted(lambda view, scope: view.frame(scope, COUNT), Column("n", "Cost", "usd", "Costs."))
    with pytest.raises(AssertionError, match="n is measured in 'usd'"):
        promises.answers_nothing_in_the_same_form(money, DAY, world)


def test_a_sum_that_is_none_is_caught(world):
    distinct = planted(
        lambda view, scope: view.frame(scope, "select count(distinct status) as n from runs"), additive=("n",)
    )
    with pytest.raises(AssertionError):
        promises.sums_over_tenants(distinct, DAY, world)


def test_an_answer_that_depends_on_the_order_of_rows_is_caught(world):
    first = planted(lambda view, scope: view.frame(scope, "select run_id as name from runs limit 1"), NAME)
    with pytest.raises(AssertionError):
        promises.assert_same(first(world.shuffled, DAY), first(world.everything, DAY))


def test_a_question_that_finds_nothing_is_caught(world):
    nothing = planted(lambda view, scope: view.frame(scope, COUNT + " where status = 'no such'"))
    with pytest.raises(AssertionError):
        promises.says_something(nothing, DAY, world)

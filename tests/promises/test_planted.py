"""Analyses that break a promise on purpose: each must be caught, or the promises watch nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from analytics import rows
from analytics.aggregates import count
from analytics.analysis import Analysis, Column
from analytics.board import Board, Panel, Row
from analytics.compose import Cut, compose
from analytics.model import Aggregate, model
from analytics.plan import Plan
from analytics.query import Query, answer
from analytics.question import Behind
from analytics.scope import ALL_TENANTS, Scope
from analytics.view import ScopeTooWide, View
from data.contract import faults
from tests.promises import promises
from tests.promises.questions import QUERIES, of_panels
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


def test_a_measure_that_reads_past_the_door_is_caught():
    leak = count("leak", "Leak", "Leaks.", "runs", "r.user_id in (select user_id from raw.runs)")
    assert isinstance(leak.formula, Aggregate)
    source = model().sources["runs"]
    for by in ((), ("status",)):
        dimensions = tuple(model().dimension(name) for name in by)
        statement = compose(Plan((leak,), dimensions, leak.formula.parts, (source,)), Cut(order="status"))
        assert "reads `raw.runs`" in " ".join(faults(statement))
    behind = Behind("runs", leak.formula.parts[0].condition)
    assert faults(rows.count_sql(behind)) != ()
    assert faults(rows.newest_sql(behind)) != ()


class Wide(Query):
    """A query that forgets whose rows it may read."""

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        return answer(view, replace(scope, tenants=ALL_TENANTS), self)


def test_a_query_that_widens_its_tenants_is_caught(world):
    with pytest.raises(ScopeTooWide):
        promises.shows_own_rows_only(Wide(("executions",)), DAY, world)
    own = replace(DAY, tenants=frozenset({"alpha"}))
    with pytest.raises(AssertionError):
        promises.assert_same(
            Wide(("executions",))(world.everything, own), Query(("executions",))(world.only("alpha"), DAY)
        )


RUNS = QUERIES["runs, over time"]


class OneWrong(Query):
    """All measures of a table, the last of which is what `wrong` makes of it."""

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        frame, last = answer(view, scope, self), self.measures[-1]
        return frame.assign(**{last: answer(*self.wrong(view, scope), self)[last]})


def test_one_measure_among_many_that_counts_others_rows_is_caught(world):
    class Leaking(OneWrong):
        def wrong(self, view: View, scope: Scope) -> tuple[View, Scope]:
            alone = isinstance(scope.tenants, type(ALL_TENANTS))
            return (view, scope) if alone else (world.everything, replace(scope, tenants=ALL_TENANTS))

    with pytest.raises(AssertionError, match=RUNS.measures[-1]):
        promises.shows_own_rows_only(Leaking(RUNS.measures, grain="auto"), DAY, world)
    promises.shows_own_rows_only(RUNS, DAY, world)


def test_one_measure_among_many_that_reads_past_the_window_is_caught(world):
    class Longer(OneWrong):
        def wrong(self, view: View, scope: Scope) -> tuple[View, Scope]:
            return view, replace(
                scope, start=scope.start - timedelta(hours=1), end=scope.end - timedelta(hours=1)
            )

    with pytest.raises(AssertionError, match=RUNS.measures[-1]):
        promises.reads_its_window_only(Longer(RUNS.measures, grain="auto"), DAY, world)
    promises.reads_its_window_only(RUNS, DAY, world)


def test_a_panel_that_leaks_is_walked_to_and_caught(world):
    sql = "select distinct name from raw.tenants order by name"
    leak = planted(lambda view, scope: view.frame(scope, sql), NAME)
    panel = Panel("planted.names", "Names", "Whose.", leak, "table", "name")
    (found,) = of_panels([Board("planted", "Planted", "Nobody", (Row((panel,)),))]).values()
    with pytest.raises(AssertionError, match="name shows 'beta name"):
        promises.shows_own_rows_only(found, DAY, world)


@pytest.mark.parametrize("condition", ["r.status = 'failed'", "true"])
def test_other_rows_behind_a_count_are_caught(condition, world):
    sql = "select count(*) as n from runs where status = 'success'"
    wrong = replace(
        planted(lambda view, scope: view.frame(scope, sql)), drawn_from={"n": Behind("runs", condition)}
    )
    with pytest.raises(AssertionError, match="counts other rows"):
        promises.has_as_many_rows_behind(wrong, DAY, world)
    right = replace(wrong, name="right", drawn_from={"n": Behind("runs", "r.status = 'success'")})
    promises.has_as_many_rows_behind(right, DAY, world)


def test_a_window_before_of_another_length_is_caught(world):
    class Longer(Query):
        def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
            if self.compare is None:
                return answer(view, scope, self)
            earlier = (scope.previous().start - timedelta(days=1), scope.start)
            return answer(view, scope, Query(self.measures, self.by, compare=earlier))

    with pytest.raises(AssertionError):
        promises.compares_as_asked_apart(Longer(("executions",)), SCOPES["two hours"], world)
    promises.compares_as_asked_apart(Query(("executions",)), SCOPES["two hours"], world)

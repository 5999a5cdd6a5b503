"""The rows behind a number: as many as it was drawn from, newest first, none twice."""

from __future__ import annotations

import pytest

from analytics import activity
from analytics import rows as behind_rows
from analytics.filters import field
from analytics.model import model
from analytics.query import Query, answer
from analytics.question import Behind
from tests.analytics.table import rows, table, window

RUNS = """
    run_id  occurred_at           tenant_id  workflow_name  status     user_id
    1       2026-01-08T10:00:00Z  acme       invoice        success    1
    2       2026-01-08T10:00:00Z  acme       invoice        failed     2
    3       2026-01-08T11:00:00Z  acme       report         failed     1
    4       2026-01-08T11:59:59Z  globex     invoice        timeout    1
    5       2026-01-08T12:00:00Z  globex     -              cancelled  -
    6       2026-01-08T13:00:00Z  -          report         success    9
    7       2026-01-07T10:00:00Z  acme       invoice        success    1
"""
CALLS = """
    call_id  occurred_at           tenant_id  request_id  status   model  cost_usd
    1        2026-01-08T10:05:00Z  acme       r1          failed   m1     0.25
    2        2026-01-08T10:06:00Z  acme       r1          success  m2     0.5
    3        2026-01-08T12:30:00Z  globex     -           failed   m1     -
"""
DAY = window("2026-01-08T10:00", "2026-01-08T14:00")


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append(
        "runs", [{**row, "attributes": {"size": n, "tags": ["a"]}} for n, row in enumerate(table(RUNS))]
    )
    opened.append("llm_calls", table(CALLS))
    opened.append("tenants", table("tenant_id name plan\nacme Acme pro\nglobex - free"))
    opened.append(
        "subscriptions", table("change_id tenant_id occurred_at plan\n1 acme 2026-01-08T10:30:00Z pro")
    )
    opened.append("people", table("tenant_id person_id role\nacme 1 admin\nglobex 1 member"))
    opened.append("identities", table("tenant_id alias person_id\nacme 2 1\nglobex 9 1\nacme 9 1"))
    return opened


def drawn(store, query, column, scope=DAY):
    return behind_rows.drawn(query, column, answer(store, scope, query))


def ids(store, behind, scope=DAY, limit=100):
    found = behind_rows.rows(store, scope, behind, limit)
    return found["run_id"].tolist()


def pages(store, behind, limit, scope=DAY):
    """The ids of page after page, each beginning after the last row of the one before."""
    after, found = (), []
    while len(page := behind_rows.rows(store, scope, behind, limit, after)):
        found.append(page[model().sources[behind.source].key[-1]].tolist())
        after = behind_rows.place_of(behind, page.iloc[-1].to_dict())
    return found


def test_the_newest_come_first_and_name_their_tenant(store):
    behind = Query(("executions",)).behind("executions")
    found = behind_rows.rows(store, DAY, behind, 3)
    assert rows(found[["tenant", "run_id", "occurred_at"]]) == [
        ("", "6", "2026-01-08T13:00+00:00"),
        ("globex", "5", "2026-01-08T12:00+00:00"),
        ("globex", "4", "2026-01-08T11:59+00:00"),
    ]
    assert behind_rows.count(store, DAY, behind) == 6


def test_page_after_page_no_row_comes_twice(store):
    behind = Query(("executions",)).behind("executions")
    assert pages(store, behind, 1) == [["6"], ["5"], ["4"], ["3"], ["1"], ["2"]]
    assert pages(store, behind, 4) == [["6", "5", "4", "3"], ["1", "2"]]


def test_every_kind_of_row_is_turned_page_by_page(store):
    assert pages(store, Behind("ai_queries"), 1) == [["3"], ["r1"]]
    narrowed = Behind("runs", "r.status = 'success'", by=("plan",), groups=(("",), ("pro",)))
    assert pages(store, narrowed, 1) == [["6"], ["1"]]


def test_a_page_goes_on_after_its_row_whatever_came_meanwhile(in_memory):
    opened, behind = in_memory(), Behind("runs")
    opened.append("runs", table(RUNS))
    first = behind_rows.rows(opened, DAY, behind, 2)
    opened.append("runs", table("run_id occurred_at tenant_id status\n8 2026-01-08T13:30:00Z acme success"))
    after = behind_rows.place_of(behind, first.iloc[-1].to_dict())
    assert first["run_id"].tolist() == ["6", "5"]
    assert behind_rows.rows(opened, DAY, behind, 2, after)["run_id"].tolist() == ["4", "3"]


def test_attributes_and_lists_are_json(store):
    found = behind_rows.rows(store, DAY, Behind("runs"), 1)
    assert found[["attributes", "lists"]].iloc[0].tolist() == ['{"size":5.0}', '{"tags":["a"]}']


@pytest.mark.parametrize(
    ("measure", "source", "expected"),
    [
        ("failed", "runs", ["4", "3", "2"]),
        # Of a ratio those of its denominator, of a share or a rate by the hour those that it is made of.
        ("success_rate", "runs", ["6", "4", "3", "1", "2"]),
        ("success_rate_of", "runs", ["6", "4", "3", "1", "2"]),
        ("execution_share", "runs", ["6", "5", "4", "3", "1", "2"]),
        ("failed_per_hour", "runs", ["4", "3", "2"]),
    ],
)
def test_the_rows_of_a_measure_follow_from_its_declaration(store, measure, source, expected):
    name = measure.removesuffix("_of")
    behind = Query((name,)).behind(measure)
    assert behind is not None
    assert behind.source == source
    assert ids(store, behind) == expected


def test_what_has_no_rows_in_this_window_has_none_behind_it(store):
    query = Query(("executions",), compare="previous")
    assert query.behind("executions_before") is None
    assert query.behind("complete") is None
    assert activity.totals.behind("rows") is None


def test_the_rows_of_an_ai_query_are_made_of_its_calls(store):
    behind = Query(("ai_queries",)).behind("ai_queries")
    found = behind_rows.rows(store, DAY, behind, 10)
    assert rows(found[["tenant", "query_id", "status", "calls"]]) == [
        ("globex", "3", "failed", 1),
        ("Acme", "r1", "success", 2),
    ]
    assert behind_rows.count(store, DAY, Query(("ai_queries_failed",)).behind("ai_queries_failed")) == 1


def test_the_filter_of_the_question_holds_behind_it(store):
    query = Query(("executions",), by=("status",), where=field("workflow_name") == "invoice")
    behind = drawn(store, query, "executions")
    assert ids(store, behind) == ["4", "1", "2"]
    acme = window("2026-01-08T10:00", "2026-01-08T14:00", where=field("tenant_id") == "acme")
    assert ids(store, behind, acme) == ["1", "2"]


# In each case the first two groups: as many rows as their counts add up to.
CUT = [
    (("workflow_name",), ["6", "4", "3", "1", "2"]),
    (("tenant_id",), ["5", "4", "3", "1", "2"]),
    # A tenant without a name goes by its id.
    (("tenant.name",), ["5", "4", "3", "1", "2"]),
    (("tenant.plan",), ["5", "4", "3", "1", "2"]),
    (("plan",), ["6", "5", "4", "3", "1", "2"]),
    (("person.role",), ["6", "5", "3", "1", "2"]),
    (("hour_of_day",), ["4", "3", "1", "2"]),
    (("weekday",), ["6", "5", "4", "3", "1", "2"]),
    (("attributes.size",), ["1", "2"]),
    (("attributes.tags",), ["6", "5", "4", "3", "1", "2"]),
    (("attributes.never",), ["6", "5", "4", "3", "1", "2"]),
    (("tenant_id", "status"), ["6", "3", "2"]),
]


@pytest.mark.parametrize(("by", "expected"), CUT, ids=[" and ".join(by) for by, _ in CUT])
@pytest.mark.parametrize("grain", [None, "hour"])
def test_behind_a_cut_list_are_the_rows_of_its_groups(store, by, expected, grain):
    order = "-executions" if "size" not in by[0] else "attributes.size"
    query = Query(("executions",), by=by, order=order, limit=2, grain=grain)
    shown = answer(store, DAY, query)
    behind = behind_rows.drawn(query, "executions", shown)
    assert ids(store, behind) == expected
    assert behind_rows.count(store, DAY, behind) == shown["executions"].sum() == len(expected)


def test_behind_a_list_with_the_rest_is_everything(store):
    query = Query(("executions",), by=("workflow_name",), limit=1, other=True)
    assert behind_rows.count(store, DAY, drawn(store, query, "executions")) == 6


def test_behind_an_empty_list_is_nothing(store):
    query = Query(("executions",), by=("workflow_name",), limit=2)
    nothing = window("2020-01-01", "2020-01-02")
    behind = drawn(store, query, "executions", nothing)
    assert behind_rows.count(store, DAY, behind) == 0
    assert ids(store, behind) == []


def test_a_cut_list_of_made_rows(store):
    query = Query(("ai_queries",), by=("tenant.name", "status"), limit=1)
    shown = answer(store, DAY, query)
    assert rows(shown) == [("Acme", "success", 1, True)]
    behind = behind_rows.drawn(query, "ai_queries", shown)
    assert behind_rows.rows(store, DAY, behind, 5)["query_id"].tolist() == ["r1"]


def test_values_of_groups_are_no_sql(store):
    behind = Behind("runs", by=("workflow_name",), groups=(("' or true --",),))
    assert behind_rows.count(store, DAY, behind) == 0


def test_the_columns_are_those_of_the_table_whatever_the_groups_are_read_by(store):
    plain = behind_rows.rows(store, DAY, Behind("runs"), 1)
    by = ("attributes.size", "plan", "person.role", "tenant.region", "weekday")
    cut = behind_rows.rows(store, DAY, Behind("runs", by=by, groups=(("5", "", "", "", "4"),)), 1)
    assert list(cut) == list(plain)
    assert cut["run_id"].tolist() == ["6"]


def test_an_answer_is_as_old_as_the_tables_that_its_groups_are_read_from():
    assert behind_rows.tables(Behind("ai_queries")) == ("llm_calls", "tenants")
    behind = Behind("runs", by=("person.role", "plan"), groups=(("a", "b"),))
    assert behind_rows.tables(behind) == ("runs", "people", "identities", "subscriptions", "tenants")


def test_rows_of_another_tenant_are_not_behind_it(store):
    own = window("2026-01-08", "2026-01-09", tenants=frozenset({"globex"}))
    view = store.view(frozenset({"globex"}))
    assert behind_rows.rows(view, own, Behind("runs"), 10)["run_id"].tolist() == ["5", "4"]
    elsewhere = Behind("runs", by=("tenant_id",), groups=(("acme",),))
    assert behind_rows.count(view, own, elsewhere) == 0

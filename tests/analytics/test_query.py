"""Queries: buckets, comparison, order and limits, counted by hand."""

from __future__ import annotations

import pytest

from analytics.filters import field
from analytics.query import NotGroupable, Query, answer, totals
from tests.analytics.table import at, rows, table, window

RUNS = """
    run_id  occurred_at           tenant_id  workflow_name  status     duration_ms  user_id
    1       2026-01-08T10:00:00Z  acme       invoice        success    1000         1
    2       2026-01-08T10:30:00Z  acme       invoice        success    3000         2
    3       2026-01-08T11:00:00Z  acme       report         failed     -            1
    4       2026-01-08T11:59:59Z  globex     invoice        timeout    8000         1
    5       2026-01-08T12:00:00Z  globex     -              cancelled  4000         -
    6       2026-01-08T13:00:00Z  -          report         success    -            9
    7       2026-01-07T10:00:00Z  acme       invoice        success    2000         1
    8       2026-01-07T10:10:00Z  acme       old            failed     6000         3
"""
CALLS = """
    call_id  occurred_at           tenant_id  request_id  cost_usd  status
    1        2026-01-08T10:05:00Z  acme       r1          0.25      success
    2        2026-01-08T10:06:00Z  acme       r1          0.5       success
    3        2026-01-08T12:30:00Z  initech    r2          -         failed
"""
DAY = window("2026-01-08T10:00", "2026-01-08T14:00")


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append("runs", table(RUNS))
    opened.append("llm_calls", table(CALLS))
    opened.append("tenants", table("tenant_id name plan\nacme Acme pro\nglobex Globex free"))
    return opened


@pytest.fixture
def ask(store):
    return lambda query, scope=DAY, view=None: rows(answer(view or store, scope, query))


def test_without_dimensions_there_is_one_row(ask):
    query = Query(("executions", "success_rate", "avg_duration_ms", "active_tenants"))
    assert ask(query) == [(6, 0.6, 4000.0, 2, 5, True)]
    assert [column.name for column in query.columns] == [
        "executions",
        "success_rate",
        "avg_duration_ms",
        "active_tenants",
        "success_rate_of",
        "complete",
    ]


def test_counts_of_nothing_are_zero_and_rates_of_nothing_empty(ask):
    query = Query(("executions", "execution_time_ms", "ai_cost_usd", "success_rate", "p95_duration_ms"))
    assert ask(query, window("2020-01-01", "2020-01-02")) == [(0, 0.0, 0, None, None, 0, True)]
    assert ask(Query(("executions",), by=("status",)), window("2020-01-01", "2020-01-02")) == []


def test_buckets_without_rows_are_there(ask):
    query = Query(("executions", "success_rate"), grain="hour")
    assert ask(query, window("2026-01-08T11:00", "2026-01-08T15:00", now=at("2026-01-08T14:30"))) == [
        ("2026-01-08T11:00+00:00", 2, 0.0, 2, True),
        ("2026-01-08T12:00+00:00", 1, None, 0, True),
        ("2026-01-08T13:00+00:00", 1, 1.0, 1, True),
        ("2026-01-08T14:00+00:00", 0, None, 0, False),
    ]


def test_every_group_is_in_every_bucket(ask):
    query = Query(("executions",), by=("tenant_id",), grain="hour")
    assert ask(query, window("2026-01-08T11:00", "2026-01-08T13:00")) == [
        ("2026-01-08T11:00+00:00", "acme", 1, True),
        ("2026-01-08T11:00+00:00", "globex", 1, True),
        ("2026-01-08T12:00+00:00", "acme", 0, True),
        ("2026-01-08T12:00+00:00", "globex", 1, True),
    ]


def test_the_grain_fits_the_window(ask):
    query = Query(("executions",), grain="auto")
    assert len(ask(query)) == 16
    assert len(ask(query, window("2026-01-01", "2026-01-31"))) == 30


def test_a_list_is_ordered_by_its_first_measure_then_by_label(ask):
    assert ask(Query(("executions",), by=("status",))) == [
        ("success", 3, True),
        ("cancelled", 1, True),
        ("failed", 1, True),
        ("timeout", 1, True),
    ]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("executions", ["", "report", "invoice"]),
        ("-executions", ["invoice", "report", ""]),
        ("workflow_name", ["", "invoice", "report"]),
        ("-workflow_name", ["report", "invoice", ""]),
        # What has no average comes last, whichever way is up.
        ("avg_duration_ms", ["", "invoice", "report"]),
        ("-avg_duration_ms", ["", "invoice", "report"]),
    ],
)
def test_a_list_is_ordered_as_asked(ask, order, found):
    query = Query(("executions", "avg_duration_ms"), by=("workflow_name",), order=order)
    assert [row[0] for row in ask(query)] == found


def test_a_limit_keeps_the_first(ask):
    query = Query(("executions",), by=("status",), order="status", limit=2)
    assert ask(query) == [("cancelled", 1, True), ("failed", 1, True)]


def test_the_rest_is_one_row_with_exact_distincts_and_percentiles(ask):
    query = Query(
        ("executions", "active_tenants", "p50_duration_ms", "run_users"),
        by=("workflow_name",),
        limit=1,
        other=True,
    )
    assert ask(query) == [
        ("invoice", 3, 2, 3000.0, 3, False, True),
        # Of the reports and the nameless one: acme, globex; 4000 alone has a duration; 1 of acme and 9.
        (None, 3, 2, 4000.0, 2, True, True),
    ]


def test_no_rest_where_the_limit_leaves_nothing_out(ask):
    query = Query(("executions",), by=("tenant_id",), limit=3, other=True)
    assert ask(query) == [("acme", 3, False, True), ("globex", 2, False, True), ("", 1, False, True)]


def test_a_limit_over_time_keeps_the_first_of_the_whole_window(ask):
    query = Query(("executions",), by=("tenant_id",), grain="hour", limit=1, other=True)
    assert ask(query) == [
        ("2026-01-08T10:00+00:00", "acme", 2, False, True),
        ("2026-01-08T10:00+00:00", None, 0, True, True),
        ("2026-01-08T11:00+00:00", "acme", 1, False, True),
        ("2026-01-08T11:00+00:00", None, 1, True, True),
        ("2026-01-08T12:00+00:00", "acme", 0, False, True),
        ("2026-01-08T12:00+00:00", None, 1, True, True),
        ("2026-01-08T13:00+00:00", "acme", 0, False, True),
        ("2026-01-08T13:00+00:00", None, 1, True, True),
    ]
    kept = Query(("executions",), by=("tenant_id",), grain="hour", limit=1)
    assert [row[1:3] for row in ask(kept)] == [("acme", 2), ("acme", 1), ("acme", 0), ("acme", 0)]


def test_shares_are_of_all_groups_also_of_those_left_out(ask):
    query = Query(("execution_share", "executions"), by=("workflow_name",), limit=1)
    assert ask(query) == [("invoice", 0.5, 3, 6, True)]
    by_hour = Query(("execution_share",), by=("tenant_id",), grain="hour")
    assert ask(by_hour, window("2026-01-08T11:00", "2026-01-08T12:00")) == [
        ("2026-01-08T11:00+00:00", "acme", 0.5, 2, True),
        ("2026-01-08T11:00+00:00", "globex", 0.5, 2, True),
    ]
    assert ask(Query(("execution_share",))) == [(1.0, 6, True)]
    assert ask(Query(("execution_share",)), window("2020-01-01", "2020-01-02")) == [(None, 0, True)]


def test_the_window_before_stands_beside(ask):
    query = Query(
        ("executions", "success_rate"), by=("workflow_name",), compare=(at("2026-01-07"), at("2026-01-08"))
    )
    assert ask(query) == [
        ("invoice", 3, 0.666667, 3, 1, 1.0, True),
        ("report", 2, 0.5, 2, 0, None, True),
        ("", 1, None, 0, 0, None, True),
        # Only in the window before.
        ("old", 0, None, 0, 1, 0.0, True),
    ]


def test_the_previous_window_is_as_long_and_just_before(ask):
    query = Query(("executions", "failed"), compare="previous")
    assert ask(query, window("2026-01-08", "2026-01-09")) == [(6, 2, 2, 1, True)]
    assert ask(query, window("2026-01-08T12:00", "2026-01-08T14:00")) == [(2, 0, 4, 2, True)]


def test_buckets_of_two_windows_meet_by_their_place(ask):
    query = Query(("executions",), grain="day", compare="previous")
    assert ask(query, window("2026-01-08", "2026-01-10")) == [
        ("2026-01-08T00:00+00:00", 6, 0, True),
        ("2026-01-09T00:00+00:00", 0, 2, True),
    ]


def test_a_bucket_that_the_other_window_has_not_is_compared_with_nothing(ask):
    # Two days against one: nothing happened on a day is 0, a day that is not there is empty.
    query = Query(("executions", "success_rate"), grain="day", compare=(at("2026-01-07"), at("2026-01-08")))
    assert ask(query, window("2026-01-08", "2026-01-10")) == [
        ("2026-01-08T00:00+00:00", 6, 0.6, 5, 2, 0.5, True),
        ("2026-01-09T00:00+00:00", 0, None, 0, None, None, True),
    ]
    by_tenant = Query(
        ("executions",), by=("tenant_id",), grain="day", compare=(at("2026-01-07"), at("2026-01-08"))
    )
    assert [row[1:4] for row in ask(by_tenant, window("2026-01-09", "2026-01-11"))] == [
        ("acme", 0, 2),
        ("acme", 0, None),
    ]


def test_a_month_of_28_days_against_one_of_31(store):
    query = Query(("executions",), grain="day", compare="previous")
    february = answer(store, window("2026-02-01", "2026-03-01"), query)
    assert february["executions_before"].tolist() == [0] * 6 + [2, 6] + [0] * 20
    march = answer(store, window("2026-03-01", "2026-04-01"), query)
    assert march["executions_before"].isna().tolist() == [False] * 28 + [True] * 3


def test_shares_compare_within_their_own_window(ask):
    query = Query(
        ("execution_share",), by=("workflow_name",), compare=(at("2026-01-07"), at("2026-01-08")), limit=2
    )
    assert ask(query) == [
        ("invoice", 0.5, 6, 0.5, True),
        ("report", 0.333333, 6, 0.0, True),
    ]


def test_a_compared_list_keeps_the_first_of_now(ask):
    query = Query(
        ("executions",),
        by=("workflow_name",),
        compare=(at("2026-01-07"), at("2026-01-08")),
        limit=1,
        other=True,
    )
    assert ask(query) == [("invoice", 3, 1, False, True), (None, 3, 1, True, True)]


def test_measures_of_two_tables_meet_in_the_groups_of_either(ask):
    query = Query(("executions", "ai_queries", "ai_cost_usd"), by=("tenant_id",), order="tenant_id")
    found = [(tenant, runs, queries, cost and str(cost)) for tenant, runs, queries, cost, _ in ask(query)]
    assert found == [
        ("", 1, 0, 0),
        ("acme", 3, 1, "0.750000000"),
        ("globex", 2, 0, 0),
        # Its one call has no price: unpriced is not free.
        ("initech", 0, 1, None),
    ]


def test_measures_of_two_tables_over_time(ask):
    query = Query(("executions", "ai_calls"), grain="hour")
    assert [row[1:3] for row in ask(query)] == [(2, 2), (2, 0), (1, 1), (1, 0)]


def test_a_ratio_of_two_tables(ask):
    query = Query(("ai_cost_per_execution_usd",), by=("tenant_id",), order="tenant_id")
    assert [(row[0], row[1] and str(row[1]), row[2]) for row in ask(query)] == [
        ("", 0, 1),
        ("acme", "0.250000000", 3),
        ("globex", 0, 2),
        ("initech", None, 0),
    ]


@pytest.mark.parametrize(
    ("measures", "by", "says"),
    [
        (("executions", "ai_cost_usd"), ("workflow_name",), "AI cost cannot be grouped by workflow_name"),
        (("executions",), ("model",), "Executions cannot be grouped by model"),
        (("samples",), ("person.role",), "Samples cannot be grouped by person.role"),
        (("ai_queries",), ("attributes.x",), "AI queries cannot be grouped by attributes.x"),
        (("calls_per_query",), ("model",), "Calls a query cannot be grouped by model"),
    ],
)
def test_a_dimension_that_one_of_the_tables_lacks_is_refused_by_name(measures, by, says):
    with pytest.raises(NotGroupable, match=says):
        Query(measures, by=by)


def test_totals_are_what_the_rows_are_parts_of(store):
    query = Query(
        ("executions", "success_rate"), by=("status",), grain="hour", order="status", limit=1, other=True
    )
    assert rows(totals(store, DAY, query)) == [(6, 0.6, 5, True)]
    compared = Query(("executions",), by=("status",), compare="previous", where=field("tenant_id") == "acme")
    assert rows(totals(store, window("2026-01-08", "2026-01-09"), compared)) == [(3, 2, True)]


def test_a_query_is_filtered_beside_its_scope(ask):
    query = Query(("executions",), by=("status",), where=field("workflow_name") == "invoice")
    assert ask(query) == [("success", 2, True), ("timeout", 1, True)]
    acme = window("2026-01-08", "2026-01-09", where=field("tenant_id") == "acme")
    assert ask(query, acme) == [("success", 2, True)]


def test_a_measure_with_the_name_of_another_table_is_filtered_by_its_own(in_memory):
    # "errors" are log lines here; the table of that name has no level.
    store = in_memory()
    store.append(
        "logs", table("log_id occurred_at level\n1 2026-01-08T10:00:00Z error\n2 2026-01-08T10:00:00Z warn")
    )
    query = Query(("errors",), where=field("level") != "debug")
    assert rows(answer(store, DAY, query)) == [(1, True)]


def test_tenants_outside_the_scope_are_not_counted(ask, store):
    query = Query(("executions", "ai_calls"), by=("tenant.name", "tenant_id"))
    own = window("2026-01-08", "2026-01-09", tenants=frozenset({"globex"}))
    assert ask(query, own, store.view(frozenset({"globex"}))) == [("Globex", "globex", 2, 0, True)]


def test_an_order_by_a_share_or_a_rate_is_that_of_what_it_is_made_of(ask):
    shares = Query(("execution_share", "failed_per_hour"), by=("status",), order="-failed_per_hour", limit=2)
    assert [row[0] for row in ask(shares)] == ["failed", "timeout"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"measures": ()}, "at least one measure"),
        ({"measures": ("executions", "executions")}, "once"),
        ({"measures": ("executionz",)}, "did you mean 'executions'"),
        ({"by": ("workflow_nam",)}, "did you mean 'workflow_name'"),
        ({"by": ("attributes.",)}, "no dimension"),
        ({"grain": "year"}, "a grain is one of"),
        ({"order": "failed"}, "ordered by one of executions"),
        ({"limit": 3}, "name at least one dimension"),
        ({"by": ("status",), "limit": 0}, "from 1 to 10,000"),
        ({"by": ("status",), "limit": True}, "from 1 to 10,000"),
        ({"by": ("status",), "other": True}, "give a limit"),
        ({"compare": "yesterday"}, "compare with"),
        ({"compare": (at("2026-01-08"), at("2026-01-07"))}, "ends after it starts"),
        ({"week_start": "someday"}, "a week starts on"),
    ],
)
def test_what_makes_no_query_is_refused_with_what_would(asked, says):
    with pytest.raises((ValueError, LookupError), match=says):
        Query(**{"measures": ("executions",), **asked})


@pytest.mark.parametrize(
    "broken",
    [
        {"order": 5},
        {"limit": "x"},
        {"other": "yes", "by": ["status"], "limit": 1},
        {"grain": []},
        {"grain": 5},
        {"compare": 5},
        {"compare": ["2026-01-08", "2026-01-09"]},
        {"compare": ["x", "y"]},
        {"measures": "executions"},
        {"measures": [1]},
        {"by": {"status": 1}},
        {"where": 1},
        {"week_start": 1},
    ],
    ids=str,
)
def test_a_form_with_a_wrong_value_is_refused(broken):
    with pytest.raises(ValueError, match=r"\w"):
        Query.from_dict({"version": 1, "measures": ["executions"], **broken})

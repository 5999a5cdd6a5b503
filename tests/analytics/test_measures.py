"""Every measure, counted by hand from rows that can be read here, and the dimensions that need more than a column."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analytics.filters import field
from analytics.model import model
from analytics.query import Query, answer
from tests.analytics.table import at, rows, table, window

ROWS = {
    "tenants": """
        tenant_id  name    plan        region
        acme       Acme    enterprise  eu
        globex     Globex  free        -
    """,
    "people": """
        tenant_id  person_id  name   role
        acme       p1         Ann    admin
        acme       2          Bob    member
        globex     1          Eve    member
    """,
    # Ann signed in as 1, and visited as v1 before; v2 of acme is 2, v3 leads to somebody without a row.
    "identities": """
        tenant_id  alias  person_id
        acme       1      p1
        acme       v1     p1
        acme       v2     2
        acme       v3     p9
        # So that 1 leads to two tenants, and names the tenant of no row.
        globex     1      1
    """,
    "subscriptions": """
        change_id  tenant_id  occurred_at           plan
        1          acme       2026-01-01T00:00:00Z  free
        2          acme       2026-01-08T11:30:00Z  pro
        3          acme       2026-01-20T00:00:00Z  enterprise
    """,
    "runs": """
        run_id  occurred_at           tenant_id  workflow_id  status     duration_ms  error_code  user_id  human_intervention
        1       2026-01-08T10:00:00Z  acme       w1           success    1000         -           1           -
        2       2026-01-08T10:30:00Z  acme       w1           success    3000         -           p1           -
        3       2026-01-08T11:00:00Z  acme       w2           failed     -            E1          2           true
        4       2026-01-08T11:59:59Z  globex     w1           timeout    8000         -           1           -
        5       2026-01-08T12:00:00Z  globex     -            cancelled  6000         -           -           false
        6       2026-01-08T13:00:00Z  -          w3           success    -            -           1           -
        7       2026-01-08T13:30:00Z  acme       w1           failed     5000         -           7           -
    """,
    "events": """
        event_id  occurred_at           tenant_id  event_type        user_id  anonymous_id  session_id  page  country  lcp_ms  inp_ms  cls  socket_connect_ms  first_widget_ms  socket_latency_ms  metric  value
        1         2026-01-08T10:00:00Z  acme       message_ingested  1        -             s1  /a    DE       1000    100     0.1  50                 400              10                 -       -
        2         2026-01-08T10:01:00Z  acme       opened            -        v1            s1  /a    DE       2000    300     -    150                800              20                 -       -
        3         2026-01-08T10:02:00Z  acme       SignedUp          -        v2            s2  /b    -        -       -       -    -                  -                -                  LCP     4000
        4         2026-01-08T10:03:00Z  acme       opened            -        v8            -  /b    FR       -       -       -    -                  -                -                  cls     0.3
        5         2026-01-08T10:04:00Z  globex     message_ingested  1        v1            s1  -     -        -       -       -    -                  -                -                  -       -
        6         2026-01-08T10:05:00Z  -          -                 1        -             s1  -     -        -       -       -    -                  -                -                  -       -
        7         2026-01-08T10:06:00Z  acme       quota_exceeded    -        -             -  -     -        -       -       -    -                  -                -                  -       -
        # Nobody called 5 is known, but who visited is: the alias of the visit decides.
        8         2026-01-08T10:07:00Z  acme       opened            5        v2            s2  -     -        -       -       -    -                  -                -                  -       -
    """,
    "llm_calls": """
        call_id  occurred_at           tenant_id  request_id  status   duration_ms  cost_usd     input_tokens  cache_read_tokens  cache_write_tokens  output_tokens  cache_hit  user_id  model  error_type
        # r1 fails at first and is answered in the end; it lasts from 10:00:00 to 10:00:07.
        a        2026-01-08T10:00:00Z  acme       r1          failed   2000         0.1          100           -                  -                   10             false      1        m1     timeout
        b        2026-01-08T10:00:04Z  acme       r1          success  3000         0.2          200           50                 5                   20             true       1        m2     -
        # r2 of another tenant is another query; its last calls fall on one instant, and the later id decides.
        c        2026-01-08T10:30:00Z  globex     r1          ok       -            0.000000001  -             -                  -                   -              -          1        m1     -
        d        2026-01-08T10:30:00Z  globex     r1          error    -            -            7             -                  -                   3              -          -        m1     other
        # Calls without a request are queries by themselves.
        e        2026-01-08T11:00:00Z  acme       -           -        1000         -            1             -                  -                   1              -          p1       m3     -
        f        2026-01-08T11:00:00Z  -          -           failed   500          0.3          2             -                  -                   -              true       1        m1     rate_limit
    """,
    "logs": """
        log_id  occurred_at           level     service
        1       2026-01-08T10:00:00Z  error     api
        2       2026-01-08T10:00:00Z  FATAL     api
        3       2026-01-08T10:00:00Z  warning   worker
        4       2026-01-08T10:00:00Z  Warn      -
        5       2026-01-08T10:00:00Z  info      worker
        6       2026-01-08T10:00:00Z  -         worker
        7       2026-01-08T10:00:00Z  critical  worker
        8       2026-01-08T10:00:00Z  errors    worker
    """,
    "spans": """
        trace_id  span_id  occurred_at           kind    status  http_status  duration_ms
        t1        1        2026-01-08T10:00:00Z  server  ok      200          10
        t1        2        2026-01-08T10:00:00Z  client  error   500          5
        t1        3        2026-01-08T10:00:00Z  server  error   404          20
        t2        4        2026-01-08T10:00:00Z  server  ok      503          30
        t2        5        2026-01-08T10:00:00Z  server  error   -            -
    """,
    "errors": """
        error_id  occurred_at           tenant_id  fingerprint  handled  user_id
        1         2026-01-08T10:00:00Z  acme       f1           true     1
        2         2026-01-08T10:00:00Z  acme       f1           false    p1
        3         2026-01-08T10:00:00Z  globex     f2           -        1
        4         2026-01-08T10:00:00Z  -          -            false    -
    """,
    "metrics": """
        name  occurred_at           value  host
        cpu   2026-01-08T10:00:00Z  1      a
        cpu   2026-01-08T10:00:00Z  2      b
        cpu   2026-01-08T10:01:00Z  -      b
        cpu   2026-01-08T10:02:00Z  9      b
    """,
    "costs": """
        cost_id  occurred_at           category  amount_usd
        1        2026-01-08T10:00:00Z  compute   0.1
        2        2026-01-08T10:00:00Z  compute   0.2
        3        2026-01-08T10:00:00Z  storage   1000000.000000001
        4        2026-01-08T10:00:00Z  storage   -
    """,
}

# Four hours: 10:00 to 14:00.
DAY = window("2026-01-08T10:00", "2026-01-08T14:00")
USD = Decimal

EXPECTED: dict[str, object] = {
    # runs: 3 successes, 2 failures and a timeout, 1 cancelled
    "executions": 7,
    "succeeded": 3,
    "failed": 3,
    "finished": 6,
    "cancelled": 1,
    "timeouts": 1,
    "success_rate": 0.5,
    "failure_rate": 0.5,
    "execution_share": 1.0,
    "avg_duration_ms": 4600.0,  # 23 s / 5
    "p50_duration_ms": 5000.0,
    "p95_duration_ms": 7600.0,  # between 6000 and 8000
    "p99_duration_ms": 7920.0,
    "max_duration_ms": 8000.0,
    "execution_time_ms": 23000.0,
    "execution_time_share": 1.0,
    "slow_executions": 2,  # 8 s and 6 s; 5 s is not over 5 s
    "slow_share": 2 / 7,
    "failures_with_cause": 1,
    "cause_rate": 1 / 3,
    "active_tenants": 2,
    "workflows_run": 3,
    "run_users": 5,  # Ann twice, 2 and 7 of acme, 1 of globex, 1 of nobody
    "touched": 1,
    "intervention_rate": 1 / 7,
    "executions_per_hour": 1.75,
    "failed_per_hour": 0.75,
    "executions_per_tenant": 3.5,
    # events
    "events": 8,
    "messages": 2,
    "signups": 1,
    "limit_hits": 1,
    "active_users": 5,  # Ann, Bob thrice, v8, 1 of globex, 1 of nobody
    "sessions": 4,  # s1 of acme, of globex and of nobody, s2
    "event_tenants": 2,
    "event_types": 4,
    "events_per_hour": 2.0,
    "events_per_user": 1.6,
    "queries_per_user": 0.8,
    # AI: four queries, of which globex's r1 and the tenantless call failed
    "ai_queries": 4,
    "ai_queries_failed": 2,
    "ai_error_rate": 0.5,
    "ai_queries_succeeded": 2,
    "ai_success_rate": 0.5,
    "avg_ai_response_ms": 2125.0,  # 7000, 0, 1000, 500
    "p50_ai_response_ms": 750.0,
    "p95_ai_response_ms": 6100.0,
    "p99_ai_response_ms": 6820.0,
    "ai_calls": 6,
    "ai_calls_failed": 3,
    "ai_call_error_rate": 0.5,
    "calls_per_query": 1.5,
    "ai_cost_usd": USD("0.600000001"),
    "ai_cost_share": 1.0,
    "cost_per_query_usd": USD("0.15"),
    "queries_per_dollar": 4 / 0.600000001,
    "cost_per_call_usd": USD("0.1"),  # to a billionth
    "unpriced_calls": 2,
    "input_tokens": 310,
    "cached_tokens": 50,
    "output_tokens": 34,
    "tokens": 399,
    "token_ratio": 34 / 310,
    "avg_call_ms": 1625.0,
    "p50_call_ms": 1500.0,
    "p95_call_ms": 2850.0,
    "p99_call_ms": 2970.0,
    "rate_limit_hits": 1,
    "cache_hits": 2,
    "cache_hit_rate": 1 / 3,
    "ai_users": 3,  # Ann, 1 of globex, 1 of nobody
    "ai_cost_per_user_usd": USD("0.2"),
    "ai_cost_per_execution_usd": USD("0.085714286"),
    "ai_cost_per_success_usd": USD("0.2"),
    # events of browsers: LCP 1000, 2000 and 4000, CLS 0.1 and 0.3, all others two
    "browser_timings": 4,
    "p75_lcp_ms": 3000.0,
    "p75_inp_ms": 250.0,
    "p75_cls": 0.25,
    "p50_socket_connect_ms": 100.0,
    "p95_socket_connect_ms": 145.0,
    "p50_first_widget_ms": 600.0,
    "p95_first_widget_ms": 780.0,
    "p50_socket_latency_ms": 15.0,
    "p95_socket_latency_ms": 19.5,
    # logs
    "log_lines": 8,
    "errors": 3,
    "warnings": 2,
    "errors_per_hour": 0.75,
    "error_line_rate": 0.375,
    "log_services": 2,
    # spans: four requests, of which the 503 and the error without a status failed
    "spans": 5,
    "traces": 2,
    "requests": 4,
    "request_errors": 2,
    "request_error_rate": 0.5,
    "avg_request_ms": 20.0,
    "p50_request_ms": 20.0,
    "p95_request_ms": 29.0,
    "p99_request_ms": 29.8,
    "request_share": 1.0,
    "requests_per_execution": 4 / 7,
    # errors
    "exceptions": 4,
    "unhandled": 2,
    "exception_groups": 2,
    "exception_users": 2,  # Ann twice, 1 of globex
    "exception_tenants": 2,
    # metrics and costs
    "samples": 4,
    "avg_value": 4.0,
    "min_value": 1.0,
    "max_value": 9.0,
    "p95_value": 8.3,
    "cost_lines": 4,
    "infrastructure_cost_usd": USD("1000000.300000001"),
    "cost_share": 1.0,
    "cost_per_execution_usd": USD("142857.185714286"),
    "cost_per_request_usd": USD("250000.075"),
}


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    for name, text in ROWS.items():
        receipt = opened.append(name, table(text))
        assert receipt.rejected == 0, opened.admin.quarantine(1)["reason"].tolist()
    return opened


@pytest.fixture(scope="module")
def found(store):
    """Every measure, each source asked once."""
    return answer(store, DAY, Query(tuple(model().measures))).iloc[0].to_dict()


@pytest.mark.parametrize("name", model().measures)
def test_a_measure_is_what_its_definition_says(name, found):
    expected = EXPECTED[name]
    if isinstance(expected, Decimal):
        assert isinstance(found[name], Decimal)
        assert found[name] == expected
    else:
        assert found[name] == pytest.approx(expected, rel=1e-12)


def test_a_ratio_carries_its_denominator(found):
    denominators = {
        name: found[f"{name}_of"] for name in ("success_rate", "cost_per_query_usd", "execution_share")
    }
    assert denominators == {"success_rate": 6, "cost_per_query_usd": 4, "execution_share": 7}
    assert found["ai_cost_share_of"] == USD("0.600000001")


EMPTY = {"ratio": None, "ms": None, "number": None}
ZERO = {
    "execution_time_ms": 0.0,
    "executions_per_hour": 0.0,
    "events_per_hour": 0.0,
    "failed_per_hour": 0.0,
    "errors_per_hour": 0.0,
}


def test_of_nothing_counts_are_zero_and_rates_empty(store):
    query = Query(tuple(model().measures))
    nothing = answer(store, window("2020-01-01", "2020-01-02"), query).iloc[0].astype(object)
    for name, measure in model().measures.items():
        empty = name not in ZERO and (
            measure.unit in EMPTY or "_per_" in name or name == "cost_per_query_usd"
        )
        assert (nothing.isna()[name]) == empty, name
        assert empty or nothing[name] == 0, name


def test_money_is_exact(store):
    tenth = [
        {"cost_id": f"tenth {n}", "occurred_at": at("2026-03-01"), "amount_usd": Decimal("0.1")}
        for n in range(30)
    ]
    large = [
        {
            "cost_id": f"large {n}",
            "occurred_at": at("2026-03-01"),
            "amount_usd": Decimal("123456789.000000001"),
        }
        for n in range(1000)
    ]
    store.append("costs", [*tenth, *large])
    spring = window("2026-03-01", "2026-03-02")
    assert rows(answer(store, spring, Query(("infrastructure_cost_usd",)))) == [
        (USD("123456789003.000001"), True)
    ]


def test_an_unpriced_group_has_no_cost_and_no_share(store):
    query = Query(("ai_cost_usd", "ai_cost_share", "cost_per_query_usd"), by=("tenant_id",))
    by_model = Query(("ai_cost_usd", "ai_cost_share", "unpriced_calls"), by=("model",), order="model")
    assert rows(answer(store, DAY, by_model)) == [
        ("m1", USD("0.400000001"), 0.666667, 1, USD("0.600000001"), True),
        ("m2", USD("0.2"), 0.333333, 0, USD("0.600000001"), True),
        ("m3", None, None, 1, USD("0.600000001"), True),
    ]
    assert [row[0] for row in rows(answer(store, DAY, query))] == ["", "acme", "globex"]


def test_a_query_happens_at_its_first_call(store):
    query = Query(("ai_queries", "ai_queries_failed", "ai_calls"), grain="minute")
    by_minute = rows(answer(store, window("2026-01-08T10:00", "2026-01-08T11:01"), query))
    assert [row[:4] for row in by_minute if row[3]] == [
        ("2026-01-08T10:00+00:00", 1, 0, 2),
        ("2026-01-08T10:30+00:00", 1, 1, 2),
        ("2026-01-08T11:00+00:00", 2, 1, 2),
    ]


def test_a_query_has_the_user_of_its_first_call_and_the_end_of_its_last(store):
    query = Query(("ai_queries",), by=("tenant_id", "user_id", "status"), order="tenant_id")
    assert [row[:4] for row in rows(answer(store, DAY, query))] == [
        ("", "1", "failed", 1),
        ("acme", "1", "success", 1),
        ("acme", "p1", "", 1),
        ("globex", "1", "error", 1),
    ]


def test_a_query_is_made_of_the_calls_that_the_filter_keeps(store):
    first_model = window("2026-01-08", "2026-01-09", where=field("model") == "m1")
    found = answer(store, first_model, Query(("ai_queries", "ai_queries_failed", "ai_calls")))
    # Without its second call r1 of acme failed.
    assert rows(found) == [(3, 3, 4, True)]


def test_an_empty_store_answers_every_measure_by_every_dimension(store, in_memory):
    empty = in_memory()
    for source in model().sources:
        names = tuple(name for name, each in model().measures.items()
                      if {part.source for part in model().parts(each)} == {source})  # fmt: skip
        by = [name for name, each in model().dimensions.items() if source in each.sources]
        for dimensions in ((), tuple(by[:9]), tuple(by[9:18]), tuple(by[18:])):
            query = Query(names, by=dimensions, grain="day", compare="previous")
            nothing, some = answer(empty, DAY, query), answer(store, DAY, query)
            assert list(nothing) == list(some) == [column.name for column in query.columns]
            assert nothing.dtypes.to_dict() == some.dtypes.to_dict()


def test_no_dimension_has_the_name_of_a_measure():
    assert not model().dimensions.keys() & model().measures.keys()


def test_every_source_of_a_dimension_exists():
    for dimension in model().dimensions.values():
        assert set(dimension.sources) <= model().sources.keys()

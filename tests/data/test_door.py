"""The door: what `from runs` means for a scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.filters import Comparison, field
from analytics.scope import ALL_TENANTS, Scope
from analytics.view import NotFilterable, ScopeTooWide
from data.store import open_store
from tests.data.conftest import NOW, table, tuples
from tests.examples import examples

RUNS = table("""
    occurred_at           run_id  tenant_id  status   duration_ms  region  size
    2026-01-15T00:00:00Z  old     acme       success  100          eu      1
    2026-02-01T00:00:00Z  first   acme       success  200          eu      2
    2026-02-10T00:00:00Z  mid     globex     failed   -            us      -
    2026-02-28T23:59:59Z  last    acme       timeout  5000         -       10
    2026-02-15T00:00:00Z  nobody  -          success  300          eu      3
    2026-03-01T00:00:00Z  after   acme       success  400          us      4
    2026-03-01T12:00:00Z  now     acme       success  500          us      5
""")
IDS = "select run_id from runs order by occurred_at"


@pytest.fixture(scope="module")
def runs():
    """One store for all tests that only read."""
    opened = open_store("duckdb://:memory:", clock=lambda: NOW)
    opened.append("runs", RUNS)
    yield opened
    opened.close()


def ids(view, scope, sql=IDS) -> list[str]:
    return [row[0] for row in tuples(view.frame(scope, sql))]


def test_runs_are_those_of_the_window_start_in_end_out(runs, february):
    assert ids(runs, february) == ["first", "mid", "nobody", "last"]


def test_history_reaches_from_the_beginning_to_now_exclusive(runs, february):
    assert ids(runs, february, "select run_id from runs_history order by occurred_at") == [
        "old",
        "first",
        "mid",
        "nobody",
        "last",
        "after",
    ]


def test_a_tenants_scope_sees_its_rows_and_no_tenantless_ones(runs, february):
    assert ids(runs, replace(february, tenants=frozenset({"acme"}))) == ["first", "last"]
    assert ids(runs, replace(february, tenants=frozenset({"acme", "globex"}))) == ["first", "mid", "last"]


def test_a_view_refuses_a_wider_scope_whoever_built_it(runs, february):
    view = runs.view(frozenset({"acme"}))
    assert ids(view, replace(february, tenants=frozenset({"acme"}))) == ["first", "last"]
    for tenants in (ALL_TENANTS, frozenset({"acme", "globex"}), frozenset({"globex"})):
        with pytest.raises(ScopeTooWide):
            view.frame(replace(february, tenants=tenants), IDS)
    with pytest.raises(ScopeTooWide):
        runs.view(frozenset())


def test_a_callers_value_cannot_take_the_place_of_the_scopes_own(runs, february):
    acme = replace(february, tenants=frozenset({"acme"}))
    for name in ("scope_0", "scope_1", "scope_2"):
        with pytest.raises(ValueError, match="is the scope's own"):
            runs.frame(acme, IDS, **{name: ["globex"]})


def test_two_dashes_in_a_text_are_no_comment(runs, february):
    sql = "select run_id from runs where status <> '-- it''s' -- from runs_history\n order by occurred_at"
    assert ids(runs, february, sql) == ["first", "mid", "nobody", "last"]


@pytest.mark.parametrize("key", ["it's", "a--b", 'quo"te', "runs", "plan", "'; --"])
def test_a_name_in_quotes_is_one_name_whatever_it_holds(store, february, key):
    store.append("events", [{"event_id": "1", "occurred_at": february.start, "attributes": {key: "there"}}])
    quoted = key.replace('"', '""')
    found = store.frame(february, f"select \"attributes.{quoted}\" as found, '--' as text from events")
    assert found.to_dict("records") == [{"found": "there", "text": "--"}]


def test_an_alias_with_the_name_of_a_table_does_not_ask_for_it(runs, february):
    # `errors` has no status, so that asking for it under this filter would be refused.
    successes = replace(february, where=field("status") == "success")
    assert runs.frame(successes, 'select count(*) as "errors" from runs')["errors"].tolist() == [2]


def test_a_time_that_is_none_says_how_to_write_one(runs, february):
    with pytest.raises(ValueError, match="write it like 2026-01-08"):
        ids(runs, replace(february, where=field("occurred_at") > "soon"))


def test_an_empty_store_gives_the_columns_all_the_same(store, february):
    frame = store.frame(february, "select occurred_at, run_id, duration_ms from runs")
    assert [str(kind) for kind in frame.dtypes] == ["datetime64[us, UTC]", "str", "float64"]
    assert len(frame) == 0


def test_times_come_back_on_the_scopes_clock(runs, february):
    frame = runs.frame(
        replace(february, timezone="Asia/Kathmandu"), "select occurred_at from runs order by 1 limit 1"
    )
    assert frame["occurred_at"][0].isoformat() == "2026-02-01T05:45:00+05:45"


def test_plan_is_the_plan_when_it_happened_and_tenant_plan_the_plan_now(store, february):
    store.append("runs", RUNS)
    changes = table("""
        occurred_at           change_id  tenant_id  plan
        2026-01-01T00:00:00Z  1          acme       free
        2026-02-20T00:00:00Z  2          acme       pro
    """)
    store.append("subscriptions", changes)
    store.append("tenants", [{"tenant_id": "acme", "plan": "enterprise"}])
    assert tuples(store.frame(february, "select run_id, plan from runs order by occurred_at")) == [
        ("first", "free"),
        ("mid", ""),
        ("nobody", ""),
        ("last", "pro"),
    ]
    assert ids(store, replace(february, where=field("tenant.plan") == "enterprise")) == ["first", "last"]
    assert ids(store, replace(february, where=field("tenant.plan") == "pro")) == []
    then = replace(february, where=field("plan_then") == "pro")
    assert ids(store, then) == ["last"]
    assert ids(store, replace(february, where=~(field("plan_then") == "pro"))) == ["first", "mid", "nobody"]
    assert ids(store.view(frozenset({"globex"})), replace(then, tenants=frozenset({"globex"}))) == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (field("status") == "failed", ["mid"]),
        (field("status") != "failed", ["first", "nobody", "last"]),
        (field("status").isin(["failed", "timeout"]), ["mid", "last"]),
        (field("duration_ms") > 250, ["nobody", "last"]),
        (field("duration_ms") > "250", ["nobody", "last"]),
        (field("duration_ms").between(200, 300), ["first", "nobody"]),
        (field("duration_ms").exists(), ["first", "nobody", "last"]),
        (~field("duration_ms").exists(), ["mid"]),
        (~(field("duration_ms") > 250), ["first", "mid"]),
        (field("attributes.region") == "eu", ["first", "nobody"]),
        (field("attributes.region") != "eu", ["mid", "last"]),
        (field("attributes.size") == 2, ["first"]),
        (field("attributes.size") == "2", ["first"]),
        (field("attributes.size") == "2.0", []),
        (field("duration_ms") == "200", ["first"]),
        (field("duration_ms") == 200, ["first"]),
        (field("attributes.size") > 2, ["nobody", "last"]),
        (field("attributes.never") == "x", []),
        (field("attributes.never") != "x", ["first", "mid", "nobody", "last"]),
        (~field("attributes.never").exists(), ["first", "mid", "nobody", "last"]),
        (field("run_id").contains("IRS"), ["first"]),
        (field("run_id").like("*s*t"), ["first", "last"]),
        (field("run_id").like("%"), []),
        (field("run_id").like("l_st"), []),
        ((field("status") == "success") & (field("tenant_id") == "acme"), ["first"]),
        ((field("status") == "failed") | (field("attributes.size") == 10), ["mid", "last"]),
        (field("occurred_at") >= "2026-02-15T00:00:00+00:00", ["nobody", "last"]),
    ],
)
def test_filters(runs, february, where, expected):
    assert ids(runs, replace(february, where=where)) == expected


def test_numbers_and_booleans_in_texts_compare_as_texts(store, february):
    rows = [
        {"occurred_at": "2026-02-01T00:00:00Z", "event_id": str(n), "properties": {"v": v}}
        for n, v in enumerate([1, "1", True, "true", 1.5, "x"])
    ]
    store.append("events", rows)
    read = "select event_id from events order by 1"
    assert ids(store, replace(february, where=field("properties.v") == 1), read) == ["0", "1"]
    assert ids(store, replace(february, where=field("properties.v") == "1"), read) == ["0", "1"]
    assert ids(store, replace(february, where=field("properties.v") == True), read) == ["2", "3"]  # noqa: E712
    assert ids(store, replace(february, where=field("properties.v") > 1), read) == ["4"]


def test_a_field_that_the_table_cannot_have_is_refused_never_ignored(runs, february):
    with pytest.raises(NotFilterable, match="runs cannot be filtered by level"):
        ids(runs, replace(february, where=field("level") == "error"))


@pytest.mark.parametrize(
    "hostile", ["'", '"', "$x", "a;--", "\\", "%_", "x' or 1=1 --", "ключ", "a\nb", 'k."q"', "{}", "\x07"]
)
def test_hostile_names_and_values_are_only_names_and_values(store, february, hostile):
    store.append(
        "events",
        [
            {
                "occurred_at": "2026-02-01T00:00:00Z",
                "event_id": "1",
                "event_type": hostile,
                "properties": {hostile: hostile},
            }
        ],
    )
    read = "select event_id from events"
    assert ids(store, replace(february, where=field("event_type") == hostile), read) == ["1"]
    if hostile.isprintable():  # a filter's own rule for names
        assert ids(store, replace(february, where=field(f"properties.{hostile}") == hostile), read) == ["1"]
    assert ids(store, replace(february, where=field("event_type").contains(hostile)), read) == ["1"]
    assert ids(store, replace(february, tenants=frozenset({hostile})), read) == []


def test_an_alias_that_leads_to_one_tenant_gives_its_tenantless_rows_that_tenant(store, february):
    store.append("identities", [{"tenant_id": "acme", "alias": "anon-1", "person_id": "u1"}])
    store.append(
        "identities",
        [
            {"tenant_id": "acme", "alias": "both", "person_id": "u2"},
            {"tenant_id": "globex", "alias": "both", "person_id": "u3"},
        ],
    )
    rows = table("""
        occurred_at           event_id  anonymous_id  tenant_id
        2026-02-01T00:00:00Z  1         anon-1        -
        2026-02-01T00:00:00Z  2         both          -
        2026-02-01T00:00:00Z  3         -             acme
        2026-02-01T00:00:00Z  4         anon-9        -
    """)
    store.append("events", rows)
    read = "select event_id, tenant_id from events order by 1"
    assert tuples(store.frame(february, read)) == [("1", "acme"), ("2", ""), ("3", "acme"), ("4", "")]
    assert tuples(store.frame(replace(february, tenants=frozenset({"acme"})), read)) == [
        ("1", "acme"),
        ("3", "acme"),
    ]
    assert tuples(store.frame(replace(february, tenants=frozenset({"globex"})), read)) == []
    # Counted without a word of tenants the rows are as many, whosever they are.
    assert tuples(store.frame(february, "select count(*) as n from events")) == [(4,)]
    acme = replace(february, where=field("tenant_id") == "acme")
    assert tuples(store.frame(acme, "select count(*) as n from events")) == [(2,)]
    for star in ("select * from events", "from events", "select e.* from events as e", "(from events)"):
        owners = store.frame(
            february, f"with every as ({star}) select count(distinct tenant_id) as n from every"
        )
        assert tuples(owners) == [(2,)]
        assert sorted(store.frame(february, star)["tenant_id"]) == ["", "", "acme", "acme"]


def test_all_columns_after_a_set_operation_tell_tenants_too(store, february):
    store.append("identities", [{"tenant_id": "acme", "alias": "anon-1", "person_id": "u1"}])
    rows = table("""
        occurred_at           event_id  anonymous_id  tenant_id
        2026-02-01T00:00:00Z  1         anon-1        -
    """)
    store.append("events", rows)
    read = "select 1 as n where false union all by name from events"
    assert store.frame(february, read)["tenant_id"].tolist() == ["acme"]


def test_person_filters_follow_aliases_within_the_tenant(store, february):
    store.append(
        "people",
        [
            {"tenant_id": "acme", "person_id": "u1", "role": "admin"},
            {"tenant_id": "globex", "person_id": "u1", "role": "viewer"},
        ],
    )
    store.append("identities", [{"tenant_id": "acme", "alias": "anon-1", "person_id": "u1"}])
    rows = table("""
        occurred_at           event_id  tenant_id  user_id  anonymous_id
        2026-02-01T00:00:00Z  1         acme       u1       -
        2026-02-01T00:00:00Z  2         acme       -        anon-1
        2026-02-01T00:00:00Z  3         globex     u1       -
    """)
    store.append("events", rows)
    assert ids(
        store,
        replace(february, where=field("person.role") == "admin"),
        "select event_id from events order by 1",
    ) == ["1", "2"]


VALUES = st.one_of(
    st.sampled_from(["a", "b", "A", "1", "1.5", "true", "*", ""]),
    st.integers(-2, 2),
    st.booleans(),
    st.sampled_from([0.5, 1.5]),
)


def reference(value: object, condition: Comparison) -> bool:
    """The rules of filters, in Python, for one attribute that may be missing."""

    def text(item: object) -> str:
        if isinstance(item, bool):
            return str(item).lower()
        return str(int(item)) if isinstance(item, float) and item.is_integer() else str(item)

    if condition.op == "!=":
        return not reference(value, Comparison(condition.field, "==", condition.value))
    if value is None:
        return False
    match condition.op:
        case "==":
            return text(value) == text(condition.value)
        case "in":
            return any(text(value) == text(item) for item in condition.value)
        case "contains":
            return text(condition.value).lower() in text(value).lower()
    raise AssertionError(condition.op)


@pytest.fixture(scope="module")
def mixed():
    """One store for all examples; each has a tenant and an attribute of its own."""
    opened = open_store("duckdb://:memory:", clock=lambda: NOW)
    yield opened, count()
    opened.close()


@settings(max_examples=examples(60), deadline=None)
@given(
    values=st.lists(st.one_of(st.none(), VALUES), min_size=1, max_size=8),
    wanted=VALUES,
    op=st.sampled_from(["==", "!=", "in", "contains"]),
    negated=st.booleans(),
)
def test_a_filter_on_an_attribute_of_mixed_types_equals_the_rule(mixed, values, wanted, op, negated):
    store, numbers = mixed
    own = f"v{next(numbers)}"
    start = datetime(2026, 2, 1, tzinfo=UTC)
    store.append(
        "events",
        [
            {"occurred_at": start, "event_id": str(n), "tenant_id": own, "properties": {own: value, "pad": 1}}
            for n, value in enumerate(values)
        ],
        source=own,
    )
    operand = (wanted,) if op == "in" else str(wanted) if op == "contains" else wanted
    condition = Comparison(f"properties.{own}", op, operand)
    where = ~condition if negated else condition
    scope = Scope(start, start + timedelta(days=1), tenants=frozenset({own}), where=where)
    expected = [
        str(n) for n, value in enumerate(values) if value != "" and reference(value, condition) != negated
    ]
    found = [
        event
        for event in ids(store, scope, "select event_id from events order by event_id::int")
        if values[int(event)] != ""
    ]
    assert found == expected


@pytest.mark.parametrize(
    "sql",
    [
        "select * from runs order by occurred_at limit 1",
        "from runs order by occurred_at limit 1",
        "select r.* from runs as r order by occurred_at limit 1",
        "select 1 as one, r.* exclude (status) from runs as r order by occurred_at limit 1",
        "select columns('.*_id') from runs order by occurred_at limit 1",
        'select run_id, RUN_ID as again, "run_id" as quoted from runs order by occurred_at limit 1',
        "(select run_id from runs order by occurred_at limit 1) union all by name from runs where false",
    ],
)
def test_a_statement_finds_every_column_that_it_reads(runs, february, sql):
    assert runs.frame(february, sql)["run_id"].tolist() == ["first"]


def test_rows_are_counted_without_a_column(runs, february):
    assert runs.frame(february, "select count(*) as n from runs")["n"].tolist() == [4]

"""Filters: what one may say, how it reads, and its JSON form."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.filters import And, Comparison, Not, Or, cohorts, field, fields, from_dict, sentence, to_dict
from analytics.forms import BadForm
from analytics.patterns import literally

NAMES = st.sampled_from(
    ["status", "duration_ms", "attributes.plan", "properties.a b.c", "tenant.plan", "person.role"]
)
TEXTS = st.text(max_size=20)
SCALARS = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(timezones=st.just(UTC)),
)
COMPARISONS = st.one_of(
    st.builds(Comparison, NAMES, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), SCALARS),
    st.builds(Comparison, NAMES, st.sampled_from(["contains", "like"]), TEXTS),
    st.builds(Comparison, NAMES, st.just("matches"), TEXTS.map(literally)),
    st.builds(Comparison, NAMES, st.just("in"), st.lists(SCALARS, min_size=1, max_size=4).map(tuple)),
    st.builds(Comparison, NAMES, st.just("between"), st.tuples(SCALARS, SCALARS)),
    st.builds(Comparison, NAMES, st.just("exists")),
    st.builds(
        Comparison,
        st.sampled_from(["user_id", "tenant_id", "cohort"]),
        st.just("in_cohort"),
        st.sampled_from(["c1", "Power users"]),
    ),
)
FILTERS = st.recursive(
    COMPARISONS,
    lambda parts: st.one_of(
        st.builds(And, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=8,
)


@given(FILTERS)
def test_the_json_form_leads_back(where):
    back = from_dict(json.loads(json.dumps(to_dict(where))))
    assert back == where
    assert hash(back) == hash(where)
    assert sentence(back) == sentence(where)
    assert fields(back) == fields(where)


def test_operators_make_values():
    plan = field("attributes.plan")
    assert (plan == "pro") == Comparison("attributes.plan", "==", "pro")
    assert (plan != "pro") == Comparison("attributes.plan", "!=", "pro")
    assert (plan < 1) == Comparison("attributes.plan", "<", 1)
    assert (plan <= 1) == Comparison("attributes.plan", "<=", 1)
    assert (plan > 1) == Comparison("attributes.plan", ">", 1)
    assert (plan >= 1) == Comparison("attributes.plan", ">=", 1)
    assert plan.isin(["pro", "team"]) == Comparison("attributes.plan", "in", ("pro", "team"))
    assert plan.between(1, 2) == Comparison("attributes.plan", "between", (1, 2))
    assert plan.contains("x") == Comparison("attributes.plan", "contains", "x")
    assert plan.like("a*") == Comparison("attributes.plan", "like", "a*")
    assert plan.matches("a.c") == Comparison("attributes.plan", "matches", "a.c")
    assert plan.exists() == Comparison("attributes.plan", "exists")


def test_filters_combine():
    a, b, c = field("a") == 1, field("b") == 2, field("c") == 3
    assert a & b & c == And((a, b, c))
    assert a | b | c == Or((a, b, c))
    assert (a & b) | c == Or((And((a, b)), c))
    assert ~a == Not(a)
    assert ~~a == a
    assert fields((a & ~b) | c) == {"a", "b", "c"}
    assert fields(None) == frozenset()


def test_a_filter_tells_the_cohorts_that_it_asks_for():
    where = field("user_id").in_cohort("c1") & ~field("cohort").in_cohort("Power users") & (field("a") == 1)
    assert fields(where) == {"user_id", "cohort.c1", "cohort.Power users", "a"}
    assert cohorts(fields(where)) == {"c1", "Power users"}
    assert cohorts(fields(field("attributes.cohort") == "b")) == frozenset()


def test_a_sentence_calls_a_cohort_by_its_name():
    names = {"cohort.c1": "Power users"}
    where = field("user_id").in_cohort("c1")
    assert sentence(where, lambda name: names.get(name, name)) == "person is in cohort Power users"


def test_equal_in_python_is_not_the_same_question():
    asked = {field("a") == 1, field("a") == 1.0, field("a") == True, field("a") == "1"}  # noqa: E712
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (field("attributes.plan") == "pro", "plan is pro"),
        (field("properties.plan") != "pro", "plan is not pro"),
        (field("tenant.plan") == "pro", "tenant plan is pro"),
        (field("duration_ms") > 5000, "duration_ms is over 5000"),
        (field("duration_ms") <= 0.5, "duration_ms is at most 0.5"),
        (field("status").isin(["failed"]), "status is failed"),
        (field("status").isin(["a", "b", "c"]), "status is a, b or c"),
        (field("duration_ms").between(1, 2), "duration_ms is between 1 and 2"),
        (field("message").contains("time out"), "message contains time out"),
        (field("workflow_id").like("wf_*"), "workflow_id is like wf_*"),
        (field("workflow_id").matches("wf_.1"), "workflow_id matches wf_.1"),
        (field("*").contains("time out"), "any text contains time out"),
        (field("user_id").exists(), "user_id is present"),
        (~field("user_id").exists(), "user_id is missing"),
        (field("user_id") == "", "user_id is empty"),
        (field("handled") == True, "handled is true"),  # noqa: E712
        (field("user_id").in_cohort("c1"), "person is in cohort c1"),
        (~field("tenant_id").in_cohort("c1"), "not (tenant is in cohort c1)"),
        (field("cohort").in_cohort("Power users"), "is in cohort Power users"),
        (
            field("since") >= datetime(2026, 1, 8, 14, tzinfo=UTC),
            "since is at least 2026-01-08 14:00:00+00:00",
        ),
        (
            (field("plan") == "pro") & ((field("status") == "failed") | ~(field("kind") == "job")),
            "plan is pro and (status is failed or not (kind is job))",
        ),
    ],
)
def test_a_filter_reads_as_a_sentence(where, says):
    assert sentence(where) == says


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: field(""), "a field's name"),
        (lambda: field("a\nb"), "a field's name"),
        (lambda: field("x" * 301), "a field's name"),
        (lambda: field("attributes."), "name the field after the dot"),
        (lambda: field("a") == None, "use exists()"),  # noqa: E711
        (lambda: field("a") == ["x"], "not with list"),
        (lambda: field("a") == math.inf, "finite"),
        (lambda: field("a") > datetime.fromisoformat("2026-01-01"), "needs a timezone"),
        (lambda: field("a").isin([]), "at least one value"),
        (lambda: field("a").isin("abc"), "isin takes a list"),
        (lambda: field("a").contains(1), "looks for text"),
        (lambda: field("a").matches(1), "looks for text"),
        (lambda: field("a").matches("a(b"), "this group has no end"),
        (lambda: field("a") == "\ud800", "half a character"),
        (lambda: field("tenant.attributes."), "name the field after the dot"),
        (lambda: Comparison("a", "~=", 1), "'~=' is no operator"),
        (lambda: Comparison("a", "between", (1, 2, 3)), "a low and a high"),
        (lambda: Comparison("a", "exists", 1), "takes no value"),
        (lambda: And(()), "at least one filter"),
        (lambda: field("status").in_cohort("c1"), "ask it of user_id or tenant_id"),
        (lambda: field("user_id").in_cohort(""), "named by its id"),
        (lambda: field("user_id").in_cohort(5), "named by its id"),
        (lambda: (field("a") == 1) & "b = 2", "compare a field before"),
        (lambda: (field("a") == 1) and (field("b") == 2), "combine filters with & and |"),
        (lambda: 1 if field("a") == 1 else 2, "combine filters with & and |"),
    ],
)
def test_what_makes_no_sense_is_refused(make, says):
    with pytest.raises((ValueError, TypeError)) as refusal:
        make()
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    "form",
    [
        None,
        [],
        {},
        {"op": "==", "field": "a", "value": 1},
        {"version": 2, "op": "==", "field": "a", "value": 1},
        {"version": 1, "op": "==", "field": "a", "value": 1, "extra": 1},
        {"version": 1, "op": "and", "parts": [], "field": "a"},
        {"version": 1, "op": "and", "parts": 5},
        {"version": 1, "op": "not", "part": None},
        {"version": 1, "op": ["=="], "field": "a", "value": 1},
        {"version": 1, "op": "==", "field": 1, "value": 1},
        {"version": 1, "op": "==", "field": "a", "value": {"time": 5}},
        {"version": 1, "op": "==", "field": "a", "value": {"code": "x"}},
    ],
)
def test_a_json_form_it_does_not_know_is_refused(form):
    with pytest.raises(ValueError, match=r"filter|operator|field|parts|value|time|not|comparison"):
        from_dict(form)


def test_a_form_nested_beyond_reason_is_refused():
    form: dict[str, object] = {"op": "exists", "field": "a"}
    for _ in range(40):
        form = {"op": "not", "part": form}
    with pytest.raises(BadForm, match="32 deep"):
        from_dict({"version": 1} | form)

"""Searches: quantities, times, other names of fields, escaping, and whatever somebody throws at them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.filters import And, Comparison, Filter, Not, Or, field
from analytics.search import LONGEST, SYNTAXES, SearchError, escape, parse
from tests.analytics.table import table
from tests.examples import examples

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)  # a Wednesday

duration, occurred = field("duration_ms"), field("occurred_at")
BOTH = pytest.mark.parametrize("syntax", SYNTAXES)


@BOTH
@pytest.mark.parametrize(
    ("search", "means"),
    [
        ("duration:>5s", duration > 5000),
        ("duration_ms:>850ms", duration > 850),
        ("duration:>=1.5s", duration >= 1500),
        ("duration:<2m", duration < 120_000),
        ("duration:<1h30m", duration < 5_400_000),
        ('duration:"1 h 30 min"', duration == 5_400_000),
        ("duration:250us", duration == 0.25),
        ("duration:250", duration == 250),
        ("duration:[1s TO 5s]", duration.between(1000, 5000)),
        ("duration:*", duration.exists()),
        ("attributes.wait_ms:>5s", field("attributes.wait_ms") > 5000),
        ("attributes.wait_seconds:>2m", field("attributes.wait_seconds") > 120),
        ("attributes.size_bytes:>2MB", field("attributes.size_bytes") > 2_000_000),
        ("http.response.body.bytes:<=1.5KiB", field("http.response.body.bytes") <= 1536),
        # a unit is a unit only where the field has one
        ("version:5s", field("version") == "5s"),
    ],
)
def test_a_quantity_is_in_the_unit_of_its_field(syntax, search, means):
    assert parse(search, syntax, now=NOW) == means


def test_kql_takes_a_space_before_the_unit():
    assert parse("status:failed and duration > 5 s") == (field("status") == "failed") & (duration > 5000)


@BOTH
@pytest.mark.parametrize(
    ("search", "at", "problem"),
    [
        ("duration:>soon", 10, "'soon' is no duration"),
        ("duration:5MB", 9, "'5MB' is no duration"),
        ("attributes.size_bytes:5s", 22, "'5s' is no size"),
        ("version:>5s", 9, "version is not known to be a duration or a size"),
        ("created_at:>soon", 12, "This is no time"),
        ("time:now-1x", 5, "This is no time"),
        ("time:2026-02-30", 5, "This is no time"),
        ("time:9999-12-31||+1y", 5, "This is no time"),
        ("time:1024-01-01", 5, "This is no time"),
        ("time:2026-01-08||", 5, "This is no time"),
        ("time:now+999999y", 5, "This is no time"),
    ],
)
def test_a_value_that_the_field_cannot_have_is_refused(syntax, search, at, problem):
    with pytest.raises(SearchError) as refused:
        parse(search, syntax, now=NOW)
    assert (refused.value.position, problem in refused.value.problem) == (at, True)


STRETCHES = """
    said                     timezone          from                      to
    2026-01-08               UTC               2026-01-08T00:00          2026-01-09T00:00
    2026-01                  UTC               2026-01-01T00:00          2026-02-01T00:00
    2026                     UTC               2026-01-01T00:00          2027-01-01T00:00
    2026-01-08T14            UTC               2026-01-08T14:00          2026-01-08T15:00
    2026-01-08T14:30         UTC               2026-01-08T14:30          2026-01-08T14:31
    2026-01-08T14:30:05      UTC               2026-01-08T14:30:05       2026-01-08T14:30:06
    2026-01-08T14:30Z        Asia/Kathmandu    2026-01-08T14:30          2026-01-08T14:31
    2026-01-08T14:30+05:45   UTC               2026-01-08T08:45          2026-01-08T08:46
    2026-01-08               Asia/Kathmandu    2026-01-07T18:15          2026-01-08T18:15
    2026-01-08T14:30         Asia/Kathmandu    2026-01-08T08:45          2026-01-08T08:46
    # A day of 23 hours, and one of 25.
    2026-03-08               America/New_York  2026-03-08T05:00          2026-03-09T04:00
    2026-11-01               America/New_York  2026-11-01T04:00          2026-11-02T05:00
    now/d                    UTC               2026-03-11T00:00          2026-03-12T00:00
    now-1d/d                 UTC               2026-03-10T00:00          2026-03-11T00:00
    now/h                    UTC               2026-03-11T14:00          2026-03-11T15:00
    now/w                    UTC               2026-03-09T00:00          2026-03-16T00:00
    now/M                    UTC               2026-03-01T00:00          2026-04-01T00:00
    now/y                    UTC               2026-01-01T00:00          2027-01-01T00:00
    now-1M/M                 America/New_York  2026-02-01T05:00          2026-03-01T05:00
    now/d+9h                 UTC               2026-03-11T09:00          2026-03-12T09:00
    # Three days before a clock change, on the same clock.
    now/d-3d                 America/New_York  2026-03-08T05:00          2026-03-09T04:00
    2026-01-08||+1M/d        UTC               2026-02-08T00:00          2026-02-09T00:00
    2026-01-31||+1M          UTC               2026-02-28T00:00          2026-03-01T00:00
    2026-01-08||-1w          UTC               2026-01-01T00:00          2026-01-02T00:00
"""


@BOTH
@pytest.mark.parametrize("row", table(STRETCHES), ids=lambda row: f"{row['said']} {row['timezone']}")
def test_a_time_covers_what_it_says(syntax, row):
    start, end = (datetime.fromisoformat(row[edge]).replace(tzinfo=UTC) for edge in ("from", "to"))
    means = {
        "": (occurred >= start) & (occurred < end),
        ">=": occurred >= start,
        ">": occurred >= end,
        "<": occurred < start,
        "<=": occurred < end,
    }
    for op, filtered in means.items():
        for name in ("occurred_at", "@timestamp", "time"):
            assert parse(f"{name}:{op}{row['said']}", syntax, NOW, row["timezone"]) == filtered


@BOTH
@pytest.mark.parametrize(
    ("said", "instant"),
    [
        ("now", NOW),
        ("now-15m", NOW - timedelta(minutes=15)),
        ("now-1d", NOW - timedelta(days=1)),
        ("2026-03-11T14:30:00.000Z", NOW),
        ("2026-03-11T14:30:00.000000001Z", NOW),
        (str(int(NOW.timestamp() * 1000)), NOW),
    ],
)
def test_an_instant_is_one(syntax, said, instant):
    assert parse(f"time:{said}", syntax, NOW) == (occurred == instant)
    assert parse(f"time:<={said}", syntax, NOW) == (occurred <= instant)
    assert parse(f"time:>{said}", syntax, NOW) == (occurred > instant)


def test_a_day_before_is_on_the_same_clock():
    # 10:30 of 7 March is 15:30 UTC; the clock of 11 March is an hour ahead of it.
    assert parse("time:now-4d", now=NOW, timezone="America/New_York") == (
        occurred == datetime(2026, 3, 7, 15, 30, tzinfo=UTC)
    )


@BOTH
def test_a_range_of_times_ends_with_its_last_day(syntax):
    start, end = datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC)
    assert parse("time:[2026-01-08 TO 2026-01-09]", syntax) == (occurred >= start) & (occurred < end)
    assert parse("time:[2026-01-08 TO 2026-01-10}", syntax) == (occurred >= start) & (occurred < end)
    assert parse("time:{2026-01-07 TO *]", syntax) == (occurred >= start)


def test_without_a_now_only_dates_mean_something():
    assert parse("time:>=2026-01-08") == (occurred >= datetime(2026, 1, 8, tzinfo=UTC))
    with pytest.raises(SearchError, match="nothing here says what is now"):
        parse("time:>=now-1d")


@BOTH
@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("log.level:error", "level"),
        ("service.name:api", "service"),
        ("trace.id:abc", "trace_id"),
        ("user.id:u1", "user_id"),
        ("tenant:acme", "tenant_id"),
        ("http.response.status_code:500", "http_status"),
        ("deployment.environment.name:production", "environment"),
        ("gen_ai.request.model:gpt", "model"),
        ("tenant.plan:pro", "tenant.plan"),
        ("person.role:admin", "person.role"),
        ("properties.plan:pro", "properties.plan"),
        ("attributes.log.level:error", "attributes.log.level"),
    ],
)
def test_a_field_is_known_by_its_other_names(syntax, search, name):
    found = parse(search, syntax)
    assert isinstance(found, Comparison)
    assert found.field == name


SCALARS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet='ab \\"*?:()[]{}<>+-!&|^~/\n\tandorANDOR0123456789.', max_size=30),
    st.booleans(),
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)


@BOTH
@given(value=SCALARS)
@example(value="")
@example(value="null")
@example(value="*")
@example(value="now-1d")
@example(value=1.0)
@example(value=-0.0)
@example(value=1e300)
def test_an_escaped_value_is_that_value_and_nothing_else(syntax, value):
    for written in (f"field:{escape(value, syntax)}", f"field:({escape(value, syntax)})"):
        assert parse(written, syntax, now=NOW) == (field("field") == value)
    both = parse(f"field:({escape(value, syntax)} OR {escape('x', syntax)})", syntax, now=NOW)
    assert both in (field("field").isin([value, "x"]), field("field") == "x")


@BOTH
@given(value=st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=st.timezones()))
def test_an_escaped_time_is_that_time(syntax, value):
    assert parse(f"occurred_at:{escape(value, syntax)}", syntax, timezone="Asia/Kathmandu") == (
        occurred == value.astimezone(UTC)
    )


@BOTH
def test_a_whole_number_beyond_64_bits_is_written_as_its_text(syntax):
    assert parse(f"field:{escape(2**70, syntax)}", syntax) == (field("field") == str(2**70))


def test_an_escaped_text_is_looked_for_in_prose():
    assert parse(f"message:{escape('50% (of 100)')}") == field("message").contains("50% (of 100)")


WHOLE = st.one_of(
    st.text(max_size=12),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6).filter(lambda number: not number.is_integer()),
)
ORDERED = st.one_of(st.text(max_size=8), st.integers(-999, 999), st.sampled_from([0.5, -1.25]))
NAMES = st.sampled_from(["status", "attributes.plan", "tenant.plan", "a.b-c"])
WRITABLE = st.recursive(
    st.one_of(
        st.builds(Comparison, NAMES, st.just("=="), WHOLE),
        st.builds(Comparison, NAMES, st.just("exists")),
        st.builds(Comparison, NAMES, st.sampled_from(["<", "<=", ">", ">="]), ORDERED),
        st.builds(Comparison, NAMES, st.just("between"), st.tuples(ORDERED, ORDERED)),
        st.builds(
            Comparison,
            NAMES,
            st.just("in"),
            st.lists(WHOLE, min_size=2, max_size=4, unique_by=repr).map(tuple),
        ),
        st.builds(
            Comparison, NAMES, st.just("like"), st.sampled_from(["a*", "*a", "a*b*", "wf_*", "100%*", "*\\*"])
        ),
        st.builds(
            Comparison,
            st.sampled_from(["message", "*"]),
            st.just("contains"),
            st.text(min_size=1, max_size=12),
        ),
    ),
    lambda parts: st.one_of(
        st.builds(And, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        parts.filter(lambda part: not isinstance(part, Not)).map(Not),
    ),
    max_leaves=8,
)


@BOTH
@given(where=WRITABLE)
def test_a_filter_that_is_written_down_is_read_back(syntax, where):
    assert parse(written(where, syntax), syntax) == where


def written(where: Filter, syntax: str) -> str:  # noqa: PLR0911  one return a kind
    match where:
        case And(parts):
            return "(" + " AND ".join(written(part, syntax) for part in parts) + ")"
        case Or(parts):
            return "(" + " OR ".join(written(part, syntax) for part in parts) + ")"
        case Not(part):
            return f"(NOT {written(part, syntax)})"
        case Comparison("*", _, value):
            return escape(value, syntax)
        case Comparison(name, "exists"):
            return f"{name}:*"
        case Comparison(name, "in", values):
            return f"{name}:({' OR '.join(escape(value, syntax) for value in values)})"
        case Comparison(name, "between", (low, high)):
            return f"{name}:[{escape(low, syntax)} TO {escape(high, syntax)}]"
        case Comparison(name, "like", pattern):
            return f"{name}:" + pattern.replace("\\", "\\\\")
        case Comparison(name, "==" | "contains", value):
            return f"{name}:{escape(value, syntax)}"
        case Comparison(name, op, value):
            return f"{name}:{op}{escape(value, syntax)}"
    raise AssertionError(where)


def read(text: str, syntax: str) -> Filter | SearchError:
    """What becomes of a text; any other exception is a failure."""
    try:
        return parse(text, syntax, now=NOW, timezone="America/New_York")
    except SearchError as error:
        return error


PIECES = st.sampled_from(
    [
        *'()[]{}:"\\*?<>=+-!&|^~/ \n\t\0',
        "and", "or", "not", "AND", "OR", "NOT", "TO", "&&", "||", "level", "duration", "time", "_exists_", "message",
        "5s", "1.5", "now-1d/d", "2026-01-08", "||", "\\u00e9", "\\ud83d", "é", "😀", "{1 TO 5]", "/a+/", "null",
    ]
)  # fmt: skip


@BOTH
@settings(max_examples=examples(600), deadline=None)
@given(text=st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
def test_whatever_is_typed_is_a_filter_or_an_error_that_says_where(syntax, text):
    found = read(text, syntax)
    assert isinstance(found, Filter) or (0 <= found.position <= len(text) and found.expected)


@BOTH
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a" * (LONGEST + 1), "too long"),
        ("(" * 33 + "a" + ")" * 33, "nested too deep"),
        ("level:" + "(" * 33 + "a" + ")" * 33, "nested too deep"),
        ("NOT (" * 20 + "a" + " AND b)" * 20, "nested too deep"),
        (" OR ".join(["a"] * 201), "one term too many"),
        ("level:(" + " OR ".join(["a"] * 201) + ")", "one term too many"),
        ("a \ud800", "half a character"),
    ],
)
def test_what_is_too_much_is_refused(syntax, text, problem):
    with pytest.raises(SearchError, match=problem):
        parse(text, syntax)


@BOTH
@pytest.mark.parametrize(
    "most", ["(" * 32 + "a" + ")" * 32, " OR ".join(["a"] * 200), "not " * 500 + "a", "a" * LONGEST]
)
def test_what_is_just_enough_is_read(syntax, most):
    assert isinstance(parse(most.replace("not", "NOT"), syntax), Filter)


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "(" * LONGEST,
        '"' * LONGEST,
        "\\" * LONGEST,
        "*" * LONGEST,
        "[" * LONGEST,
        "a:[" * (LONGEST // 3),
        "/" * LONGEST,
        "/a " * (LONGEST // 3),
        "duration:" + "1s" * 2000,
        "time:now" + "+1d" * 1000,
        "message:" + "a*" * 2000,
        "x:/" + "(a+)+" * 90 + "/",
        "x:" + "9" * 4000,
        "NOT " * (LONGEST // 4),
        "-" * LONGEST,
        "a^" * (LONGEST // 2),
    ],
)
def test_a_hostile_search_is_read_or_refused_in_one_pass(syntax, text):
    # A reading that went back and forth would not end here.
    found = read(text, syntax)
    assert isinstance(found, Filter) or 0 <= found.position <= len(text)


def test_no_number_is_infinite():
    assert parse("x:1e+999") == (field("x") == "1e+999")
    assert parse("x > 1e999") == (field("x") > "1e999")
    assert math.isfinite(parse("x:1e+300").value)


def test_an_unknown_syntax_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="use kql or lucene"):
        parse("a", "sql")

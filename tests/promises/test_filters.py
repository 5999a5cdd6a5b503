"""Filters mean in the store what they mean on paper: every filter against a reading of it in plain Python."""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.filters import And, Comparison, Filter, Not, Or, field
from analytics.scope import Scope
from data.store import open_store
from tests.examples import examples

DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))

STATUSES = ["success", "failed", "Failed", ""]
DURATIONS = [None, 0, 1, 1.5, 1000]
TEXTS = ["pro", "Pro", "pro_1", "100%", "a*b", "1", "true", ""]
MIXED = [1, 1.5, "1", "one", True, False, None]

ROWS = [
    {
        "run_id": str(n),
        "occurred_at": DAY.start + timedelta(minutes=n),
        "status": STATUSES[n % len(STATUSES)],
        "duration_ms": DURATIONS[n % len(DURATIONS)],
        "attributes": {
            "text": TEXTS[n % len(TEXTS)],
            "mixed": MIXED[n % len(MIXED)],
            "number": n % 4,
            "flag": n % 3 == 0,
            **({"rare": n} if n % 20 == 7 else {}),
            "nested": {"key": n % 2},
        },
    }
    for n in range(120)
]

TEXT_FIELDS = st.sampled_from(["status", "attributes.text"])
NUMBER_FIELDS = st.sampled_from(
    ["duration_ms", "attributes.number", "attributes.rare", "attributes.nested.key"]
)
ANY_FIELD = st.one_of(
    TEXT_FIELDS, NUMBER_FIELDS, st.sampled_from(["attributes.mixed", "attributes.flag", "attributes.never"])
)
WORDS = st.sampled_from([*STATUSES, *TEXTS, "one", "PRO", "o"])
NUMBERS = st.sampled_from([0, 1, 1.0, 1.5, 3, 7, 1000, -1])
VALUES = st.one_of(WORDS, NUMBERS, st.booleans())
PATTERNS = st.sampled_from(["*", "pro", "pro*", "*ro", "p*1", "100%", "10_%", "a*b", "*\\*", "Fa*", ""])
EXPRESSIONS = st.sampled_from(["pro", "(?i)pro", "pro.*", "[0-9.]+", "1|true|one", r"a\*b", r".*\W.*", ""])
COMPARISONS = st.one_of(
    st.builds(Comparison, ANY_FIELD, st.sampled_from(["==", "!="]), VALUES),
    st.builds(Comparison, ANY_FIELD, st.just("in"), st.lists(VALUES, min_size=1, max_size=3).map(tuple)),
    st.builds(Comparison, ANY_FIELD, st.just("exists")),
    st.builds(Comparison, NUMBER_FIELDS, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds(Comparison, TEXT_FIELDS, st.sampled_from(["<", "<=", ">", ">="]), WORDS),
    st.builds(Comparison, NUMBER_FIELDS, st.just("between"), st.tuples(NUMBERS, NUMBERS)),
    st.builds(Comparison, ANY_FIELD, st.just("contains"), WORDS.filter(bool)),
    st.builds(Comparison, ANY_FIELD, st.just("like"), PATTERNS),
    st.builds(Comparison, ANY_FIELD, st.just("matches"), EXPRESSIONS),
)
FILTERS = st.recursive(
    COMPARISONS,
    lambda parts: st.one_of(
        st.builds(And, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Or, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def runs():
    store = open_store("duckdb://:memory:")
    assert store.append("runs", ROWS).accepted == len(ROWS)
    yield store
    store.close()


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(where=FILTERS)
def test_the_store_keeps_the_rows_that_the_filter_means(runs, where):
    scope = Scope(DAY.start, DAY.end, where=where)
    kept = runs.frame(scope, "select run_id from runs order by run_id::bigint")["run_id"].tolist()
    assert kept == [row["run_id"] for row in ROWS if holds(where, row)]


def test_the_rows_tell_filters_apart():
    counts = [
        sum(holds(where, row) for row in ROWS)
        for where in (
            field("attributes.mixed") == 1,
            field("attributes.mixed") == True,  # noqa: E712
            field("attributes.rare").exists(),
            field("attributes.text").like("pro*"),
            field("attributes.text").contains("pro"),
        )
    ]
    assert counts == [35, 17, 6, 30, 45]


def holds(where: Filter, row: dict[str, object]) -> bool:
    match where:
        case And(parts):
            return all(holds(part, row) for part in parts)
        case Or(parts):
            return any(holds(part, row) for part in parts)
        case Not(part):
            return not holds(part, row)
        case Comparison(name, "!=", value):
            return not holds(Comparison(name, "==", value), row)
        case Comparison(name, op, value):
            found = read(row, name)
            return found is not None and compared(found, op, value)


def read(row: dict[str, object], name: str) -> object:
    """The value of a field; what is missing is None, and so is an empty text in a column."""
    if not name.startswith("attributes."):
        return row[name]
    found: object = row["attributes"]
    for key in name.removeprefix("attributes.").split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def compared(found: object, op: str, value: object) -> bool:
    match op:
        case "exists":
            answer = found != ""
        case "in":
            answer = any(equal(found, each) for each in value)
        case "==":
            answer = equal(found, value)
        case "contains":
            answer = value.lower() in text(found).lower()
        case "like":
            answer = re.fullmatch(re.escape(value).replace(r"\*", ".*"), text(found)) is not None
        case "matches":
            answer = re.fullmatch(value, text(found), re.DOTALL | re.ASCII) is not None
        case "between":
            answer = value[0] <= found <= value[1]
        case _:
            answer = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}[op](
                found, value
            )
    return answer


def equal(found: object, value: object) -> bool:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (found, value))
    return found == value if numbers else text(found) == text(value)


def text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

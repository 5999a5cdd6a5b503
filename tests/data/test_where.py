"""What each operator means for each type of column, with rows by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics.filters import field
from analytics.search import parse
from analytics.view import NotComparable
from tests.data.conftest import kept, table

DAY = "2026-02-10T"


@pytest.fixture(scope="module")
def calls(held, february):
    """AI calls a to e: numbers, money, flags; the last one states nothing."""
    rows = [
        ("a", 100, "0.25", True, "gpt"),
        ("b", 250, "2", False, "Gpt"),
        ("c", 9007199254740993, "0.1", True, "claude-1.0"),
        ("d", 0, "0", False, "100%_x"),
        ("e", None, None, None, ""),
    ]
    names = ("call_id", "input_tokens", "cost_usd", "cache_hit", "model")
    held.append(
        "llm_calls",
        [
            {"occurred_at": f"{DAY}10:00:00Z"}
            | {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in rows
        ],
    )
    return lambda where: kept(held, february, where, "call_id", "llm_calls")


tokens, cost, hit, model = field("input_tokens"), field("cost_usd"), field("cache_hit"), field("model")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        # whole numbers
        (tokens == 100, "a"),
        (tokens == 100.0, "a"),
        (tokens == "100", "a"),
        (tokens == "100.0", ""),
        (tokens == 9007199254740993, "c"),
        (tokens == 2**70, ""),
        (tokens == 10**400, ""),
        (tokens != 100, "b c d e"),
        (tokens < 10**400, "a b c d"),
        (tokens > -(10**400), "a b c d"),
        (tokens > 99.5, "a b c"),
        (tokens > "99.5", "a b c"),
        (tokens.between(100, 250), "a b"),
        (tokens.isin([0, "250"]), "b d"),
        (tokens.contains("5"), "b c"),
        (tokens.like("2*"), "b"),
        (tokens.matches("[0-9]{3}"), "a b"),
        (tokens.exists(), "a b c d"),
        (~tokens.exists(), "e"),
        (~(tokens > 99), "d e"),
        # money, exact, and written without zeros that say nothing
        (cost == 0.25, "a"),
        (cost == 0.1, "c"),
        (cost == "0.25", "a"),
        (cost == "0.250000000", ""),
        (cost == 2, "b"),
        (cost == "2", "b"),
        (cost == "0", "d"),
        (cost >= 0.1, "a b c"),
        (cost >= "0.1", "a b c"),
        (cost.between(0.1, 0.25), "a c"),
        (cost.like("0.*"), "a c"),
        (cost.contains("0"), "a c d"),
        (cost.exists(), "a b c d"),
        # flags
        (hit == True, "a c"),  # noqa: E712
        (hit == "true", "a c"),
        (hit == 1, ""),
        (hit != True, "b d e"),  # noqa: E712
        (hit.isin([True, False]), "a b c d"),
        (hit.exists(), "a b c d"),
        (hit.like("t*"), "a c"),
        (hit.contains("RU"), "a c"),
        # texts
        (model == "gpt", "a"),
        (model != "gpt", "b c d e"),
        (model.contains("GPT"), "a b"),
        (model.contains("%_"), "d"),
        (model.contains("t%"), ""),
        (model.like("g*"), "a"),
        (model.like("*%_*"), "d"),
        (model.like("*.0"), "c"),
        (model.matches("(?i)g.t"), "a b"),
        (model.matches("g"), ""),
        (model.isin(["gpt", "Gpt"]), "a b"),
        (model == "", "e"),
        (model.exists(), "a b c d"),
        (model > "f", "a"),
        (model.between("c", "h"), "a c"),
    ],
)
def test_columns_of_each_type(calls, where, expected):
    assert calls(where) == expected


@pytest.fixture(scope="module")
def changes(held, february):
    rows = table("""
        occurred_at           change_id  renews_at
        2026-02-10T10:00:00Z  a          2026-03-01T00:00:00Z
        2026-02-10T11:00:00Z  b          2026-03-02T12:30:00Z
        2026-02-10T12:00:00Z  c          -
    """)
    held.append("subscriptions", rows)
    return lambda where: kept(held, february, where, "change_id", "subscriptions")


renews = field("renews_at")
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (renews == MARCH, "a"),
        (renews == "2026-03-01T01:00:00+01:00", "a"),
        (renews != MARCH, "b c"),
        (renews.isin([MARCH, "2026-03-02T12:30:00Z"]), "a b"),
        (renews > MARCH, "b"),
        (renews.between(MARCH, "2026-03-02T12:30:00Z"), "a b"),
        (renews.exists(), "a b"),
        (renews.contains("12:30"), "b"),
        (renews.like("2026-03-01*"), "a"),
        (~(renews > MARCH), "a c"),
    ],
)
def test_a_column_of_times(changes, where, expected):
    assert changes(where) == expected


@pytest.mark.parametrize("where", [renews == "soon", renews > "soon", renews > 5, renews.isin(["soon"])])
def test_a_time_that_is_none_says_how_to_write_one(changes, where):
    with pytest.raises(NotComparable, match="write it like 2026-01-08"):
        changes(where)


@pytest.fixture(scope="module")
def events(held, february):
    values = [
        ("a", {"n": 1, "mixed": 1, "flag": True, "tags": ["red", "Blue"], "at": "2026-02-01T10:00:00+01:00"}),
        ("b", {"n": 1.5, "mixed": "1", "flag": False, "tags": [1, 2], "at": "2026-02-02"}),
        ("c", {"n": 20, "mixed": True, "tags": "red", "at": "soon"}),
        ("d", {"n": -3, "mixed": "one", "tags": []}),
        ("e", {}),
    ]
    held.append(
        "events",
        [
            {"occurred_at": f"{DAY}10:00:00Z", "event_id": name, "properties": {**each, "pad": 1}}
            for name, each in values
        ],
    )
    return lambda where: kept(held, february, where, "event_id", "events")


n, mixed, tags = field("properties.n"), field("properties.mixed"), field("properties.tags")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        # of one type
        (n == 1, "a"),
        (n == "1", "a"),
        (n == "1.5", "b"),
        (n > 1, "b c"),
        (n > "1", "b c"),
        (n != 1, "b c d e"),
        (n.like("-*"), "d"),
        (field("properties.flag") == True, "a"),  # noqa: E712
        (field("properties.flag") != True, "b c d e"),  # noqa: E712
        # of several types: as numbers where they are, else as texts
        (mixed == 1, "a b"),
        (mixed == "1", "a b"),
        (mixed == True, "c"),  # noqa: E712
        (mixed == "true", "c"),
        (mixed >= 1, "a b"),
        (mixed != 1, "c d e"),
        (mixed.contains("ONE"), "d"),
        (mixed.exists(), "a b c d"),
        # lists: what one of them is
        (tags == "red", "a c"),
        (tags == "Blue", "a"),
        (tags == "blue", ""),
        (tags == 2, "b"),
        (tags != "red", "b d e"),
        (tags.isin(["red", 1]), "a b c"),
        (tags.exists(), "a b c d"),
        # a text that is a time, against a time
        (field("properties.at") == datetime(2026, 2, 1, 9, tzinfo=UTC), "a"),
        (field("properties.at") > datetime(2026, 2, 1, 9, tzinfo=UTC), "b"),
        # never seen
        (field("properties.never") == 1, ""),
        (field("properties.never") != 1, "a b c d e"),
        (field("properties.never").exists(), ""),
        (~(field("properties.never") > 1), "a b c d e"),
        # without saying that it is an attribute, where no table has such a column
        (field("n") == 1, "a"),
        (field("never") == 1, ""),
        # by a name with wildcards
        (field("properties.m*") == "one", "d"),
        (field("properties.*") == 1, "a b c d e"),
        (field("properties.m*").exists(), "a b c d"),
        (field("*ix*") == "one", "d"),
        (field("event_*") == "e", "e"),
        (field("zz*") == 1, ""),
        (field("zz*") != 1, "a b c d e"),
    ],
)
def test_attributes(events, where, expected):
    assert events(where) == expected


def test_a_list_alone_is_searched_by_its_elements(store, february):
    rows = [("a", ["x", "y"]), ("b", ["y"]), ("c", None)]
    store.append(
        "events",
        [
            {"occurred_at": f"{DAY}10:00:00Z", "event_id": name, "properties": {"labels": value}}
            for name, value in rows
        ],
    )
    labels = field("properties.labels")
    assert kept(store, february, labels == "y", "event_id", "events") == "a b"
    assert kept(store, february, parse("labels:(y and not x)"), "event_id", "events") == "b"
    assert kept(store, february, labels.contains("X"), "event_id", "events") == "a"
    assert kept(store, february, ~labels.exists(), "event_id", "events") == "c"

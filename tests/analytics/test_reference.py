"""Random queries over random worlds, each answered as brute force answers it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import rows as behind_rows
from analytics.filters import field
from analytics.query import Query
from analytics.query import answer as asked
from analytics.scope import ALL_TENANTS, Scope
from tests.analytics import reference_answer as brute_force
from tests.analytics.reference import DIMENSIONS, TABLES, World
from tests.examples import examples

SEEDS = (1, 2, 3)
WORLDS = {seed: World.drawn(seed) for seed in SEEDS}
HOUR = timedelta(hours=1)
STARTS = st.datetimes(datetime(2026, 2, 19), datetime(2026, 3, 9), timezones=st.just(UTC))
MIDNIGHTS = st.sampled_from([datetime(2026, 3, day, 5, tzinfo=UTC) for day in (1, 7, 8)])
LENGTHS = st.sampled_from([HOUR / 2, 5 * HOUR, 24 * HOUR, 40 * HOUR, 15 * 24 * HOUR])
# A filter, what it means of a row, and the sources whose rows have its field.
FILTERS = {
    "tenant": (field("tenant_id") == "acme", lambda row: row["tenant_id"] == "acme", None),
    "plan": (field("tenant.plan") != "pro", lambda row: row["world"].tenant(row, "plan") != "pro", None),
    "size": (field("attributes.size") >= 2, lambda row: row["attributes"].get("size", 0) >= 2, None),
    "status": (
        ~(field("status") == "failed"),
        lambda row: row["status"] != "failed",
        {"runs", "llm_calls", "ai_queries"},
    ),
}


def sources(measures) -> set[str]:
    return {brute_force.COUNTED[part][0] for name in measures for part in brute_force.needs(name)}


@st.composite
def questions(draw):
    """A query, its scope, and what its filter means in plain Python."""
    start = draw(st.one_of(STARTS, MIDNIGHTS))
    length = draw(LENGTHS)
    tenants = draw(
        st.sampled_from([ALL_TENANTS, ALL_TENANTS, frozenset({"acme"}), frozenset({"globex", "initech"})])
    )
    timezone = draw(st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]))
    measures = tuple(
        draw(st.lists(st.sampled_from(brute_force.MEASURES), min_size=1, max_size=4, unique=True))
    )
    having = [name for name, (held, _) in DIMENSIONS.items() if sources(measures) <= held]
    by = tuple(draw(st.lists(st.sampled_from(having), max_size=2, unique=True)))
    grains = (
        [None, None, "hour", "day", "week", "month"]
        if length > 2 * HOUR
        else [None, "minute", "quarter_hour"]
    )
    limit = draw(st.none() | st.integers(1, 4)) if by else None
    other_start = draw(STARTS)
    where, keep, fields = draw(st.sampled_from([(None, lambda row: True, None), *FILTERS.values()]))
    if fields is not None and not sources(measures) <= fields:
        where, keep = None, lambda row: True
    query = Query(
        measures,
        by,
        draw(st.sampled_from(grains)),
        where,
        draw(st.none() | st.sampled_from([sign + name for name in (*measures, *by) for sign in ("", "-")])),
        limit,
        draw(st.booleans()) if limit else False,
        draw(st.sampled_from([None, None, "previous", (other_start, other_start + draw(LENGTHS))])),
        draw(st.sampled_from(["monday", "sunday"])),
    )
    return query, Scope(start, start + length, timezone, tenants), keep


@pytest.fixture(scope="module")
def stores(in_memory):
    opened = {}
    for seed, world in WORLDS.items():
        opened[seed] = in_memory()
        for table, rows in world.tables.items():
            assert opened[seed].append(table, rows).rejected == 0
    return opened


def plain(value: object) -> object:
    if isinstance(value, pd.Timestamp | datetime):
        return pd.Timestamp(value).tz_convert("UTC")
    return None if pd.isna(value) else value


def same(found: object, expected: object, name: str) -> bool:
    found, expected = plain(found), plain(expected)
    if isinstance(expected, Decimal) and name not in brute_force.RATIOS:
        return found == expected
    if isinstance(expected, float | Decimal) and found is not None:
        return float(found) == pytest.approx(float(expected), rel=1e-9, abs=1e-9)
    return found == expected


@settings(max_examples=examples(120), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.sampled_from(SEEDS), question=questions())
def test_an_answer_is_that_of_brute_force(stores, seed, question):
    query, scope, keep = question
    found = asked(stores[seed], scope, query)
    expected = brute_force.answer(WORLDS[seed], scope, query, keep)
    assert len(found) == len(expected)
    for got, line in zip(found.to_dict("records"), expected, strict=True):
        for name, value in line.items():
            # A rest of one group is still the rest: it has no label of its own.
            label = name in query.by and line.get("is_other")
            assert same(got[name], None if label else value, name.removesuffix("_before")), (name, got, line)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.sampled_from(SEEDS), question=questions())
def test_behind_a_count_are_as_many_rows_as_it_shows(stores, seed, question):
    query, scope, _ = question
    frame = asked(stores[seed], scope, query)
    for name in (
        "executions",
        "failed",
        "events",
        "messages",
        "ai_queries",
        "ai_queries_failed",
        "ai_calls",
        "errors",
    ):
        if name in query.measures:
            behind = behind_rows.drawn(query, name, frame)
            assert behind is not None
            assert behind_rows.count(stores[seed], scope, behind) == frame[name].sum()


def test_the_worlds_have_rows_for_every_measure():
    whole = Scope(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    for world in WORLDS.values():
        line = brute_force.answer(world, whole, Query(brute_force.MEASURES), lambda row: True)[0]
        assert all(line[name] for name in brute_force.MEASURES)
        assert all(world.rows(source, whole, lambda row: True) for source in (*TABLES, "ai_queries"))

"""Retention by hand: a few journeys, and the triangle that they make."""

from __future__ import annotations

import pytest

from analytics.filters import field
from analytics.model import NotGroupable
from analytics.retention import RetentionSpec, retention, retention_people
from analytics.scope import Scope
from analytics.steps import Step
from tests.analytics.table import at, table

# Three people join in the first week of June and one in the second; bo is known by two names.
JOURNEYS = """
event_id event_type user_id tenant_id plan occurred_at
1        join       ann     acme      pro  2026-06-01T09:30:00Z
2        join       bo      acme      free 2026-06-02T10:00:00Z
3        join       cy      globex    pro  2026-06-07T23:59:00Z
4        join       dee     globex    free 2026-06-08T00:00:00Z
5        open       ann     acme      -    2026-06-08T09:00:00Z
6        open       ann     acme      -    2026-06-22T09:00:00Z
7        open       bo2     acme      -    2026-06-15T10:00:00Z
8        open       cy      globex    -    2026-06-08T00:10:00Z
9        open       cy      globex    -    2026-06-09T00:10:00Z
10       join       ann     acme      free 2026-06-16T09:00:00Z
"""
JUNE = Scope(at("2026-06-01"), at("2026-06-22"), now=at("2026-06-24"))
WEEKLY = RetentionSpec(Step("join"), Step("open"), period="week", periods=3)


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append("events", table(JOURNEYS))
    opened.append("identities", [{"tenant_id": "acme", "alias": "bo2", "person_id": "bo"}])
    return opened


def triangle(frame, mark="~"):
    """A line a cohort: its first day, then the cells; a mark where one may still grow."""
    keys = ["breakdown", "cohort"] if "breakdown" in frame else ["cohort"]
    lines = []
    for _, rows in frame.groupby(keys, sort=False):
        cells = [
            f"{a}{'' if done else mark}" for a, done in zip(rows["actors"], rows["complete"], strict=True)
        ]
        first = rows.iloc[0]
        name = [first["breakdown"]] if "breakdown" in frame else []
        lines.append(" ".join([*name, f"{first['cohort']:%d.%m}", *cells]))
    return lines


def asked(store, scope=JUNE, **changed):
    return triangle(retention(store, scope, RetentionSpec(**{**vars(WEEKLY), **changed})))


def test_who_joined_in_a_week_comes_back_in_the_weeks_after_it(store):
    assert asked(store) == ["01.06 3 2 1", "08.06 1 0 0~", "15.06 0 0~ 0~"]


def test_with_recurring_cohorts_somebody_starts_in_every_week_in_which_they_join(store):
    assert asked(store, mode="recurring") == ["01.06 3 2 1", "08.06 1 0 0~", "15.06 1 1~ 0~"]


def test_on_or_after_counts_who_comes_back_then_or_later(store):
    assert asked(store, counting="on_or_after", periods=4)[0] == "01.06 3 3 2 1~"


def test_a_first_join_before_the_window_is_of_no_cohort(store):
    late = Scope(at("2026-06-15"), at("2026-06-22"), now=at("2026-06-24"))
    assert asked(store, late) == ["15.06 0 0~ 0~"]
    assert asked(store, late, mode="recurring") == ["15.06 1 1~ 0~"]


def test_at_least_asks_for_so_many_rows_in_a_period(store):
    assert asked(store, at_least=2)[0] == "01.06 3 1 0"


def test_rolling_periods_are_counted_from_the_hour_of_each_ones_start(store):
    # ann joined at 9:30 and opened a week later at 9:00: the hour of the start has begun by then.
    assert asked(store, clock="rolling")[0] == "01.06 3 2 0~"
    assert asked(store, clock="rolling", period="day", periods=3)[6] == "07.06 1 1 0"


def test_a_breakdown_splits_cohorts_by_the_row_that_started(store):
    assert asked(store, breakdown="properties.plan") == [
        "free 01.06 1 0 1", "free 08.06 1 0 0~", "free 15.06 0 0~ 0~",
        "pro 01.06 2 2 0", "pro 08.06 0 0 0~", "pro 15.06 0 0~ 0~",
    ]  # fmt: skip


def test_with_both_a_return_has_to_share_the_value(store):
    both = asked(store, breakdown="properties.plan", breakdown_at="both", returning=Step("join"))
    assert both[:1] + both[3:4] == ["free 01.06 1 0 0", "pro 01.06 2 0 0"]


def test_a_limit_keeps_the_largest_values_and_makes_one_of_the_rest(store):
    assert asked(store, breakdown="properties.plan", breakdown_limit=1)[3:] == [
        "Other 01.06 2 2 0", "Other 08.06 0 0 0~", "Other 15.06 0 0~ 0~",
    ]  # fmt: skip


def test_a_breakdown_by_several_fields_and_by_fields_of_the_tenant(store):
    frame = retention(
        store, JUNE, RetentionSpec(**{**vars(WEEKLY), "breakdown": ("tenant_id", "tenant.plan")})
    )
    assert list(dict.fromkeys(frame["breakdown"])) == [("acme", ""), ("globex", "")]


def test_tenants_come_back_too(store):
    assert asked(store, unit="tenant_id")[0] == "01.06 2 2 1"


def test_days_follow_the_local_clock(store):
    berlin = Scope(at("2026-06-07", "Europe/Berlin"), at("2026-06-09", "Europe/Berlin"), "Europe/Berlin")
    assert asked(store, berlin, period="day", periods=2) == ["07.06 0 0", "08.06 2 0~"]


def test_the_people_of_a_cell(store):
    found = retention_people(store, JUNE, WEEKLY, at("2026-06-03"), 1)
    assert found.to_dict("records") == [
        {"unit": "ann", "tenant_id": "acme"},
        {"unit": "cy", "tenant_id": "globex"},
    ]


def test_a_filter_of_a_step_is_its_own(store):
    assert asked(store, start=Step("join", where=field("properties.plan") == "pro"))[0] == "01.06 2 2 0"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"period": "year"}, "period of a retention is one of hour, day"),
        ({"periods": 0}, "periods is a whole number from 1"),
        ({"at_least": 0}, "at_least is a whole number"),
        ({"breakdown": ()}, "names at least one field"),
        ({"breakdown_limit": 0}, "breakdown_limit is a whole number"),
    ],
)
def test_what_is_no_retention(wrong, says):
    with pytest.raises(ValueError, match=says):
        RetentionSpec(**{**vars(WEEKLY), **wrong})


def test_what_a_table_has_not_is_refused(store):
    with pytest.raises(NotGroupable, match="costs cannot be grouped by user_id"):
        asked(store, returning=Step(None, table="costs"))
    with pytest.raises(ValueError, match="lies in none of the intervals"):
        retention_people(store, JUNE, WEEKLY, at("2026-08-01"), 1)
    with pytest.raises(ValueError, match="lies from 0 to 2"):
        retention_people(store, JUNE, WEEKLY, at("2026-06-01"), 3)

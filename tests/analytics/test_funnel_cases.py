"""Funnels against journeys with results that other products were seen to give."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from analytics.filters import field
from analytics.funnel import (
    Exclusion,
    FunnelSpec,
    Step,
    funnel,
    funnel_people,
    funnel_times,
    funnel_trend,
)
from analytics.scope import Scope
from tests.conftest import SHARED

FAMILIES = ("ordered", "strict", "unordered", "exclusions", "breakdown", "trends", "time_to_convert")
# Cases that are not ours to fulfil, each with its reason.
LEFT_OUT = {
    "ch_same_event_counts_for_three_identical_steps_default": "one row fills one step",
    "ch_strict_dedup_issue_27469": "a mode of its own that ends a chain at a repeated event",
}
CHOICES = {"exact": "==", "is_not": "!="}


def load(name):
    file = SHARED / "cases" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))["cases"] if file.is_file() else []


CASES = [case for family in FAMILIES for case in load(f"posthog_funnel_{family}")] + [
    case for case in load("docs_and_issue_examples") if case["family"] == "funnel"
]
LEVELS = load("clickhouse_window_funnel")


@pytest.fixture(scope="module")
def store(shared, in_memory):
    """All journeys, those of each case in a tenant of its own."""
    opened, rows, people = in_memory(), [], []
    for number, case in enumerate(CASES):
        tenant = f"case {number}"
        rows += [
            {
                "tenant_id": tenant,
                "user_id": event["person"],
                "event_type": event["event"],
                "occurred_at": event["timestamp"],
                "attributes": texts(event.get("properties")),
            }
            for event in case["events"]
            if event["person"] is not None
        ]
        people += [
            {"tenant_id": tenant, "person_id": each["id"], "attributes": texts(each.get("properties"))}
            for each in case["persons"]
        ]
    for number, case in enumerate(LEVELS):
        for event in case["events"]:
            moment = datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(seconds=event["t"])
            row = {"tenant_id": f"level {number}", "user_id": str(event["user"]), "occurred_at": moment}
            rows.append({**row, "event_type": str(event["value"])})
    opened.append("events", rows)
    opened.append("people", people)
    return opened


def texts(properties):
    return {key: value for key, value in (properties or {}).items() if value is not None}


def asked(number, case):
    """The funnel of a case and its scope."""
    settings, timezone = case["settings"], case["timezone"]
    now = moment(case.get("now") or "2024-12-31T00:00:00Z", timezone)
    start = moment(settings["date_from"], timezone, now)
    end = moment(settings["date_to"], timezone, now, end=True)
    breakdown = settings.get("breakdown") or {}
    of_person = "person.attributes." if breakdown.get("type") == "person" else "properties."
    named = breakdown.get("property")
    listed = [named] if isinstance(named, str) else named or []
    fields = tuple(f"{of_person}{each}" for each in listed)
    spec = FunnelSpec(
        tuple(step(each) for each in settings["steps"]),
        order=settings["order_type"],
        window=timedelta(**{f"{settings['window']['unit']}s": settings["window"]["value"]}),
        dates="entry" if settings.get("entry") == "any_entry" else "entry_and_completion",
        exclusions=tuple(exclusion(each) for each in settings.get("exclusions", ())),
        breakdown=None if not fields else fields[0] if isinstance(named, str) else fields,
        attribution=breakdown.get("attribution", "first_touch").partition(" ")[0],
        attribution_step=breakdown.get("attribution_step", 0) + 1,
        breakdown_limit=breakdown.get("limit"),
    )
    where = condition(settings.get("filters"))
    return spec, Scope(start, end, timezone, frozenset({f"case {number}"}), where, max(now, end))


def moment(text, timezone, now=None, *, end=False):
    """A time of a case; a day as an end is over when the next begins, other ends are meant inclusively."""
    local = ZoneInfo(timezone)
    if text.startswith("now"):
        return now + timedelta(microseconds=1)
    if text.startswith("-7d"):
        day = now.astimezone(local).replace(hour=0, minute=0, second=0, microsecond=0)
        return day - timedelta(days=7)
    if text == "all":
        return datetime(2000, 1, 1, tzinfo=local)
    found = datetime.fromisoformat(text)
    found = found if found.tzinfo else found.replace(tzinfo=local)
    if not end:
        return found
    return found + (timedelta(days=1) if len(text) == 10 else timedelta(microseconds=1))


def step(form):
    """A step, of which each event of an action may have filters of its own."""
    shared_filter = condition(form.get("filters"))
    if "any_of" not in form:
        return Step(form["event"], shared_filter, label=form.get("event"))
    return Step(None, both(any_of(form["any_of"]), shared_filter), label=form["action"])


def any_of(events):
    return reduce(
        lambda one, other: one | other,
        [both(field("event_type") == each["event"], condition(each.get("filters"))) for each in events],
    )


def exclusion(form):
    after, before = form["from_step"] + 1, form["to_step"] + 1
    if "any_of" in form:
        return Exclusion(None, after, before, any_of(form["any_of"]))
    return Exclusion(form["event"], after, before)


def both(one, other):
    return one if other is None else one & other


def condition(filters):
    """Filters of a case, all of them at once."""
    found = None
    for each in filters or ():
        prefix = "person.attributes." if each["type"] == "person" else "properties."
        named, values = field(prefix + each["key"]), each["value"]
        values = values if isinstance(values, list) else [values]
        if "icontains" in each["operator"]:
            one = reduce(lambda a, b: a | b, [named.contains(str(value)) for value in values])
        else:
            one = named.isin(values)
        found = both(~one if "not" in each["operator"] else one, found)
    return found


def cases(*kinds):
    chosen = [
        pytest.param(number, case, id=f"{case['id']}")
        for number, case in enumerate(CASES)
        if any(kind in case["expected"] for kind in kinds) and case["id"] not in LEFT_OUT
    ]
    return pytest.mark.parametrize(("number", "case"), chosen)


def check_steps(frame, expected):
    """The steps of an answer, as far as the case says something of them."""
    for place, said in enumerate(expected, 1):
        row = next(frame[frame["step"] == said.get("step", place)].itertuples())
        assert row.count == said.get("count", row.count)
        assert row.name == (said.get("name") or row.name)
        for name, column in (("average", "avg_seconds"), ("median", "median_seconds")):
            seconds = said.get(f"{name}_conversion_time_s")
            if seconds is not None:
                assert getattr(row, column) == pytest.approx(seconds)


@cases("steps")
def test_counts_times_and_people_of_each_step(store, number, case):
    spec, scope = asked(number, case)
    check_steps(funnel(store, scope, spec), case["expected"]["steps"])
    for reached, users in case["expected"].get("users_reaching_step", {}).items():
        if abs(int(reached)) <= len(spec.steps):
            found = funnel_people(store, scope, spec, step=int(reached))
            assert found["unit"].tolist() == sorted(users)


@cases("breakdowns")
def test_breakdowns(store, number, case):
    spec, scope = asked(number, case)
    frame = funnel(store, scope, spec)
    expected = {key(each["value"], spec): each["steps"] for each in case["expected"]["breakdowns"]}
    assert set(frame["breakdown"]) == set(expected)
    for value, rows in frame.groupby("breakdown", sort=False):
        check_steps(rows.reset_index(drop=True), expected[value])
    for each in case["expected"].get("users_reaching_step_by_breakdown", ()):
        for reached, users in each["users"].items():
            people = funnel_people(store, scope, spec, step=int(reached), breakdown=key(each["value"], spec))
            assert people["unit"].tolist() == sorted(users)


def key(value, spec):
    """A value as the answer has it: of several fields a tuple."""
    listed = value if isinstance(value, list) else [value]
    return listed[0] if isinstance(spec.breakdown, str) else tuple(listed)


@cases("actor_queries")
def test_people_of_a_step_and_of_a_bucket(store, number, case):
    spec, scope = asked(number, case)
    for query in case["expected"]["actor_queries"]:
        if "entrance_period_start" in query:
            bucket = moment(query["entrance_period_start"], scope.timezone)
            how = {"bucket": bucket, "grain": case["settings"]["interval"], "week_start": "sunday"}
            people = set(funnel_people(store, scope, spec, step=len(spec.steps), **how)["unit"])
            if query["drop_off"]:
                people = set(funnel_people(store, scope, spec, step=1, **how)["unit"]) - people
        else:
            people = set(funnel_people(store, scope, spec, step=query["funnel_step"])["unit"])
        if "count" in query:
            assert len(people) == query["count"]
        if "users" in query:
            assert people == {person for each in query["users"] for person in each}


@cases("trend")
def test_trends(store, number, case):
    spec, scope = asked(number, case)
    settings = case["settings"]
    to_step = settings.get("to_step")
    frame = funnel_trend(
        store,
        scope,
        spec,
        grain=settings["interval"],
        from_step=settings.get("from_step", 0) + 1,
        to_step=None if to_step is None else to_step + 1,
        week_start="sunday",
    )
    for said in case["expected"]["trend"]:
        row = frame.iloc[said["index"]]
        if "timestamp" in said:
            assert row["bucket"] == moment(said["timestamp"], scope.timezone)
        for name, column in (("from", "entered"), ("to", "converted")):
            if f"reached_{name}_step_count" in said:
                assert row[column] == said[f"reached_{name}_step_count"]
        rate = 0 if pd.isna(row["conversion"]) else round(row["conversion"] * 100, 2)
        assert rate == said.get("conversion_rate", rate)
    for said in case["expected"].get("other_assertions", ()):
        assert said["path"] == ["len"]
        assert len(frame) == said["value"]


@cases("time_to_convert")
def test_times(store, number, case):
    spec, scope = asked(number, case)
    settings, expected = case["settings"], case["expected"]["time_to_convert"]
    steps = {name: settings[name] + 1 for name in ("from_step", "to_step") if name in settings}
    frame = funnel_times(store, scope, spec, **steps, bins=settings.get("bin_count"))
    assert [list(row) for row in frame.itertuples(index=False)] == expected["bins"]


@pytest.mark.parametrize(
    ("number", "case"),
    [pytest.param(n, case, id=case["id"]) for n, case in enumerate(LEVELS) if case["id"] not in LEFT_OUT],
)
def test_levels_of_a_window_function(store, number, case):
    steps = tuple(Step(str(each["value"])) for each in case["steps"])
    start = datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC"))
    scope = Scope(start, start + timedelta(days=30), tenants=frozenset({f"level {number}"}))
    spec = FunnelSpec(steps, window=timedelta(seconds=case["window"]))
    assert replace(spec, dates="entry") == spec
    reached = dict.fromkeys(case["expected_level_by_user"], 0)
    for place in range(1, len(steps) + 1):
        for unit in funnel_people(store, scope, spec, step=place)["unit"]:
            reached[unit] = place
    assert reached == case["expected_level_by_user"]


def test_which_cases_were_asked(shared, capsys):
    """Every case there is was asked above or is left out by name."""
    kinds = {"steps", "breakdowns", "actor_queries", "trend", "time_to_convert"}
    told = [case["id"] for case in CASES if kinds & set(case["expected"])] + [case["id"] for case in LEVELS]
    assert len(told) == len(CASES) + len(LEVELS)
    assert set(LEFT_OUT) <= set(told)
    with capsys.disabled():
        sys.stdout.write(f"\nfunnels: {len(told) - len(LEFT_OUT)} of {len(told)} recorded cases\n")

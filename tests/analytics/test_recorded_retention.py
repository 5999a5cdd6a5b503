"""Recorded journeys of another product with their retention, lifecycle and stickiness: ours counts the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.filters import And, Filter, Or, field
from analytics.lifecycle import STATES, lifecycle, stickiness
from analytics.retention import RetentionSpec, retention
from analytics.scope import Scope
from analytics.steps import Step
from tests.analytics.journeys import next_start, start_of
from tests.conftest import SHARED

FILES = ("posthog_retention", "posthog_retention_current", "posthog_lifecycle", "posthog_stickiness")
# Cases that are not asked here, and why.
SKIPPED: dict[str, str] = {}


def recorded() -> dict[str, dict]:
    files = [SHARED / "cases" / f"{name}.json" for name in FILES]
    cases = [
        case
        for file in files
        if file.exists()
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]
    ]
    return {case["id"]: case for case in cases}


CASES = recorded()


@pytest.fixture(scope="module")
def store(in_memory, shared):
    """All journeys in one store, each in a tenant of its own."""
    opened, events, people, aliases = in_memory(), [], [], []
    for case in CASES.values():
        tenant = {"tenant_id": case["id"]}
        for person in case.get("persons", []):
            people.append({**tenant, "person_id": person["id"], "attributes": person.get("properties", {})})
            known = [
                {**tenant, "alias": each, "person_id": person["id"]}
                for each in person.get("distinct_ids", [])
            ]
            aliases += known
        for n, event in enumerate(case["events"]):
            if event["person"] is None:
                continue
            named = event.get("distinct_id", event["person"])
            properties = {**event.get("properties", {}), "distinct_id": named}
            events.append({**tenant, "event_id": f"{case['id']}-{n}", "event_type": event["event"], "user_id": named,
                           "occurred_at": event["timestamp"], "properties": properties})  # fmt: skip
    for table, rows in (("events", events), ("people", people), ("identities", aliases)):
        assert opened.append(table, rows).rejected == 0
    return opened


def filter_of(form: dict | list, kind: str = "event") -> Filter | None:
    """A recorded filter as one of ours."""
    if isinstance(form, list):
        parts = [part for each in form if (part := filter_of(each, kind)) is not None]
        return And(tuple(parts)) if parts else None
    if "values" in form:
        parts = tuple(part for each in form["values"] if (part := filter_of(each, kind)) is not None)
        return Or(parts) if form.get("op", form.get("type")) == "OR" else And(parts)
    of_person = form.get("type", kind) == "person"
    name = field(f"{'person.attributes' if of_person else 'properties'}.{form['key']}")
    value = form["value"]
    held = {
        "exact": lambda: name.isin(value) if isinstance(value, list) else name == value,
        "is_not": lambda: ~name.isin(value) if isinstance(value, list) else name != value,
        "icontains": lambda: name.contains(value),
        "not_icontains": lambda: ~name.contains(value),
    }
    return held[form.get("operator", "exact")]()


def step_of(form: dict) -> Step:
    """A recorded step as one of ours."""
    if "any_of" not in form:
        return Step(form["event"], where=filter_of(form.get("filters", [])))
    parts = [
        Step(each["event"], where=filter_of(each.get("filters", []))).condition for each in form["any_of"]
    ]
    return Step(None, where=Or(tuple(parts)), label=form["action"])


def where_of(settings: dict) -> Filter | None:
    """What all rows of a case must fulfil."""
    own = settings.get("test_account_filters", []) if settings.get("filter_test_accounts") else []
    return filter_of([*own, *settings.get("filters", [])])


def moment(text: str, zone: str) -> datetime:
    """A recorded time; in lifecycle and stickiness it names a time on the local clock."""
    return datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=ZoneInfo(zone))


def cases(family: str):
    chosen = [case for case in CASES.values() if case["family"] == family and case["id"] not in SKIPPED]
    return pytest.mark.parametrize("case", chosen, ids=[case["id"] for case in chosen])


@cases("retention")
def test_retention(case, store):
    asked, expected = case["settings"], case["expected"]
    period, total = asked["period"].split()[0].lower(), asked["total_intervals"]
    cut = (period, case["timezone"], "sunday")
    now = datetime.fromisoformat(case["now"])
    until = (
        now
        if asked["date_to"].startswith("now")
        else datetime.fromisoformat(asked["date_to"]).replace(tzinfo=UTC)
    )
    start = start_of(until, *cut)
    end = next_start(start, *cut)
    for _ in range(total - 1):
        start = start_of(start - timedelta(microseconds=1), *cut)
    breakdown = asked.get("breakdown", {})
    by = {"event": f"properties.{breakdown.get('property')}", "cohort": None}.get(breakdown.get("type"))
    where = where_of(asked)
    if breakdown.get("type") == "cohort":
        where = field("user_id").isin(breakdown["members"])
    unit = f"properties.{asked['aggregate_by_property']}" if "aggregate_by_property" in asked else "user_id"
    spec = RetentionSpec(
        step_of(asked["target"]), step_of(asked["returning"]), period=period, periods=total, week_start="sunday",
        mode="first_time" if "first_time" in asked["retention_type"] else "recurring",
        unit="properties.distinct_id" if "aggregate_by" in asked else unit, breakdown=by, breakdown_at="both" if by else "start",
    )  # fmt: skip
    found = retention(
        store, Scope(start, end, case["timezone"], frozenset({case["id"]}), where, max(now, end)), spec
    )
    if "row0" in expected:
        assert found["actors"].tolist()[:total] == expected["row0"]
        return
    matrices = expected.get("matrix_by_breakdown") or {None: expected["matrix"]}
    for value, matrix in matrices.items():
        rows = found[found["breakdown"] == value] if by else found
        counted = rows["actors"].to_numpy().reshape(total, total).tolist()
        assert [row[: len(told)] for row, told in zip(counted, matrix, strict=True)] == matrix


@cases("lifecycle")
def test_lifecycle(case, store):
    asked, expected, zone = case["settings"], case["expected"], case["timezone"]
    grain = asked["interval"].split()[0]
    cut = (grain, zone, "sunday")
    start = start_of(moment(asked["date_from"], zone), *cut)
    end = next_start(start_of(moment(asked["date_to"], zone), *cut), *cut)
    scope = Scope(start, end, zone, frozenset({case["id"]}), where_of(asked))
    found = lifecycle(store, scope, step_of(asked["series"][0]), grain, week_start="sunday")
    assert {state: found[state].tolist() for state in STATES} == expected


@cases("stickiness")
def test_stickiness(case, store):
    asked, zone = case["settings"], case["timezone"]
    grain = asked["interval"].split()[0]
    start, last = (moment(asked[name], zone) for name in ("date_from", "date_to"))
    end = next_start(start_of(last, grain, zone, "sunday"), grain, zone, "sunday")
    scope = Scope(start, end, zone, frozenset({case["id"]}), where_of(asked))
    found = stickiness(store, scope, step_of(asked["series"][0]), grain, week_start="sunday")[
        "actors"
    ].tolist()
    told = [each for each in case["expected"]["other_assertions"] if each["path"][2] in ("data", "count")]
    for each in told:
        where = each["path"][3] if each["path"][2] == "data" else None
        assert (sum(found) if where is None else found[where]) == each["value"]


def test_how_many_recorded_cases_are_asked(shared):
    asked = len(CASES) - len(SKIPPED)
    print(f"{asked} of {len(CASES)} recorded cases of retention, lifecycle and stickiness asked")  # noqa: T201  whoever runs it sees how many
    assert set(SKIPPED) <= set(CASES)
    assert asked == 25

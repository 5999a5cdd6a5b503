"""What panels ask of a retention: shares of cohorts, the mean over them, and people by name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analytics.lifecycle import Lifecycle, PowerCurve, Stickiness
from analytics.retention import RetentionSpec
from analytics.retention_questions import CellPeople, Curve, CurvePeople, Triangle
from analytics.scope import Scope
from analytics.steps import Step
from tests.analytics.table import at, rows, table
from tests.analytics.test_retention import JOURNEYS, JUNE, WEEKLY


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append("events", table(JOURNEYS))
    opened.append("identities", [{"tenant_id": "acme", "alias": "bo2", "person_id": "bo"}])
    opened.append("people", [{"tenant_id": "acme", "person_id": "ann", "name": "Ann Lee"}])
    opened.append("tenants", [{"tenant_id": "acme", "name": "Acme Robotics"}])
    return opened


def test_a_triangle_has_the_cells_that_have_begun(store):
    assert rows(Triangle(WEEKLY)(store, JUNE)) == [
        ("2026-06-01T00:00+00:00", 0, 3, 1.0, 3, True),
        ("2026-06-01T00:00+00:00", 1, 2, 0.666667, 3, True),
        ("2026-06-01T00:00+00:00", 2, 1, 0.333333, 3, True),
        ("2026-06-08T00:00+00:00", 0, 1, 1.0, 1, True),
        ("2026-06-08T00:00+00:00", 1, 0, 0.0, 1, True),
        ("2026-06-08T00:00+00:00", 2, 0, 0.0, 1, False),
        ("2026-06-15T00:00+00:00", 0, 0, None, 0, True),
        ("2026-06-15T00:00+00:00", 1, 0, None, 0, False),
    ]


def test_the_curve_is_the_mean_of_finished_cells_each_cohort_by_its_size(store):
    assert rows(Curve(WEEKLY)(store, JUNE)) == [(0, 4, 1.0, 4), (1, 2, 0.5, 4), (2, 1, 0.333333, 3)]


def test_a_curve_by_several_fields_names_them_together(store):
    by = RetentionSpec(Step("join"), Step("open"), "week", 2, breakdown=("tenant_id", "properties.plan"))
    assert [row[0] for row in rows(Curve(by)(store, JUNE))][::2] == [
        "acme · free",
        "acme · pro",
        "globex · free",
        "globex · pro",
    ]


def test_the_people_of_a_cell_have_names(store):
    assert rows(CellPeople(WEEKLY, at("2026-06-01"), 1)(store, JUNE)) == [
        ("Ann Lee", "ann", "Acme Robotics", "acme"),
        ("cy", "cy", "globex", "globex"),
    ]


def test_lifecycle_in_long_form(store):
    week = Scope(at("2026-06-08"), at("2026-06-15"))
    assert rows(Lifecycle(Step(None), grain="week")(store, week)) == [
        ("2026-06-08T00:00+00:00", "new", 1, True),
        ("2026-06-08T00:00+00:00", "returning", 2, True),
        ("2026-06-08T00:00+00:00", "resurrecting", 0, True),
        ("2026-06-08T00:00+00:00", "dormant", -1, True),
    ]


def test_a_power_user_comes_on_half_of_the_days(store):
    found = PowerCurve()(store, Scope(at("2026-06-08"), at("2026-06-16")))
    assert [row[1] for row in rows(found)] == ["casual", *["regular"] * 2, *["power"] * 5]
    assert [row[2] for row in rows(found)] == [3, 1, 0, 0, 0, 0, 0, 0]


def test_the_last_seven_days_are_seven_days(store):
    # Seven times 24 hours touch eight local days: the first is left out, as only its evening lies in them.
    rolling = Scope(at("2026-06-08T18:00"), at("2026-06-15T18:00"))
    whole = Scope(at("2026-06-09"), at("2026-06-15T18:00"))
    assert [row[0] for row in rows(Stickiness()(store, rolling))] == [1, 2, 3, 4, 5, 6, 7]
    assert rows(Stickiness()(store, rolling)) == rows(Stickiness()(store, whole))
    assert len(PowerCurve()(store, rolling)) == 7
    within = Scope(at("2026-06-08T18:00"), at("2026-06-08T20:00"))
    assert [row[0] for row in rows(Stickiness()(store, within))] == [1]


def test_the_people_of_a_point_are_as_many_as_the_curve_counts(store):
    often = RetentionSpec(Step(None), Step(None), "week", 4, mode="recurring")
    for spec in (WEEKLY, often):
        for row in Curve(spec)(store, JUNE).itertuples():
            people = CurvePeople(spec, row.period)(store, JUNE)
            counted = people["cohorts"].sum() if "cohorts" in people else len(people)
            assert counted == row.actors
    with pytest.raises(ValueError, match="from 0 to"):
        CurvePeople(often, 4)(store, JUNE)


def test_the_people_of_a_state_are_as_many_as_the_lifecycle_counts(store):
    question = Lifecycle(grain="week")
    for row in question(store, JUNE).itertuples():
        assert len(question.people_in(row.bucket, row.lifecycle)(store, JUNE)) == abs(row.users)
    with pytest.raises(ValueError, match="before the window"):
        question.people_in(JUNE.start - timedelta(days=2), "dormant")(store, JUNE)

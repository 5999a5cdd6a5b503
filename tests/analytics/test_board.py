"""Boards as values, and their JSON form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics import activity
from analytics.board import Board, Panel, Row, Thresholds
from analytics.forms import BadForm
from analytics.losses import LossRate
from analytics.query import Query
from analytics.registry import UnknownAnalysis
from analytics.scope import Scope
from analytics.stays import Stays, StaysAt

EXECUTIONS = Panel(
    id="test.executions",
    title="Executions",
    explanation="Rows of the window.",
    question=activity.totals,
    chart="number",
    value="rows",
    unit="count",
    trend=activity.trend,
    good="up",
)
RATE = replace(
    EXECUTIONS,
    id="test.rate",
    question=Query(("success_rate",)),
    trend=None,
    chart="gauge",
    value="success_rate",
    thresholds=Thresholds(0.95, 0.9),
)
MONTH = replace(EXECUTIONS, id="test.month", trend=None, window="30d")
BOARD = Board("test", "Test", "everyone", (Row((EXECUTIONS, RATE), (1, 2)), Row((MONTH,))))


def test_the_json_form_leads_back():
    form = json.loads(json.dumps(BOARD.to_dict()))
    assert form["version"] == 1
    assert form["rows"][0]["panels"][0]["question"] == "activity.totals"
    assert form["rows"][0]["panels"][0]["trend"] == "activity.trend"
    assert Board.from_dict(form) == BOARD


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda form: form.update(version=2), BadForm),
        (lambda form: form.update(owner="me"), BadForm),
        (lambda form: form.update(rows={}), BadForm),
        (lambda form: form.update(title=5), BadForm),
        (lambda form: form.pop("audience"), BadForm),
        (lambda form: form.update(id=None), BadForm),
        (lambda form: form["rows"][0]["panels"][0].update(title=None), BadForm),
        (lambda form: form["rows"][0]["panels"][0].update(title=["x"]), BadForm),
        (lambda form: form["rows"][0]["panels"][0].update(question=7), BadForm),
        (lambda form: form["rows"][0]["panels"][0].update(thresholds={"good": "1", "bad": 0}), BadForm),
        (lambda form: form["rows"][0].update(colour="red"), BadForm),
        (lambda form: form["rows"][0]["panels"][0].update(code="print()"), BadForm),
        (lambda form: form["rows"][0]["panels"][0].pop("question"), BadForm),
        (lambda form: form["rows"][0]["panels"][0].update(question="os.system"), UnknownAnalysis),
        (lambda form: form["rows"][0]["panels"][0].update(chart="applet"), ValueError),
        (lambda form: form["rows"][0]["panels"][0].update(value="email"), KeyError),
        (lambda form: form["rows"][0]["panels"][0].update(window="3y"), ValueError),
        (lambda form: form["rows"][0].update(widths=[1]), ValueError),
        (lambda form: form["rows"][0].update(widths=["1", "2"]), BadForm),
        (lambda form: form["rows"][0].update(panels=[]), ValueError),
        (lambda form: form["rows"][0]["panels"][0].update(thresholds={"good": 1}), BadForm),
        (
            lambda form: form["rows"][0]["panels"][0].update(thresholds={"good": 1, "bad": 1, "less": 1}),
            BadForm,
        ),
        (lambda form: form["rows"].append(form["rows"][0]), ValueError),
    ],
)
def test_a_json_form_it_does_not_know_is_refused(change, error):
    form = json.loads(json.dumps(BOARD.to_dict()))
    change(form)
    with pytest.raises(error):
        Board.from_dict(form)


@pytest.mark.parametrize(
    ("asked", "drawn", "now"),
    [
        (
            "losses.by_plan",
            ("line", "rate", "bucket", "plan", ()),
            (LossRate(), "rate", "bucket", "segment", ()),
        ),
        (
            "lifetimes.by_plan",
            ("line", "share", "age_weeks", "first_plan", ("low", "high")),
            (Stays(), "share", "age_weeks", "segment", ("low", "high")),
        ),
        (
            "lifetimes.by_cohort",
            ("line", "share", "age_weeks", "cohort", ("low", "high")),
            (Stays("cohort"), "share", "age_weeks", "segment", ("low", "high")),
        ),
        (
            # Half-lives have a table of their own since.
            "lifetimes.at_ages",
            ("table", "share", None, None, ("first_plan", "customers", "median_days", "age_days", "share")),
            (StaysAt(), "share", None, None, ("segment", "age_months", "share")),
        ),
    ],
)
def test_a_panel_that_was_saved_under_an_older_name_goes_on_under_the_new_one(asked, drawn, now):
    names = ("chart", "value", "x", "by", "show")
    form: dict[str, object] = {"id": "test.old", "title": "Old", "explanation": "Kept.", "question": asked}
    form |= dict(zip(names, drawn, strict=True))
    panel = Panel.from_dict(json.loads(json.dumps(form)))
    assert (panel.question, panel.value, panel.x, panel.by, panel.show) == now
    assert Panel.from_dict(json.loads(json.dumps(panel.to_dict()))) == panel


def test_panels_come_in_reading_order_and_rows_share_their_width():
    assert [panel.id for panel in BOARD.panels] == ["test.executions", "test.rate", "test.month"]
    assert Row((EXECUTIONS, RATE)).widths == (1, 1)


@pytest.mark.parametrize(
    ("thresholds", "value", "verdict"),
    [
        (Thresholds(good=0.95, bad=0.90), 0.96, "good"),
        (Thresholds(good=0.95, bad=0.90), 0.95, "warn"),
        (Thresholds(good=0.95, bad=0.90), 0.90, "warn"),
        (Thresholds(good=0.95, bad=0.90), 0.89, "bad"),
        (Thresholds(good=0.05, bad=0.10), 0.04, "good"),
        (Thresholds(good=0.05, bad=0.10), 0.05, "warn"),
        (Thresholds(good=0.05, bad=0.10), 0.11, "bad"),
        (Thresholds(good=0.95, bad=0.95), 0.96, "good"),
        (Thresholds(good=0.95, bad=0.95), 0.94, "bad"),
        (Thresholds(good=10, bad=10, less=True), 9, "good"),
        (Thresholds(good=10, bad=10, less=True), 10, "warn"),
        (Thresholds(good=10, bad=10, less=True), 11, "bad"),
    ],
)
def test_thresholds(thresholds, value, verdict):
    assert thresholds.verdict(value) == verdict


def test_a_panel_with_a_window_of_its_own_ends_where_the_page_ends():
    page = Scope(
        datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC), tenants=frozenset({"acme"})
    )
    assert EXECUTIONS.scope(page) == page
    assert MONTH.scope(page) == replace(page, start=page.end - timedelta(days=30))

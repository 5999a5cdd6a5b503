"""Steps: which rows fill one, and what it is called."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analytics.filters import field
from analytics.forms import BadForm
from analytics.steps import Step
from analytics.view import Mark

PRO = field("plan") == "pro"


@pytest.mark.parametrize(
    ("step", "mark"),
    [
        (Step("opened"), Mark("events", field("event_type") == "opened")),
        (Step(("opened", "closed")), Mark("events", field("event_type").isin(["opened", "closed"]))),
        (Step(("opened",)), Mark("events", field("event_type") == "opened")),
        (Step("opened", where=PRO), Mark("events", (field("event_type") == "opened") & PRO)),
        (Step(None), Mark("events")),
        (Step(None, where=PRO, table="runs"), Mark("runs", PRO)),
        (Step("slack_message", table="runs"), Mark("runs", field("action_type") == "slack_message")),
    ],
)
def test_the_rows_of_a_step(step, mark):
    assert step.mark == mark


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (Step("opened"), "opened"),
        (Step(("opened", "closed")), "opened or closed"),
        (Step(None), "any of events"),
        (Step(None, table="runs", nth=10), "any of runs, time 10"),
        (Step("opened", where=PRO), "opened where plan is pro"),
        (Step("opened", label="Came by"), "Came by"),
    ],
)
def test_a_step_in_words(step, name):
    assert step.name == name


def test_steps_of_the_same_rows_may_be_called_otherwise():
    assert Step("opened", label="First").same_rows(Step(("opened",), nth=1, within=timedelta(hours=1)))
    assert not Step("opened").same_rows(Step("opened", where=PRO))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"event": "a", "table": "tenants"}, "one of the tables events, runs"),
        ({"event": ()}, "names at least one"),
        ({"event": ("a", "a")}, "each event once"),
        ({"event": "a", "nth": 0}, "nth is 1"),
        ({"event": "a", "within": timedelta(0)}, "longer than nothing"),
    ],
)
def test_what_is_no_step(wrong, says):
    with pytest.raises(ValueError, match=says):
        Step(**wrong)


@pytest.mark.parametrize("length", [0, -1, 1.5, "1", None.__class__])
def test_a_length_in_json_is_whole_microseconds(length):
    with pytest.raises(BadForm, match="whole number of microseconds"):
        Step.from_dict({"version": 1, "event": "a", "within": length})

"""What is no funnel, retention, path or cohort is refused where it is written, in words that say what to write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analytics.criteria import Did, First, Restarted, Stopped
from analytics.criteria_found import Sequence
from analytics.during import During
from analytics.forms import BadForm
from analytics.funnel import Exclusion, FunnelSpec, Step, funnel_trend
from analytics.intervals import Intervals
from analytics.paths import Paths
from analytics.retention import RetentionSpec
from tests.analytics.table import window

A, B = Step("a"), Step("b")
WEEK = window("2026-01-05", "2026-01-12")
IN_JSON = {"version": 1, "steps": [A.to_dict(), B.to_dict()]}
HIT = {"event": "x", "after_step": 1, "before_step": 2}

REFUSED = {
    "names instead of steps": (
        lambda: FunnelSpec(("a", "b")),
        r"a funnel is made of steps, .* write Step\('a'\)",
    ),
    "one step": (lambda: FunnelSpec(A), "several steps: write them as"),
    "one name": (lambda: FunnelSpec("ab"), "several steps: write them as"),
    "a number as window": (lambda: FunnelSpec((A,), window=14), r"timedelta\(days=14\), not 14"),
    "no window": (lambda: FunnelSpec((A,), window=None), "a timedelta such as"),
    "a window of nothing": (lambda: FunnelSpec((A,), window=timedelta(0)), "longer than nothing"),
    "a number as time of a step": (lambda: Step("a", within=3), "a timedelta such as"),
    "a number as event": (lambda: Step(5), "the event of a step is its name"),
    "one exclusion": (lambda: FunnelSpec((A, B), exclusions=Exclusion("x", 1, 2)), r"write \(Exclusion"),
    "an event as exclusion": (lambda: FunnelSpec((A, B), exclusions=("x",)), "Exclusion values"),
    "a text as step of an exclusion": (
        lambda: Exclusion("x", "1", 2),
        "after_step of an exclusion is a whole",
    ),
    "a text as number of a step": (lambda: FunnelSpec((A, B), attribution_step="1"), "from 1 to 2, not '1'"),
    "a text as limit": (lambda: FunnelSpec((A,), breakdown_limit="9"), "the limit of a breakdown is a whole"),
    "a retention of names": (lambda: RetentionSpec("a", "b"), "a retention is made of steps"),
    "paths from a name": (lambda: Paths("a"), "a path is made of steps"),
    "paths of shown names": (lambda: Paths(shown="a"), "a path is made of steps"),
    "who did a name": (lambda: Did("a"), "write Step"),
    "who did a name first": (lambda: First("a"), "write Step"),
    "who stopped a name": (lambda: Stopped("a", timedelta(1)), "write Step"),
    "who restarted a name": (lambda: Restarted("a", timedelta(1), timedelta(1)), "write Step"),
    "who stopped for a number": (lambda: Stopped(A, 14), "a timedelta such as"),
    "a sequence of names": (lambda: Sequence(("a", "b"), timedelta(1)), "a sequence is made of steps"),
    "the last number": (lambda: During(last=14), "a timedelta such as"),
    "an unknown bucket": (
        lambda: Intervals.of(WEEK, "fortnight", "monday"),
        "one of minute, .*, not 'fortnight'",
    ),
    "an unknown first day": (lambda: Intervals.of(WEEK, "week", "Monday"), "starts on one of monday"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_what_to_write(case):
    make, says = REFUSED[case]
    with pytest.raises((TypeError, ValueError), match=says):
        make()


FORMS = {
    "a text as number of a step": {**IN_JSON, "attribution_step": "1"},
    "a text as steps": {**IN_JSON, "steps": "ab"},
    "a number as steps": {**IN_JSON, "steps": 5},
    "a text as exclusions": {**IN_JSON, "exclusions": "x"},
    "a text as step of an exclusion": {**IN_JSON, "exclusions": [{**HIT, "after_step": "1"}]},
    "an order that is none": {**IN_JSON, "order": "any"},
    "a list as order": {**IN_JSON, "order": ["strict"]},
}


@pytest.mark.parametrize("case", FORMS)
def test_a_form_of_no_funnel_is_a_bad_form(case):
    with pytest.raises(BadForm):
        FunnelSpec.from_dict(FORMS[case])


def test_a_trend_by_buckets_that_there_are_not_is_refused(in_memory):
    with pytest.raises(ValueError, match="a grain is one of"):
        funnel_trend(in_memory(), WEEK, FunnelSpec((A,)), grain="fortnight")


def test_an_event_without_a_name_is_called_so():
    """Any row of the table is another step."""
    assert Step("").name == "events without a name"
    assert Step(("a", "")).name == "a or events without a name"
    assert Step(None).name == "any of events"

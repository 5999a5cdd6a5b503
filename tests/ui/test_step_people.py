"""A bar of a funnel that is clicked: its people are as many as it counts."""

from __future__ import annotations

import pytest
import streamlit as st

from analytics.activation import RetainedFunnel
from analytics.board import Panel
from analytics.funnel_questions import FunnelQuestion
from analytics.funnel_spec import FunnelSpec
from analytics.steps import Step
from ui.step_people import StepPeople, carried, clicked

SPEC = FunnelSpec((Step("a"), Step("b")))


def panel(spec: FunnelSpec) -> Panel:
    question = FunnelQuestion(spec)
    return Panel("p", "Steps", "Why.", question, "funnel", "count", x="name")


def test_a_bar_carries_its_step_and_its_other_parts_who_still_may_and_who_left():
    of = panel(SPEC)
    assert [carried(of, step, None) for step in (1, 2)] == [[1, None, False], [2, None, False]]
    assert [carried(of, step, None, waiting=True) for step in (1, 2)] == [None, [-2, None, True]]
    assert [carried(of, step, None, waiting=False) for step in (1, 2)] == [None, [-2, None, False]]


def test_the_bar_of_who_came_back_later_is_one_more():
    st.session_state["key"] = {"selection": {"points": [{"customdata": [-3, None, True]}]}}
    of = Panel("p", "Steps", "Why.", RetainedFunnel(SPEC, after_days=7), "funnel", "count", x="name")
    assert (carried(of, 3, None), clicked(of, "key")) == ([3, None, False], StepPeople(-3, waiting=True))
    assert of.question.bars == ("a", "b", "Back after 7 days")


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ([2, None, False], StepPeople(2)),
        ([2, None, True], StepPeople(2)),
        ([-2, None, False], StepPeople(-2)),
        ([-2, None, True], StepPeople(-2, waiting=True)),
        ([-2, None, "yes"], StepPeople(-2)),
        ([-2, None], None),
        ([-1, None, False], None),
        ([3, None, False], None),
        ([True, None, False], None),
        ([2, "pro", False], None),
        ("2", None),
        (None, None),
    ],
)
def test_a_browser_may_send_anything(sent, found):
    st.session_state["key"] = {"selection": {"points": [{"customdata": sent}]}}
    assert clicked(panel(SPEC), "key") == found

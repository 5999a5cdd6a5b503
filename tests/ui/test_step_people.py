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


def test_a_bar_carries_its_step_and_its_hatched_part_who_left_before():
    of = panel(SPEC)
    assert [carried(of, step, None) for step in (1, 2)] == [[1, None], [2, None]]
    assert [carried(of, step, None, left=True) for step in (1, 2)] == [None, [-2, None]]


def test_the_bar_of_who_came_back_later_is_one_more():
    st.session_state["key"] = {"selection": {"points": [{"customdata": [-3, None]}]}}
    of = Panel("p", "Steps", "Why.", RetainedFunnel(SPEC, after_days=7), "funnel", "count", x="name")
    assert (carried(of, 3, None), clicked(of, "key")) == ([3, None], StepPeople(-3))
    assert of.question.bars == ("a", "b", "Back after 7 days")


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ([2, None], StepPeople(2)),
        ([-2, None], StepPeople(-2)),
        ([-1, None], None),
        ([3, None], None),
        ([True, None], None),
        ([2, "pro"], None),
        ("2", None),
        (None, None),
    ],
)
def test_a_browser_may_send_anything(sent, found):
    st.session_state["key"] = {"selection": {"points": [{"customdata": sent}]}}
    assert clicked(panel(SPEC), "key") == found

"""The builder of retention: what a start is, what coming back is, how both are counted, and a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics.criteria_found import InRetention
from analytics.during import During
from analytics.intervals import Intervals
from ui import build, cohorts, fields, steps
from ui import format as say
from ui.build_funnel import COHORTS

if TYPE_CHECKING:
    from datetime import datetime

    from analytics.retention import RetentionSpec
    from analytics.steps import Step
    from ui.build import Builder

CHOICE, MOST_SHOWN = "retention", 6
PERIODS = {"hour": "Hours", "day": "Days", "week": "Weeks", "month": "Months"}
MODES = {"first_time": "Their first time ever", "recurring": "Every time"}
COUNTINGS = {"exact": "In exactly that period", "on_or_after": "In that period or any later one"}
CLOCKS = {"calendar": "The calendar's", "rolling": "From their own start"}
BREAKDOWNS_AT = {"start": "Their value at the start", "both": "The same value at start and return"}


def draw(builder: Builder) -> None:
    """The builder: both steps at the left, how they are counted at the right, and the whole as a sentence."""
    spec: RetentionSpec = builder.spec
    with st.container(border=True, key="build_retention"):
        left, right = st.columns(2, gap="medium")
        with left:
            step(builder, "start", "They started with")
            step(builder, "returning", "They came back with")
            builder.breakdown({spec.start.table, spec.returning.table}, MOST_SHOWN)
            if spec.broken_by:
                builder.picked("By", "breakdown_at", BREAKDOWNS_AT)
        with right:
            with st.container(horizontal=True, gap="small"):
                builder.picked("Periods", "period", PERIODS)
                builder.number("How many", "periods", (2, 60), "The columns, period 0 included.")
            builder.picked("A start is", "mode", MODES)
            builder.picked("They came back", "counting", COUNTINGS)
            with st.container(horizontal=True, gap="small"):
                builder.unit({spec.start.table, spec.returning.table})
                often = "How often within a period makes a return."
                builder.number("Times at least", "at_least", (1, 1000), often)
            builder.picked("Periods begin by", "clock", CLOCKS)
            builder.trouble()
        builder.tell(sentence(spec))
        cell(builder)


def cell(builder: Builder) -> None:
    """A cell of the triangle, chosen by its cohort and its period, to be kept as a cohort of people."""
    spec, scope = builder.spec, builder.scope
    unit = COHORTS.get(spec.unit)
    if unit is None:
        return
    begun = Intervals.of(scope, spec.period, spec.week_start).bounds[:-1]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        first = st.selectbox(
            "Those of the cohort that began",
            range(len(begun)),
            key="w_retention_cohort",
            width=240,
            format_func=lambda number: say.moment(begun[number], scope.timezone, builder.visit.now),
        )
        period = st.selectbox(
            "who came back",
            range(spec.periods),
            key="w_retention_period",
            width=200,
            format_func=lambda number: f"in {spec.period} {number}" if number else "or not",
        )
        kept = members(builder, begun[first], period)
        cohorts.save_button(builder.visit, kept, unit, key="retention_cohort")


def members(builder: Builder, cohort: datetime, period: int) -> InRetention:
    """The people of a cell as a cohort: those that the triangle of this very window counts there."""
    spec, scope = replace(builder.spec, breakdown=None, breakdown_limit=None), builder.scope
    during = During(start=scope.start, end=scope.end)
    return InRetention(spec, cohort, period, during, scope.where, scope.timezone)


def step(builder: Builder, name: str, title: str) -> None:
    """The editor of one of its two steps."""

    def put(new: tuple[Step, ...]) -> None:
        builder.put(replace(builder.spec, **{name: new[0]}))

    held, key = (getattr(builder.spec, name),), f"retention_{name}"
    steps.draw(
        steps.Editor(builder.visit, builder.scope, held, put, key, most=1, in_order=False, title=title)
    )


def sentence(spec: RetentionSpec) -> str:
    """What is asked: Of the people who first did X, those who did Y in each of the 10 days after."""
    first = "first did" if spec.mode == "first_time" else "did"
    when = f"in each of the {spec.periods - 1} {PERIODS[spec.period].lower()} after"
    if spec.counting == "on_or_after":
        when += ", or in any later one"
    often = f" at least {spec.at_least} times" if spec.at_least > 1 else ""
    who = build.doing(spec.unit)
    who = f"{who[:1].lower()}{who[1:]}"
    again = "did so again" if spec.returning == spec.start else f"did {steps.called(spec.returning)}"
    said = f"Of the {who} {first} {steps.called(spec.start)}, those that {again}{often} {when}"
    if spec.unit in build.UNITS:
        said = said.replace(", those that ", ", those who ", 1)
    if spec.clock == "rolling":
        said += ", counted from each one's own start"
    if spec.broken_by:
        said += f"; split by {' and '.join(fields.label_of(name) for name in spec.broken_by)}"
    return f"{said}."

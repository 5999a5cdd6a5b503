"""The builder of retention: what a start is, what coming back is, how both are counted, and a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from ui import build, fields, steps
from ui import format as say

if TYPE_CHECKING:
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
                builder.unit()
                often = "How often within a period makes a return."
                builder.number("Times at least", "at_least", (1, 1000), often)
            builder.picked("Periods begin by", "clock", CLOCKS)
            builder.trouble()
        st.caption(say.plain(sentence(spec)))


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
    who = build.who(spec.unit).lower()
    said = f"Of the {who} who {first} {spec.start.name}, those who did {spec.returning.name}{often} {when}"
    if spec.clock == "rolling":
        said += ", counted from each one's own start"
    if spec.broken_by:
        said += f"; split by {' and '.join(fields.label_of(name) for name in spec.broken_by)}"
    return f"{said}."

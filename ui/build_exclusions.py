"""What a funnel excludes: lines under its steps, each with events, filters, and between which steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics.funnel_kernel import MOST_EXCLUSIONS
from analytics.funnel_spec import Exclusion
from ui import steps

if TYPE_CHECKING:
    from analytics.funnel_spec import FunnelSpec
    from analytics.steps import Step
    from ui.build import Builder

BEGUN = "funnel_exclusion_begun"


def draw(builder: Builder) -> None:
    """Every exclusion in a line, and one that was begun and has no event yet."""
    spec: FunnelSpec = builder.spec
    for place, each in enumerate(spec.exclusions):
        line(builder, place, each)
    if len(spec.steps) < 2 or len(spec.exclusions) >= MOST_EXCLUSIONS:
        return
    if st.session_state.get(BEGUN):
        begun(builder)
    else:
        st.button(
            "Add exclusion",
            icon=":material/block:",
            key="funnel_exclude",
            type="tertiary",
            help="Leaves out who did something between two steps.",
            on_click=st.session_state.__setitem__,
            args=(BEGUN, True),
        )


def line(builder: Builder, place: int, each: Exclusion) -> None:
    """One exclusion: what was done, and between which steps where there are more than two."""
    spec: FunnelSpec = builder.spec

    def put(new: tuple[Step, ...]) -> None:
        made = () if not new else (replace(each, event=new[0].event, where=new[0].where),)
        builder.put(replace(spec, exclusions=(*before, *made, *after)))

    before, after = spec.exclusions[:place], spec.exclusions[place + 1 :]
    steps.draw(
        steps.Editor(
            builder.visit,
            builder.scope,
            (each.step,),
            put,
            f"funnel_x{place}",
            least=0,
            most=1,
            in_order=False,
            title="Without those who did",
            bare=True,
        )
    )
    if len(spec.steps) > 2:
        between(builder, place, each)


def between(builder: Builder, place: int, each: Exclusion) -> None:
    """After which step, and before which later one."""
    spec: FunnelSpec = builder.spec
    key, last = f"funnel_x{place}", len(spec.steps)
    st.session_state[f"{key}_after"], st.session_state[f"{key}_before"] = each.after_step, each.before_step

    def changed() -> None:
        begin, end = st.session_state[f"{key}_after"], st.session_state[f"{key}_before"]
        made = replace(each, after_step=begin, before_step=max(end, begin + 1))
        builder.change(exclusions=(*spec.exclusions[:place], made, *spec.exclusions[place + 1 :]))

    with st.container(horizontal=True, gap="small", key=f"between_{place}"):
        st.selectbox(
            "After step",
            range(1, last),
            key=f"{key}_after",
            width=160,
            format_func=lambda number: said(spec, number),
            on_change=changed,
        )
        st.selectbox(
            "and before step",
            range(each.after_step + 1, last + 1),
            key=f"{key}_before",
            width=160,
            format_func=lambda number: said(spec, number),
            on_change=changed,
        )


def begun(builder: Builder) -> None:
    """The line of an exclusion that asks for its event first: any event at all would leave out everybody."""
    spec: FunnelSpec = builder.spec

    def chosen() -> None:
        event = st.session_state.get("funnel_x_event")
        st.session_state[BEGUN] = False
        if event:
            builder.change(exclusions=(*spec.exclusions, Exclusion(event, 1, len(spec.steps))))

    st.selectbox(
        "Without those who did",
        steps.by_people(builder.visit, builder.scope),
        index=None,
        key="funnel_x_event",
        placeholder="Choose an event, or type one",
        accept_new_options=True,
        on_change=chosen,
    )


def said(spec: FunnelSpec, number: int) -> str:
    """A step by its number and name."""
    return f"{number} {steps.called(spec.steps[number - 1])}"


def kept(exclusions: tuple[Exclusion, ...], steps_left: int) -> tuple[Exclusion, ...]:
    """The exclusions of a funnel with fewer steps: those that reached further end at its last one."""
    if steps_left < 2:
        return ()
    return tuple(
        replace(
            each,
            after_step=min(each.after_step, steps_left - 1),
            before_step=min(each.before_step, steps_left),
        )
        for each in exclusions
    )

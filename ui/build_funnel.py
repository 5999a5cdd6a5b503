"""The builder of funnels: its steps, how they are counted, and what it asks in a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics.criteria_found import InFunnel
from analytics.during import During
from analytics.funnel_spec import Exclusion, FunnelSpec
from analytics.request import LENGTHS
from analytics.units import PERSON
from ui import address, build, build_windows, cohorts, fields, steps
from ui import format as say

if TYPE_CHECKING:
    from analytics.members import Unit
    from analytics.steps import Step
    from ui.build import Builder

CHOICE, SHOWN, MOST_SHOWN = "funnel", "funnel_step", 6
ORDERS = {"ordered": "In this order", "strict": "Nothing in between", "unordered": "In any order"}
ENTRIES = {"any": "Every entry", "first": "The first entry only"}
DATES = {"entry": "Entered in the window", "entry_and_completion": "Entered and completed in the window"}
COHORTS: dict[str, Unit] = {PERSON: "person", "tenant_id": "tenant"}
ATTRIBUTIONS = {
    "first_touch": "their first value",
    "last_touch": "their last value",
    "all_events": "each value by itself",
    "step": "their value at one step",
}


def draw(builder: Builder, windows: tuple[timedelta, ...]) -> None:
    """The builder: steps at the left, how they are counted at the right, and the whole as a sentence."""
    spec: FunnelSpec = builder.spec

    def put(new: tuple[Step, ...]) -> None:
        # Exclusions and a breakdown of steps that are gone go with them.
        kept = tuple(each for each in spec.exclusions if each.before_step <= len(new))
        step = min(spec.attribution_step, len(new))
        builder.put(replace(spec, steps=new, exclusions=kept, attribution_step=step))

    with st.container(border=True, key="build_funnel"):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            ordered = spec.order != "unordered"
            steps.draw(
                steps.Editor(builder.visit, builder.scope, spec.steps, put, "funnel", in_order=ordered)
            )
        with right:
            settings(builder, windows)
        builder.tell(sentence(spec))


def settings(builder: Builder, windows: tuple[timedelta, ...]) -> None:
    """How the steps are counted, and which windows are compared."""
    spec: FunnelSpec = builder.spec
    excluded = f" ({len(spec.exclusions)})" if spec.exclusions else ""
    builder.picked("Order of the steps", "order", ORDERS)
    window(builder)
    builder.unit()
    builder.breakdown(spec.tables, MOST_SHOWN)
    if spec.broken_by:
        builder.picked("By", "attribution", ATTRIBUTIONS)
    if spec.broken_by and spec.attribution == "step":
        numbers = {n: f"Step {n}" for n in range(1, len(spec.steps) + 1)}
        builder.picked("At", "attribution_step", numbers)
    with st.container(horizontal=True, gap="small"):
        with st.popover(f"Exclusions{excluded}", icon=":material/block:", key="funnel_exclude"):
            exclusions(builder)
        if len(spec.steps) > 1:
            with st.popover("Compare windows", icon=":material/hourglass:", key="funnel_compare"):
                build_windows.chooser(spec, windows)
        with st.popover("More", icon=":material/tune:", key="funnel_more"):
            builder.picked("An attempt begins with", "entry", ENTRIES)
            builder.picked("Which people", "dates", DATES)
    builder.trouble()


def window(builder: Builder) -> None:
    """How long after the first step the last one may be."""
    number, unit = steps.length_parts(builder.spec.window)
    st.session_state["funnel_window"], st.session_state["funnel_window_unit"] = number, unit

    def changed() -> None:
        count = st.session_state["funnel_window"] or 1
        builder.change(window=count * steps.UNITS[st.session_state["funnel_window_unit"]])

    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        st.number_input("Completed within", 1, 10_000, key="funnel_window", on_change=changed)
        st.selectbox(
            "Unit of the window",
            [*steps.UNITS],
            key="funnel_window_unit",
            on_change=changed,
            label_visibility="collapsed",
        )


def exclusions(builder: Builder) -> None:
    """What may not happen between two steps: each in a line, and one more."""
    spec: FunnelSpec = builder.spec
    for place, each in enumerate(spec.exclusions):
        others = (*spec.exclusions[:place], *spec.exclusions[place + 1 :])
        words = f"{each.step.name} between step {each.after_step} and {each.before_step}"
        st.button(
            f"{say.plain(words)} :material/close:",
            key=f"funnel_excluded_{place}",
            type="tertiary",
            on_click=builder.change,
            kwargs={"exclusions": others},
        )
    if len(spec.steps) < 2:
        st.caption("An exclusion lies between two steps: add a second one first.")
        return
    names = steps.names(builder.visit, builder.scope, "events")
    event = st.selectbox("Nobody who did", names, index=None, key="funnel_x_event", accept_new_options=True)
    numbers = list(range(1, len(spec.steps) + 1))
    with st.container(horizontal=True, gap="small"):
        first = st.selectbox("after step", numbers[:-1], key="funnel_x_after")
        last = st.selectbox("and before step", numbers[first:], key="funnel_x_before")
    if event:
        st.button(
            "Exclude them",
            icon=":material/block:",
            key="funnel_x_add",
            on_click=builder.change,
            kwargs={"exclusions": (*spec.exclusions, Exclusion(event, first, last))},
        )


def whom(builder: Builder, shown: int) -> None:
    """Whose names the list at the foot of the page shows, and keeping them as a cohort."""
    spec: FunnelSpec = builder.spec
    numbers = range(1, len(spec.steps) + 1)
    options = [*numbers, *(-n for n in numbers if n > 1)]
    st.session_state["w_funnel_step"] = shown
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.selectbox(
            "List the people who",
            options,
            key="w_funnel_step",
            width=420,
            format_func=lambda step: whose(spec, step),
            on_change=lambda: address.choose(**{SHOWN: str(st.session_state["w_funnel_step"])}),
        )
        unit = COHORTS.get(spec.unit)
        if unit is not None:
            kept = members(builder, shown)
            cohorts.save_button(builder.visit, kept, unit, key="funnel_cohort", title=whose(spec, shown))


def members(builder: Builder, shown: int) -> InFunnel:
    """Those people as a cohort: of a preset window they move on with it, of any other they stay."""
    scope = builder.scope
    moving = builder.visit.request.window in LENGTHS
    during = During(last=scope.end - scope.start) if moving else During(start=scope.start, end=scope.end)
    return InFunnel(builder.spec.whole(), shown, during, scope.where, scope.timezone)


def shown_step(text: str, spec: FunnelSpec) -> int:
    """Which step's people are listed: those who reached the last one, unless another is chosen."""
    last = len(spec.steps)
    step = int(text) if text.removeprefix("-").isdecimal() else last
    return step if 1 <= abs(step) <= last and step != -1 else last


def whose(spec: FunnelSpec, step: int) -> str:
    """Those who reached a step; with a minus those who reached the one before it and not it."""
    names = [each.name for each in spec.steps]
    if step > 0:
        return f"Reached {names[step - 1]}"
    return f"Reached {names[-step - 2]} and not {names[-step - 1]}"


def sentence(spec: FunnelSpec) -> str:
    """What the funnel asks: People who opened, then bought, within 14 days of the first step."""
    names = [step.name + limit(step) for step in spec.steps]
    if spec.order == "unordered":
        did = f"{', '.join(names)}, in any order"
    else:
        did = (", and next " if spec.order == "strict" else ", then ").join(names)
    said = f"{build.who(spec.unit)} who did {did}, within {length(spec.window)} of the first step"
    if spec.entry == "first":
        said += ", counted from their first entry"
    for each in spec.exclusions:
        between = f"between step {each.after_step} and {each.before_step}"
        said += f"; without those who did {each.step.name} {between}"
    if spec.broken_by:
        by = " and ".join(fields.label_of(name) for name in spec.broken_by)
        said += f"; split by {by}, {ATTRIBUTIONS[spec.attribution]}"
    dates = "Entries lie" if spec.dates == "entry" else "All of it lies"
    return f"{said}. {dates} in the window."


def limit(step: Step) -> str:
    """The step's own time limit."""
    return "" if step.within is None else f" (within {length(step.within)})"


def length(time: timedelta) -> str:
    """A length in words: 1 day, 14 days."""
    number, unit = steps.length_parts(time)
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"

"""The builder of funnels: its steps, how they are counted, and what it asks in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics.criteria_found import InFunnel
from analytics.during import During
from analytics.funnel_spec import FunnelSpec
from analytics.request import LENGTHS
from analytics.units import PERSON
from ui import address, build, build_exclusions, build_windows, cohorts, fields, steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.members import Unit
    from analytics.steps import Step
    from ui.build import Builder

CHOICE, SHOWN, MOST_SHOWN = "funnel", "funnel_step", 6
OF_STEP = re.compile(r"(-?\d{1,2})(left|may)?")
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
        # What tells of steps that are gone tells of the last one there is.
        kept = build_exclusions.kept(spec.exclusions, len(new))
        step = min(spec.attribution_step, len(new))
        builder.put(replace(spec, steps=new, exclusions=kept, attribution_step=step))

    with st.container(border=True, key="build_funnel"):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            ordered = spec.order != "unordered"
            steps.draw(
                steps.Editor(builder.visit, builder.scope, spec.steps, put, "funnel", in_order=ordered)
            )
            build_exclusions.draw(builder)
        with right:
            settings(builder, windows)
        builder.tell(sentence(spec, cohorts.named_of(builder.visit, spec.broken_by)))


def settings(builder: Builder, windows: tuple[timedelta, ...]) -> None:
    """How the steps are counted, and which windows are compared."""
    spec: FunnelSpec = builder.spec
    builder.picked("Order of the steps", "order", ORDERS)
    window(builder)
    builder.unit(spec.tables)
    builder.breakdown(spec.tables, MOST_SHOWN, cohorts.of_people(builder.visit))
    if spec.broken_by:
        builder.picked("By", "attribution", ATTRIBUTIONS)
    if spec.broken_by and spec.attribution == "step":
        numbers = {n: f"Step {n}" for n in range(1, len(spec.steps) + 1)}
        builder.picked("At", "attribution_step", numbers)
    with st.container(horizontal=True, gap="small"):
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


def whom(builder: Builder, shown: Shown) -> None:
    """Whose names the list at the foot of the page shows, and keeping them as a cohort."""
    spec: FunnelSpec = builder.spec
    numbers = range(1, len(spec.steps) + 1)
    options = [Shown(n) for n in numbers]
    options += [Shown(-n, waiting) for n in numbers if n > 1 for waiting in (False, True)]
    st.session_state["w_funnel_step"] = shown.text
    said = {each.text: whose(spec, each) for each in dict.fromkeys([*options, shown])}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.selectbox(
            "List the people who",
            [*said],
            key="w_funnel_step",
            width=420,
            format_func=lambda text: said.get(text, text),
            on_change=lambda: address.choose(**{SHOWN: st.session_state["w_funnel_step"]}),
        )
        unit = COHORTS.get(spec.unit)
        if unit is not None:
            kept = members(builder, shown)
            cohorts.save_button(builder.visit, kept, unit, key="funnel_cohort", title=whose(spec, shown))


def members(builder: Builder, shown: Shown) -> InFunnel:
    """Those people as a cohort: of a preset window they move on with it, of any other they stay."""
    scope = builder.scope
    moving = builder.visit.request.window in LENGTHS
    during = During(last=scope.end - scope.start) if moving else During(start=scope.start, end=scope.end)
    whole, waiting = builder.spec.whole(), shown.waiting
    return InFunnel(whole, shown.step, during, scope.where, scope.timezone, waiting=waiting)


@dataclass(frozen=True)
class Shown:
    """Whose names are listed: who reached a step, or with a minus who is not there, and why."""

    step: int
    waiting: bool | None = None  # of those who are not there: who still may, or left

    @property
    def text(self) -> str:
        """As the address holds it: 2 · -2left · -2may · -2."""
        return f"{self.step}{'' if self.waiting is None else 'may' if self.waiting else 'left'}"


def shown_step(text: str, spec: FunnelSpec) -> Shown:
    """Which step's people are listed: those who reached the last one, unless others are chosen."""
    last, found = len(spec.steps), OF_STEP.fullmatch(text)
    step = int(found[1]) if found else last
    if found is None or not 1 <= abs(step) <= last or step == -1:
        return Shown(last)
    why = found[2]
    return Shown(step, why == "may" if why and step < 0 else None)


def whose(spec: FunnelSpec, shown: Shown) -> str:
    """Those who reached a step; or the one before it, and left, or still may reach it."""
    names = [steps.called(each) for each in spec.steps]
    if shown.step > 0:
        return f"Reached {names[shown.step - 1]}"
    before, here = names[-shown.step - 2], names[-shown.step - 1]
    if shown.waiting is None:
        return f"Reached {before} and not {here}"
    how = "still may reach" if shown.waiting else "left before"
    return f"Reached {before} and {how} {here}"


def sentence(spec: FunnelSpec, called: Callable[[str], str] = fields.label_of) -> str:
    """What the funnel asks: People who opened, then bought, within 14 days of the first step."""
    names = [steps.called(step) + limit(step) for step in spec.steps]
    if spec.order == "unordered":
        did = f"{', '.join(names)}, in any order"
    else:
        did = (", and next " if spec.order == "strict" else ", then ").join(names)
    said = f"{build.doing(spec.unit)} did {did}, within {length(spec.window)} of the first step"
    if spec.entry == "first":
        said += ", counted from their first entry"
    for each in spec.exclusions:
        between = f"between step {each.after_step} and {each.before_step}"
        said += f"; without those who did {steps.called(each.step)} {between}"
    if spec.broken_by:
        by = " and ".join(called(name) for name in spec.broken_by)
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

"""The page of experiments: which of them it tells of, judged by what, and the verdict over the panels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast, get_args

import streamlit as st

from analytics import ab_tests
from analytics.ab_tests import OfOne, words
from analytics.experiment_verdict import BROKEN_SPLIT
from analytics.request import LENGTHS
from analytics.settings import LONGEST_GOAL_DAYS, Goal, Measured
from ui import address, fields, render
from ui import format as say
from ui.fields import Choice

if TYPE_CHECKING:
    from analytics.board import Board, Panel, Row
    from analytics.request import Request
    from analytics.scope import Scope
    from ui.context import Visit

# What of the address is this page's: the experiment, and another goal than its own.
EXPERIMENT = "experiment"
EVENT, MEASURED, ATTRIBUTE, DAYS = "goal_event", "goal_measured", "goal_attribute", "goal_days"
NO_GOAL = dict.fromkeys((EVENT, MEASURED, ATTRIBUTE, DAYS), "")
WIDTH = 300
ANY = ""
MEASURES = {
    "conversion": "Whether they did it",
    "count": "How often they did it",
    "sum": "Sum of a number of it",
    "mean": "Mean of a number of it",
}


def show(board: Board) -> None:
    """The board, asked of the experiment and the goal that the address names."""
    render.show(of_request(board, address.current()), above=choose)


def of_request(board: Board, request: Request) -> Board:
    """The board whose panels ask of what was chosen."""
    goal = goal_of(request)

    def chosen(panel: Panel) -> Panel:
        if not isinstance(panel.question, OfOne):
            return panel
        question = replace(panel.question, experiment=request.choice(EXPERIMENT), goal=goal)
        return replace(panel, question=question, show=shown(panel, goal))

    def row(each: Row) -> Row:
        return replace(each, panels=tuple(chosen(panel) for panel in each.panels))

    return replace(board, rows=tuple(row(each) for each in board.rows))


def shown(panel: Panel, goal: Goal | None) -> tuple[str, ...]:
    """The columns of the result: of means there is no conversion."""
    if goal is None or goal.measured == "conversion" or "rate" not in panel.show:
        return panel.show
    return tuple("mean" if name == "rate" else name for name in panel.show if name != "conversions")


def goal_of(request: Request) -> Goal | None:
    """The goal that was chosen; none where none was, or one that means nothing."""
    chosen = {name: request.choice(name) for name in NO_GOAL}
    if not any(chosen.values()):
        return None
    try:
        measured = cast("Measured", chosen[MEASURED] or "conversion")
        attribute = chosen[ATTRIBUTE] if measured in ("sum", "mean") else ""
        return Goal(chosen[EVENT], measured, attribute, int(chosen[DAYS] or Goal().days))
    except ValueError:
        return None


def choose(visit: Visit, scope: Scope) -> None:
    """The line over the board: which experiment, judged by what, and what to make of it."""
    own = replace(scope, start=scope.end - LENGTHS["90d"])
    asked = visit.ask(ab_tests.listed, own)
    # What went wrong with the list is said in its own panel.
    if asked.exception() is not None or asked.result().frame.empty:
        return
    frame = asked.result().frame
    names = frame["experiment"].tolist()
    chosen = visit.request.choice(EXPERIMENT)
    at = names.index(chosen) if chosen in names else 0
    row = frame.iloc[at]
    goal = goal_of(visit.request)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="experiment"):
        picker(names, names[at])
        said = say.shorten(words(goal) if goal is not None else str(row["goal"]) or words(Goal()), 60)
        with st.popover(f"Judged by: {say.plain(said)}", key="pop_goal", on_change="rerun") as popover:
            if popover.open:
                goal_inside(visit, own, goal, str(row["goal_event"]))
        if goal is None:
            st.markdown(sentence(str(row["verdict"]), float(row["split_p"])), width="content")


def sentence(verdict: str, split_p: float) -> str:
    """The verdict, with a sign where it warns."""
    broken = split_p < BROKEN_SPLIT
    icon, ink = (":material/warning:", "red") if broken else (":material/gavel:", "gray")
    text = say.plain(verdict)
    return f":{ink}[{icon}] :red[**{text}**]" if broken else f":{ink}[{icon}] **{text}**"


def picker(names: list[str], one: str) -> None:
    """A choice of one experiment; drawn from the address, which a choice changes."""
    key = "w_experiment"
    st.session_state[key] = one
    st.selectbox(
        "Experiment",
        names,
        key=key,
        label_visibility="collapsed",
        width=260,
        on_change=lambda: address.choose(experiment=st.session_state[key] or "", **NO_GOAL),
    )


def goal_inside(visit: Visit, scope: Scope, goal: Goal | None, own_event: str) -> None:
    """Another goal: an event, how it is measured, and for how many days; it begins with that of now."""
    known = goal or Goal(own_event)
    frequent = map(str, fields.values(visit, scope, Choice("event_type", "Event", "events")))
    events = list(dict.fromkeys((ANY, known.event, *frequent)))
    put("w_goal_event", known.event)
    event = st.selectbox(
        "Event", events, key="w_goal_event", width=WIDTH, format_func=lambda name: name or "Anything"
    )
    put("w_goal_measured", known.measured)
    measured = st.selectbox(
        "Measured", get_args(Measured), key="w_goal_measured", width=WIDTH, format_func=MEASURES.__getitem__
    )
    attribute = ""
    if measured in ("sum", "mean"):
        put("w_goal_attribute", known.attribute)
        attribute = st.text_input(
            "Number of the event", key="w_goal_attribute", width=WIDTH, placeholder="such as amount"
        )
    put("w_goal_days", known.days)
    days = st.number_input(
        "Days after the first exposure", 1, LONGEST_GOAL_DAYS, key="w_goal_days", width=WIDTH
    )
    lacking = measured in ("sum", "mean") and not attribute.strip()
    if lacking:
        st.caption("Name the number that is added up.")
    st.button(
        "Judge by this",
        disabled=lacking,
        width=WIDTH,
        on_click=lambda: address.choose(
            goal_event=event or "",
            goal_measured=measured,
            goal_attribute=attribute.strip(),
            goal_days=str(days),
        ),
    )
    if goal is not None:
        st.button("Back to its own goal", width=WIDTH, on_click=lambda: address.choose(**NO_GOAL))


def put(key: str, value: object) -> None:
    """What a widget shows when it is first drawn."""
    st.session_state.setdefault(key, value)

"""The builder of paths: from an event or to one, how many steps, and what ends a sitting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics.paths import LONGEST_GAP
from analytics.steps import Step
from ui import steps

if TYPE_CHECKING:
    from analytics.paths import Paths
    from ui.build import Builder

CHOICE = "paths"
DIRECTIONS = {"from": "What people do after it", "to": "What people did before it"}


def draw(builder: Builder) -> None:
    """The builder: the event at the left, how paths are cut at the right, and the whole as a sentence."""
    spec: Paths = builder.spec

    def put(new: tuple[Step, ...]) -> None:
        # Any event at all is where each sitting begins, or ends.
        anything = new[0] == Step(None)
        builder.put(replace(spec, anchor=None if anything else new[0]))

    with st.container(border=True, key="build_paths"):
        left, right = st.columns(2, gap="medium")
        with left:
            held = (spec.anchor or Step(None),)
            editor = steps.Editor(
                builder.visit, builder.scope, held, put, "paths", most=1, in_order=False, title="Event"
            )
            steps.draw(editor)
            builder.picked("Show", "direction", DIRECTIONS)
        with right:
            with st.container(horizontal=True, gap="small"):
                builder.number("Steps", "steps", (2, 8), "How far the paths are followed.")
                builder.number("Events at each step", "most", (2, 10), "The rest is (other).")
            gap = "A pause of so many minutes ends a sitting."
            builder.number("Minutes of pause", "gap_minutes", (1, LONGEST_GAP), gap)
            builder.trouble()
        builder.tell(sentence(spec))


def sentence(spec: Paths) -> str:
    """What is asked: What people do after they opened, up to 5 steps, until a pause of 30 minutes."""
    if spec.anchor is None:
        begin = "What people do from the first event of a sitting on"
        begin = begin if spec.direction == "from" else "What people did before the last event of a sitting"
    else:
        word = "do after" if spec.direction == "from" else "did before"
        begin = f"What people {word} {steps.called(spec.anchor)}"
    return f"{begin}, over {spec.steps} steps; a pause of {spec.gap_minutes} minutes ends a sitting."

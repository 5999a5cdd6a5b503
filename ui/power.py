"""The calculator of an experiment: what is wished for, and how many people and days that takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from analytics.ab_tests import EFFECT
from analytics.experiment_power import Plan, detectable, needed
from ui import format as say

if TYPE_CHECKING:
    import pandas as pd

    from analytics.board import Panel

# What stands in it where no experiment tells of today.
BASELINE, PEOPLE_A_DAY = 0.1, 1_000
POWERS = {"80%": 0.8, "90%": 0.9, "95%": 0.95}
SIGNIFICANCES = {"1%": 0.01, "5%": 0.05, "10%": 0.10}
WEEKS = (1, 2, 4)


def calculator(panel: Panel, frame: pd.DataFrame) -> None:
    """Six inputs, kept while the session lasts, and what they come to."""
    with st.container(gap="small"):
        values = inputs(f"{panel.id}_{getattr(panel.question, 'experiment', '')}", frame)
        try:
            plan = Plan(**values)  # pyright: ignore[reportArgumentType]
        except ValueError as error:
            st.caption(f":orange[:material/warning: {say.plain(str(error))}]")
            return
        outcome(plan)


def inputs(name: str, frame: pd.DataFrame) -> dict[str, float | int]:
    """What is planned, beginning with what the experiment of the page had."""
    today = {key: None if frame.empty else frame[key].iloc[0] for key in ("baseline", "people_a_day")}
    baseline = BASELINE if missing(today["baseline"]) else float(today["baseline"])
    a_day = PEOPLE_A_DAY if missing(today["people_a_day"]) else round(float(today["people_a_day"]))

    def key(which: str) -> str:
        return f"w_{name}_{which}"

    begun = {
        "baseline": round(baseline * 100, 2),
        "effect": EFFECT * 100,
        "a_day": max(a_day, 1),
        "variants": 2,
        "power": "80%",
        "significance": "5%",
    }
    # Streamlit forgets what is in a widget while another page is drawn, and nothing else.
    kept = st.session_state.setdefault(f"kept_{name}", begun)
    for which in begun:
        st.session_state.setdefault(key(which), kept[which])
    with st.grid(3, min_column_width=150, gap="small"):
        share = st.number_input(
            "Converts today, %", min_value=0.01, max_value=99.99, step=0.5, key=key("baseline")
        )
        effect = st.number_input(
            "Wished lift, %", min_value=-99.0, max_value=1e4, step=1.0, key=key("effect")
        )
        people = st.number_input("People a day", min_value=1, step=10, key=key("a_day"))
        variants = st.number_input("Variants", min_value=2, max_value=20, step=1, key=key("variants"))
        power = st.selectbox("Power", [*POWERS], key=key("power"), help=POWER_MEANS)
        significance = st.selectbox("Significance", [*SIGNIFICANCES], key=key("significance"))
    st.session_state[f"kept_{name}"] = {which: st.session_state[key(which)] for which in begun}
    return {
        "baseline": share / 100,
        "effect": effect / 100,
        "power": POWERS[power],
        "significance": SIGNIFICANCES[significance],
        "variants": int(variants),
        "people_a_day": float(people),
    }


POWER_MEANS = "How often an effect of this size is found where there is one."


def outcome(plan: Plan) -> None:
    """People and days, and what could be seen sooner."""
    takes = needed(plan)
    with st.grid(3, min_column_width=120, gap="small"):
        st.metric("People a variant", say.number(takes.a_variant, compact=True))
        st.metric("People in all", say.number(takes.in_all, compact=True))
        st.metric("Days", "–" if math.isnan(takes.days) else say.number(takes.days, compact=True))
    st.caption(sooner(plan))


def sooner(plan: Plan) -> str:
    """From 10.0% to 11.0%. Smallest lift that can be seen: 48.0% in 1 week, 33.1% in 2 weeks."""
    said = []
    for weeks in WEEKS:
        effect = detectable(plan, plan.people_a_day * 7 * weeks / plan.variants)
        if not math.isnan(effect):
            said.append(f"{say.number(effect, 'ratio')} in {weeks} week{'s' if weeks > 1 else ''}")
    if not said:
        return "So few people a day show no effect within four weeks."
    return (
        f"From {plan.baseline:.1%} to {plan.wished:.1%}. Smallest lift that can be seen: {', '.join(said)}."
    )


def missing(value: object) -> bool:
    """Whether the data say nothing of it."""
    return value is None or bool(value != value)  # noqa: PLR0124  the one number that is not itself is nothing

"""Calculators of money: what a person sets, and what the answer comes to with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analytics.settings import HOURLY_COST_USD, WHAT_IF_MODELS
from analytics.what_if import Repriced, models, repriced
from data.prices import current
from ui import format as say
from ui import power, week2

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.board import Panel
    from ui.asked import Asked


def draw(asked: Asked) -> None:
    """The calculator of a panel, by what it asks."""
    made = MADE.get(asked.panel.question.name)
    if made is None:
        power.calculator(asked.panel, asked.now.result().frame)
    else:
        made(asked)


def kept_number(panel: Panel, name: str, label: str, begun: float, step: float) -> float:
    """A number that a person sets, kept while the session lasts."""
    key, kept = f"w_{panel.id}_{name}", f"kept_{panel.id}_{name}"
    # Streamlit forgets what is in a widget while another page is drawn, and nothing else.
    st.session_state.setdefault(key, st.session_state.get(kept, begun))
    value = st.number_input(label, min_value=0.0, step=step, key=key)
    st.session_state[kept] = value
    return float(value)


def kept_choice(panel: Panel, name: str, label: str, options: list[str], begun: str) -> str:
    """One of some values that a person chooses, kept while the session lasts."""
    key, kept = f"w_{panel.id}_{name}", f"kept_{panel.id}_{name}"
    held = st.session_state.get(key, st.session_state.get(kept, begun))
    # What was chosen may not be there any more in another window.
    st.session_state[key] = held if held in options else begun
    value = st.selectbox(label, options, key=key)
    st.session_state[kept] = value
    return str(value)


EVERY = "All features"


def what_if(asked: Asked) -> None:
    """The calls of a feature with another model, their tokens kept."""
    panel, frame = asked.panel, asked.now.result().frame
    if frame.empty:
        st.caption(panel.empty)
        return
    offered = {f"{model} · {provider}" if provider else model: (provider, model)
               for provider, model in models(frame, WHAT_IF_MODELS)}  # fmt: skip
    features = [EVERY, *sorted({str(each) for each in frame["feature"] if each})]
    costs = frame["cost_usd"].astype("float64").groupby(frame["feature"]).sum()
    dearest = str(costs.idxmax())
    with st.container(gap="small"):
        with st.grid(2, min_column_width=150, gap="small"):
            feature = kept_choice(panel, "feature", "Feature", features, dearest or EVERY)
            chosen = kept_choice(panel, "model", "With the model", list(offered), cheap(offered))
        provider, model = offered[chosen]
        found = repriced(
            frame, feature="" if feature == EVERY else feature, model=model, provider=provider,
            at=asked.scope.end, prices=current(),
        )  # fmt: skip
        told(found)


def cheap(offered: dict[str, tuple[str, str]]) -> str:
    """What is offered first: a small model."""
    return next((name for name in offered if any(word in name for word in SMALL)), next(iter(offered)))


SMALL = ("mini", "flash", "haiku", "nano")


def told(found: Repriced) -> None:
    """What the calls cost, what they would have cost, and what of it is not known."""
    with st.grid(3, min_column_width=110, gap="small"):
        st.metric("As it was", say.number(float(found.now_usd), "usd", compact=True))
        st.metric(
            "With it",
            "–" if found.then_usd is None else say.number(float(found.then_usd), "usd", compact=True),
        )
        # Of the window itself: what was counted up to a month could be more than is spent in one.
        saved = None if found.saved_usd is None else float(found.saved_usd)
        st.metric("Saves in 30 days", "–" if saved is None else say.number(saved, "usd", compact=True))
    without = say.number(found.unpriced)
    left_out = f" {without} calls without a price are left out." if found.unpriced else ""
    limits = (
        "Another model cuts text into other tokens, answers at another length, caches otherwise, and may "
        "answer worse: try it on some of the calls first."
    )
    st.caption(f"{say.number(found.calls)} calls with their tokens as they were.{left_out} {limits}")


def savings(asked: Asked) -> None:
    """Successful executions x minutes by hand x what an hour costs."""
    panel, frame = asked.panel, asked.now.result().frame
    runs, hours = int(frame["succeeded"].iloc[0]), float(frame["hours_saved"].iloc[0])
    by_hand = round(hours * 60 / runs, 2) if runs else 0.0
    with st.container(gap="small"):
        with st.grid(2, min_column_width=150, gap="small"):
            minutes = kept_number(panel, "minutes", "Minutes by hand", by_hand, 0.5)
            rate = kept_number(panel, "rate", "An hour costs, USD", HOURLY_COST_USD, 5.0)
        saved = runs * minutes / 60
        with st.grid(2, min_column_width=120, gap="small"):
            st.metric("Saved", say.number(saved * rate, "usd", compact=True))
            st.metric("Hours saved", say.number(saved, "hours", compact=True))
        st.caption(f"{say.number(runs)} successful executions in this window.")


MADE: dict[str, Callable[[Asked], None]] = {
    "value.saved": savings,
    "what_if.mix": what_if,
    "week2.what_if": lambda asked: week2.calculator(asked.panel, asked.now.result().frame),
}

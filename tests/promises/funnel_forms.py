"""How values of funnels are made, for the promise that every JSON form leads back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from analytics.activation import RetainedFunnel, RetainedPeople
from analytics.funnel_change import FunnelChange
from analytics.funnel_questions import (
    FunnelPeople,
    FunnelQuestion,
    FunnelStuck,
    FunnelTimes,
    FunnelTimesPeople,
    FunnelTrend,
)
from analytics.funnel_reasons import FunnelDrivers, FunnelSegments
from analytics.funnel_spec import Exclusion, FunnelSpec
from analytics.funnel_why import FunnelWhy, FunnelWhySaid
from analytics.funnel_windows import MOST, FunnelWindows

WORDS = st.text("abc xyz", min_size=1, max_size=9).map(lambda word: word.strip() or "a")
BROKEN_BY = st.one_of(st.none(), WORDS, st.lists(WORDS, min_size=1, max_size=2).map(tuple))
WAITING = st.none() | st.booleans()
LENGTHS = st.timedeltas(timedelta(microseconds=1), timedelta(days=400))
STEPS_OF = {"step": st.integers(1, 2), "from_step": st.just(1), "to_step": st.none() | st.just(2)}


def exclusions(filters: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """The fields of an exclusion between the first two steps."""
    events = st.one_of(WORDS, st.lists(WORDS, min_size=1, max_size=2, unique=True).map(tuple))
    whose = st.none() | filters
    return {"event": events, "after_step": st.just(1), "before_step": st.just(2), "where": whose}


def specs(
    steps: st.SearchStrategy[Any], filters: st.SearchStrategy[Any]
) -> dict[str, st.SearchStrategy[Any]]:
    """The fields of a funnel of two steps or more."""
    excluded = st.builds(Exclusion, **exclusions(filters))
    return {
        "steps": st.lists(steps, min_size=2, max_size=4).map(tuple),
        "order": st.sampled_from(["ordered", "strict", "unordered"]),
        "window": LENGTHS,
        "unit": WORDS,
        "entry": st.sampled_from(["any", "first"]),
        "dates": st.sampled_from(["entry", "entry_and_completion"]),
        "exclusions": st.lists(excluded, max_size=2).map(tuple),
        "breakdown": BROKEN_BY,
        "attribution": st.sampled_from(["first_touch", "last_touch", "all_events", "step"]),
        "attribution_step": st.integers(1, 2),
        "breakdown_limit": st.none() | st.integers(1, 20),
    }


def questions(
    steps: st.SearchStrategy[Any], filters: st.SearchStrategy[Any]
) -> dict[type, dict[str, st.SearchStrategy[Any]]]:
    """What can be asked of a funnel, each with its fields."""
    spec = {"spec": st.builds(FunnelSpec, **specs(steps, filters))}
    between = {"from_step": STEPS_OF["from_step"], "to_step": STEPS_OF["to_step"]}
    grains = {"grain": st.sampled_from(["auto", "day", "month"])}
    weeks = {"week_start": st.sampled_from(["monday", "sunday"])}
    days = {"after_days": st.integers(1, 90), "within_days": st.integers(1, 90)}
    return {
        FunnelQuestion: spec,
        FunnelTrend: spec | grains | between | weeks,
        FunnelTimes: spec | between | {"bins": st.none() | st.integers(1, 90)},
        FunnelTimesPeople: spec
        | between
        | {"bins": st.none() | st.integers(1, 90), "place": st.integers(0, 90)},
        FunnelPeople: spec | {"step": STEPS_OF["step"], "breakdown": BROKEN_BY, "waiting": WAITING},
        FunnelSegments: spec,
        FunnelWindows: spec | {"windows": st.lists(LENGTHS, min_size=1, max_size=MOST).map(tuple)},
        FunnelDrivers: spec | {"fields": st.lists(WORDS, max_size=2).map(tuple)},
        FunnelChange: spec,
        FunnelWhy: spec | {"fields": st.lists(WORDS, max_size=2).map(tuple)},
        FunnelWhySaid: spec | {"fields": st.lists(WORDS, max_size=2).map(tuple)},
        FunnelStuck: spec | {"step": st.none() | st.just(1)},
        RetainedFunnel: spec | {"back": st.none() | WORDS} | days,
        RetainedPeople: spec | {"back": st.none() | WORDS, "came": st.booleans(), "waiting": WAITING} | days,
    }


def forms(
    form: Callable[..., Any], steps: st.SearchStrategy[Any], filters: st.SearchStrategy[Any]
) -> dict[str, Any]:
    """The forms of funnels by the names of their classes; `form` makes one of a class and its fields."""
    kinds = {Exclusion: exclusions(filters), FunnelSpec: specs(steps, filters), **questions(steps, filters)}
    return {f"{kind.__module__}.{kind.__name__}": form(kind, **parts) for kind, parts in kinds.items()}

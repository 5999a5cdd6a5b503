"""Why one panel has nothing to draw, and two ways out: never any row, none in the window, none that fits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics import filters, presence
from analytics.request import LENGTHS
from data.tables import FACTS
from ui import address, cohorts, empty
from ui import format as say
from ui.names import in_words
from ui.navigation import link_to
from ui.scope_bar import PRESETS

NONE_FITS = "Nothing fits the filter"

if TYPE_CHECKING:
    from datetime import datetime

    from analytics.board import Panel
    from analytics.question import Question
    from analytics.scope import Scope
    from ui.context import Visit


def explain(visit: Visit, panel: Panel, scope: Scope, height: int) -> None:
    """The box in place of a chart."""
    facts = tuple(table for table in FACTS if table in panel.question.tables)
    unfiltered = replace(scope, where=None)
    window = say.span(scope.start, scope.end, scope.timezone, scope.now)
    if not facts or newest(visit, presence.newest(facts), unfiltered) is not None:
        none_that_fits(visit, panel, scope, window, height)
        return
    last = newest(visit, presence.newest_ever(facts), unfiltered)
    if last is None:
        never(visit, panel, facts, height)
        return
    when = say.moment(last, scope.timezone, scope.now)
    why = f"No {in_words(facts, 'or')} from {window}. The newest is from {when}."
    with empty.box(panel.empty, why, icon=":material/search_off:", height=height):
        around = empty.window_around(last, scope)
        choice(panel, f"Show {say.window(around)}", window=around)
        clear(visit, panel)


def newest(visit: Visit, question: Question, scope: Scope) -> datetime | None:
    """The newest row that a question of presence finds."""
    return presence.latest(visit.ask(question, scope).result().frame)


def none_that_fits(visit: Visit, panel: Panel, scope: Scope, window: str, height: int) -> None:
    """There are rows in the window, but none that the panel counts."""
    request = visit.request
    where = request.where
    said = [filters.sentence(where, cohorts.named(visit, where))] if where is not None else []
    said += [request.search.strip()] if request.search.strip() else []
    if said:
        # There may be much without the filter, so its panel's own words would be wrong.
        title, why = (
            NONE_FITS,
            f"Nothing from {window} fits {say.plain(say.shorten(' and '.join(said), 80))}.",
        )
    else:
        title, why = panel.empty, f"Nothing of the kind from {window}."
    with empty.box(title, why, icon=":material/search_off:", height=height):
        clear(visit, panel)
        longer = next((name for name, length in LENGTHS.items() if length > scope.end - scope.start), None)
        if longer is None or panel.window is not None:
            return
        if request.window in PRESETS:
            choice(panel, f"Show {PRESETS[longer].lower()}", window=longer)
        else:
            # What ends with today may hold nothing at all of an older window's rows.
            last = scope.end - timedelta(microseconds=1)
            around = empty.window_around(last, replace(scope, start=scope.end - LENGTHS[longer]))
            choice(panel, f"Show {say.window(around, visit.now)}", window=around)


def never(visit: Visit, panel: Panel, facts: Collection[str], height: int) -> None:
    """No source ever brought such rows, or none of the chosen tenants has any."""
    if visit.request.tenants:
        title, why = panel.empty, f"The chosen tenants have no {in_words(facts, 'or')}."
    else:
        title, why = f"No {in_words(facts, 'or')} yet", "No source has brought any."
    with empty.box(title, why, icon=":material/power_off:", height=height):
        clear(visit, panel)
        link_to("sources", visit.principal, ":blue[Go to Sources]", ":material/database:")


def clear(visit: Visit, panel: Panel) -> None:
    """The way back to all rows, where they are narrowed."""
    if visit.request.narrowed:
        choice(panel, "Clear filters", **address.UNFILTERED)
    if visit.request.tenants:
        choice(panel, "Show all tenants", tenants=())


def choice(panel: Panel, label: str, **fields: object) -> None:
    """A button that changes the address."""
    st.button(label, key=f"{panel.id}_{label}", on_click=address.change, kwargs=fields, type="tertiary")

"""The line above every board: title, age of the data, tenants, window, clock, compare; then the filters."""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import streamlit as st

from analytics import filters
from analytics.request import LAST_MONTH, LENGTHS, MONTH, custom_window_text
from data.tables import FACTS
from ui import address, cohorts, person
from ui import format as say
from ui.compare import compare_popover, two_ends
from ui.filter_popover import filter_popover
from ui.many_tenants import MANY, Named, offered
from ui.search_bar import search_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamlit.delta_generator import DeltaGenerator

    from analytics.filters import Filter
    from analytics.request import Request
    from ui.context import Visit

PRESETS = {
    "15m": "Last 15 min",
    "1h": "Last hour",
    "24h": "Last 24 h",
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    MONTH: "This month",
    LAST_MONTH: "Last month",
}
CUSTOM = "Custom"
TENANTS_PILL, PERSON_PILL, SEARCH_PILL = "tenant is {}", "person is {}", "search: {}"
WIDTH = 340


def scope_bar(
    title: str,
    audience: str,
    visit: Visit,
    facts: frozenset[str] = frozenset(FACTS),
    *,
    menu: Callable[[], None] | None = None,
) -> DeltaGenerator:
    """Widgets drawn from the address on every run, which write nothing else; gives the place of the age.

    `facts` are the tables of the page, whose fields filter it; `menu` draws into the place beside the title.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="scope_bar"):
        st.title(title, width="content", anchor=False, help=f"For {audience}")
        if menu is not None:
            menu()
        age = st.empty()
        st.space("stretch")
        # One line that scrolls on a phone, and no box of its own elsewhere.
        with st.container(horizontal=True, gap="xsmall", key="scope_choices"):
            search_bar(visit)
            tenants(visit.request, visit.tenants())
            window(visit)
            filter_popover(visit, facts)
            compare_popover(visit)
    pills(visit)
    return age


def tenants(request: Request, names: Mapping[str, str]) -> None:
    """Which tenants; the label is the choice."""
    label = say.plain(say.tenants(request.tenants, names))
    with st.popover(label, icon=":material/apartment:", key="pop_tenants"):
        if len(names) <= MANY:
            choice_of_tenants(request.tenants, [*names, *request.tenants], names)
        else:
            st.fragment(partial(found_tenants, request.tenants, names), key="fragment_tenants")()


def found_tenants(chosen: tuple[str, ...], names: Mapping[str, str]) -> None:
    """Of many tenants those that are chosen and those that fit what is typed."""
    choice_of_tenants(chosen, offered(names, chosen, "w_tenants_find", width=WIDTH), names)


def choice_of_tenants(chosen: tuple[str, ...], options: list[str], names: Mapping[str, str]) -> None:
    """These tenants to choose from."""
    key = address.drawn("w_tenants", list(chosen))
    st.multiselect(
        "Tenants",
        # An address may name a tenant that is in no list: it stays visible, so that it can be taken off.
        list(dict.fromkeys(options)),
        key=key,
        placeholder="All tenants",
        width=WIDTH,
        select_all=False,
        # A table by itself names many in a third of the time.
        format_func=Named(names).__getitem__,
        on_change=tenants_chosen,
        args=(key,),
    )


def tenants_chosen(key: str) -> None:
    """Tenants were chosen, maybe in a fragment, which is not all of the page."""
    address.change(tenants=tuple(st.session_state[key]))
    st.rerun()


def window(visit: Visit) -> None:
    """Which stretch of time, on whose clock; the label is the choice."""
    request = visit.request
    preset = request.window if request.window in PRESETS else CUSTOM
    start, end = request.window_at(visit.now)
    days = "T" not in request.window
    words = (
        say.window(request.window)
        if preset == CUSTOM and days
        else say.span(start, end, request.timezone, visit.now)
    )
    label = PRESETS.get(preset, words)
    with st.popover(label, icon=":material/schedule:", key="pop_window"):
        key = address.drawn("w_window", preset)
        st.pills(
            "Window",
            [*PRESETS, CUSTOM],
            key=key,
            width=WIDTH,
            format_func=lambda each: PRESETS.get(each, each),
            on_change=window_chosen,
            args=(key, start, end),
        )
        if preset == CUSTOM:
            custom(start, end, request.timezone)
        key = address.drawn("w_zone", request.timezone)
        st.selectbox(
            "Time zone",
            zones(st.context.timezone, request.timezone),
            key=key,
            width=WIDTH,
            on_change=zone_chosen,
            args=(key, start, end),
        )


def custom(start: datetime, end: datetime, timezone: str) -> None:
    """The two ends of a window of one's own, on the clock of the page."""
    two_ends({"w_start": start, "w_end": end}, timezone, lambda window: address.change(window=window))


def window_chosen(key: str, start: datetime, end: datetime) -> None:
    """A preset was chosen; "Custom" begins with the window that was on the page."""
    chosen = st.session_state[key]
    if chosen in PRESETS:
        address.change(window=chosen)
    elif chosen == CUSTOM and address.current().window in PRESETS:
        address.change(
            window=custom_window_text(whole_minute(start), whole_minute(end), address.current().timezone)
        )


def zone_chosen(key: str, start: datetime, end: datetime) -> None:
    """Another clock; a window of one's own keeps its instants, so its local times change."""
    chosen = st.session_state[key]
    if address.current().window in (*LENGTHS, MONTH, LAST_MONTH):
        address.change(timezone=chosen)
    else:
        address.change(timezone=chosen, window=custom_window_text(start, end, chosen))


def pills(visit: Visit) -> None:
    """What narrows the page, one pill each; a click takes it off."""
    request, labels = visit.request, dict[str, "Filter | None"]()
    if request.tenants:
        labels[TENANTS_PILL.format(say.tenants(request.tenants, visit.tenants()))] = None
    if request.search.strip():
        labels[SEARCH_PILL.format(request.search.strip())] = None
    called, whom = cohorts.named(visit, request.where), person.called(visit)
    labels |= {
        filters.sentence(part, called)
        if whom is None or person.person_of(part) is None
        else PERSON_PILL.format(whom): part
        for part in address.parts(request.where)
    }
    if not labels:
        return
    st.session_state["w_filters"] = list(labels)
    st.pills(
        "Filters",
        list(labels),
        selection_mode="multi",
        key="w_filters",
        label_visibility="collapsed",
        format_func=lambda label: f"{say.plain(say.shorten(label, 60))}  :material/close:",
        on_change=pill_removed,
        args=(labels,),
    )


def pill_removed(labels: Mapping[str, Filter | None]) -> None:
    """The filters that are still chosen stay; the tenants and the search go with their pills."""
    kept = [label for label in labels if label in st.session_state["w_filters"]]
    gone: dict[str, object] = {}
    for label in labels.keys() - set(kept):
        if labels[label] is None:
            gone |= {"search": ""} if label.startswith(SEARCH_PILL.format("")) else {"tenants": ()}
    where = address.joined(tuple(part for label in kept if (part := labels[label]) is not None))
    address.change(where=where, **gone)


def whole_minute(instant: datetime) -> datetime:
    """What an address can hold and a person can read."""
    return instant.replace(second=0, microsecond=0)


@cache
def places() -> tuple[str, ...]:
    """Time zones by place, as a person looks for them."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return tuple(sorted(name for name in available_timezones() if name.startswith(regions)))


@cache
def zones(browser: str | None, chosen: str) -> list[str]:
    """UTC first, then the browser's own, then all places."""
    mine = [browser] if browser in places() else []
    return list(dict.fromkeys(["UTC", *mine, chosen, *places()]))

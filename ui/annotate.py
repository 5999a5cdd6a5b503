"""Annotations in a dialog: writing down what happened, and what is written in the window of the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics.zones import zone
from data.store import StoreError
from service.access import NotAllowed
from service.annotations import KINDS, LONGEST_TEXT
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.annotations import Annotation
    from ui.context import Visit

KIND_NAMES = {
    "release": ":material/rocket_launch: Release",
    "campaign": ":material/campaign: Campaign",
    "change": ":material/tune: Change",
    "outage": ":material/power_off: Outage",
    "note": ":material/sticky_note_2: Note",
}
EVERYBODY = "All tenants"
MOST_SHOWN = 30
HEIGHT = 250


def annotate_dialog(visit: Visit) -> None:
    """Opens the dialog over a page; the page is drawn anew when it closes, with what was written."""
    st.dialog("Annotations", width="medium", on_dismiss="rerun")(contents)(visit)


def contents(visit: Visit) -> None:
    """What is in the dialog: the form, then the list."""
    names = visit.tenants()
    form(visit, names)
    st.space("small")
    try:
        window = visit.principal.scope(replace(visit.request, search=""), visit.now)
        found = visit.annotations.between(visit.principal, window)
    except (NotAllowed, StoreError) as error:
        st.error(said(error), icon=":material/error:")
        return
    listed(visit, found, names)


def form(visit: Visit, names: Mapping[str, str]) -> None:
    """Something new: what, when, for whom."""
    # A new key empties the form once it was taken.
    round_ = st.session_state.setdefault("annotate_round", 0)
    with st.form(f"annotate_{round_}", border=False):
        kind = st.segmented_control(
            "What happened",
            KINDS,
            default=KINDS[0],
            required=True,
            key=f"annotate_kind_{round_}",
            format_func=KIND_NAMES.__getitem__,
        )
        text = st.text_input(
            "In a few words",
            key=f"annotate_text_{round_}",
            max_chars=LONGEST_TEXT,
            placeholder="Release 4.2, price change, mail to all trials …",
        )
        with st.grid(2, min_column_width=200, gap="small"):
            clock = f"On the page's clock, {visit.request.timezone}."
            start = st.datetime_input("When", latest(visit), key=f"annotate_start_{round_}", help=clock)
            end = st.datetime_input(
                "Until", None, key=f"annotate_end_{round_}", help="Empty for a moment; a time for a span."
            )
        options, chosen = choices(visit, names), visit.request.tenants
        tenant = st.selectbox(
            "For",
            options,
            index=options.index(chosen[0]) if len(chosen) == 1 and chosen[0] in options else 0,
            key=f"annotate_tenant_{round_}",
            format_func=lambda each: names.get(each, each) or EVERYBODY,
            help="Whose charts show it. What is for all tenants is seen by everybody.",
        )
        if st.form_submit_button("Add", icon=":material/add:", disabled=not options):
            add(visit, kind=kind, text=text, start=start, end=end, tenant=tenant)


def choices(visit: Visit, names: Mapping[str, str]) -> list[str]:
    """For whom this person may write: all (''), and the tenants that the page is about."""
    tenants = [each for each in visit.request.tenants if visit.principal.sees(each)] or list(names)
    everybody = [""] if visit.principal.sees_all else []
    return [*everybody, *tenants]


def latest(visit: Visit) -> datetime:
    """What "when" begins with: the last minute of the window on the page's clock, where it shows at once."""
    _, end = visit.request.window_at(visit.now)
    whole = (min(visit.now, end) - timedelta(seconds=1)).astimezone(zone(visit.request.timezone))
    return whole.replace(tzinfo=None, second=0, microsecond=0)


def add(
    visit: Visit, *, kind: str, text: str, start: datetime | None, end: datetime | None, tenant: str
) -> None:
    """Takes what the form says, and draws the page with it; or says what is wrong and keeps it."""
    if not text.strip() or start is None:
        st.error("Say in a few words what happened, and when.", icon=":material/edit:")
        return
    local = zone(visit.request.timezone)
    try:
        visit.annotations.add(
            visit.principal,
            kind=kind,
            text=text,
            start=start.replace(tzinfo=local),
            end=end and end.replace(tzinfo=local),
            tenant=tenant,
        )
    except (NotAllowed, ValueError, StoreError) as error:
        st.error(said(error), icon=":material/error:")
        return
    st.session_state["annotate_round"] += 1
    st.rerun()


def listed(visit: Visit, found: tuple[Annotation, ...], names: Mapping[str, str]) -> None:
    """What lies in the window, the newest first, each with its way out where it is this person's."""
    start, end = visit.request.window_at(visit.now)
    span = say.span(start, end, visit.request.timezone, visit.now)
    st.markdown(f"**In this window** :small[:gray[{span}]]")
    if not found:
        st.caption("Nothing yet.")
        return
    if len(found) > MOST_SHOWN:
        st.caption(f"The newest {MOST_SHOWN} of {say.count(len(found))}.")
    with st.container(height=HEIGHT if len(found) > 4 else "content", border=False, gap="xsmall"):
        for each in found[: -MOST_SHOWN - 1 : -1]:
            line(visit, each, names)


def line(visit: Visit, annotation: Annotation, names: Mapping[str, str]) -> None:
    """One annotation: its kind and text, then when, for whom and by whom."""
    icon = KIND_NAMES[annotation.kind].partition(" ")[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        with st.container(gap=None):
            st.markdown(f"{icon} {say.plain(annotation.text)}")
            st.caption(say.plain(" · ".join(about(visit, annotation, names))))
        if visit.annotations.may_remove(visit.principal, annotation):
            st.button(
                "Remove",
                key=f"annotate_remove_{annotation.id}",
                icon=":material/delete:",
                type="tertiary",
                on_click=remove,
                args=(visit, annotation.id),
            )


def remove(visit: Visit, annotation_id: str) -> None:
    """Takes an annotation away, or says why not."""
    try:
        visit.annotations.remove(visit.principal, annotation_id)
    except (NotAllowed, StoreError) as error:
        st.toast(said(error), icon=":material/error:")


def said(error: Exception) -> str:
    """A refusal as a sentence of its own; what the store says is one already."""
    text = str(error)
    return text if isinstance(error, StoreError) else f"{text[:1].upper()}{text[1:]}."


def about(visit: Visit, annotation: Annotation, names: Mapping[str, str]) -> tuple[str, str, str]:
    """When, for whom, by whom."""
    timezone, now = visit.request.timezone, visit.now
    when = (
        say.moment(annotation.start, timezone, now)
        if annotation.end is None
        else say.span(annotation.start, annotation.end, timezone, now)
    )
    whom = names.get(annotation.tenant, annotation.tenant) or EVERYBODY
    return when, whom, f"by {annotation.author}"

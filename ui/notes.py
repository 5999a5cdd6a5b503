"""Notes of a customer in a dialog: writing a note, a task or a contact, and what was written before."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import streamlit as st

from data.store import StoreError
from service.access import NotAllowed
from service.notes import KINDS, LONGEST_TEXT
from ui import format as say
from ui.annotate import said
from ui.outreach import tried

if TYPE_CHECKING:
    from service.notes import Note, Notes
    from ui.context import Visit

KIND_NAMES = {
    "note": ":material/sticky_note_2: Note",
    "task": ":material/task_alt: Task",
    "contact": ":material/call: Contact",
}
PLACEHOLDERS = {
    "note": "What is known of this customer …",
    "task": "What is to be done …",
    "contact": "Whom you spoke to, and what was said …",
}
HEIGHT = 260


def button(visit: Visit, tenant: str) -> None:
    """Opens the dialog about a tenant; nothing for who presents, as texts name people."""
    if visit.principal.presenting is not None:
        return
    if st.button("Write a note", icon=":material/edit_note:", key="notes_open"):
        st.dialog("Notes", width="medium", on_dismiss="rerun")(contents)(visit, tenant)


def notes(visit: Visit) -> Notes:
    """The notes of the company that the page shows."""
    return visit.house.notes(demo=visit.demo)


def contents(visit: Visit, tenant: str) -> None:
    """What is in the dialog: the form, then what was written here."""
    form(visit, tenant)
    try:
        written = notes(visit).of(visit.again().principal, tenant)
    except StoreError as error:
        st.error(said(error), icon=":material/error:")
        return
    st.markdown("**Written here**")
    if not written:
        st.caption("Nothing yet. Notes of a CRM stand on the page, beside these.")
    with st.container(height=HEIGHT if len(written) > 4 else "content", border=False, gap="xsmall"):
        for each in written:
            line(visit, each)


def form(visit: Visit, tenant: str) -> None:
    """Something new."""
    # A new key empties the form once it was taken, and for another tenant.
    key = f"{tenant}_{st.session_state.setdefault('notes_round', 0)}"
    kind = st.segmented_control(
        "What is it",
        KINDS,
        default=KINDS[0],
        required=True,
        key=f"notes_kind_{key}",
        format_func=KIND_NAMES.__getitem__,
    )
    text = st.text_area(
        f"About {say.plain(visit.tenants().get(tenant, tenant))}",
        key=f"notes_text_{key}",
        max_chars=LONGEST_TEXT,
        height=90,
        placeholder=PLACEHOLDERS[kind],
    )
    due = None
    if kind == "task":
        due = st.date_input(
            "Due",
            None,
            min_value=visit.now.date(),
            key=f"notes_due_{key}",
            help="Empty where there is no day.",
        )
    if not st.button("Keep it", icon=":material/check:", type="primary", key="notes_add"):
        return
    if not text.strip():
        st.error("Write a few words first.", icon=":material/edit:")
        return
    moment = None if due is None else datetime.combine(due, time(), UTC)
    if tried(lambda: notes(visit).write(visit.again().principal, tenant, text, kind=kind, due=moment)):
        st.session_state["notes_round"] += 1
        st.rerun()


def line(visit: Visit, note: Note) -> None:
    """One of them: what it is and says, who and when, and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        with st.container(gap=None):
            st.markdown(f"{KIND_NAMES[note.kind].partition(' ')[0]} {say.plain(note.text)}")
            st.caption(say.plain(" · ".join(about(visit, note))))
        if note.kind == "task" and note.done_at is None:
            st.button(
                "Done", key=f"notes_done_{note.id}", type="tertiary", on_click=finished, args=(visit, note.id)
            )
        if notes(visit).may_remove(visit.principal, note):
            st.button(
                "Remove",
                key=f"notes_remove_{note.id}",
                icon=":material/delete:",
                type="tertiary",
                on_click=removed,
                args=(visit, note.id),
            )


def about(visit: Visit, note: Note) -> list[str]:
    """When and by whom it was written; of a task, how it stands."""
    timezone, now = visit.request.timezone, visit.now
    facts = [say.moment(note.written_at, timezone, now), f"by {note.author}"]
    if note.done_at is not None:
        facts.append(f"done {say.moment(note.done_at, timezone, now)} by {note.done_by}")
    elif note.due_at is not None:
        facts.append(f"due {say.day(note.due_at, now)}")
    return facts


def finished(visit: Visit, note_id: str) -> None:
    """A task is done, or why not is said."""
    try:
        notes(visit).finish(visit.again().principal, note_id)
    except (NotAllowed, StoreError) as error:
        st.toast(said(error), icon=":material/error:")


def removed(visit: Visit, note_id: str) -> None:
    """Takes one away, or says why not."""
    try:
        notes(visit).remove(visit.again().principal, note_id)
    except (NotAllowed, StoreError) as error:
        st.toast(said(error), icon=":material/error:")

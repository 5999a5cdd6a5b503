"""Cohorts on every page: their names on pills, choosing one as a filter, and saving people as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from analytics import filters
from analytics.cohort import Cohort
from analytics.filters import OF_COHORT, field
from analytics.members import FIELDS
from service.metadata import MetadataError
from service.saved import CannotRead
from service.saved_cohort import LONGEST_ABOUT, SavedCohort
from service.saved_view import LONGEST_TITLE
from ui import fields, saved
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from analytics.criteria import Criterion
    from analytics.filters import Filter
    from analytics.members import Unit
    from service.saved import Saved
    from ui.context import Visit

WIDTH = 340
GONE = "that is gone"
ANEW, STAYS = "Who is in it is told anew whenever it is used", "The list stays as it is now"
IN, OUT = "Only its members", "All but them"


def known(visit: Visit) -> Mapping[str, Saved]:
    """The cohorts that this person may use, by id; none where the metadata do not answer."""
    if visit.principal.presenting is not None:  # what people call a cohort may name a customer
        return {}
    try:
        return {each.id: each for each in visit.house.cohorts.all(visit.principal)}
    except MetadataError:
        return {}


def read(kept: Saved) -> SavedCohort | None:
    """The cohort; None where another release wrote it."""
    try:
        return cast("SavedCohort", kept.read())
    except CannotRead:
        return None


def named(visit: Visit, where: Filter | None) -> Callable[[str], str]:
    """What the fields and the cohorts of a filter are called."""
    return named_of(visit, filters.fields(where))


def named_of(visit: Visit, names: Iterable[str]) -> Callable[[str], str]:
    """What fields and cohorts of these names are called."""
    if not filters.cohorts(frozenset(names)):
        return fields.label_of
    titles = {f"{OF_COHORT}{each.id}": each.title for each in known(visit).values()}

    def called(name: str) -> str:
        return titles.get(name, GONE) if name.startswith(OF_COHORT) else fields.label_of(name)

    return called


def of_people(visit: Visit) -> dict[str, str]:
    """The cohorts of people, by the names by which a question splits them by who is a member."""
    return {
        f"{OF_COHORT}{key}": f"Cohort {kept.title}"
        for key, kept in known(visit).items()
        if (found := read(kept)) is not None and found.cohort.unit == "person"
    }


def chooser(visit: Visit, take: Callable[[Filter], None]) -> None:
    """A filter by a cohort: its members alone, or all but them."""
    found = {key: each for key, each in known(visit).items() if read(each) is not None}
    if not found:
        return

    def chosen() -> None:
        kept = found.get(st.session_state["w_cohort"] or "")
        cohort = read(kept) if kept else None
        if kept is None or cohort is None:
            return
        where = field(FIELDS[cohort.cohort.unit]).in_cohort(kept.id)
        take(~where if st.session_state.get("w_cohort_in") == OUT else where)
        st.session_state["w_cohort"] = None

    st.selectbox(
        "Cohort",
        [*found],
        index=None,
        key="w_cohort",
        placeholder="Choose a cohort",
        width=WIDTH,
        format_func=lambda key: found[key].title,
        on_change=chosen,
    )
    st.segmented_control(
        "Of its members",
        [IN, OUT],
        default=IN,
        required=True,
        key="w_cohort_in",
        label_visibility="collapsed",
    )


def save_button(
    visit: Visit, criterion: Criterion, unit: Unit = "person", *, key: str, title: str = ""
) -> None:
    """Keeps the people, or tenants, of a criterion as a cohort: a step of a funnel, a cell of a retention."""
    if st.button("Save as cohort", icon=":material/group_add:", key=key, type="tertiary"):
        save_dialog(visit, criterion, unit, title)


def save_dialog(visit: Visit, criterion: Criterion, unit: Unit = "person", title: str = "") -> None:
    """Opens the dialog that keeps them."""
    try:
        cohort = Cohort(criterion, unit)
    except ValueError as error:
        st.toast(say.plain(saved.sentence(error)), icon=":material/error:")
        return
    st.dialog("Save as cohort", width="small", on_dismiss="rerun")(saving)(visit, cohort, title)


def saving(visit: Visit, cohort: Cohort, title: str) -> None:
    """A name, what it is about, and whether the team sees it."""
    st.caption(say.plain(f"{cohort.sentence()}."))
    name = st.text_input("Name", title, key="cohort_name", max_chars=LONGEST_TITLE)
    about = st.text_input(
        "What it is about", key="cohort_about", max_chars=LONGEST_ABOUT, placeholder="Optional"
    )
    all_seen = visit.principal.sees_all
    shared = st.toggle(saved.TEAM, key="cohort_shared", disabled=not all_seen, help=saved.ONLY_ALL)
    st.caption(f"{STAYS if cohort.lists else ANEW}: the filter of every page offers it.")
    if st.button("Save", icon=":material/group_add:", key="cohort_save"):
        saved.tried(
            lambda: visit.house.shelf.save(visit.principal, SavedCohort(name, cohort, about), shared=shared)
        )

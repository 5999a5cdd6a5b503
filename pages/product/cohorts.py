"""Cohorts: people and tenants by what they did, kept under a name, and used as a filter on every page."""

from __future__ import annotations

import streamlit as st

from service.access import NotAllowed
from ui import banner, cohort_builder, cohort_list, cohorts, context, empty
from ui.navigation import screen_of
from ui.scope_bar import tenants, window

SCREEN = screen_of(
    __file__,
    "Cohorts",
    ":material/groups:",
    "product managers, customer success and whoever asks about people",
)


def show() -> None:
    """The builder, and every cohort there is."""
    visit = context.visit()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="scope_bar"):
        st.title("Cohorts", width="content", anchor=False, help=f"For {SCREEN.audience}")
        st.space("stretch")
        tenants(visit.request, visit.tenants())
        window(visit)
    banner.whose_data(visit)
    try:
        scope = cohort_list.scope_of(visit)
    except NotAllowed as error:
        empty.no_access(str(error))
        return
    counting = cohort_builder.build(visit, scope)
    st.markdown(
        "**All cohorts**", help="Who is in each is told anew from the newest rows, whenever it is looked at."
    )
    if not cohorts.known(visit):
        st.caption("They cannot be read now: the app's log says why.")
    counting += cohort_list.listed(visit, scope, lambda kept, held: cohort_builder.edit(visit, kept, held))
    visit.house.ask.supersede(visit.session, {each.wanted for each in counting})
    cohort_list.members(visit, scope)
    cohort_list.fill(counting)


if __name__ == "__main__":
    show()

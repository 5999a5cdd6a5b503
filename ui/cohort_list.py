"""The cohorts of a company: what each is, how many are in it, who they are, and ways on from there."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import streamlit as st

from analytics.cohort import Cohort, CohortMembers
from analytics.columns import TENANT
from analytics.criteria import Listed
from analytics.filters import field
from analytics.members import FIELDS
from analytics.request import LENGTHS
from analytics.units import PERSON
from analytics.units import TENANT as TENANT_UNIT
from analytics.view import QueryCancelled
from service import export
from service.saved import SHIPPED
from service.saved_cohort import SavedCohort
from ui import address, cohorts, empty, people_behind, saved, table
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    import pandas as pd
    from streamlit.delta_generator import DeltaGenerator

    from analytics.scope import Scope
    from service.ask import Answer
    from service.saved import Saved
    from ui.context import Visit

# Whose members are shown with the next run, and which page a cohort filters first.
OPENED, FILTERS = "cohort_opened", "executive"
PULSE_SECONDS = 0.1
MOST_SHOWN = 1_000
# What made somebody a member may be long ago: their page opens in the longest of the windows.
LONGEST = max(LENGTHS, key=LENGTHS.__getitem__)


@dataclass(frozen=True)
class Counting:
    """How many are in a cohort, as it will be known, and where that is said."""

    visit: Visit
    scope: Scope
    cohort: Cohort
    slot: DeltaGenerator
    future: Future[Answer]

    @classmethod
    def begin(cls, visit: Visit, scope: Scope, cohort: Cohort) -> Counting:
        """Asks for it, and keeps its place here."""
        slot = st.empty()
        slot.caption("…")
        return cls(visit, scope, cohort, slot, visit.ask(CohortMembers(cohort), scope))

    @property
    def wanted(self) -> tuple[str, Scope]:
        """What is asked, so that the next run does not stop it."""
        return CohortMembers(self.cohort).name, self.scope

    def say(self) -> None:
        """How many, of what, and when they were told."""
        try:
            answer = self.future.result()
        except QueryCancelled:
            return
        except Exception as error:  # noqa: BLE001  the others live on
            self.slot.caption(say.plain(empty.reason(error)[1]))
            return
        told = say.moment(answer.as_of, self.visit.request.timezone, self.visit.now)
        self.slot.markdown(
            f"**{size(len(answer.frame), self.cohort)}**", help=f"Told at {told}, anew whenever data come in."
        )


def size(count: int, cohort: Cohort) -> str:
    """1,204 people · 1 tenant"""
    one, many = ("person", "people") if cohort.unit == "person" else ("tenant", "tenants")
    return f"{say.count(count)} {one if count == 1 else many}"


def listed(visit: Visit, scope: Scope, actions: Callable[[Saved, SavedCohort], None]) -> list[Counting]:
    """Every cohort in a box of its own; how many are in each is said when it is known."""
    with st.grid(2, min_column_width=300, gap="small") as grid:
        known = cohorts.known(visit).values()
        return [each for kept in known for each in line(grid, visit, scope, kept, actions)]


def line(
    holder: DeltaGenerator,
    visit: Visit,
    scope: Scope,
    kept: Saved,
    actions: Callable[[Saved, SavedCohort], None],
) -> Iterator[Counting]:
    """One cohort: its name and size, what it asks for, whose it is, and what can be done with it."""
    own = kept.owner == visit.principal.name
    with holder.container(border=True, key=f"cohort_{kept.id}", gap="xsmall", height="stretch"):
        held = cohorts.read(kept)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{say.plain(kept.title)}**", width="content")
            if held is not None:
                yield Counting.begin(visit, scope, held.cohort)
            st.space("stretch")
            if own or (visit.principal.admin and kept.id not in SHIPPED):
                saved.menu(kept, own=own, may_share=visit.principal.sees_all)
        if held is None:
            st.caption("It was made by another release and cannot be read: make it anew, or delete it.")
            return
        if held.about:
            st.markdown(say.plain(held.about))
        st.caption(say.plain(f"{held.cohort.sentence()}."))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            way_to_a_board(visit, kept, held)
            st.button(
                "Who is in it",
                icon=":material/table_rows:",
                key=f"who_{kept.id}",
                type="tertiary",
                on_click=st.session_state.__setitem__,
                args=(OPENED, kept.id),
            )
            actions(kept, held)
            whose = (
                f"by {say.plain(kept.owner)}" if not own else ":material/group: shared" if kept.shared else ""
            )
            if whose:
                st.space("stretch")
                st.caption(whose, width="content")


def way_to_a_board(visit: Visit, kept: Saved, held: SavedCohort) -> None:
    """A link to the executive board, filtered by the cohort."""
    where = field(FIELDS[held.cohort.unit]).in_cohort(kept.id)
    request = replace(visit.request, where=where, search="", choices=())
    st.link_button(
        "Filter a board by it",
        f"/{FILTERS}?scope={quote(request.text())}",
        icon=":material/filter_list:",
        type="tertiary",
    )


def fill(counting: Iterable[Counting]) -> None:
    """Says every size as soon as it is known."""
    waiting, pulse = list(counting), st.empty()
    while waiting:
        wait([each.future for each in waiting], PULSE_SECONDS, FIRST_COMPLETED)
        # Whoever clicks meanwhile ends this run here.
        pulse.empty()
        for each in [each for each in waiting if each.future.done()]:
            waiting.remove(each)
            each.say()


def scope_of(visit: Visit) -> Scope:
    """The scope that members are told in: filters of a page leave nobody out of a cohort."""
    return visit.principal.scope(replace(visit.request, where=None, search=""), visit.now)


def members(visit: Visit, scope: Scope) -> None:
    """Opens the members of the cohort that was chosen in the run before."""
    chosen = st.session_state.pop(OPENED, "")
    kept = cohorts.known(visit).get(chosen)
    held = cohorts.read(kept) if kept else None
    if kept is not None and held is not None:
        title = f"Who is in {say.plain(kept.title)}"
        st.dialog(title, width="large")(shown)(visit, scope, kept, held.cohort)


def shown(visit: Visit, scope: Scope, kept: Saved, cohort: Cohort) -> None:
    """The members as a table, and as files."""
    if address.leaving():
        st.rerun()  # a dialog is closed, and another page begun, by a whole run
    try:
        answer = visit.ask(CohortMembers(cohort), scope).result()
    except Exception as error:  # noqa: BLE001  said in its place
        st.error(say.plain(empty.reason(error)[1]), icon=":material/error:")
        return
    frame = named(visit, answer.frame)
    people = cohort.unit == "person"
    columns = table.listed(
        CohortMembers(cohort).columns, ("name", "unit", "tenant") if people else ("tenant_id",)
    )
    columns = columns if people else [TENANT, *columns]
    told = say.moment(answer.as_of, visit.request.timezone, visit.now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{size(len(frame), cohort)}, told at {told}", width="content")
        st.space("stretch")
        keep_as_list(visit, kept, cohort, answer.frame)
        st.download_button(
            "CSV",
            data=made(visit, cohort),
            file_name=export.file_name(kept.title, f"{scope.present:%Y-%m-%d}", "members", "csv"),
            mime="text/csv",
            key="cohort_csv",
            on_click="ignore",
            icon=":material/download:",
        )
    if frame.empty:
        st.caption("Nobody, now.")
        return
    if len(frame) > MOST_SHOWN:
        st.caption(f"The first {say.count(MOST_SHOWN)}; the file has them all.")
    people_behind.listed(
        frame.head(MOST_SHOWN),
        columns,
        PERSON if people else TENANT_UNIT,
        says=f"Who is in {kept.title}",
        key=f"members_{kept.id}",
        timezone=visit.request.timezone,
        window=LONGEST if visit.request.window in LENGTHS else "",
    )


def named(visit: Visit, frame: pd.DataFrame) -> pd.DataFrame:
    """The members with the names of their tenants."""
    names = visit.tenants()
    return frame.assign(tenant=[names.get(tenant, tenant) for tenant in frame["tenant_id"]])


def made(visit: Visit, cohort: Cohort) -> Callable[[], bytes]:
    """The file, made when it is asked for, with the rights of then; a refusal is a file of one line."""

    def file() -> bytes:
        try:
            again = visit.again()
            answer = again.ask(CohortMembers(cohort), scope_of(again)).result()
            return export.csv(answer.frame, CohortMembers(cohort).columns)
        except Exception as error:  # noqa: BLE001  the line says what to do
            return f"This file was not made: {empty.reason(error)[1]}\n".encode()

    return file


def keep_as_list(visit: Visit, kept: Saved, cohort: Cohort, frame: pd.DataFrame) -> None:
    """Keeps who is in it now as a list, which stays as it is."""
    if st.button("Keep this list", icon=":material/push_pin:", key="cohort_keep", type="tertiary"):
        pairs = tuple(zip(frame["tenant_id"], frame["unit"], strict=True))
        day = say.moment(visit.now, visit.request.timezone)
        saved.tried(
            lambda: visit.house.shelf.save(
                visit.principal, SavedCohort(f"{kept.title}, {day}", Cohort(Listed(pairs), cohort.unit))
            )
        )

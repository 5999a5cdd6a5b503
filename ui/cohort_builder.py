"""Putting a cohort together by clicks: criteria line by line, read back in words, with a live count."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.cohort import Cohort
from analytics.criteria import AllOf, AnyOf, Criterion, Did, First, Has, Restarted, Stopped
from analytics.criteria_found import Sequence
from analytics.during import EVER, During
from analytics.filters import field, sentence
from analytics.steps import Step
from analytics.view import NotComparable, NotFilterable, QueryCancelled, QueryTimeout
from data.store import StoreError
from service.access import NotAllowed
from service.saved import NothingSaved
from service.saved_cohort import LONGEST_ABOUT, SavedCohort
from service.saved_view import LONGEST_TITLE
from ui import address, cohort_file, cohorts, fields, saved, steps
from ui import filter_popover as choosing
from ui import format as say
from ui.cohort_list import Counting

if TYPE_CHECKING:
    from analytics.filters import Filter
    from analytics.scope import Scope
    from service.saved import Saved
    from ui.context import Visit

# The choices of the address: the cohort that is put together, and the saved one that it changes.
DRAFT, EDITED = "draft", "edited"
# How many were saved in this session.
MADE = "drafts_made"
DAY = timedelta(days=1)
DID, DID_NOT, FIRST, ONE_AFTER, STOPPED, RESTARTED, HAS = (
    "did", "did not do", "did for the first time", "did one after the other", "stopped doing",
    "started again with", "have the property",
)  # fmt: skip
WHENS: Mapping[str, During] = {
    "ever": EVER,
    "in the last 7 days": During(last=7 * DAY),
    "in the last 14 days": During(last=14 * DAY),
    "in the last 30 days": During(last=30 * DAY),
    "in the last 90 days": During(last=90 * DAY),
    "in the page's window": During(window=True),
}
AT_LEAST, AT_MOST, EXACTLY = "at least", "at most", "exactly"
ALL, ANY = "all of these", "any of these"


@dataclass(frozen=True)
class Draft:
    """The cohort that the address holds, or the first one; nothing but callbacks changes it."""

    visit: Visit
    scope: Scope
    cohort: Cohort

    @property
    def lines(self) -> tuple[Criterion, ...]:
        """Its criteria, one a line."""
        whole = self.cohort.criterion
        return whole.of if isinstance(whole, AllOf | AnyOf) else (whole,)

    def put(self, cohort: Cohort) -> None:
        """Another cohort takes its place; a ValueError says that an address has no room for it."""
        text = json.dumps(cohort.to_dict(), ensure_ascii=False, separators=(",", ":"))
        if not address.choose(**{DRAFT: text}):
            raise ValueError("This is more than a link can hold: use fewer criteria or filters.")

    def change(self, make: Callable[[], Cohort]) -> None:
        """Puts what is made; why it cannot be stands under the criteria in the next run."""
        try:
            self.put(make())
        except ValueError as error:
            st.session_state["draft_problem"] = str(error)

    def with_lines(self, lines: tuple[Criterion, ...]) -> Cohort:
        """The same of other criteria."""
        whole = AnyOf(lines) if isinstance(self.cohort.criterion, AnyOf) else AllOf(lines)
        return replace(self.cohort, criterion=whole)

    def line(self, place: int, criterion: Criterion) -> None:
        """One criterion is now another."""
        lines = self.lines
        self.change(lambda: self.with_lines((*lines[:place], criterion, *lines[place + 1 :])))

    def with_changes(self, place: int, **changes: Any) -> Cohort:
        """The same with one criterion otherwise."""
        lines = self.lines
        changed = replace(lines[place], **changes)  # pyright: ignore[reportArgumentType]
        return self.with_lines((*lines[:place], changed, *lines[place + 1 :]))

    def altered(self, place: int, **changes: Any) -> None:
        """One criterion is now otherwise."""
        self.change(lambda: self.with_changes(place, **changes))


def draft_of(visit: Visit, scope: Scope) -> Draft:
    """What the address holds; where that is nothing, or nonsense, who did what people do most often."""
    text = visit.request.choice(DRAFT)
    try:
        return Draft(visit, scope, Cohort.from_dict(json.loads(text)))
    except (ValueError, TypeError, KeyError, RecursionError):
        there = steps.by_people(visit, scope)
        first = Did(Step(there[0] if there else None), 1, during=WHENS["in the last 30 days"])
        return Draft(visit, scope, Cohort(AllOf((first,))))


def edit(visit: Visit, kept: Saved, held: SavedCohort) -> None:
    """The button that takes one's own cohort back into the builder."""
    if kept.owner != visit.principal.name:
        return
    text = json.dumps(held.cohort.to_dict(), ensure_ascii=False, separators=(",", ":"))
    st.button(
        "Edit",
        icon=":material/edit:",
        key=f"edit_{kept.id}",
        type="tertiary",
        on_click=address.choose,
        kwargs={DRAFT: text, EDITED: kept.id},
    )


def build(visit: Visit, scope: Scope) -> list[Counting]:
    """The builder; how many the cohort has is said when it is known."""
    draft = draft_of(visit, scope)
    with st.container(border=True, key="cohort_builder"):
        edited = cohorts.known(visit).get(visit.request.choice(EDITED))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Change {say.plain(edited.title)}**" if edited else "**Put a cohort together**")
            st.space("stretch")
            cohort_file.button(visit, scope)
        head(draft)
        for place, criterion in enumerate(draft.lines):
            line(draft, place, criterion)
        st.button(
            "Add criterion",
            icon=":material/add:",
            key="draft_add",
            type="tertiary",
            on_click=draft.change,
            args=(lambda: draft.with_lines((*draft.lines, draft.lines[0])),),
        )
        if problem := st.session_state.pop("draft_problem", ""):
            st.caption(f":red[:material/error: {say.plain(problem)}]")
        return read_back(draft, edited)


def head(draft: Draft) -> None:
    """People or tenants, and whether all criteria must hold."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.session_state["draft_unit"] = draft.cohort.unit
        st.segmented_control(
            "Of whom",
            ["person", "tenant"],
            key="draft_unit",
            required=True,
            label_visibility="collapsed",
            format_func={"person": "People", "tenant": "Tenants"}.__getitem__,
            on_change=lambda: draft.change(
                lambda: replace(draft.cohort, unit=st.session_state["draft_unit"])
            ),
        )
        st.markdown("who fulfil", width="content")
        st.session_state["draft_all"] = ANY if isinstance(draft.cohort.criterion, AnyOf) else ALL
        st.segmented_control(
            "How many of the criteria",
            [ALL, ANY],
            key="draft_all",
            required=True,
            label_visibility="collapsed",
            on_change=lambda: draft.change(
                lambda: replace(
                    draft.cohort,
                    criterion=(AnyOf if st.session_state["draft_all"] == ANY else AllOf)(draft.lines),
                )
            ),
        )


def kind_of(criterion: Criterion) -> str:
    """What a criterion is called in the builder; '' for one that it cannot change."""
    if isinstance(criterion, Did):
        return DID_NOT if criterion.at_most == 0 else DID
    kinds = {First: FIRST, Sequence: ONE_AFTER, Stopped: STOPPED, Restarted: RESTARTED, Has: HAS}
    return kinds.get(type(criterion), "")


def of_kind(kind: str, before: Criterion) -> Criterion:
    """A criterion of another kind that keeps the steps, and when, of the one before."""
    asked = before.asked or (Step(None),)
    step, during = asked[0], getattr(before, "during", EVER)
    made: Mapping[str, Callable[[], Criterion]] = {
        DID: lambda: Did(step, 1, during=during),
        DID_NOT: lambda: Did(step, None, 0, during),
        FIRST: lambda: First(step, during),
        ONE_AFTER: lambda: Sequence((asked if len(asked) > 1 else (step, step)), 7 * DAY, during),
        STOPPED: lambda: Stopped(step, 14 * DAY),
        RESTARTED: lambda: Restarted(step, 7 * DAY, 14 * DAY),
        HAS: lambda: Has(field("tenant.plan") == "pro"),
    }
    return made[kind]()


def line(draft: Draft, place: int, criterion: Criterion) -> None:
    """One criterion: its kind, what was done, how often and when."""
    key, kind = f"draft_{place}", kind_of(criterion)
    with st.container(border=True, gap="xsmall", key=f"line_{place}"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            if kind:
                kinds = [DID, DID_NOT, FIRST, ONE_AFTER, STOPPED, RESTARTED, HAS]
                st.session_state[f"{key}_kind"] = kind
                st.selectbox(
                    "Those who",
                    kinds,
                    key=f"{key}_kind",
                    width=210,
                    on_change=lambda: draft.line(place, of_kind(st.session_state[f"{key}_kind"], criterion)),
                )
                settings(draft, place, criterion, key)
            else:
                st.markdown(say.plain(f"who {criterion.sentence()}"))
            if len(draft.lines) > 1:
                lines = draft.lines
                st.space("stretch")
                st.button(
                    f"Remove criterion {place + 1}",
                    icon=":material/delete:",
                    key=f"{key}_drop",
                    type="tertiary",
                    on_click=draft.change,
                    args=(lambda: draft.with_lines((*lines[:place], *lines[place + 1 :])),),
                )
        what(draft, place, criterion, key)


def what(draft: Draft, place: int, criterion: Criterion, key: str) -> None:
    """The steps that were done, or the property."""
    if isinstance(criterion, Has):
        properties(draft, place, criterion, key)
        return
    if not kind_of(criterion):
        return
    several = isinstance(criterion, Sequence)

    def put(found: tuple[Step, ...]) -> None:
        draft.put(draft.with_changes(place, **({"steps": found} if several else {"step": found[0]})))

    least, most, title = (2, 20, "Step") if several else (1, 1, "What")
    at = (draft.visit, draft.scope, criterion.asked, put, f"{key}_steps")
    steps.draw(steps.Editor(*at, least=least, most=most, in_order=several, title=title))


def settings(draft: Draft, place: int, criterion: Criterion, key: str) -> None:
    """How often, how long and when."""
    match criterion:
        case Did(_, _, at_most) if at_most != 0:
            often(draft, place, criterion, key)
        case Sequence():
            days(draft, place, "within", "Within days", key)
        case Stopped():
            days(draft, place, "quiet", "Not for days", key)
        case Restarted():
            days(draft, place, "recent", "Again in the last days", key)
            days(draft, place, "quiet", "After none for days", key)
        case _:
            pass
    if hasattr(criterion, "during"):
        when(draft, place, criterion, key)


def often(draft: Draft, place: int, criterion: Did, key: str) -> None:
    """At least, at most or exactly so many times."""
    low, high = criterion.at_least, criterion.at_most
    how = AT_LEAST if high is None else EXACTLY if low == high else AT_MOST
    st.session_state[f"{key}_how"], st.session_state[f"{key}_times"] = (
        how,
        (low if high is None else high) or 1,
    )

    def changed() -> None:
        times, chosen = int(st.session_state[f"{key}_times"] or 1), st.session_state[f"{key}_how"]
        least = {AT_LEAST: times, AT_MOST: 1, EXACTLY: times}[chosen]
        draft.altered(place, at_least=least, at_most=None if chosen == AT_LEAST else times)

    st.selectbox("How often", [AT_LEAST, AT_MOST, EXACTLY], key=f"{key}_how", width=120, on_change=changed,
                 help="At most counts those who did it once or more.")  # fmt: skip
    st.number_input("Times", 1, 1_000_000, key=f"{key}_times", width=110, on_change=changed)


def days(draft: Draft, place: int, name: str, label: str, key: str) -> None:
    """A length of time in days."""
    st.session_state[f"{key}_{name}"] = max(1, round(getattr(draft.lines[place], name) / DAY))
    st.number_input(
        label,
        1,
        3_650,
        key=f"{key}_{name}",
        width=170,
        on_change=lambda: draft.altered(place, **{name: int(st.session_state[f"{key}_{name}"] or 1) * DAY}),
    )


def when(draft: Draft, place: int, criterion: Criterion, key: str) -> None:
    """When it was done."""
    during = getattr(criterion, "during", EVER)
    known = {**WHENS} if during in WHENS.values() else {during.sentence().strip(): during, **WHENS}
    st.session_state[f"{key}_when"] = next(words for words, each in known.items() if each == during)
    st.selectbox(
        "When",
        [*known],
        key=f"{key}_when",
        width=190,
        on_change=lambda: draft.altered(place, during=known[st.session_state[f"{key}_when"]]),
    )


def properties(draft: Draft, place: int, criterion: Has, key: str) -> None:
    """The property, and choosing another one."""
    st.caption(say.plain(f"whose {sentence(criterion.where, fields.label_of)}"))

    def take(new: Filter) -> None:
        draft.put(draft.with_changes(place, where=new))

    try:
        found = fields.choices(draft.visit, draft.scope, frozenset({"events"}))
    except (NotComparable, NotFilterable, QueryCancelled, QueryTimeout) as error:
        st.caption(say.plain(str(error)))
        return
    allowed = ("tenant.", "person.") if draft.cohort.unit == "person" else ("tenant.",)
    known = {name: choice for name, choice in found.items() if name.startswith(allowed)}
    choosing.chooser(draft.visit, draft.scope, known, take, f"{key}_property")


def read_back(draft: Draft, edited: Saved | None) -> list[Counting]:
    """The cohort in words, how many are in it, and saving it."""
    visit = draft.visit
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        counting = Counting.begin(visit, draft.scope, draft.cohort)
        st.caption(say.plain(f"{draft.cohort.sentence()}."))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        kept = cohorts.read(edited) if edited else None
        # Another name for the next cohort's fields, which would keep what was typed for the last one.
        key = edited.id if edited else f"new_{st.session_state.get(MADE, 0)}"
        name = st.text_input(
            "Name", kept.title if kept else "", key=f"draft_name_{key}", max_chars=LONGEST_TITLE
        )
        about = st.text_input(
            "What it is about",
            kept.about if kept else "",
            key=f"draft_about_{key}",
            max_chars=LONGEST_ABOUT,
            placeholder="Optional",
        )
        shared = st.toggle(
            saved.TEAM,
            bool(edited and edited.shared),
            key=f"draft_shared_{key}",
            disabled=not visit.principal.sees_all,
            help=saved.ONLY_ALL,
        )
        if st.button("Save", icon=":material/group_add:", key="draft_save", disabled=not name.strip()):
            keep(visit, SavedCohort(name, draft.cohort, about), edited, shared=shared)
    return [counting]


def keep(visit: Visit, made: SavedCohort, edited: Saved | None, *, shared: bool) -> None:
    """Saves it, and begins the next one; or says why not, and keeps what was put together."""
    try:
        replaces = edited.id if edited else None
        visit.house.shelf.save(visit.principal, made, shared=shared, replaces=replaces)
    except (NotAllowed, NothingSaved, StoreError, ValueError) as error:
        st.error(say.plain(saved.sentence(error)), icon=":material/error:")
        return
    st.session_state[MADE] = st.session_state.get(MADE, 0) + 1
    choices = tuple(each for each in visit.request.choices if each[0] not in (DRAFT, EDITED))
    st.toast(
        f"{say.plain(made.title)} is saved: the filter of every page offers it.", icon=":material/groups:"
    )
    address.change_next(replace(visit.request, choices=choices))

"""The editor of steps: what somebody did, chosen by clicks, and kept in the address by its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics import filters
from analytics.query import Query
from analytics.steps import NAMED_BY, Step
from analytics.view import NotComparable, NotFilterable, QueryCancelled, QueryTimeout
from ui import address, fields
from ui import filter_popover as choosing
from ui import format as say
from ui.names import TABLE_NAMES

if TYPE_CHECKING:
    from analytics.filters import Filter
    from analytics.scope import Scope
    from ui.context import Visit

Put = Callable[[tuple[Step, ...]], None]
MOST_NAMES = 300
UNITS: dict[str, timedelta] = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(days=7),
}
# Tables whose rows somebody did, or had happen; each with the measure by which its names are counted.
COUNTED: Mapping[str, str] = {name: fields.COUNTS[name] for name in fields.COUNTS if name in NAMED_BY}
ANY = "any event"
# Visitors of a website have no user id.
SIGNED_IN = filters.field("user_id").exists()


@dataclass(frozen=True)
class Editor:
    """A list of steps on a page: where it is drawn, and what becomes of it.

    `put` writes the steps into the address, for callbacks; a ValueError of it is shown under the steps.
    What is `bare` asks for events and filters alone.
    """

    visit: Visit
    scope: Scope
    steps: tuple[Step, ...]
    put: Put
    key: str
    least: int = 1
    most: int = 20
    in_order: bool = True
    title: str = "Step"
    bare: bool = False

    def name(self, place: int) -> str:
        """What a step is called: by its number, where there may be several."""
        return self.title if self.most == 1 else f"{self.title} {place + 1}"

    def change(self, place: int, **changes: Any) -> None:
        """One step is now otherwise."""
        self.say_why(
            lambda: [*self.steps[:place], replace(self.steps[place], **changes), *self.steps[place + 1 :]]
        )

    def move(self, place: int, by: int) -> None:
        """One step changes places with its neighbour."""
        steps = list(self.steps)
        steps[place], steps[place + by] = steps[place + by], steps[place]
        self.say_why(lambda: steps)

    def drop(self, place: int) -> None:
        """One step less."""
        self.say_why(lambda: [*self.steps[:place], *self.steps[place + 1 :]])

    def add(self, step: Step) -> None:
        """One step more."""
        self.say_why(lambda: [*self.steps, step])

    def say_why(self, make: Callable[[], list[Step]]) -> None:
        """Puts what is made; where it cannot be, the reason stands under the steps in the next run."""
        try:
            self.put(tuple(make()))
        except ValueError as error:
            st.session_state[f"{self.key}_problem"] = str(error)


def draw(editor: Editor) -> None:
    """Every step in a line of its own, and under them one more."""
    for place, _ in enumerate(editor.steps):
        line(editor, place)
    if len(editor.steps) < editor.most:
        st.button(
            f"Add {editor.title.lower()}",
            icon=":material/add:",
            key=f"{editor.key}_add",
            type="tertiary",
            on_click=editor.add,
            args=(Step(next_name(editor)),),
        )
    if problem := st.session_state.pop(f"{editor.key}_problem", ""):
        st.caption(f":red[:material/error: {say.plain(problem)}]")


def line(editor: Editor, place: int) -> None:
    """One step: its events, what else it asks for, and its place among the others."""
    key = f"{editor.key}_{place}"
    with st.container(
        horizontal=True, gap="xsmall", vertical_alignment="bottom", wrap=False, key=f"step_{key}"
    ):
        done(editor, place)
        with st.popover("More", icon=":material/tune:", key=f"{key}_more", on_change="rerun") as more:
            if more.open:
                details(editor, place)
        order(editor, place)


def done(editor: Editor, place: int) -> None:
    """Its event in a list that closes at a choice; of several events each as a mark."""
    step, key = editor.steps[place], f"{editor.key}_{place}"
    title, any_row = (
        f"{editor.name(place)}{said_beside(step)}",
        f"any of the {TABLE_NAMES[step.table].lower()}",
    )
    how: dict[str, Any] = {
        "placeholder": ANY if step.table == "events" else any_row,
        "accept_new_options": True,
    }
    known = list(dict.fromkeys([*names(editor.visit, editor.scope, step.table), *step.events]))
    if len(step.events) > 1:
        several(editor, place, title, known)
        return
    st.session_state[f"{key}_event"] = step.events[0] if step.events else None
    # Its name told of the event before; kept, it would say of the new one what it is not.
    st.selectbox(
        title,
        known,
        index=None,
        key=f"{key}_event",
        on_change=lambda: editor.change(place, event=st.session_state[f"{key}_event"] or None, label=None),
        **how,
    )


def several(editor: Editor, place: int, title: str, known: list[str], first: tuple[str, ...] = ()) -> None:
    """Any of several events, after the first one where that is chosen elsewhere."""
    key = f"{editor.key}_{place}_events"
    st.session_state[key] = [name for name in editor.steps[place].events if name not in first]
    st.multiselect(
        title,
        known,
        key=key,
        placeholder="Choose, or type one",
        accept_new_options=True,
        select_all=False,
        on_change=lambda: editor.change(place, event=chosen([*first, *st.session_state[key]]), label=None),
    )


def order(editor: Editor, place: int) -> None:
    """Up, down, away: by a menu, as a step has little room."""
    actions: dict[str, tuple[str, Callable[..., None], tuple[int, ...]]] = {}
    if editor.in_order and place > 0:
        actions["up"] = (":material/arrow_upward: Earlier", editor.move, (place, -1))
    if editor.in_order and place + 1 < len(editor.steps):
        actions["down"] = (":material/arrow_downward: Later", editor.move, (place, 1))
    if len(editor.steps) > editor.least:
        actions["drop"] = (":material/delete: Remove", editor.drop, (place,))
    if not actions:
        return
    key = f"order_{editor.key}_{place}"

    def act() -> None:
        action = st.session_state.get(key)
        if action in actions:
            _, do, args = actions[action]
            do(*args)

    st.menu_button(
        f"Menu of {editor.name(place)}",
        [*actions],
        format_func=lambda action: actions[action][0],
        type="tertiary",
        key=key,
        on_click=act,
    )


def details(editor: Editor, place: int) -> None:
    """What else a step may ask for: more events, another table, a name, the n-th time, a limit, filters."""
    step, key = editor.steps[place], f"{editor.key}_{place}"
    if len(step.events) == 1:
        others = [name for name in names(editor.visit, editor.scope, step.table) if name not in step.events]
        several(editor, place, "Or any of", others, step.events)
    if editor.bare:
        conditions(editor, place)
        return
    st.session_state[f"{key}_table"] = step.table
    st.selectbox(
        "Of",
        [*COUNTED],
        key=f"{key}_table",
        format_func=lambda table: TABLE_NAMES[table],
        on_change=lambda: editor.change(
            place, table=st.session_state[f"{key}_table"], event=None, where=None, label=None
        ),
    )
    st.session_state[f"{key}_label"] = step.label or ""
    st.text_input(
        "Called",
        key=f"{key}_label",
        placeholder=step.name,
        max_chars=80,
        on_change=lambda: editor.change(place, label=st.session_state[f"{key}_label"].strip() or None),
    )
    st.session_state[f"{key}_nth"] = step.nth
    st.number_input(
        "Which time",
        1,
        1000,
        key=f"{key}_nth",
        help="1 is every time; 10 is the tenth time of that person, in all history.",
        on_change=lambda: editor.change(place, nth=int(st.session_state[f"{key}_nth"] or 1)),
    )
    if place and editor.in_order:
        limit(editor, place)
    conditions(editor, place)


def limit(editor: Editor, place: int) -> None:
    """The longest time since the step before."""
    step, key = editor.steps[place], f"{editor.key}_{place}"
    number, unit = length_parts(step.within)
    st.session_state[f"{key}_within"], st.session_state[f"{key}_unit"] = number, unit

    def changed() -> None:
        count = st.session_state[f"{key}_within"]
        editor.change(place, within=count * UNITS[st.session_state[f"{key}_unit"]] if count else None)

    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        st.number_input(
            "Within (0: no limit of its own)",
            0,
            10_000,
            key=f"{key}_within",
            on_change=changed,
            width="stretch",
        )
        st.selectbox(
            "Unit", [*UNITS], key=f"{key}_unit", on_change=changed, width=110, label_visibility="collapsed"
        )


def conditions(editor: Editor, place: int) -> None:
    """The filters of a step: those it has, and one more."""
    step, key = editor.steps[place], f"{editor.key}_{place}"
    held = {filters.sentence(part, fields.label_of): part for part in address.parts(step.where)}
    if held:
        st.session_state[f"{key}_held"] = list(held)
        st.pills(
            "Only where",
            list(held),
            selection_mode="multi",
            key=f"{key}_held",
            format_func=lambda words: f"{say.plain(say.shorten(words, 60))}  :material/close:",
            on_change=lambda: editor.change(
                place,
                where=address.joined(
                    tuple(held[words] for words in held if words in st.session_state[f"{key}_held"])
                ),
            ),
        )

    def take(new: Filter) -> None:
        editor.change(place, where=address.joined((*address.parts(step.where), new)))

    try:
        known = fields.choices(editor.visit, editor.scope, frozenset({step.table}))
        choosing.chooser(editor.visit, editor.scope, known, take, f"{key}_where")
    except (NotComparable, NotFilterable, QueryTimeout) as error:
        st.caption(say.plain(str(error)))
    except QueryCancelled:
        return


def names(visit: Visit, scope: Scope, table: str, where: Filter | None = None) -> list[str]:
    """What rows of a table, or those of a filter, are called in the scope, the most frequent first."""
    by = NAMED_BY[table]
    query = Query((COUNTED[table],), by=(by,), limit=MOST_NAMES)
    try:
        found = visit.ask(query, replace(scope, where=where)).result().frame[by]
    except (NotFilterable, QueryCancelled, QueryTimeout):  # a name can still be typed
        return []
    return [str(name) for name in found if name]


def next_name(editor: Editor) -> str | None:
    """The most frequent event that people do and that is no step yet."""
    used = {name for step in editor.steps for name in step.events}
    return next((name for name in by_people(editor.visit, editor.scope) if name not in used), None)


def by_people(visit: Visit, scope: Scope) -> list[str]:
    """The names of events, those that people do most before those that only programs do."""
    return list(dict.fromkeys([*names(visit, scope, "events", SIGNED_IN), *names(visit, scope, "events")]))


def called(step: Step) -> str:
    """What people call a step in a sentence: opened · anything while signed in · bought where size is 3."""
    if step.label:
        return step.label
    if step.table == "events" and not step.events and step.nth == 1:
        what = "anything"
    else:
        what = replace(step, where=None).name
    return what if step.where is None else f"{what} {condition(step.where)}"


def condition(where: Filter) -> str:
    """The filter of a step after its name, in words."""
    parts = address.parts(where)
    rest = [filters.sentence(part, fields.label_of) for part in parts if part != SIGNED_IN]
    said = ["while signed in"] if SIGNED_IN in parts else []
    return " ".join([*said, *([f"where {' and '.join(rest)}"] if rest else [])])


def chosen(events: list[str]) -> str | tuple[str, ...] | None:
    """The events of a step as it holds them."""
    if not events:
        return None
    return events[0] if len(events) == 1 else tuple(events)


def said_beside(step: Step) -> str:
    """What a step asks for beyond its events, beside its number."""
    said: list[str] = []
    if step.label:
        said.append(say.plain(step.label))
    if step.nth > 1:
        said.append(f"time {step.nth}")
    if step.within is not None:
        said.append("within {} {}".format(*length_parts(step.within)))
    if step.where is not None and not step.label:
        said.append(say.plain(say.shorten(condition(step.where), 60)))
    return f" :small[:gray[{' · '.join(said)}]]" if said else ""


def length_parts(length: timedelta | None) -> tuple[int, str]:
    """A length as a number of the largest unit that leaves no rest, weeks as days; none is 0 days."""
    if length is None:
        return 0, "days"
    # Weeks are typed and told as days, as everywhere else.
    for unit in ("days", "hours", "minutes"):
        if length % UNITS[unit] == timedelta(0):
            return length // UNITS[unit], unit
    return max(1, round(length / UNITS["minutes"])), "minutes"

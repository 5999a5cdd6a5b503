"""What builders share: a specification that the address keeps, and the settings that change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.request import LENGTHS
from analytics.search import SearchError
from analytics.units import PERSON, countable, readable
from analytics.view import NotComparable, NotFilterable, QueryCancelled, QueryTimeout
from data.where import PLAN_THEN
from service.access import NotAllowed
from ui import address, cohorts, fields, steps
from ui import format as say

if TYPE_CHECKING:
    from analytics.board import Board, Panel
    from analytics.request import Request
    from analytics.scope import Scope
    from ui.context import Visit

UNITS = {PERSON: "People", "tenant_id": "Tenants", "session_id": "Sessions"}
# A row of another event has another of these: nobody of that name does two of them.
NO_UNITS = frozenset({"event_type", "plan", *UNITS})
COUNTING = "Or the values of a field, such as a device or a project: rows without it are left out."
NOTHING = "–"
PLAN = "plan"  # of the row, as a breakdown calls what a filter calls the plan then
LONG, SHORT = "30d", ("15m", "1h", "24h")


@dataclass(frozen=True)
class Builder:
    """A specification on a page: a frozen dataclass with a JSON form, which the address keeps as one choice.

    The address leaves out what is as in `usual`; `choice` is its name there.
    """

    visit: Visit
    scope: Scope
    spec: Any
    usual: Any
    choice: str

    def put(self, spec: Any) -> None:
        """Writes it into the address, for callbacks; a ValueError says that it has no room there."""
        if not address.choose(**{self.choice: text_of(spec, self.usual)}):
            raise ValueError("This is more than a link can hold: use fewer steps or filters.")

    def change(self, **changes: Any) -> None:
        """It is now otherwise; why it cannot be stands under the settings in the next run."""
        try:
            self.put(replace(self.spec, **changes))
        except ValueError as error:
            st.session_state[f"{self.choice}_trouble"] = str(error)

    def trouble(self) -> None:
        """Says why the last change could not be."""
        if said := st.session_state.pop(f"{self.choice}_trouble", ""):
            st.caption(f":red[:material/error: {say.plain(said)}]")

    def tell(self, sentence: str) -> None:
        """What is asked, in words; and of which days, where the page's window is too short for it."""
        of = (
            " Asked of the last 30 days, as the page's window is too short."
            if window(self.visit.request)
            else ""
        )
        st.caption(say.plain(sentence + of))

    def picked(self, label: str, name: str, options: Mapping[Any, str], about: str | None = None) -> None:
        """One setting of few values."""
        key = address.drawn(f"{self.choice}_{name}", getattr(self.spec, name))
        st.selectbox(
            label,
            [*options],
            key=key,
            help=about,
            format_func=lambda value: options.get(value, str(value)),
            on_change=lambda: self.change(**{name: st.session_state[key]}),
        )

    def number(self, label: str, name: str, bounds: tuple[int, int], about: str | None = None) -> None:
        """One setting that is a number."""
        least, most = bounds
        key = address.drawn(f"{self.choice}_{name}", min(max(getattr(self.spec, name), least), most))
        st.number_input(
            label,
            least,
            most,
            key=key,
            help=about,
            on_change=lambda: self.change(**{name: int(st.session_state[key] or least)}),
        )

    def unit(self, tables: Iterable[str]) -> None:
        """Who is counted: people, tenants, sessions, or the values of any field that the rows have."""
        tables = frozenset(tables)
        fields_of_rows = {
            name: label for name, label in self._fields(tables).items() if countable(name, tables)
        }
        other = self.spec.unit
        options = {**UNITS, **{name: label for name, label in fields_of_rows.items() if name not in NO_UNITS}}
        options.setdefault(other, fields.label_of(other))
        self.picked("Count", "unit", options, COUNTING)

    def breakdown(
        self, tables: Iterable[str], most: int, also: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """By what they are split, the largest values alone; `also` are other names to split by."""
        tables = frozenset(tables)
        chosen = self.spec.broken_by[0] if self.spec.broken_by else NOTHING
        options = {NOTHING: "Nothing"}
        options |= {name: label for name, label in self._fields(tables).items() if readable(name, tables)}
        options |= also
        options.setdefault(chosen, cohorts.named_of(self.visit, {chosen})(chosen))
        key = f"{self.choice}_breakdown"
        st.session_state[key] = chosen

        def changed() -> None:
            by = st.session_state[key]
            none = by == NOTHING
            self.change(breakdown=None if none else by, breakdown_limit=None if none else most)

        st.selectbox(
            "Split by", [*options], key=key, format_func=lambda name: options[name], on_change=changed
        )

    def _fields(self, tables: frozenset[str]) -> dict[str, str]:
        """The fields that rows of some tables have, with their labels."""
        try:
            found = fields.choices(self.visit, self.scope, tables)
        except (NotComparable, NotFilterable, QueryCancelled, QueryTimeout):
            return {}
        return {PLAN if name == PLAN_THEN else name: choice.label for name, choice in found.items()}


def window(request: Request) -> str | None:
    """The panels' own window where the page's is too short to see what becomes of anybody; else none."""
    return LONG if request.window in SHORT else None


def in_chosen_window(board: Board, request: Request) -> Board:
    """The board, whose panels leave their own window for the page's where one was chosen for such questions.

    What goes over time stays, so that another stretch of it can be chosen.
    """
    if request.window in SHORT:
        return board

    def looking(panel: Panel) -> Panel:
        return panel if panel.x == "bucket" else replace(panel, window=None)

    rows = [replace(row, panels=tuple(looking(panel) for panel in row.panels)) for row in board.rows]
    return replace(board, rows=tuple(rows))


def own_windows(visit: Visit, scope: Scope) -> None:  # noqa: ARG001  what is drawn over panels gets both
    """Says over a board that its panels look further back than the page, where they do, and how to choose."""
    if window(visit.request):
        st.caption(
            "The page's window is too short to see what becomes of newcomers, so each panel looks at the "
            "days beside its title. They follow once you choose 7 days or more."
        )


def of(visit: Visit, scope: Scope, spec: Any, usual: Any, choice: str) -> Builder:
    """The builder of a page; what it offers is of the window that its panels ask."""
    own = window(visit.request)
    return Builder(
        visit, replace(scope, start=scope.end - LENGTHS[own]) if own else scope, spec, usual, choice
    )


def text_of(spec: Any, usual: Any) -> str:
    """A specification as text, without what is as it usually is."""
    form, always = spec.to_dict(), usual.to_dict()
    changed = {key: value for key, value in form.items() if value != always.get(key)}
    return json.dumps(changed, ensure_ascii=False, separators=(",", ":"))


def read(text: str, usual: Any, of: Callable[[Any], Any]) -> Any | None:
    """The specification of a text; None where there is none, or nonsense."""
    if not text:
        return None
    try:
        return of({**usual.to_dict(), **json.loads(text)})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def first_names(visit: Visit, wanted: Iterable[str], least: int) -> list[str]:
    """The events that a builder begins with: those wanted that there are, else the most frequent ones."""
    try:
        there = steps.names(visit, of(visit, visit.scope(), None, None, "").scope, "events")
    except (NotAllowed, SearchError):
        return []
    known = [name for name in wanted if name in there]
    return known if len(known) >= least else there[:least]


def who(unit: str) -> str:
    """Whom a specification counts: People · Tenants · Values of device."""
    return UNITS.get(unit) or f"Values of {fields.label_of(unit)}"


def doing(unit: str) -> str:
    """The beginning of a sentence about them: People who · Values of device that."""
    return f"{who(unit)} {'who' if unit in UNITS else 'that'}"

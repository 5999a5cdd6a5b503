"""What a click or a drag on a chart does to the address; runs before the script, as a callback."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import streamlit as st

from analytics.acquisition import NO_CAMPAIGN
from analytics.board import NAMED_BY_ROW
from analytics.request import LENGTHS, custom_window_text
from data.where import PLAN_THEN
from ui import address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.board import Panel
    from analytics.filters import Scalar
    from analytics.scope import Scope

TENANT = "tenant_id"
PERSON = "person.person_id"
PERSON_PAGE, CUSTOMER_PAGE = "person", "tenant"
# What a chart calls otherwise than a filter does: its plan is that of the row, a filter's the plan of today;
# whom a list of people counts is a person.
FILTERED_BY = {"plan": PLAN_THEN, "unit": PERSON}
# The unseen first column of a table whose cells can be clicked: the browser chooses the first cell of a table
# that gets the focus, by a click on a header too, as if it had been clicked.
UNSEEN = " "
# What a chart calls a value that is missing.
MISSING: dict[str, str] = {"campaign": NO_CAMPAIGN}
# What a page has a choice of for: a click chooses it, and narrows nothing.
CHOICES = frozenset({"experiment"})


def clicked(key: str, fields: tuple[str, ...], window: str = "") -> None:
    """A mark was clicked: what it carries, a value a field, narrows the page; once more takes it back."""
    points = selection(key, "points")
    carried = points[0].get("customdata") if points else None
    if isinstance(carried, list) and len(carried) == len(fields):
        narrow(dict(zip(fields, carried, strict=True)), window)


def named(values: Mapping[str, Scalar]) -> Mapping[str, Scalar]:
    """What a row filters by: itself, or the field that it names, if it names any."""
    if tuple(values) != NAMED_BY_ROW:
        return values
    field, value = (values[each] for each in NAMED_BY_ROW)
    return {str(field): value} if field else {}


def narrow(values: Mapping[str, Scalar], window: str = "") -> None:
    """A tenant becomes the page's, any other value a filter; those chosen already are taken back.

    A person is looked at on their own page, with the scope of this one, in the window of what was clicked.
    """
    if not values:
        return
    if chosen_here := {name: str(value) for name, value in values.items() if name in CHOICES}:
        address.choose(**chosen_here)
        return
    request = address.current()
    parts = address.parts(request.where)
    others = {
        FILTERED_BY.get(name, name): "" if value == MISSING.get(name) else value
        for name, value in values.items()
        if name != TENANT
    }
    to_person = bool(others.get(PERSON))
    # A visitor who never signed up is a person of no tenant.
    tenants = tuple(
        str(value) for name, value in values.items() if name == TENANT and (value or not to_person)
    )
    chosen = {name: address.is_value(name, value) for name, value in others.items()}
    every = all(filter_ in parts for filter_ in chosen.values()) and tenants in ((), request.tenants)
    every = every and not to_person
    where = request.where
    for name, filter_ in chosen.items():
        if (filter_ in parts) == every:
            where = address.narrowed(where, name, others[name])
    changes: dict[str, object] = {"where": where}
    if tenants:
        changes["tenants"] = () if every else tenants
    if not to_person:
        address.change(**changes)
        return
    address.go_to(PERSON_PAGE, **changes, **({"window": window} if window else {}))


def to_customer(tenant_id: str, window: str = "") -> None:
    """A tenant is looked at on the page of customers, with the scope of this one."""
    address.go_to(CUSTOMER_PAGE, tenants=(tenant_id,), **({"window": window} if window else {}))


def window_of(panel: Panel, scope: Scope) -> str:
    """The window of a panel as an address has it, where it has one of its own; else nothing."""
    if panel.window is None or panel.window in LENGTHS:
        return panel.window or ""
    return custom_window_text(scope.start, scope.end, scope.timezone)


def dragged(key: str) -> None:
    """A stretch of a time chart was chosen: its whole buckets become the window."""
    ends = [point["customdata"] for point in selection(key, "points") if point.get("customdata")]
    if not ends:
        return
    # What a browser sends may be anything; a window that is none leaves the address as it is.
    with contextlib.suppress(ValueError):
        address.change(window=f"{min(start for start, _ in ends)}~{max(end for _, end in ends)}")


def selection(key: str, kind: str) -> list[dict[str, Any]]:
    """What the person selected in the chart of this key; nothing where the browser sent nothing."""
    state = st.session_state.get(key) or {}
    return list((state.get("selection") or {}).get(kind) or [])


def cell(key: str) -> int | None:
    """The row of the cell that was clicked in the table of this key; none of a table that was only sorted."""
    state = st.session_state.get(key) or {}
    cells = (state.get("selection") or {}).get("cells") or []
    return int(cells[0][0]) if cells and cells[0][1] != UNSEEN else None


def cell_column(key: str) -> str:
    """The column of the cell that was clicked in the table of this key; of no click, none."""
    state = st.session_state.get(key) or {}
    cells = (state.get("selection") or {}).get("cells") or []
    return str(cells[0][1]) if cells else ""

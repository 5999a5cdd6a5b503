"""The popover that filters a page: plan and environment at once, then any field by an operator and values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import streamlit as st

from analytics.filters import Comparison, Filter, field
from analytics.search import SearchError, escape, parse
from analytics.view import NotComparable, QueryCancelled, QueryTimeout
from service.access import NotAllowed
from ui import address, cohorts, empty, fields
from ui import format as say
from ui.fields import Choice

if TYPE_CHECKING:
    from analytics.filters import Scalar
    from analytics.scope import Scope
    from ui.context import Visit

WIDTH = 340
PROBLEM = "problem"
# What becomes of a filter that was put together; a ValueError says why it cannot be.
Take = Callable[[Filter], None]
READY = {"tenant.plan": "Plan now", "environment": "Environment"}
ONE_OF, NONE_OF, CONTAINS, LIKE, THERE, MISSING = (
    "is one of",
    "is none of",
    "contains",
    "is like",
    "is there",
    "is missing",
)
TEXTS = (ONE_OF, NONE_OF, CONTAINS, LIKE, THERE, MISSING)
ORDERS = {"is at least": ">=", "is over": ">", "is at most": "<=", "is under": "<", "is": ":"}
NUMBERS = (*ORDERS, THERE, MISSING)


def filter_popover(visit: Visit, facts: frozenset[str]) -> None:
    """Draws its inside only while it is open: options cost a question each."""
    with st.popover("Filter", icon=":material/filter_list:", key="pop_filter", on_change="rerun") as popover:
        if not popover.open:
            return
        try:
            # What is typed in the search may be half a search; the choices are those of the page without it.
            scope = visit.principal.scope(replace(visit.request, search=""), visit.now)
            inside(visit, scope, facts)
        except (NotAllowed, NotComparable, QueryTimeout) as error:
            st.caption(say.plain(f"{empty.reason(error)[1].rstrip('.')}."))
        except QueryCancelled:
            return


def inside(visit: Visit, scope: Scope, facts: frozenset[str]) -> None:
    """The ready filters, then one of one's own."""
    known = fields.choices(visit, scope, facts)
    for name, label in READY.items():
        if name in known:
            ready(visit, scope, known[name], label)
    cohorts.chooser(visit, joined)
    chooser(visit, scope, known, joined)


def ready(visit: Visit, scope: Scope, choice: Choice, label: str) -> None:
    """A field whose few values stand as pills; those that are lit are the filter."""
    where = visit.request.where
    lit = chosen_values(where, choice.name)
    found = fields.values(visit, without(scope, choice.name), choice)
    options = list(dict.fromkeys([*map(str, found), *lit]))
    if not options:
        return
    key = f"w_ready_{choice.name}"
    st.session_state[key] = lit
    st.pills(
        label,
        options,
        selection_mode="multi",
        key=key,
        width=WIDTH,
        format_func=say.plain,
        on_change=lambda: put(choice.name, one_of(choice.name, st.session_state[key])),
    )


def chooser(visit: Visit, scope: Scope, known: Mapping[str, Choice], take: Take, key: str = "w") -> None:
    """A filter on any field, put together of a field, an operator and values, and then taken."""
    chosen = st.selectbox(
        "Field",
        [*known],
        index=None,
        key=f"{key}_field",
        placeholder="Choose a field",
        width=WIDTH,
        format_func=lambda name: known[name].label,
        on_change=forget,
        args=(key,),
    )
    if chosen in known:
        own(visit, scope, known[chosen], take, key)


def own(visit: Visit, scope: Scope, choice: Choice, take: Take, key: str) -> None:
    """An operator and what it takes."""
    operators = NUMBERS if choice.number else TEXTS
    operator = st.selectbox("Operator", operators, key=f"{key}_operator", width=WIDTH)
    found: Mapping[str | int, str] = {}
    if operator in (ONE_OF, NONE_OF):
        found = fields.values(visit, without(scope, choice.name), choice)
        st.multiselect(
            "Values",
            [*found],
            key=f"{key}_values",
            width=WIDTH,
            placeholder="Choose, or type one",
            accept_new_options=True,
            select_all=False,
            format_func=lambda value: found.get(value, str(value)),
        )
    elif operator not in (THERE, MISSING):
        hint = "such as 5s, 850ms or 12" if choice.number else "such as time*out" if operator == LIKE else ""
        st.text_input("Value", key=f"{key}_value", width=WIDTH, placeholder=hint)
    st.button(
        "Add filter",
        icon=":material/add:",
        key=f"{key}_add",
        on_click=added,
        args=(choice, operator, take, key),
        width=WIDTH,
    )
    # Said under the button: a message in the corner of the page would lie over the ready filters.
    if problem := st.session_state.pop(f"{key}_{PROBLEM}", ""):
        st.caption(f":red[:material/error: {say.plain(problem)}]")


def added(choice: Choice, operator: str, take: Take, key: str) -> None:
    """The filter that was put together is taken; what it lacks is said."""
    values, text = st.session_state.get(f"{key}_values") or [], st.session_state.get(f"{key}_value") or ""
    try:
        new = filter_of(choice, operator, values, text)
        if new is None:
            raise ValueError("Choose or type a value first.")
        take(new)
    except SearchError as error:
        st.session_state[f"{key}_{PROBLEM}"] = f"{error}."
    except ValueError as error:
        st.session_state[f"{key}_{PROBLEM}"] = str(error)
    else:
        forget(key)
        st.session_state[f"{key}_field"] = None


def joined(new: Filter) -> None:
    """The new filter joins those of the page; a ValueError says where the address has no room for it."""
    parts = address.parts(address.current().where)
    if new not in parts and not address.change(where=address.joined((*parts, new))):
        raise ValueError("These are more filters than an address can hold.")


def filter_of(choice: Choice, operator: str, values: list[Scalar], text: str) -> Filter | None:
    """What a field, an operator and values mean; None where a value is missing."""
    name = field(choice.name)
    if operator == THERE:
        return name.exists()
    if operator == MISSING:
        return ~name.exists()
    if operator in (ONE_OF, NONE_OF):
        chosen = one_of(choice.name, values)
        return None if chosen is None else chosen if operator == ONE_OF else ~chosen
    if not text.strip():
        return None
    if operator in ORDERS:
        return parse(f"{escape(choice.name)} {ORDERS[operator]} {escape(text.strip())}")
    return name.contains(text) if operator == CONTAINS else name.like(text)


def one_of(name: str, values: list[Scalar]) -> Filter | None:
    """The field is this value, or one of these; None of none."""
    if not values:
        return None
    return field(name) == values[0] if len(values) == 1 else field(name).isin(values)


def put(name: str, new: Filter | None) -> None:
    """What the page says of a field is now this."""
    kept = address.parts(without_field(address.current().where, name))
    address.change(where=address.joined((*kept, *((new,) if new is not None else ()))))


def chosen_values(where: Filter | None, name: str) -> list[str]:
    """The values of a field that the page's filters name."""
    for part in address.parts(where):
        if isinstance(part, Comparison) and part.field == name and part.op in ("==", "in"):
            values = part.value if isinstance(part.value, tuple) else (part.value,)
            return [str(value) for value in values]
    return []


def without(scope: Scope, name: str) -> Scope:
    """The scope without what is said of a field, so that its other values can be chosen too."""
    return replace(scope, where=without_field(scope.where, name))


def without_field(where: Filter | None, name: str) -> Filter | None:
    """The filters without those that name the values of a field."""
    kept = [
        part
        for part in address.parts(where)
        if not (isinstance(part, Comparison) and part.field == name and part.op in ("==", "in"))
    ]
    return address.joined(cast("tuple[Filter, ...]", tuple(kept)))


def forget(key: str) -> None:
    """Another field has other operators and values."""
    for name in ("operator", "values", "value"):
        st.session_state.pop(f"{key}_{name}", None)

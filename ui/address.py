"""The address: one bound, hidden text input; only callbacks write it, and all else is drawn from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import streamlit as st

from analytics.filters import And, Filter, field, fields
from analytics.request import LONGEST_TEXT, Request

if TYPE_CHECKING:
    from analytics.filters import Scalar

KEY, NEXT, LEAVING = "scope", "next_scope", "leaving"
UNFILTERED = {"where": None, "search": ""}


def carrier() -> Request:
    """Puts the hidden input into the page; the main script calls it on every run, before all that draws."""
    if NEXT in st.session_state:
        st.session_state[KEY] = st.session_state.pop(NEXT)
    st.text_input("Address", key=KEY, bind="query-params", label_visibility="collapsed")
    request = Request.read(st.session_state.get(KEY) or "")
    if request is None:
        st.toast(
            "This link cannot be read, so everything of the last day is shown.", icon=":material/link_off:"
        )
    return request or Request()


def current() -> Request:
    """What the address says; the default where it says nothing, or nonsense."""
    return Request.parse(st.session_state.get(KEY) or "")


def link(text: str) -> str:
    """The address by which another browser sees this page with what `text` asks for."""
    return f"{st.context.url}?scope={quote(text)}" if text else str(st.context.url)


def change(**changes: object) -> bool:
    """A new address, for callbacks only: one entry in the browser's history; False where none can hold it."""
    text = replace(current(), **changes).text()
    # What an address cannot hold would be read back as the default.
    if len(text) > LONGEST_TEXT:
        return False
    st.session_state[KEY] = text
    return True


def choose(**chosen: str) -> bool:
    """Another choice of the page's own; '' takes it back."""
    return change(choices=tuple({**dict(current().choices), **chosen}.items()))


def change_next(request: Request) -> None:
    """A new address from inside a page: the run begins anew with it."""
    st.session_state[NEXT] = request.text()
    st.rerun()


def go_to(page: str, **changes: object) -> None:
    """Another page by its name, with a new address, for callbacks: one entry in the browser's history.

    The run that follows leads there (`navigation.turn`). What this page has a choice of stays behind where an
    address has no room for it, and where that is not enough, so does the person.
    """
    request = replace(current(), **changes)
    for text in (request.text(), replace(request, choices=()).text()):
        if len(text) <= LONGEST_TEXT:
            st.session_state[LEAVING] = (page, text)
            return


def leaving() -> bool:
    """Whether a click asked for another page: what runs by itself, as a dialog, lets a whole run begin."""
    return LEAVING in st.session_state


def drawn(name: str, value: object) -> str:
    """The key of a widget that shows what the address says; another one once something else changed that.

    A browser takes no notice of a new value while the widget's popover is closed, and would send the old one
    back with the next click, as if it had been chosen.
    """
    times = f"{name} drawn anew"
    count: int = st.session_state.get(times, 0)
    key = f"{name}_{count}" if count else name
    if st.session_state.get(key, value) != value:
        count += 1
        st.session_state[times], key = count, f"{name}_{count}"
    st.session_state[key] = value
    return key


def parts(where: Filter | None) -> tuple[Filter, ...]:
    """The filters that must all hold, one pill each."""
    if where is None:
        return ()
    return where.parts if isinstance(where, And) else (where,)


def joined(filters: tuple[Filter, ...]) -> Filter | None:
    """One filter of several; none of none."""
    if len(filters) > 1:
        return And(filters)
    return filters[0] if filters else None


def is_value(name: str, value: Scalar) -> Filter:
    """The field is this value; the empty text is what a chart calls a value that is missing."""
    return ~field(name).exists() if value == "" else field(name) == value


def narrowed(where: Filter | None, name: str, value: Scalar) -> Filter | None:
    """The filter plus `name is value` in place of what it said of that field; once more takes it off."""
    chosen = is_value(name, value)
    others = tuple(part for part in parts(where) if fields(part) != {name})
    return joined(others if chosen in parts(where) else (*others, chosen))

"""The rows behind a panel: page by page, how many there are, and one opened whole."""

from __future__ import annotations

import json
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from analytics import rows as rows_of
from analytics.zones import zone
from service.rows import CountBehind, RowsBehind
from ui import downloads, drill, empty, table
from ui import format as say
from ui.labels import label, missing
from ui.row_words import column_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from analytics.question import Behind, Column
    from analytics.rows import Place
    from ui.asked import Asked

MOST = 1000
# Read first, then all else in its order, then what only machines read.
FIRST = ("occurred_at", "tenant", "status", "level", "message", "workflow_name", "event_type", "duration_ms")
LAST = ("source", "received_at")
# Said in the row that is opened: nested, or the same as another column.
WHOLE_ONLY = ("attributes", "lists", "tenant_id")
TEXT_LINE = 120
HEIGHT = 560


def behind(asked: Asked) -> None:
    """The rows that the panel's numbers were drawn from; a click on one opens it."""
    found = behind_of(asked)
    if found is None:
        st.caption("These numbers are not counted over single rows. Show the query to see how they are made.")
        return
    turned = st.session_state.get(pages_of(asked.panel.id), ())
    try:
        visit = asked.visit.again()
        scope = asked.panel.scope(visit.scope())
        count = visit.ask(CountBehind(found), scope)
        page = visit.ask(RowsBehind(found, MOST, turned[-1] if turned else ()), scope).result().frame
        many = int(count.result().frame["rows"].iloc[0])
    except Exception as error:  # noqa: BLE001  the box says what to do
        empty.failed(error, HEIGHT, key="rows_again")
        return
    if not len(page) and not turned:
        st.caption("There is no row behind it in this window.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        turning(asked.panel.id, found, page, many)
        downloads.of_rows(asked)
    listing(asked, page, len(turned))


def behind_of(asked: Asked) -> Behind | None:
    """Which rows these are; None where single rows cannot be shown."""
    return asked.behind(asked.visit, asked.now.result().frame)


def pages_of(panel_id: str) -> str:
    """Where it is kept after which rows the pages begin that were turned to; gone with the dialog."""
    return f"rows_pages_{panel_id}"


def turning(panel_id: str, found: Behind, page: pd.DataFrame, many: int) -> None:
    """How many rows there are, which of them are here, and the ways to the newer and the older ones."""
    key = pages_of(panel_id)
    turned: tuple[Place, ...] = st.session_state.get(key, ())
    first, last = len(turned) * MOST + 1, len(turned) * MOST + len(page)
    said = f"**{say.number(many)} {'row' if many == 1 else 'rows'}**"
    if many <= MOST and not turned:
        st.markdown(said, width="content")
        return
    here = f"{say.number(first)} to {say.number(last)}" if len(page) else "no more"
    st.markdown(f"{said}, newest first: {here}", width="content")
    further = (*turned, rows_of.place_of(found, page.iloc[-1].to_dict())) if len(page) else turned
    ways = (
        ("Newer", "left", turned[:-1], bool(turned)),
        ("Older", "right", further, last < many and len(page)),
    )
    for name, side, pages, there in ways:
        st.button(
            name,
            key=f"{key}_{name}",
            icon=f":material/chevron_{side}:",
            disabled=not there,
            on_click=st.session_state.__setitem__,
            args=(key, pages),
        )


def listing(asked: Asked, page: pd.DataFrame, turned: int) -> None:
    """The rows of a page as a table, under the one that is open."""
    key = f"rows_{asked.panel.id}_{turned}"
    place = drill.cell(key)
    if place is not None and place < len(page):
        with st.container(border=True, gap="xsmall"):
            whole(page.iloc[place].to_dict(), asked)
    shown = columns_of(page)
    made = table.table_of(page, shown, asked.scope.timezone)
    table.draw(
        made,
        says=f"{len(page)} rows behind {asked.panel.title}, newest first.",
        key=key,
        height=HEIGHT,
        on_select="rerun",
        selection_mode="single-cell",
    )


def one(asked: Asked, place: int) -> None:
    """One row of a table panel, whole."""
    frame = asked.now.result().frame
    if 0 <= place < len(frame):
        known = {column.name: column for column in asked.question.columns}
        row = frame.iloc[place].to_dict()
        whole({name: value for name, value in row.items() if name not in table.UNSAID}, asked, known)


def whole(
    row: dict[Hashable, Any], asked: Asked, declared: Mapping[str, Column] = MappingProxyType({})
) -> None:
    """Every field of a row that has a value, its attributes too; long texts in full."""
    fields, long = {}, {}
    for name, value in unfolded(row).items():
        column = declared.get(name) or column_of(name, value)
        moment = isinstance(value, datetime)
        words = to_the_second(value, asked) if moment else label(value, column, asked.scope)
        (long if len(words) > TEXT_LINE or "\n" in words else fields)[column.label] = words
    # As plain text: what a person copies from a row is here.
    known = pd.DataFrame(
        {"Field": list(map(say.plain, fields)), "Value": list(map(say.plain, fields.values()))}
    )
    st.table(known, border="horizontal", hide_index=True, hide_header=True, alt="The fields of the row.")
    for name, words in long.items():
        st.caption(name)
        st.code(words, language=None, wrap_lines=True)


def to_the_second(moment: datetime, asked: Asked) -> str:
    """21 Nov 2026, 20:23:05 on the clock of the scope: rows of one minute are told apart."""
    local = moment.astimezone(zone(asked.scope.timezone))
    return f"{local.day} {local:%b %Y, %H:%M:%S}"


def unfolded(row: dict[Hashable, Any]) -> dict[str, Any]:
    """The fields of a row that have a value, the keys of its attributes among them."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("attributes", "lists"):
            for key, inner in read(value).items():
                if inner is None:
                    continue
                found[f"attributes.{key}"] = (
                    inner if isinstance(inner, str | int | float | bool) else json.dumps(inner)
                )
        elif not missing(value):
            found[str(name)] = value
    return found


def read(text: object) -> dict[str, Any]:
    """What is kept as JSON."""
    known = json.loads(text) if isinstance(text, str) and text else {}
    return known if isinstance(known, dict) else {}


def columns_of(frame: pd.DataFrame) -> list[Column]:
    """The columns to show: those with a value anywhere, what people read first at the left."""
    there = [name for name in frame.columns if name not in WHOLE_ONLY and filled(frame[name])]
    first = [name for name in FIRST if name in there]
    last = [name for name in there if name in LAST or (name.endswith("_id") and name != "tenant_id")]
    middle = [name for name in there if name not in first and name not in last]
    return [column_of(name, frame[name].dropna().iloc[0]) for name in (*first, *middle, *last)]


def filled(values: pd.Series) -> bool:
    """Whether any row has a value there."""
    return bool((values.notna() & (values.astype(str) != "")).any())

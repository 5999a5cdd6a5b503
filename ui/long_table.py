"""Tables of thousands: the browser gets the rows that it shows, and sorts and finds among all of them here.

A table that is sent whole costs megabytes, and time at every run. What the library cannot do of one that is
not is done here: finding and sorting, by fields above it, and narrowing the page, by the name in a row.
Headers would sort as well, but not where names can be clicked.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute
import streamlit as st

from ui import drill, figures, table
from ui import format as say

if TYPE_CHECKING:
    from analytics.board import Panel
    from analytics.question import Column
    from service.ask import Answer
    from ui.asked import Asked

# Of fewer the library sends all, and sorts, finds and selects in the browser.
LONG = 1_000
COMPUTE: Any = pyarrow.compute  # its functions are made as it is imported
FIND_WIDTH, SORT_WIDTH = 320, 260
AS_LISTED = "In the order of the list"
ORDERS = {"↓": "descending", "↑": "ascending"}


def is_long(panel: Panel, answer: Answer, columns: list[Column]) -> bool:
    """Whether a table has too many rows to be sent whole, and is one whose rows lead to tenants."""
    of_tenants = bool(columns) and columns[0].name in ("tenant", drill.TENANT)
    return len(answer.frame) > LONG and panel.click == (drill.TENANT,) and of_tenants


def draw_long(asked: Asked, columns: list[Column]) -> None:
    """The table under the fields to find and to sort by; a click on a name narrows the page to its tenant."""
    # A fragment: finding and sorting run this alone, and not the board.
    st.fragment(partial(inside, asked, columns), key=f"fragment_{asked.key}")()


def inside(asked: Asked, columns: list[Column]) -> None:
    """The fields and the table."""
    panel, answer, key = asked.panel, asked.now.result(), asked.key
    whole, names = figures.kept(
        answer,
        (panel.show, asked.scope.timezone, "long table"),
        lambda: made(answer.frame, columns, asked.scope.timezone),
    )
    first, opened = columns[0], f"{key}_open"
    button = st.column_config.ButtonColumn(
        first.label,
        help=first.definition,
        type="tertiary",
        alignment="left",
        pinned=True,
        key=opened,
        on_click=lambda: chosen(opened, answer.frame, names),
    )
    # A panel is one element of the page.
    with st.container(gap="small"):
        wanted, order = asked_for(panel, key, len(answer.frame), orders(whole.rows, columns))
        shown = found(whole.rows, wanted) if wanted else whole.rows
        shown = arranged(shown, *order) if order else shown
        table.draw(
            replace(whole, rows=shown, config=whole.config | {first.name: button}),
            says=f"{panel.title}: {say.number(shown.num_rows)} rows.",
            key=key,
            height=table.TALL if panel.tall else None,
            lazy=True,
        )


def asked_for(
    panel: Panel, key: str, rows: int, offered: dict[str, tuple[str, str]]
) -> tuple[str, tuple[str, str] | None]:
    """What is to be found, and by which column in which order."""
    with st.container(horizontal=True, gap="small"):
        wanted = st.text_input(
            f"Find in {panel.title}",
            key=f"{key}_find",
            live="200ms",
            placeholder=f"Find among {say.number(rows)}",
            icon=":material/search:",
            label_visibility="collapsed",
            width=FIND_WIDTH,
        )
        order = st.selectbox(
            f"Sort {panel.title}",
            [AS_LISTED, *offered],
            key=f"{key}_sort",
            label_visibility="collapsed",
            width=SORT_WIDTH,
        )
    return wanted, offered.get(order)


def orders(rows: pa.Table, columns: list[Column]) -> dict[str, tuple[str, str]]:
    """The orders that there are: each column that has one, the largest first and the smallest."""
    kinds = {column.name: rows.schema.field(column.name).type for column in columns}
    return {
        f"{column.label} {sign}": (column.name, way)
        for column in columns
        if not pa.types.is_list(kinds[column.name]) and not pa.types.is_null(kinds[column.name])
        for sign, way in ORDERS.items()
    }


def arranged(rows: pa.Table, name: str, way: str) -> pa.Table:
    """The rows by a column, texts whatever their case; nothing comes last, rows alike stay as they were."""
    values = rows[name]
    values = COMPUTE.utf8_lower(values) if _is_text(values.type) else values
    by = pa.table({"by": values})
    return rows.take(COMPUTE.sort_indices(by, sort_keys=[("by", way)]))


def made(frame: pd.DataFrame, columns: list[Column], timezone: str) -> tuple[table.Table, pd.Series[str]]:
    """The table, and the names in its first column: tenants of one name have their ids beside it."""
    names = frame[columns[0].name].astype("str")
    # A tenant may have several rows.
    several = frame.drop_duplicates([columns[0].name, drill.TENANT])[columns[0].name].astype("str")
    alike = names.isin(several[several.duplicated()])
    names = names.where(~alike, names + " (" + frame[drill.TENANT].astype("str") + ")")
    whole = table.table_of(frame.assign(**{columns[0].name: names}), columns, timezone, chips=False)
    return whole, names


def found(rows: pa.Table, wanted: str) -> pa.Table:
    """The rows that have this in one of their texts, whatever the case."""
    has: Any = pa.chunked_array([pa.array([False] * rows.num_rows, pa.bool_())])
    for name in rows.column_names:
        if _is_text(rows.schema.field(name).type):
            here = COMPUTE.match_substring(rows[name], wanted.strip(), ignore_case=True)
            has = COMPUTE.or_(has, COMPUTE.fill_null(here, fill_value=False))
    return rows.filter(has)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def chosen(key: str, frame: pd.DataFrame, names: pd.Series[str]) -> None:
    """A name was clicked: the page becomes its tenant's, so that the run is a whole one."""
    click = st.session_state.get(key)
    tenant = None if click is None else tenant_of(click["label"], frame, names)
    if tenant is not None:
        drill.narrow({drill.TENANT: tenant})
        st.rerun()


def tenant_of(label: str, frame: pd.DataFrame, names: pd.Series[str]) -> str | None:
    """Whose name was clicked; where its row stands in the browser says nothing of where it stands here."""
    places = (names == label).to_numpy().nonzero()[0]
    return str(frame[drill.TENANT].iloc[places[0]]) if len(places) else None

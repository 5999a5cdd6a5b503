"""The rows behind a panel: the newest of them, how many there are, and one opened whole."""

from __future__ import annotations

import json
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from analytics import rows as rows_of
from analytics.model import model
from analytics.question import Column
from analytics.zones import zone
from service.rows import CountBehind, RowsBehind
from ui import downloads, drill, empty, table
from ui import format as say
from ui.labels import label, missing

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from analytics.question import Behind
    from ui.asked import Asked

MOST = 1000
# Read first, then all else in its order, then what only machines read.
FIRST = ("occurred_at", "tenant", "status", "level", "message", "workflow_name", "event_type", "duration_ms")
LAST = ("source", "received_at")
# Said in the row that is opened: nested, or the same as another column.
WHOLE_ONLY = ("attributes", "lists", "tenant_id")
WORDS = {"occurred_at": "When", "received_at": "Received", "tenant": "Tenant", "mrr_usd": "MRR"}
UNITS = {"_ms": "ms", "_usd": "usd", "_at": "time"}
TEXT_LINE = 120
HEIGHT = 560


def behind(asked: Asked) -> None:
    """The rows that the panel's numbers were drawn from; a click on one opens it."""
    found = behind_of(asked)
    if found is None:
        st.caption("These numbers are not counted over single rows. Show the query to see how they are made.")
        return
    try:
        visit = asked.visit.again()
        scope = asked.panel.scope(visit.scope())
        count = visit.ask(CountBehind(found), scope)
        newest = visit.ask(RowsBehind(found, MOST), scope).result().frame
        many = int(count.result().frame["rows"].iloc[0])
    except Exception as error:  # noqa: BLE001  the box says what to do
        empty.failed(error, HEIGHT, key="rows_again")
        return
    if not len(newest):
        st.caption("There is no row behind it in this window.")
        return
    listing(asked, newest, many)


def behind_of(asked: Asked) -> Behind | None:
    """Which rows these are; None where single rows cannot be shown."""
    return rows_of.drawn(asked.panel.question, asked.panel.value, asked.now.result().frame)


def listing(asked: Asked, newest: pd.DataFrame, many: int) -> None:
    """How many there are, files of all of them, and the newest as a table over the one that is open."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        said = f"**{say.number(many)} {'row' if many == 1 else 'rows'}**"
        st.markdown(
            said if many <= len(newest) else f"{said}, the newest {say.number(len(newest))} here",
            width="content",
        )
        st.space("stretch")
        downloads.of_rows(asked)
    key = f"rows_{asked.panel.id}"
    place = drill.cell(key)
    if place is not None and place < len(newest):
        with st.container(border=True, gap="xsmall"):
            whole(newest.iloc[place].to_dict(), asked)
    shown = columns_of(newest)
    made = table.table_of(newest, shown, asked.scope.timezone)
    table.draw(
        made,
        says=f"The newest {len(newest)} rows behind {asked.panel.title}.",
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
    known = pd.DataFrame({"Field": list(fields), "Value": list(fields.values())})
    config = {
        "Field": st.column_config.TextColumn(width="medium"),
        "Value": st.column_config.TextColumn(width="large"),
    }
    st.dataframe(
        known, hide_index=True, row_height=table.ROW, column_config=config, alt="The fields of the row."
    )
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


def column_of(name: str, value: object) -> Column:
    """What to call a column of rows, and how its values are written."""
    known = model().dimensions.get(name)
    said = WORDS.get(name) or (known.label if known else words_of(name))
    unit: Any = next((unit for end, unit in UNITS.items() if name.endswith(end)), "")
    if isinstance(value, bool):
        unit = "flag"
    elif not unit:
        unit = "count" if isinstance(value, int | float) or hasattr(value, "dtype") else "text"
    return Column(name, said, unit, known.definition if known else f"{said} of the row.")


def words_of(name: str) -> str:
    """Input tokens for input_tokens; an attribute keeps its name, which is its source's."""
    if name.startswith("attributes."):
        return name.removeprefix("attributes.")
    words = name.removesuffix("_ms").removesuffix("_usd").replace("_", " ").strip()
    return words[:1].upper() + words[1:]

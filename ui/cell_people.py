"""The people behind a cell of a triangle: who of a cohort came back in a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

import streamlit as st

from analytics.retention_questions import CellPeople
from ui import downloads, drill, empty, table
from ui import format as say

if TYPE_CHECKING:
    import pandas as pd

    from analytics.retention import RetentionSpec
    from analytics.retention_questions import Triangle
    from ui.asked import Asked
    from ui.context import Visit

MOST, HEIGHT = 1000, 560
SHOWN = ("name", "unit", "tenant")


@dataclass(frozen=True)
class Cell:
    """Where a cell is: when its cohort began, and its period."""

    cohort: datetime
    period: int


def clicked(key: str) -> Cell | None:
    """The cell that was clicked; None where a click was taken back, or what the browser sent is none."""
    points = drill.selection(key, "points")
    carried = points[0].get("customdata") if points else None
    if not (isinstance(carried, list) and len(carried) == 2 and isinstance(carried[1], int)):
        return None
    try:
        return Cell(datetime.fromisoformat(str(carried[0])), carried[1])
    except ValueError:
        return None


def people(asked: Asked, cell: Cell) -> None:
    """Who is counted in the cell, under the rights of now, and files of them all."""
    try:
        found = found_in(asked.visit.again(), asked, cell)
    except Exception as error:  # noqa: BLE001  the box says what to do
        empty.failed(error, HEIGHT, key="people_again")
        return
    period = spec_of(asked).period
    when = say.day(cell.cohort, asked.scope.present.astimezone(cell.cohort.tzinfo))
    more = f"; the first {say.number(MOST)} are shown" if len(found) > MOST else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        counted = f"**{say.number(len(found))}** who started in the {period} of {when} came back in {period}"
        st.markdown(f"{counted} {cell.period}{more}.", width="content")
        st.space("stretch")
        downloads.files(asked, "people", lambda visit, again: found_in(visit, again, cell))
    if len(found):
        columns = table.listed(question(asked, cell).columns, SHOWN)
        made = table.table_of(found.head(MOST), columns, asked.scope.timezone)
        table.draw(made, says=f"{len(found)} people of a cell of {asked.panel.title}.", height=HEIGHT)


def found_in(visit: Visit, asked: Asked, cell: Cell) -> pd.DataFrame:
    """The people, asked anew."""
    return visit.ask(question(asked, cell), asked.panel.scope(visit.scope())).result().frame


def question(asked: Asked, cell: Cell) -> CellPeople:
    """Who they are."""
    return CellPeople(spec_of(asked), cell.cohort, cell.period)


def spec_of(asked: Asked) -> RetentionSpec:
    """The retention that the panel draws."""
    return cast("Triangle", asked.panel.question).spec

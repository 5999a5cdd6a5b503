"""Files of a panel, made at the click with the rights of then: numbers, the rows behind, the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from service import export
from service.access import NotAllowed
from service.rows import MOST_IN_A_FILE, RowsBehind
from ui import charts, empty, figures, theme
from ui import format as say
from ui.row_words import column_of

if TYPE_CHECKING:
    import pandas as pd

    from analytics.question import Column
    from ui.asked import Asked
    from ui.context import Visit

KINDS = {"csv": ("text/csv", "CSV"), "parquet": ("application/vnd.apache.parquet", "Parquet")}
NUMBERS, ROWS = "numbers", "rows"
PICTURE_WIDTH = 1200

Make = Callable[["Visit", "Asked"], "pd.DataFrame"]


def choose(asked: Asked) -> None:
    """The dialog: numbers, rows, and the picture as it will be."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**The numbers** behind the chart, each group by itself", width="content")
        st.space("stretch")
        files(asked, NUMBERS, numbers)
    if asked.behind(asked.visit, asked.now.result().frame) is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown("**The rows behind** them", width="content")
            st.space("stretch")
            of_rows(asked)
    picture(asked)


def of_rows(asked: Asked) -> None:
    """Files of all the rows behind a panel."""
    files(asked, ROWS, behind)


def files(asked: Asked, what: str, make: Make) -> None:
    """A button for each kind of file."""
    panel = asked.panel
    first, last = (f"{moment:%Y-%m-%d}" for moment in (asked.scope.start, asked.scope.end))
    for kind, (mime, name) in KINDS.items():
        st.download_button(
            name,
            data=made(asked, kind, make),
            file_name=export.file_name(
                panel.title if what == NUMBERS else f"{panel.title} rows", first, last, kind
            ),
            mime=mime,
            key=f"{what}_{kind}_{panel.id}",
            on_click="ignore",
            icon=":material/download:",
        )


def made(asked: Asked, kind: str, make: Make) -> Callable[[], bytes]:
    """The file, made when it is asked for; a refusal is a file of one line, as nothing else could say it."""

    def file() -> bytes:
        try:
            frame = make(asked.visit.again(), asked)
            return export.parquet(frame) if kind == "parquet" else export.csv(frame, columns_of(frame, asked))
        except Exception as error:  # noqa: BLE001  the line says what to do
            return f"This file was not made: {empty.reason(error)[1]}\n".encode()

    return file


def columns_of(frame: pd.DataFrame, asked: Asked) -> list[Column]:
    """What the screen calls the columns of a file: those of the question, else those of single rows."""
    known = {column.name: column for column in asked.question.columns}
    return [
        known.get(name) or column_of(name, next(iter(frame[name].dropna()), "")) for name in frame.columns
    ]


def numbers(visit: Visit, asked: Asked) -> pd.DataFrame:
    """What the panel is drawn from, asked anew."""
    return visit.ask(asked.question, asked.panel.scope(visit.scope())).result().frame


def behind(visit: Visit, asked: Asked) -> pd.DataFrame:
    """All the rows behind the panel, newest first."""
    scope = asked.panel.scope(visit.scope())
    answer = visit.ask(asked.question, scope).result()
    found = asked.behind(visit, answer.frame)
    if found is None:
        raise NotAllowed("single rows of it cannot be shown")
    return visit.ask(RowsBehind(found, MOST_IN_A_FILE), scope).result().frame


def picture(asked: Asked) -> None:
    """The chart as it will be in the file, with the button that saves it."""
    if asked.panel.chart not in figures.DRAW:
        return
    shown = asked.shown
    if shown is None:
        return
    foot = say.span(asked.scope.start, asked.scope.end, asked.scope.timezone, asked.scope.now)
    painted = charts.painted(
        shown.figure, theme.shade(), title=asked.panel.title, foot=f"{foot} ({asked.scope.timezone})"
    )
    name = export.file_name(
        asked.panel.title, f"{asked.scope.start:%Y-%m-%d}", f"{asked.scope.end:%Y-%m-%d}", "png"
    )
    save = {"format": "png", "filename": name.removesuffix(".png"), "scale": 2, "width": PICTURE_WIDTH}
    st.markdown("**The picture**: the camera at its right saves it")
    st.plotly_chart(
        painted,
        theme=None,
        key=f"picture_{asked.panel.id}",
        alt=shown.says,
        config={
            "displayModeBar": True,
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": save,
        },
    )
